from django.conf import settings
from django.core.management.base import BaseCommand

from core.crypto import make_keys


class Command(BaseCommand):
    help = "生成字段加密密钥文件（已有则不动）"

    def handle(self, *args: object, **options: object) -> None:
        if make_keys(settings.KEYS_FILE):
            self.stdout.write(f"已生成密钥文件 {settings.KEYS_FILE.name}。请另存一份到安全的地方：没有它，数据打不开。")
        else:
            self.stdout.write("密钥文件已在，保持不变。")
