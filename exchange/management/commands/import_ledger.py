"""Take ledgers in from the command line: the wizard's own actions, one file after the other."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import actor_for
from accounts.models import User
from branches.directory import Directory
from branches.models import Organisation
from core import clock, ids
from core.actors import Actor, acting_as
from core.errors import ActionRefused
from exchange.actions.applies import apply
from exchange.actions.batches import files_in, receive, refuse
from exchange.actions.checks import check
from exchange.enums import Mode, State
from exchange.models import ImportBatch
from exchange.reading import Refused
from exchange.report import report_of

KINDS = ("organisations", "members", "outflow", "inflow", "lost", "stations")
ALL_USABLE, SOME_STOPPED, REFUSED = 0, 1, 2


class Command(BaseCommand):
    help = "核对或导入台账文件（xlsx、xls、ods、csv、zip）。不加 --apply 时只核对，不写入。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--as", dest="username", required=True, help="以哪个账号导入")
        parser.add_argument("--kind", choices=KINDS, default="", help="台账种类；不写时按表头判断")
        parser.add_argument("--under", default="", help="填报单位的名称或代码；不写时是账号的单位")
        parser.add_argument("--apply", action="store_true", help="核对后导入")
        parser.add_argument("--good-rows-only", action="store_true", help="有问题的行不导入，其余照常")
        parser.add_argument("--report", type=Path, help="把结果写成 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.select_related("organisation").filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"没有账号“{options['username']}”。")
        reports: list[dict[str, Any]] = []
        with acting_as(actor_for(user, clock.today())) as by:
            under = self._under(options["under"], by)
            for path in options["files"]:
                for batch in self._take(path, by, under, options):
                    reports.append(report_of(batch))
                    self._say(batch)
        if options["report"]:
            options["report"].write_text(json.dumps(reports, ensure_ascii=False, indent=1), "utf-8")
        code = exit_code(reports)
        if code:
            sys.exit(code)

    def _under(self, text: str, by: Actor) -> Organisation | None:
        if not text:
            return None
        match = Directory(by).find(text)
        if match.organisation_id is None:
            raise CommandError(f"没有找到党组织“{text}”，或者叫这个名字的不止一个。请写全称。")
        return Organisation.objects.get(pk=match.organisation_id)

    def _take(self, path: Path, by: Actor, under: Organisation | None, options: dict[str, Any]) -> list[ImportBatch]:
        """Check, and apply when asked. Refusals are part of the report; a refused apply leaves the file checked."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(f"读不了文件 {path}：{error.strerror}。") from error
        group = ids.new_id()
        try:
            found = files_in(data, path.name)
            batches = [
                receive(data=content, name=name, by=by, under=under, kind=options["kind"], upload=group)
                for name, content in found
            ]
        except Refused as refused:
            return [refuse(receive(data=data, name=path.name, by=by, under=under, upload=group), refused)]
        except ActionRefused as error:
            raise CommandError(error.text) from error
        mode = Mode.GOOD_ROWS if options["good_rows_only"] else Mode.ALL
        return [
            self._one(batch, by, content, mode if options["apply"] else "")
            for batch, (_name, content) in zip(batches, found, strict=True)
        ]

    def _one(self, batch: ImportBatch, by: Actor, content: bytes, mode: str) -> ImportBatch:
        try:
            batch = check(batch=batch, by=by, data=content)
            return apply(batch=batch, by=by, mode=mode) if mode and batch.state == State.CHECKED else batch
        except ActionRefused as error:
            self.stderr.write(f"{batch.file_name}：{error.text}")
            return batch

    def _say(self, batch: ImportBatch) -> None:
        counts, refusal = batch.counts, batch.refusal
        if refusal:
            self.stdout.write(f"{batch.file_name}：未接收，{refusal['text']}")
            return
        said = (
            f"{batch.file_name}：{batch.get_state_display()}，共 {counts.get('rows', 0)} 行，新增 {counts.get('new', 0)}，"
            f"变更 {counts.get('changed', 0)}，无变化 {counts.get('unchanged', 0)}，待定 {counts.get('held', 0)}，"
            f"有误 {counts.get('error', 0)}，有提醒 {counts.get('warning', 0)}。"
        )
        self.stdout.write(said + "，".join(f"{name} {number}" for name, number in batch.terms.items()))
        for notice in batch.notices:
            self.stdout.write(f"  {notice['sheet']}{notice['text']}")


def exit_code(reports: list[dict[str, Any]]) -> int:
    """0: every row usable; 1: some rows held or in error; 2: a file refused."""
    if any(report["state"] == "refused" for report in reports):
        return REFUSED
    stopped = any(report["counts"]["held"] or report["counts"]["error"] for report in reports)
    return SOME_STOPPED if stopped else ALL_USABLE
