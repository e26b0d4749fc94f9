"""Print the code that opens the first set-up in the browser; nothing once there is a county."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.first_week.code import is_set_up, set_up_code


class Command(BaseCommand):
    help = "显示首次设置口令（建好县以后就没有用了）"

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_set_up():
            self.stdout.write(f"首次设置口令：{set_up_code()}（在浏览器里打开本系统，按提示输入，只能用一次）")
