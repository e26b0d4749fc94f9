import re
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.sealer import verify_chain


class Command(BaseCommand):
    help = "核对操作记录的链：有没有被改动、去掉或插入。发现问题时退出码为 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", help="以前核对时记下的“序号:链值”，用来发现末尾被截去")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify_chain(expected_head=_head(options["head"]))
        for finding in verdict.findings:
            self.stderr.write(finding.text)
        self.stdout.write(f"核对 {verdict.checked} 条，发现 {len(verdict.findings)} 处问题。")
        if verdict.head[0]:
            self.stdout.write(f"请把这一行记在别处，下次用 --head 核对：{verdict.head[0]}:{verdict.head[1]}")
        if not verdict.is_sound:
            sys.exit(1)


def _head(text: str | None) -> tuple[int, str] | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d+):([0-9a-f]{64})", text)
    if found is None:
        raise CommandError("--head 的写法是“序号:链值”，照以前核对时打印的那一行抄。")
    return int(found[1]), found[2]
