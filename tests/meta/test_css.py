"""Rules about the style sheets: one place for colours, nothing newer than Chromium 86, readable sizes and contrast."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
FILES = sorted(CSS.rglob("*.css"))

# Each feature with the Chromium that brought it.
TOO_NEW = {
    r":has\(": "105",
    r":is\(": "88",
    r":where\(": "88",
    r":not\([^()]*,": "88 (lists inside :not)",
    r"@layer\b": "99",
    r"@container\b": "105",
    r"@scope\b": "118",
    r"@starting-style\b": "117",
    r"\baspect-ratio\s*:": "88",
    r"(?<![-\w])inset(-block|-inline)?\s*:": "87",
    r"\b(margin|padding)-(inline|block)\s*:": "87",
    r"\b(color-mix|oklch|oklab|lab|lch|light-dark)\(": "111",
    r"\b\d+(dvh|svh|lvh|dvw|cqw|cqi)\b": "108",
    r"\baccent-color\s*:": "93",
    r"\btext-wrap\s*:": "114",
    r"\btext-underline-offset\s*:": "87",
    r"\btext-decoration-thickness\s*:": "89",
    r"\bscrollbar-(gutter|width|color)\s*:": "94",
    r"\boverflow\s*:\s*clip": "90",
    r"::file-selector-button": "89",
    r":user-(in)?valid": "119",
    r"\bsubgrid\b": "117",
    r"(?<![-\w])(translate|rotate|scale)\s*:": "104",
    r"\((width|height)\s*[<>]": "104 (ranges in media queries)",
    r"\baccent-color\b": "93",
    r"\bforced-colors\b": "89",
    r"\bfield-sizing\b": "123",
    r"@import\b": "not newer, but one request after the other",
}
NAMED = (
    r"(?<![-\w])(white|black|red|green|blue|gr[ae]y|yellow|orange|silver|navy|maroon|brown|gold|beige|ivory)(?![-\w])"
)

# Text on ground, as it is used: (text, ground).
PAIRS = [
    *[(ink, ground) for ink in ("--ink", "--ink-2", "--ink-3") for ground in ("--paper", "--surface", "--wash")],
    *[
        (link, ground)
        for link in ("--link", "--link-2")
        for ground in ("--paper", "--surface", "--wash", "--link-wash", "--warn-wash", "--bad-wash")
    ],
    *[("--red", ground) for ground in ("--surface", "--paper", "--red-wash")],
    *[("--red-2", ground) for ground in ("--surface", "--red-wash")],
    *[(f"--{tone}", f"--{tone}-wash") for tone in ("ok", "info", "warn", "bad")],
    *[(f"--{tone}", "--surface") for tone in ("ok", "info", "warn", "bad")],
    *[("--ink", ground) for ground in ("--red-wash", "--gold-wash", "--warn-wash", "--bad-wash")],
    *[("--ink", tile) for tile in ("--t-1", "--t-2", "--q-2")],
    ("--on-red", "--q-1"),
    ("--on-red", "--red"),
    ("--on-red", "--red-2"),
    ("--on-red", "--ink"),
]


def without_comments(file: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", file.read_text("utf-8"), flags=re.DOTALL)


def rules(file: Path):
    """(selector, declarations) of every rule that holds no other rule."""
    return re.findall(r"([^{}]+)\{([^{}]*)\}", without_comments(file))


def tokens() -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", without_comments(CSS / "tokens.css")))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_right():
    assert round(contrast("#ffffff", "#000000"), 1) == 21.0
    assert round(contrast("#ffffff", "#767676"), 2) == 4.54


@pytest.mark.parametrize("pair", PAIRS, ids=" on ".join)
def test_text_can_be_read(pair: tuple[str, str]):
    known = tokens()
    assert contrast(known[pair[0]], known[pair[1]]) >= 4.5


@pytest.mark.parametrize("ground", ["--surface", "--paper", "--wash"])
def test_edges_of_controls_can_be_seen(ground: str):
    assert contrast(tokens()["--line-3"], tokens()[ground]) >= 3


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_is_newer_than_chromium_86(file: Path):
    text = without_comments(file)
    found = {pattern: since for pattern, since in TOO_NEW.items() if re.search(pattern, text)}
    assert found == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_rule_stands_inside_another(file: Path):
    depth, opened = 0, []
    for selector, brace in re.findall(r"([^{};]*)([{}])", without_comments(file)):
        if brace == "{":
            opened.append(selector.strip())
            depth += 1
            assert depth == 1 or all(outer.startswith("@") for outer in opened[:-1]), opened
        else:
            opened.pop()
            depth -= 1
    assert depth == 0


@pytest.mark.parametrize("file", [file for file in FILES if file.name != "tokens.css"], ids=lambda file: file.name)
def test_colours_and_fonts_are_named_in_tokens_only(file: Path):
    for selector, body in rules(file):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\b(rgb|hsl)a?\(", body), selector
        assert not re.search(NAMED, re.sub(r"var\([^)]*\)", "", body)), selector
        assert "font-family" not in body, selector


def sizes():
    for file in FILES:
        for selector, body in rules(file):
            for value in re.findall(r"(?:^|;)\s*font(?:-size)?:\s*([^;]+)", body):
                yield file.name, selector.strip(), value


def test_font_sizes_come_from_tokens():
    for file, selector, value in sizes():
        if value == "inherit" or selector.startswith("html"):
            continue
        assert "var(--fs-" in value, f"{file}: {selector}"


def test_no_text_is_smaller_than_14_pixels():
    scale = {name: value for name, value in tokens().items() if name.startswith("--fs-")}
    assert scale
    for name, value in scale.items():
        size, unit = re.fullmatch(r"([\d.]+)(rem|pt)", value).groups()
        assert float(size) * {"rem": 16, "pt": 96 / 72}[unit] >= 14, name
    for _, selector, value in sizes():
        for number, unit in re.findall(r"([\d.]+)(px|%)", value) if selector.startswith("html") else []:
            assert float(number) >= {"px": 14, "%": 100}[unit], selector


def test_every_variable_exists_and_is_used():
    text = "".join(without_comments(file) for file in FILES)
    used = set(re.findall(r"var\((--[\w-]+)", text))
    assert used == set(tokens())


def test_every_class_is_used_somewhere():
    classes = {
        name for file in FILES for selector, _ in rules(file) for name in re.findall(r"\.(-?[a-zA-Z][\w-]*)", selector)
    }
    sources = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "static" / "js").glob("*.js"),
        *(ROOT / "core").rglob("*.py"),
    ]
    text = "".join(source.read_text("utf-8") for source in sources)
    # Made from an option, or set by htmx.
    made = {
        name
        for name in classes
        if (stem := re.match(r"(.+(?:--|__|-))[\w]+$", name)) and re.search(re.escape(stem[1]) + r"\{[{}%\w]", text)
    }
    unused = {
        name
        for name in classes - made - {"htmx-request"}
        if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)
    }
    assert unused == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_style_sheet_is_loaded(file: Path):
    address = file.relative_to(ROOT / "static").as_posix()
    assert any(address in page.read_text("utf-8") for page in (ROOT / "templates").rglob("*.html"))
