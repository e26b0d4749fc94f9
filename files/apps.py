from django.apps import AppConfig

from core import hooks
from core.handlers import Periodic, register_periodic

DAY = 24 * 3600


class FilesConfig(AppConfig):
    name = "files"
    verbose_name = "文件"

    def ready(self) -> None:
        from audit import presenters as audit  # noqa: PLC0415 models are loaded only now
        from files import actions  # noqa: PLC0415 models are loaded only now

        register_periodic(Periodic("files.expire", DAY, actions.remove_expired))
        audit.register(audit.EventKind("file.downloaded", "下载文件", "export", "info"))
        hooks.subtree_moved.register(actions.move_subtree)
