"""Make the sample county's accounts. Again is no error."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import make_accounts, sample_password


class Command(BaseCommand):
    help = "建立样例县的账号（只在样例县可用）"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("这里不是样例县（DEMO 没有设为 1），不建样例账号。")
        self.stdout.write(f"样例账号 {len(make_accounts(sample_password()))} 个")
