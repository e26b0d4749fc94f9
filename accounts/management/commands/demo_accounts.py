"""Print the sample county's accounts and their password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import COUNTY_ACCOUNTS, sample_password
from accounts.models import User


class Command(BaseCommand):
    help = "列出样例县的账号和密码（只在样例县可用）"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("这里不是样例县（DEMO 没有设为 1），没有样例账号。")
        shown = [name for name, *_ in COUNTY_ACCOUNTS]
        towns = User.objects.filter(username__startswith="zhen").order_by("username")
        branches = User.objects.filter(username__startswith="zhibu").order_by("username")
        clerks = User.objects.filter(username__startswith="yizhan").order_by("username")
        self.stdout.write(f"样例账号（密码都是 {sample_password()}）：")
        for user in User.objects.filter(username__in=shown).order_by("pk"):
            self.stdout.write(f"  {user.username:<12}{user.unit}{user.duty}")
        for user in towns:
            self.stdout.write(f"  {user.username:<12}{user.unit}")
        if first := branches.first():
            self.stdout.write(
                f"  {first.username:<12}{first.unit}（各支部 zhibu + 镇两位 + 支部两位，共 {branches.count()} 个）"
            )
        if first := clerks.first():
            self.stdout.write(f"  {first.username:<12}{first.name}（驿站站长，共 {clerks.count()} 个）")
