"""The last system administrator is lost: whoever holds the server makes one again. Written to the log."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions.administrators import restore_administrator
from core.errors import UserError


class Command(BaseCommand):
    help = "恢复系统管理员：启用（或新开）账号，打印一次性口令"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="用户名")
        parser.add_argument("--name", default="系统管理员", help="新开账号时的姓名")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            printed = restore_administrator(username=options["username"], name=options["name"])
        except UserError as refusal:
            raise CommandError(refusal.text) from refusal
        slip = printed.slip
        self.stdout.write(f"系统管理员 {slip.user.shown_username} 已恢复。")
        self.stdout.write(
            f"在登录页点“用账号条登录”，口令 {printed.code}，{slip.expires_at:%Y-%m-%d} 前有效，只能用一次。"
        )
