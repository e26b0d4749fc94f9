"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from audit import presenters as audit
from audit.presenters import EventKind
from core import handlers, hooks, ledgers, navigation, rules
from core.navigation import NavItem
from core.navigation import register as navigate
from core.paths import subtree
from core.permissions import Permission
from exchange.export.handlers import EXPORT
from exchange.export.producing import KEEP_DAYS
from exchange.handlers import APPLY, CHECK, UNDO
from exchange.models import Export, ImportBatch, LearnedMapping, LearnedValue
from exchange.refused import PAIRINGS

EVENT_KINDS = (
    EventKind("import.received", "上传台账", "import"),
    EventKind("import.applied", "导入台账", "import"),
    EventKind("import.undone", "撤销导入", "import", "warn"),
    EventKind("import.cancelled", "取消导入", "import"),
    EventKind("import.learned", "记住写法", "import"),
    EventKind("import.forgotten", "不再记住", "import"),
    EventKind("import.error_book", "错误清单", "export"),
    EventKind("export.made", "导出台账", "export", "info"),
)


def repath(*, old_path: str, new_path: str) -> None:
    """Copies of organisation paths follow a moved subtree: one UPDATE a table."""
    low, high = subtree(old_path)
    moved = Concat(Value(new_path), Substr(F("path"), len(old_path) + 1))
    for model in (ImportBatch, LearnedMapping, LearnedValue, Export):
        model.objects.unscoped().filter(path__gte=low, path__lt=high).update(path=moved)


def register() -> None:
    audit.register(*EVENT_KINDS)
    handlers.register(CHECK)
    handlers.register(APPLY)
    handlers.register(UNDO)
    handlers.register(EXPORT)
    rules.register(KEEP_DAYS)
    navigate(NavItem("exports", "台账导出", "export-list", order=45, group=1, permission=Permission.EXPORT))
    ledgers.register_refused(PAIRINGS)
    hooks.subtree_moved.register(repath)
    navigation.register(NavItem("imports", "台账导入", "import-list", order=30, group=1, permission=Permission.IMPORT))
