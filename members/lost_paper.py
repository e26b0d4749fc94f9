"""经查找（仍然无法）取得联系党员登记表 of one person: filled in as far as it is known, to be signed and passed up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from branches.models import Organisation
from core.documents.docx import Cell, Paper, Row
from core.domain.codes import LOST_REASON, ORGANISATION_CATEGORY, CodeSet
from core.paths import ancestors
from members import lost_clocks
from members.enums import Direction, LostActKind, LostState
from members.lost_procedure import Procedure, committee_of
from members.models import Journey, LostAct, LostContact, LostStep, Member
from members.words import masked, place_words, value_words

STILL, AGAIN = "经查找仍然无法取得联系党员登记表", "经查找取得联系党员登记表"
PERSON = (25, 33, 25, 28, 25, 30)  # millimetres
SEARCH = (28, 40, 40, 58)
OPINION = (30, 136)
BLANK_STEPS = 2  # lines left for what is added by hand
TICKED, OPEN = "☑", "□"
NOTE = "此表一式五份，逐级报送。"
SIGNED, SEALED = "签名：　　　　　　　", "（盖章）　　　　　　"
DAY = "年　　月　　日"
# Whose opinion the decisions stand in.
OPINIONS = (
    ("党支部\n意见", SIGNED, (LostActKind.PASS, LostActKind.APPLY)),
    ("上级党委\n意见", SEALED, (LostActKind.CONFIRM, LostActKind.STOP, LostActKind.CANCEL, LostActKind.REMOVE, LostActKind.ENDORSE)),
    ("县委组织部\n意见", SEALED, (LostActKind.REINSTATE,)),
)  # fmt: skip


def blockers_to_print(procedure: Procedure) -> list[str]:
    """Nobody restricted stands in a file; before it is confirmed the form goes up once it can be confirmed."""
    if procedure.member.restricted:
        return ["限制知悉的党员不出任何文件。"]
    return procedure.terms(LostActKind.CONFIRM) if procedure.lost.state == LostState.COUNTING else []


def make(lost: LostContact, *, on: dt.date, full: bool) -> bytes:
    """The form as a Word file. ``full``: whole numbers; the caller has asked for the right.

    The spell was found within the scope; what hangs on it is reached through it.
    """
    member = lost.member
    title = AGAIN if lost.state == LostState.FOUND else STILL
    paper = Paper(title)
    paper.line(f"填报单位（盖章）：{_unit(member)}", f"填报日期：{on.year}年{on.month}月{on.day}日")
    steps = list(LostStep.objects.unscoped().filter(lost=lost))
    acts = list(LostAct.objects.unscoped().filter(lost=lost, undone_at__isnull=True))
    paper.table(PERSON, [*_person(member, full), *_spell(lost, on, full)])
    paper.table(SEARCH, _search(lost, steps))
    paper.table(OPINION, [_opinion(name, end, kinds, acts) for name, end, kinds in OPINIONS])
    paper.line(NOTE)
    paper.line("填报人：　　　　　　审核人：　　　　　　", "联系电话：　　　　　　　　")
    return paper.bytes()


def _unit(member: Member) -> str:
    """The committee above the branch; of a guest, the branch that looks after him."""
    own = member.home or member.care
    if own is None:
        return ""
    line = list(Organisation.objects.filter(path__in=ancestors(own.path)).order_by("path"))
    return committee_of(line).name if member.home else own.name


def _pair(label: str, text: str, span: int = 1) -> tuple[Cell, Cell]:
    return Cell(label, label=True), Cell(text, span=span)


def _words(record: Member | LostContact, name: str) -> str:
    value = getattr(record, name)
    return value_words(type(record), name, value.iso() if hasattr(value, "iso") else value)


def _person(member: Member, full: bool) -> list[Row]:
    organisation = member.home or member.care
    identity, phone = (_number(member, name, full) for name in ("identity", "phone"))
    return [
        Row((*_pair("姓名", member.name), *_pair("性别", _words(member, "sex")), *_pair("民族", _words(member, "nation")))),
        Row((
            *_pair("出生日期", _words(member, "birth_date")), *_pair("人员类别", _words(member, "kind")),
            *_pair("入党日期", _words(member, "joined_on")),
        )),
        Row((*_pair("公民身份\n号码", identity, 3), *_pair("学历", _words(member, "education")))),
        Row((*_pair("家庭住址", member.home_address, 3), *_pair("原联系\n电话", phone))),
        Row((*_pair("所在\n党支部", organisation.name if organisation else "", 5),)),
    ]  # fmt: skip


def _number(member: Member, name: str, full: bool) -> str:
    number = member.reveal(name)
    return number if full else masked(name, number)


def _spell(lost: LostContact, on: dt.date, full: bool) -> list[Row]:
    rows = [
        Row((*_pair("党组织\n类别", _ticks(ORGANISATION_CATEGORY, lost.category), 5),)),
        Row((*_pair("失去联系\n情形", _ticks(LOST_REASON, lost.reason), 5),)),
        Row((*_pair("失去联系\n时间", _words(lost, "since"), 3), *_pair("失联时间", lost_clocks.band(lost.since, on)))),
    ]  # fmt: skip
    if lost.state != LostState.FOUND:
        return rows
    found = Row((
        *_pair("取得联系\n日期", _words(lost, "found_on")), *_pair("现联系电话", _number(lost.member, "phone", full)),
        *_pair("现居住地", _place(lost.member)),
    ))  # fmt: skip
    return [*rows, found]


def _place(member: Member) -> str:
    journey = Journey.objects.unscoped().filter(member=member, direction=Direction.OUT).open().first()
    return place_words(journey.region_code, journey.destination_text) if journey else member.home_address


def _ticks(codes: CodeSet, chosen: str) -> str:
    """①外出务工经商□ ... with the chosen one ticked."""
    return "　".join(
        f"{chr(ord('①') + number)}{one.label}{TICKED if one.code == chosen else OPEN}"
        for number, one in enumerate(codes.items)
    )


def _search(lost: LostContact, steps: Sequence[LostStep]) -> list[Row]:
    heads = [Row((Cell("查找经过", span=4, label=True),))]
    heads.append(Row(tuple(Cell(text, label=True) for text in ("日期", "查找方式", "结果", "说明"))))
    told = [Row((Cell("台账记载", label=True), Cell(lost.steps, span=3)))] if lost.steps else []
    taken = [
        Row((
            Cell(f"{step.on:%Y-%m-%d}"), Cell(step.get_way_display()), Cell(step.get_result_display()), Cell(step.text),
        ))
        for step in steps
    ]  # fmt: skip
    return [*heads, *told, *taken, *[Row((Cell(),) * 4)] * BLANK_STEPS]


def _opinion(name: str, end: str, kinds: Sequence[LostActKind], acts: Sequence[LostAct]) -> Row:
    """What was decided at this level, and room to sign."""
    said = [_decision(act) for act in acts if act.kind in kinds]
    return Row((Cell(name, label=True), Cell("\n".join(said), end=("", end, DAY))), height=26)


def _decision(act: LostAct) -> str:
    papers = f"（{act.document}）" if act.document else ""
    return f"{act.on.chinese()}{f'，{act.meeting}' if act.meeting else ''}{papers}：{act.get_kind_display()}。"
