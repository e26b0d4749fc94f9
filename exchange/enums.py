"""States of an import and how it moves between them; how much of a file is applied; what marked rows may mean."""

from django.db.models import TextChoices

from core.transitions import Transition


class State(TextChoices):
    UPLOADED = "uploaded", "已上传"
    RECOGNISED = "recognised", "已识别"
    CHECKED = "checked", "已核对"
    APPLIED = "applied", "已导入"
    UNDONE = "undone", "已撤销"
    REFUSED = "refused", "未接收"
    CANCELLED = "cancelled", "已取消"


class Mode(TextChoices):
    ALL = "all", "全部可用才导入"
    GOOD_ROWS = "good_rows", "只导入可用的行"


class MarkMeaning(TextChoices):
    """What a red, struck or coloured row says: asked once a file."""

    TAKE = "take", "照常导入，不管标记"
    LEAVE = "leave", "这些行不导入"
    RETURNED = "returned", "表示已返乡或已结束"


# Checking again is allowed as long as nothing was written. "applying" is no state of its own: the whole apply
# is one transaction, so nobody could ever see it; a page that waits looks at the job.
OPEN_STATES = (State.UPLOADED, State.RECOGNISED, State.CHECKED)

CHECK = Transition("check", "核对", frozenset({State.RECOGNISED, State.CHECKED}), State.CHECKED, "checked")
APPLY = Transition("apply", "导入", frozenset({State.CHECKED}), State.APPLIED, "applied")
UNDO = Transition("undo", "撤销导入", frozenset({State.APPLIED}), State.UNDONE, "undone")
CANCEL = Transition("cancel", "取消", frozenset(OPEN_STATES), State.CANCELLED, "cancelled")
