from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from core.crypto import make_keys

LOST = (
    "数据库里已经有数据，密钥文件 {name} 却不在了。请把备份的密钥文件放回原处再启动。"
    "没有它，证件号和电话读不出来；换一把新的会让旧数据永远打不开，所以没有生成。"
)


class Command(BaseCommand):
    help = "生成字段加密密钥文件（已有则不动；已有数据时不生成）"

    def handle(self, *args: object, **options: object) -> None:
        path = settings.KEYS_FILE
        if not path.exists() and holds_data():
            raise CommandError(LOST.format(name=path.name))
        if make_keys(path):
            self.stdout.write(f"已生成密钥文件 {path.name}。请另存一份到安全的地方：没有它，数据打不开。")
        else:
            self.stdout.write("密钥文件已在，保持不变。")


def holds_data() -> bool:
    """Whether somebody works with this database: it has accounts."""
    user = get_user_model()
    return user._meta.db_table in connection.introspection.table_names() and user._default_manager.exists()
