"""Rules about the templates: the strict policy for scripts, components as declared, nothing unused, nothing English."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from core.component_options import load, names

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
FILES = sorted(TEMPLATES.rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
MODULES = [
    path for path in ROOT.glob("*/**/*.py") if path.relative_to(ROOT).parts[0] not in (".venv", "var", "tests", "bench")
]

# What people call these things; everything else on a page is Chinese.
ALLOWED = {
    "API", "CSV", "Ctrl", "Cookie", "DOCX", "Esc", "Tab", "Excel", "F5", "GB", "KB", "MB", "PDF", "PIN", "QR", "TOTP", "UTF", "WPS",
    "A3", "A4", "JPG", "PNG", "ODS", "Word", "XLS", "XLSX", "ZIP", "xls", "xlsx", "csv", "ods", "zip", "AB",
}  # fmt: skip
SHOWN_OPTIONS = re.compile(
    r"(?<![-\w])(?:label|text|title|heading|note|hint|caption|unit|url_label|back_label|search_hint|current)=\"([^\"]*)\""
)
SHOWN_ATTRIBUTES = re.compile(r"\b(?:placeholder|aria-label|title|alt)=\"([^\"]*)\"")


def name(file: Path) -> str:
    return file.relative_to(TEMPLATES).as_posix()


def source(file: Path) -> str:
    text = file.read_text("utf-8")
    text = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.DOTALL)
    # A block for a class name is filled in by a child template: nobody reads it.
    text = re.sub(r"\{% block \w+_class %\}.*?\{% endblock %\}", "", text)
    return re.sub(r"\{#.*?#\}", "", text)


def without_tags(text: str) -> str:
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)


def english(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z][A-Za-z0-9]+", text)) - ALLOWED


every_template = pytest.mark.parametrize("file", FILES, ids=name)


@every_template
def test_it_compiles(file: Path):
    get_template(name(file))


@every_template
def test_no_inline_style_or_script(file: Path):
    text = source(file)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"[\s\"']on[a-z]+\s*=", without_tags(text))
    assert not re.search(r"javascript:", text)
    for script in re.findall(r"<script\b[^>]*>", text):
        assert " src=" in script


@every_template
def test_nothing_comes_from_elsewhere(file: Path):
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", source(file))


@every_template
def test_no_english_on_the_screen(file: Path):
    text = source(file)
    shown = SHOWN_OPTIONS.findall(text) + SHOWN_ATTRIBUTES.findall(without_tags(text))
    body = re.sub(r"<(script|style|code)\b.*?</\1>", " ", text, flags=re.DOTALL)
    shown.append(re.sub(r"<!?/?[a-z][^<>]*>", " ", without_tags(body), flags=re.DOTALL))
    assert english(" ".join(shown)) == set()


@every_template
def test_it_is_used(file: Path):
    if name(file) == "admin/base_site.html":  # Django's own pages extend it by this name
        return
    if name(file).startswith("components/"):
        stem = file.stem
        pattern = rf"(?:component|wrap) \"{stem}\"|components/{stem}\.html"
        places = [*FILES, *MODULES]
    else:
        pattern = rf"[\"']{re.escape(name(file))}(?:#\w+)?[\"']"
        places = [*FILES, *MODULES]
    assert any(re.search(pattern, place.read_text("utf-8")) for place in places if place != file)


@every_template
def test_cells_of_tables_have_labels_for_the_phone(file: Path):
    for options, body in re.findall(r"\{% wrap \"table\"([^%]*)%\}(.*?)\{% endwrap %\}", source(file), re.DOTALL):
        if "wide=" in options:
            continue
        for cell, content in re.findall(r"<td\b([^>]*)>(.*?)</td>", body, re.DOTALL):
            known = (
                "data-label=" in cell
                or re.search(r"\b(card-title|select-cell|desk-only)\b", cell)
                or "colspan=" in cell
            )
            assert known or not content.strip(), f"<td{cell}>"


@every_template
def test_post_forms_carry_the_token(file: Path):
    for form in re.findall(
        r"<form\b(?:(?!</form>).)*?method=\"post\".*?</form>", source(file), re.DOTALL | re.IGNORECASE
    ):
        assert "csrf_token" in form


def test_script_hooks_and_scripts_know_each_other():
    hook = re.compile(r"data-portal-[a-z-]+")
    asked = {found for script in SCRIPTS for found in hook.findall(script.read_text("utf-8"))}
    given = {found for file in FILES for found in hook.findall(source(file))}
    # Kept by the scripts themselves on a form that was sent.
    assert asked - {"data-portal-sent"} == given


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_know_only_what_chromium_86_knows(script: Path):
    text = script.read_text("utf-8")
    newer = r"\.at\(|structuredClone|hasOwn\(|findLast|randomUUID|\.groupBy|\.toSorted|^await |requestIdleCallback"
    assert not re.search(newer, text, re.MULTILINE)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function|localStorage|https?://", text)


@pytest.mark.parametrize("component", names())
def test_every_component_stands_in_the_gallery(component: str):
    shown = "".join(file.read_text("utf-8") for file in (TEMPLATES / "ui").glob("*.html"))
    inside = "".join(file.read_text("utf-8") for file in (TEMPLATES / "components").glob("*.html"))
    assert (
        re.search(rf"(?:component|wrap) \"{component}\"", shown)
        or (component == "field" and "{% field " in shown)
        or f'component "{component}"' in inside
    )


@pytest.mark.parametrize("component", names())
def test_every_option_is_used_by_its_component(component: str):
    spec = load(component)
    text = source(TEMPLATES / "components" / f"{component}.html")
    assert [option for option in spec.options if not re.search(rf"\b{option}\b", text)] == []
    assert spec.wraps == ("{{ content }}" in text)
