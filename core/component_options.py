"""What a component in ``templates/components/`` may be given, read from its own header comment.

The comment a person reads is the declaration the program checks, so the two cannot drift apart. One line an option:

    - text (required): the word
    - tone [neutral ok bad] = neutral: shape and colour
    - content (block): the component wraps what stands between {% wrap %} and {% endwrap %}
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMPONENTS = Path(__file__).resolve().parent.parent / "templates" / "components"

_HEADER = re.compile(r"\A\{% comment %\}\n(?P<text>.+?)\n\{% endcomment %\}", re.DOTALL)
_OPTION = re.compile(
    r"^- (?P<name>\w+)(?: \((?P<mark>required|block)\))?(?: \[(?P<choices>[^\]]+)\])?(?: = (?P<default>\S+))?: (?P<about>.+)$",
    re.MULTILINE,
)


class ComponentError(ValueError):
    """A component was declared or used wrongly; the text says which and how."""


@dataclass(frozen=True)
class Option:
    """One option of a component; `choices` is empty when any value will do."""

    name: str
    about: str
    required: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""


@dataclass(frozen=True)
class Component:
    """A component's name, what it is for, its options, and whether it wraps a block."""

    name: str
    about: str
    options: dict[str, Option]
    wraps: bool

    def check_names(self, given: set[str]) -> None:
        """Raise ComponentError for an unknown or a missing option."""
        if unknown := sorted(given - set(self.options)):
            raise ComponentError(
                f"component {self.name!r} has no option {', '.join(unknown)}; it knows {', '.join(self.options)}"
            )
        if missing := sorted(name for name, option in self.options.items() if option.required and name not in given):
            raise ComponentError(f"component {self.name!r} needs {', '.join(missing)}")

    def fill(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return all options with defaults; raise ComponentError for a value that is not among the choices."""
        values: dict[str, Any] = {}
        for name, option in self.options.items():
            value = given.get(name, option.default)
            if option.choices and value in ("", None):
                value = option.default
            if option.choices and value not in option.choices:
                raise ComponentError(
                    f"component {self.name!r}: {name}={value!r} is none of {', '.join(option.choices)}"
                )
            values[name] = value
        return values


def parse(name: str, source: str) -> Component:
    """Read a component's header comment; raise ComponentError when it has none."""
    header = _HEADER.match(source)
    if header is None:
        raise ComponentError(f"component {name!r} does not start with its header comment")
    text = header["text"]
    options: dict[str, Option] = {}
    wraps = False
    for found in _OPTION.finditer(text):
        if found["mark"] == "block":
            wraps = True
            continue
        options[found["name"]] = Option(
            name=found["name"],
            about=found["about"],
            required=found["mark"] == "required",
            choices=tuple((found["choices"] or "").split()),
            default=found["default"] or "",
        )
    return Component(name=name, about=text.split("\n- ", 1)[0].strip(), options=options, wraps=wraps)


def load(name: str) -> Component:
    """Return the declaration of `templates/components/<name>.html`; raise ComponentError when there is none."""
    path = COMPONENTS / f"{name}.html"
    if not path.is_file():
        raise ComponentError(f"there is no component {name!r}")
    return parse(name, path.read_text(encoding="utf-8"))


def names() -> list[str]:
    """All components, sorted."""
    return sorted(path.stem for path in COMPONENTS.glob("*.html"))
