"""Choices of the stations."""

from django.db.models import TextChoices


class Line(TextChoices):
    """The three service lines of a station (一核三站)."""

    RETURN = "return", "返乡创业服务站"
    TALENT = "talent", "招才引智工作站"
    INVEST = "invest", "招商引资联络站"


class PostTitle(TextChoices):
    HEAD = "head", "站长"
    DEPUTY = "deputy", "副站长"
    LEADER = "leader", "负责人"
    LIAISON = "liaison", "联络员"
    CLERK = "clerk", "工作人员"


class Why(TextChoices):
    """Why somebody counts among a station's people; the first that holds decides."""

    CHECKED_IN = "checked_in", "到站报到"
    BRANCH = "branch", "在依托党组织"
    PLACE = "place", "流向本地"


class GuestState(TextChoices):
    """Of somebody from elsewhere whom no branch received at the door."""

    WAITING = "waiting", "等安排"
    PLACED = "placed", "已接收"
    DECLINED = "declined", "不接收"
