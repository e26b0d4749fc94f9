"""The application (请示) and the draft of the approval (批复) of a founding as Word files; what is written by hand stays blank."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from branches.models import Organisation
from core.actors import Actor
from core.documents.docx import Cell, Paper, Row
from core.paths import WIDTH
from members.models import Journey
from members.rows import work
from stations.founding import chosen
from stations.founding_enums import WITH_MEMBERS, FoundingKind
from stations.gathering import FULL, place_name
from stations.models import Founding, FoundingMember

BLANK_NUMBER = "〔　　　　〕　　号"
BLANK_DAY = "　　　　年　　月　　日"
RULES = "《中国共产党支部工作条例（试行）》和《关于进一步加强和改进流动党员管理工作的意见》"
WIDTHS = (9, 13, 9, 17, 29, 27, 15)
HEADS = ("序号", "姓名", "性别", "人员类别", "组织关系所在党支部", "现工作单位", "本人意见")


def application(founding: Founding, actor: Actor) -> bytes:
    """From those who prepare it to the county's committee, with the list of its members."""
    members = chosen(founding, actor)
    paper = Paper(f"关于成立{founding.name}的请示")
    paper.line(founding.application_no or BLANK_NUMBER)
    paper.text(f"{_county(founding).name}：", indent=False)
    paper.text(
        f"{founding.organisation.name}在{place_name(founding.region)}流动的党员较多。{_sentence(founding.reason)}",
        f"根据{RULES}，经研究，拟成立{founding.name}，隶属{_superior(founding)}。{_term(founding)}{_people(founding, members)}",
        "党员的组织关系、党费和表决仍在原支部，日常活动和联系由新成立的党组织负责。妥否，请批示。",
    )
    paper.end(founding.organisation.name, _day(founding.applied_on))
    if members:
        paper.text("附件：拟编入党员名单", indent=False)
        paper.table(WIDTHS, _list(members, actor))
    return paper.bytes()


def approval(founding: Founding, actor: Actor) -> bytes:
    """What the county's committee answers: a draft."""
    members = chosen(founding, actor)
    paper = Paper(f"关于同意成立{founding.name}的批复")
    paper.line(founding.approval_no or BLANK_NUMBER)
    paper.text(f"{founding.organisation.name}：", indent=False)
    number = f"（{founding.application_no}）" if founding.application_no else ""
    paper.text(
        f"你们《关于成立{founding.name}的请示》{number}收悉。经研究，同意成立{founding.name}，隶属{_superior(founding)}。"
        f"{_term(founding)}{_people(founding, members)}",
        "请加强对流动党员的教育、管理和服务，按规定过好组织生活，民主评议的情况通报党员组织关系所在支部。此复。",
    )
    paper.end(founding.approved_by or _county(founding).name, _day(founding.approved_on))
    return paper.bytes()


MAKERS = {"application": application, "approval": approval}


def _county(founding: Founding) -> Organisation:
    return Organisation.objects.get(path=founding.path[:WIDTH])


def _superior(founding: Founding) -> str:
    return founding.superior.name if founding.superior else "　　　　　　　　"


def _sentence(text: str) -> str:
    return f"{text.rstrip('。')}。" if text else ""


def _term(founding: Founding) -> str:
    return f"期限到{_day(founding.ends_on)}为止。" if founding.ends_on else ""


def _people(founding: Founding, members: Sequence[FoundingMember]) -> str:
    if founding.kind not in WITH_MEMBERS:
        return ""
    full = sum(one.member.kind == FULL for one in members)
    head = "组长" if founding.kind == FoundingKind.GROUP else "书记"
    name = founding.secretary.name if founding.secretary else "　　　　"
    return f"编入党员 {len(members)} 名，其中正式党员 {full} 名，由{name}同志任{head}。"


def _day(day: dt.date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else BLANK_DAY


def _list(members: Sequence[FoundingMember], actor: Actor) -> list[Row]:
    stays = Journey.objects.visible_to(actor).under_way().out().filter(member__in=[one.member_id for one in members])
    at_work = {stay.member_id: work(stay) for stay in stays}
    rows = [Row(tuple(Cell(head, label=True) for head in HEADS))]
    for number, one in enumerate(members, 1):
        who = one.member
        cells = (
            str(number), who.name, who.get_sex_display() if who.sex else "", who.get_kind_display() if who.kind else "",
            str(who.home or ""), at_work.get(who.pk, ""), "同意" if one.agreed else "",
        )  # fmt: skip
        rows.append(Row(tuple(Cell(text) for text in cells)))
    return rows
