"""Papers as files: what is in them, who may make them, that nobody is in them who should not be."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from pypdf import PdfReader

from accounts.actors import actor_for
from audit.models import Event
from core import clock
from core.actors import SYSTEM
from core.errors import NotAllowed, UserError
from files import actions as files
from jobs.models import Job
from jobs.runner import run_waiting
from members.actions import journeys
from members.models import Journey
from reports.actions import papers
from reports.enums import PaperKind
from reports.models import Paper
from reports.papers import producing
from sweeps.actions import returns
from sweeps.models import Item, Return
from tests.conftest import make_identity
from tests.reports.people import came, lost, out
from tests.sweeps.quarter import LATER, opened

HIDDEN = "骉骉"


@pytest.fixture
def quarter(county, branch, foreign_branch, make_member):
    """Two towns with somebody out, a guest, somebody lost, and one whom only the county may know; the sweep is open."""
    out(make_member(branch, name="周甲", identity=make_identity(17), phone="19900112233"), employer="某厂")
    out(make_member(foreign_branch, name="孙乙"))
    out(make_member(branch, name=HIDDEN, restricted=True))
    came(make_member, branch, "中共江苏省苏州市某支部")
    lost(make_member(branch, name="钱丙"), reason="1")
    return opened(county)


def made(kind, organisation, by, sweep=None, **more) -> tuple[Paper, bytes]:
    paper = papers.request(kind=kind, organisation=organisation, sweep=sweep, purpose="报市委组织部", by=by, **more)
    done = producing.produce(paper, by=by)
    return done, files.read(files.find(done.file, by), by)


def test_the_report_has_the_official_layout(quarter, county, county_actor):
    _paper, data = made(PaperKind.REPORT, county, county_actor, quarter)
    document = Document(io.BytesIO(data))
    section = document.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(one.mm) for one in margins] == [37, 35, 28, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    lines = [one for one in document.paragraphs if one.text]
    fonts = {one.text[:2]: one.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")) for one in lines}
    assert lines[0].runs[0].font.size == Pt(22)
    assert lines[0].runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    assert fonts["一、"] == "黑体"
    assert fonts["（一"] == "楷体_GB2312"
    assert fonts["现将"] == "仿宋_GB2312"
    body = next(one for one in lines if one.text.startswith("现将"))
    assert (body.runs[0].font.size, body.paragraph_format.line_spacing) == (Pt(16), Pt(28.95))
    assert round((section.page_width - section.left_margin - section.right_margin) / Mm(1)) == 156


def test_the_report_says_the_figures_of_the_tables(quarter, county, county_actor):
    _paper, data = made(PaperKind.REPORT, county, county_actor, quarter)
    document = Document(io.BytesIO(data))
    text = "\n".join(one.text for one in document.paragraphs)
    assert "流动党员3名。其中流出2名" in text
    assert "{" not in text
    cells = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
    assert cells[1][:3] == ["马店镇", "2", "1"]
    assert cells[-1][0] == "合计"
    assert HIDDEN not in text


def test_the_report_has_charts_that_say_their_numbers(quarter, county, branch, county_actor, make_member):
    out(make_member(branch, birth_date="1999-03", sex="2"), industry="E", region_code="440306")
    _paper, data = made(PaperKind.REPORT, county, county_actor, quarter)
    document = Document(io.BytesIO(data))
    places, work, ages = document.inline_shapes
    words = [one._inline.docPr.get("descr") for one in (places, work, ages)]
    assert words[0].startswith("流出党员去向：")
    assert words[0] == "流出党员去向：江苏省2人；广东省1人。"
    assert words[1] == "流出党员从事行业：建筑业1人。"
    assert words[2].startswith("流出党员年龄：35岁及以下男0人，女1人，没有登记0人；")
    pictures = [one.blob for name, one in document.part.related_parts.items() if one.partname.endswith(".png")]
    assert [one[:8] for one in pictures] == [b"\x89PNG\r\n\x1a\n"] * 3
    # the first two side by side, the third with its own words
    grids = [one for one in document.tables if one.style.name != "Table Grid"]
    assert [[cell.text for cell in one.rows[0].cells] for one in grids] == [
        ["流出党员去向（单位：人；示意，不代表地理位置）", "流出党员从事行业（单位：人）"], ["流出党员年龄（单位：人）"],
    ]  # fmt: skip


def test_the_signature_stands_on_a_page_with_text(quarter, county, county_actor):
    _paper, data = made(PaperKind.REPORT, county, county_actor, quarter)
    *_, text, gap, unit, day = Document(io.BytesIO(data)).paragraphs
    assert (unit.text, text.text[:3]) == (county.name, "（二）")
    assert [one.paragraph_format.keep_with_next for one in (text, gap, unit, day)] == [True, True, True, False]


def test_a_chart_of_nobody_is_left_out(county, branch, county_actor):
    _paper, data = made(PaperKind.REPORT, county, county_actor, opened(county))
    document = Document(io.BytesIO(data))
    assert not document.inline_shapes
    assert "图：" not in "\n".join(one.text for one in document.paragraphs)


def test_letters_begin_a_page_each(quarter, county, county_actor):
    paper, data = made(PaperKind.LETTER, county, county_actor, quarter)
    document = Document(io.BytesIO(data))
    text = [one.text for one in document.paragraphs]
    assert [line for line in text if line.endswith("同志：")] == ["周甲同志：", "孙乙同志："]
    assert sum(bool(one.paragraph_format.page_break_before) for one in document.paragraphs) == paper.people == 2


def test_nobody_is_reminded_who_has_handed_in(quarter, county, town, county_actor):
    _paper, data = made(PaperKind.REMINDER, town, county_actor, quarter)
    rows = [[cell.text for cell in row.cells] for row in Document(io.BytesIO(data)).tables[0].rows]
    assert [row[1] for row in rows[1:]] == ["何寨村党支部"]
    quarter.returns.unscoped().update(state="accepted")
    paper = papers.request(
        kind=PaperKind.REMINDER, organisation=town, sweep=quarter, purpose="报市委组织部", by=county_actor
    )
    with pytest.raises(UserError, match="没有需要催报"):
        producing.produce(paper, by=county_actor)


def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


@pytest.mark.once
def test_person_files_hold_numbers_by_right_only(quarter, county, county_actor):
    _paper, masked = made(PaperKind.PEOPLE, county, county_actor, quarter)
    paper, full = made(PaperKind.PEOPLE, county, county_actor, quarter, full=True)
    assert paper.people == 3
    assert "19900112233" not in text_of(masked)
    said = text_of(full)
    assert "19900112233" in said
    assert make_identity(17) in said
    assert paper.number in said
    assert HIDDEN not in said
    assert "第 1 页，共 1 页" in said


@pytest.mark.once
def test_markup_in_data_is_text(county, branch, make_member, county_actor):
    member = make_member(branch, name="#[evil] *粗*", note='#read("/etc/passwd") $x$')
    paper = papers.request(
        kind=PaperKind.PEOPLE, organisation=branch, sweep=None, purpose="存档备查", by=county_actor, chosen={"member": member.public_id}
    )  # fmt: skip
    done = producing.produce(paper, by=county_actor)
    said = text_of(files.read(files.find(done.file, county_actor), county_actor))
    assert "#[evil] *粗*" in said
    assert '#read("/etc/passwd")' in said


@pytest.mark.once
def test_a_packet_from_end_to_end(quarter, county, town, town_actor, other_town_actor):
    """A town's packet: everything of its own, nothing of the town next door, each file as the list of contents says."""
    paper = papers.request(
        kind=PaperKind.PACKET, organisation=town, sweep=quarter, purpose="报县委组织部", by=town_actor, full=True
    )
    run_waiting()
    paper.refresh_from_db()
    assert Job.objects.unscoped().get(public_id=paper.job).state == "done"
    data = files.read(files.find(paper.file, town_actor), town_actor)
    with zipfile.ZipFile(io.BytesIO(data)) as packet:
        assert packet.testzip() is None
        names = packet.namelist()
        contents = packet.read("00-目录.txt").decode("utf-8-sig")
        assert [name[:2] for name in names] == sorted(name[:2] for name in names)
        assert {name[:2] for name in names} == {f"{number:02}" for number in range(9)}
        for name in names[1:]:
            assert hashlib.sha256(packet.read(name)).hexdigest() in contents
        everything = "".join(words(name, packet.read(name)) for name in names)
    assert "周甲" in everything
    assert "孙乙" not in everything
    assert "冯屯村" not in everything
    assert HIDDEN not in everything
    assert "截至" in contents
    assert "未关闭" in contents
    event = Event.objects.unscoped().get(kind="paper.made")
    assert (event.data["number"], event.data["full"], event.data["people"]) == (paper.number, True, paper.people)
    with pytest.raises(UserError):
        files.find(paper.file, other_town_actor)


def test_once_closed_the_packet_says_for_ever_what_was_reported(quarter, county, branch, county_actor):
    """Closed as counties close; afterwards somebody comes home and works elsewhere: the tables stay, the ledgers are of now."""
    sent = {"accepted_at": LATER, "accepted_by": SYSTEM.ref, "submitted_at": LATER, "submitted_by": SYSTEM.ref}
    Return.objects.unscoped().filter(sweep=quarter).exclude(path=county.path).update(state="accepted", **sent)
    Item.objects.unscoped().filter(sweep=quarter).update(
        state="answered", answer="unchanged", answered_at=LATER, answered_by=SYSTEM.ref
    )
    open_ones = figures_of(made(PaperKind.PACKET, county, county_actor, quarter)[1])
    returns.close(sweep=quarter, by=SYSTEM, now=LATER)
    quarter.refresh_from_db()
    stay = Journey.objects.visible_to(county_actor).get(employer="某厂")
    journeys.edit_journey(journey=stay, values={"region_code": "370202"}, by=county_actor)
    stay.refresh_from_db()
    journeys.end_journey(journey=stay, outcome="returned", on="2026-11", by=county_actor)
    closed = made(PaperKind.PACKET, county, county_actor, quarter)[1]
    assert figures_of(closed) == open_ones
    with zipfile.ZipFile(io.BytesIO(closed)) as packet:
        told = {name[:2]: words(name, packet.read(name)) for name in packet.namelist() if name[:2] < "06"}
    for number in ("00", "01", "02", "03"):
        assert "关闭排查时的上报数" in told[number]
    assert "流出2名" in told["04"]
    now = figures_of(made(PaperKind.PACKET, county, county_actor)[1])
    assert now["流动党员情况（一）"] != open_ones["流动党员情况（一）"], "of now it is another"


def figures_of(packet: bytes) -> dict[str, list[int]]:
    """The numbers of the statistical tables, by sheet; without what is always of now."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(packet)) as parts:
        for name in parts.namelist():
            if name[:2] in ("01", "02"):
                for page in openpyxl.load_workbook(io.BytesIO(parts.read(name)), data_only=True):
                    cells = [cell.value for row in page.iter_rows(min_row=5, min_col=4, max_col=20) for cell in row]
                    found[page.title] = [cell for cell in cells if isinstance(cell, int)]
    return found


def words(name: str, data: bytes) -> str:
    if name.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(data))
        return "".join(str(cell.value or "") for page in book for row in page.iter_rows() for cell in row)
    if name.endswith(".docx"):
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            return re.sub(r"<[^>]+>", "", parts.read("word/document.xml").decode())
    return text_of(data) if name.endswith(".pdf") else data.decode()


def test_a_second_click_starts_nothing(quarter, county, county_actor):
    wish = {
        "kind": PaperKind.SUMMARY,
        "organisation": county,
        "sweep": quarter,
        "purpose": "报市委组织部",
        "by": county_actor,
    }
    first = papers.request(**wish, key="k1")
    assert papers.request(**wish, key="k1") == first
    assert papers.request(**wish, key="k2") == first, "another form, the same wish, the first still under way"
    run_waiting()
    assert papers.request(**wish, key="k1") == first
    assert papers.request(**wish, key="k3") != first
    assert Job.objects.unscoped().filter(kind="reports.paper").count() == 2


def test_who_may_make_what(quarter, county, town, other_town, town_actor, auditor_actor):
    with pytest.raises(NotAllowed):
        papers.request(kind=PaperKind.SUMMARY, organisation=other_town, sweep=quarter, purpose="报县委", by=town_actor)
    with pytest.raises(NotAllowed):
        papers.request(kind=PaperKind.SUMMARY, organisation=county, sweep=quarter, purpose="报县委", by=auditor_actor)
    with pytest.raises(UserError, match="用途"):
        papers.request(kind=PaperKind.SUMMARY, organisation=town, sweep=quarter, purpose="报", by=town_actor)
    with pytest.raises(UserError, match="还没有开启过排查"):
        papers.request(kind=PaperKind.CHANGES, organisation=town, sweep=None, purpose="报县委组织部", by=town_actor)


def test_a_right_that_is_gone_stops_the_job(quarter, town, town_user, town_actor):
    paper = papers.request(
        kind=PaperKind.SUMMARY, organisation=town, sweep=quarter, purpose="报县委组织部", by=town_actor
    )
    town_user.grants.update(ends_on=clock.today().replace(year=2021))
    with pytest.raises(NotAllowed):
        producing.produce(paper, by=actor_for(town_user, clock.today()))


def test_books_of_the_villages_add_up(quarter, county, county_actor):
    _paper, data = made(PaperKind.BOOKS, county, county_actor, quarter)
    with zipfile.ZipFile(io.BytesIO(data)) as packet:
        people = {name: numbered(packet.read(name)) for name in packet.namelist() if name.endswith(".xlsx")}
    by_level = {
        level: sum(n for name, n in people.items() if name.startswith(level))
        for level in ("一县一册", "一乡一账", "一村一册")
    }
    assert set(by_level.values()) == {4}  # two out, one guest, one lost
    assert "一村一册/01-马店镇/01-何寨村党支部.xlsx" in people


def numbered(data: bytes) -> int:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return sum(isinstance(row[0].value, int) for page in book for row in page.iter_rows())
