"""What the documents say is so: links lead somewhere, commands exist, pictures are there, copied code still stands."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from accounts import roles
from core import rules

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = {".venv", ".git", "var", "node_modules", ".pytest_cache"}
DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if not HIDDEN & set(path.relative_to(ROOT).parts))
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
MANUAL = ROOT / "docs" / "manual"
GO_LIVE = ROOT / "docs" / "go-live.zh-CN.md"
MOST_BYTES = 3_000_000

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def prose(path: Path) -> str:
    """The text without its code, where brackets mean something else."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", path.read_text("utf-8")))


def heading_ids(path: Path) -> set[str]:
    """Anchors as GitHub and Gitea make them from headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_every_link_leads_somewhere(path):
    for target in LINK.findall(prose(path)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), f"{path.name}: {target}"
        assert there.is_relative_to(ROOT), f"{path.name}: {target} leaves the project"
        if anchor:
            assert anchor in heading_ids(there), f"{path.name}: {target}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_every_command_exists(path):
    text = path.read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    used = re.findall(r"(?:^ {4}|`|^```\w*\n)(?:[A-Z_]+=\S* )*make ([a-z-]+)", text, re.MULTILINE)
    assert not set(used) - targets, path.name
    commands = re.findall(r"manage\.py ([a-z_]+)", text)
    assert not set(commands) - set(get_commands()), path.name


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_copied_code_still_stands_where_it_was_taken_from(path):
    """A block whose first line is "# path/of/module.py" quotes that file line by line, in its order."""
    for _, code in FENCE.findall(path.read_text("utf-8")):
        head, *quoted = code.splitlines()
        if not (found := re.fullmatch(r"# ([\w/]+\.py)", head)):
            continue
        lines = iter((ROOT / found[1]).read_text("utf-8").splitlines())
        for line in filter(str.strip, quoted):
            assert line in lines, f"{path.name}: {found[1]} no longer says {line.strip()!r}"


def test_every_picture_of_the_manual_is_shown_and_all_are_small():
    shown = {target for path in MANUAL.glob("*.md") for target in LINK.findall(path.read_text("utf-8"))}
    pictures = sorted((MANUAL / "pictures").glob("*.png"))
    assert pictures
    assert {f"pictures/{picture.name}" for picture in pictures} - shown == set()
    assert sum(picture.stat().st_size for picture in pictures) < MOST_BYTES


def test_every_page_of_the_manual_is_in_its_contents():
    contents = LINK.findall((MANUAL / "README.md").read_text("utf-8"))
    assert {path.name for path in MANUAL.glob("*.md")} - {"README.md"} <= set(contents)


def test_before_going_live_there_are_ten_things_each_with_both_sides():
    sections = re.split(r"^## ", GO_LIVE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    things = [section for section in sections if re.match(r"[一二三四五六七八九十]+、", section)]
    assert len(things) == 10
    for thing in things:
        assert "**在系统里做**" in thing, thing.splitlines()[0]
        assert "**系统不管**" in thing, thing.splitlines()[0]


def test_the_figures_about_accounts_are_the_rules_own():
    """Numbers that the manual and the README quote from the defaults of rules."""
    texts = "".join(path.read_text("utf-8") for path in (*MANUAL.glob("*.md"), ROOT / "README.zh-CN.md", GO_LIVE))
    for key, sentence in {
        "sign_in_tries": "连续输错 {} 次",
        "sign_in_lock": "锁定 {} 分钟",
        "idle_minutes": "{} 分钟不操作",
        "slip_days": "{} 天内有效",
        "password_length": "至少 {} 位",
    }.items():
        assert sentence.format(rules.rule(key).default) in texts, key


def test_the_figures_about_the_sweep_are_the_rules_own():
    texts = "".join(path.read_text("utf-8") for path in (*MANUAL.glob("*.md"), ROOT / "README.zh-CN.md", GO_LIVE))
    for keys, sentence in {
        ("sweep_branch_days", "sweep_town_days", "sweep_county_days"): "开启后第 {}、{}、{} 天",
        ("shelf_phone_days", "shelf_employer_days"): "电话和去向 {} 天，单位 {} 天",
        ("sweep_remind_first", "sweep_remind_second", "sweep_remind_last", "sweep_remind_after"): (
            "期限前 {}、{}、{} 天，过期后 {} 天"
        ),
        ("sweep_retry_days",): "| {} 天 |",
        ("contact_days",): "超过 {} 天没有核实",
        ("lost_months",): "联系不上满 {} 个月",
        ("stop_to_removal_years",): "停止党籍满 {} 年",
    }.items():
        assert sentence.format(*(rules.rule(key).default for key in keys)) in texts, keys


def test_the_manual_names_every_role():
    text = (MANUAL / "accounts.md").read_text("utf-8")
    assert [role.title for role in roles.ROLES.values() if role.title not in text] == []
