"""An import in the words of the people who do it: states, steps, totals, sheets and columns. Rows: ``row_presenters``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from core.components import Step, Tab
from core.ledgers import Ledger, RefusedKind, incoming, refused_kinds
from exchange.checking import DEFAULT_MARKS
from exchange.enums import MarkMeaning, State
from exchange.models import ImportBatch

STATES = {
    State.UPLOADED: ("已上传", "neutral"),
    State.RECOGNISED: ("等核对", "info"),
    State.CHECKED: ("等导入", "warn"),
    State.APPLIED: ("已导入", "ok"),
    State.UNDONE: ("已撤销", "neutral"),
    State.REFUSED: ("没有收下", "bad"),
    State.CANCELLED: ("不导入了", "neutral"),
}
NOTHING_TO_DO = ("无需导入", "ok")
NEXT = {
    State.UPLOADED: "看表头",
    State.RECOGNISED: "去核对",
    State.CHECKED: "核对并导入",
    State.REFUSED: "看原因",
    State.APPLIED: "看结果",
    State.UNDONE: "看结果",
}
# Filters of the checked rows: key in the address, label, which counts they take together.
FILTERS = (
    ("", "全部", ("rows",)),
    ("new", "新增", ("new",)),
    ("changed", "变更", ("changed",)),
    ("unchanged", "无变化", ("unchanged",)),
    ("held", "待定", ("held",)),
    ("error", "需改正", ("error",)),
    ("warning", "有提醒", ("warning",)),
)
LEARNED = "learned"  # a filter without a tab: rows that a learned word was read into
WHY_SKIPPED = {
    "footer": "表尾的填表人、说明",
    "subtotal": "小计、合计",
    "no_people": "写着“无”",
    "repeated_header": "重复的表头",
    "column_numbers": "列号",
    "struck": "划了删除线",
    "marked": "按您说的标记不导入",
    "left_out": "您选了不导入",
}
MARKS = {"red": "字是红色的", "struck": "划了删除线的"}


def state_of(batch: ImportBatch) -> tuple[str, str]:
    """Label and tone of where the file stands."""
    return NOTHING_TO_DO if batch.has_nothing_to_do else STATES[State(batch.state)]


def next_of(batch: ImportBatch) -> str:
    """What the link to the file is called; "" where nothing follows."""
    return "看核对结果" if batch.has_nothing_to_do else NEXT.get(State(batch.state), "")


def title_of(kind: str) -> str:
    """流出党员台账; "" while nobody knows."""
    found = known(kind)
    return found.title if found else ""


def known(kind: str) -> Ledger | RefusedKind | None:
    known: list[Ledger | RefusedKind] = [*incoming(), *refused_kinds()]
    return next((one for one in known if one.kind == kind), None)


def noun(batch: ImportBatch) -> str:
    """What a row of it is: 人, for a register of organisations 个党组织, of stations 个驿站."""
    return next((one.noun for one in incoming() if one.kind == batch.kind), "人")


def usable(batch: ImportBatch) -> int:
    return sum(int(batch.counts.get(name, 0)) for name in ("new", "changed", "unchanged"))


def to_write(batch: ImportBatch) -> int:
    """Rows that would change something."""
    return sum(int(batch.counts.get(name, 0)) for name in ("new", "changed"))


def explained(batch: ImportBatch) -> str:
    """29 人：流出 28，短期外出 1. What is neither is said too, so that the figures add up."""
    rows = int(batch.counts.get("rows", 0))
    parts = [f"{term} {number}" for term, number in batch.terms.items()]
    if batch.terms and batch.stopped_rows:
        parts.append(f"还不能导入 {batch.stopped_rows}")
    return f"{rows} {noun(batch)}" + (f"：{'，'.join(parts)}" if parts else "")


def outcomes(batch: ImportBatch) -> str:
    """新增 21，变更 4，待定 2: those there are."""
    said = [(label, int(batch.counts.get(key, 0))) for key, label, _names in FILTERS if key not in ("", "warning")]
    return "，".join(f"{label} {number}" for label, number in said if number)


def summary(batch: ImportBatch) -> str:
    """One line for a list: what came of the file so far."""
    if batch.state == State.REFUSED:
        return str(batch.refusal.get("text", ""))
    if batch.state == State.CHECKED:
        return f"{explained(batch)}。{outcomes(batch)}"
    if batch.state == State.APPLIED:
        left = batch.stopped_rows
        return explained(batch) + (f"。{left} 行留着没导" if left else "")
    if batch.state in (State.UNDONE, State.CANCELLED):
        return ""
    return "还没有核对"


def steps(batch: ImportBatch, current: str) -> list[Step]:
    """上传 › 识别表头 › 核对 › 导入 › 结果. What is done leads back as long as it can still be changed."""
    applied = batch.state in (State.APPLIED, State.UNDONE)
    order = ["upload", "columns", "check", "apply", "result"]
    labels = ["上传", "识别表头", "核对", "导入", "结果"]
    links = ["", "import-columns", "import-check", "", ""]
    reached = order.index(current)
    found = []
    for position, (label, link) in enumerate(zip(labels, links, strict=True)):
        state = "current" if position == reached else "done" if position < reached else "todo"
        url = reverse(link, args=[batch.public_id]) if link and state == "done" and not applied else ""
        found.append(Step(label, state, url))
    return found


def tabs(batch: ImportBatch, chosen: str) -> list[Tab]:
    url = reverse("import-check", args=[batch.public_id])
    return [
        Tab(
            label,
            f"{url}?show={key}" if key else url,
            count := sum(int(batch.counts.get(name, 0)) for name in names),
            is_current=key == chosen,
            tone="bad" if key in ("held", "error") and count else "",
        )
        for key, label, names in FILTERS
    ]


def skipped(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """小计、合计：第 9、14 行."""
    numbers: dict[str, list[int]] = {}
    for row in rows:
        numbers.setdefault(row["why"], []).append(row["row"])
    return [f"{WHY_SKIPPED.get(why, '不是人员')}：第 {some(found)} 行" for why, found in numbers.items()]


def some(numbers: Sequence[int], most: int = 8) -> str:
    text = "、".join(map(str, sorted(numbers)[:most]))
    return f"{text} 等 {len(numbers)}" if len(numbers) > most else text


@dataclass(frozen=True)
class ShownMark:
    """A look that rows of the file share, and what it may mean. ``answer``: what people said; else the usual."""

    mark: str
    label: str
    count: int
    chosen: str
    is_answered: bool
    choices: Sequence[tuple[str, str]]

    @property
    def field_name(self) -> str:
        return f"mark-{self.mark}"


def marks(batch: ImportBatch) -> list[ShownMark]:
    counted: dict[str, int] = {}
    for sheet in batch.sheets:
        for mark, number in sheet.get("marks", {}).items():
            counted[mark] = counted.get(mark, 0) + number
    said = batch.answers.get("marks", {})
    found = known(batch.kind)
    ends = isinstance(found, Ledger) and found.ends_marked
    choices = [one for one in MarkMeaning.choices if ends or one[0] != MarkMeaning.RETURNED]
    return [
        ShownMark(
            mark, MARKS.get(mark, "涂了颜色的"), number,
            said.get(mark) or DEFAULT_MARKS.get(mark, MarkMeaning.TAKE), mark not in batch.unanswered_marks,
            choices,
        )
        for mark, number in sorted(counted.items())
    ]  # fmt: skip


def unanswered(batch: ImportBatch) -> list[str]:
    """Blockers beside the engine's own: a look that people use as data is asked about once a file."""
    return [f"先说明{one.label} {one.count} 行是什么意思。" for one in marks(batch) if not one.is_answered]


def notices(batch: ImportBatch) -> list[dict[str, Any]]:
    """Sentences about the file, the grave ones first."""
    grave = {"older_edition", "two_editions", "kept", "same_file"}
    shown = [
        {
            "tone": "warn" if one["code"] in grave else "ok" if one["code"] == "nothing_to_do" else "info",
            "text": (f"工作表“{one['sheet']}”" if one.get("sheet") else "") + one["text"],
            "title": "没有需要导入的内容" if one["code"] == "nothing_to_do" else "",
            "url": reverse("import-learned") if one["code"] == "learned_mapping" else "",
        }
        for one in batch.notices
    ]
    return sorted(shown, key=lambda one: ["warn", "ok", "info"].index(one["tone"]))
