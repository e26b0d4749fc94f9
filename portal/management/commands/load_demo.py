"""Load the sample county. A second run goes on where the first one stopped, or does nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal import demo


class Command(BaseCommand):
    help = "装入样例县的台账和账号（只在 DEMO=1 时可用）"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("这里不是样例县（DEMO 没有设为 1），不装入样例数据。")
        try:
            demo.load(settings.BASE_DIR / "demo" / "ledgers", self.stdout.write)
        except demo.SampleLoadError as error:
            raise CommandError(f"样例台账没有装入：{error}") from error
