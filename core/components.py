"""The shapes that components are fed with: plain frozen data, made by presenters and views."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Tab:
    """One tab: a link with a count; `tone="bad"` where something must be put right."""

    label: str
    url: str
    count: int | None = None
    is_current: bool = False
    tone: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a wizard; `state` is done, current or todo. Only a done step has a `url`."""

    label: str
    state: str = "todo"
    url: str = ""


@dataclass(frozen=True)
class TreeNode:
    """An organisation in the tree. `branch_url` serves the children when they are opened for the first time."""

    name: str
    url: str
    count: int | None = None
    is_current: bool = False
    is_open: bool = False
    children: Sequence["TreeNode"] = ()
    branch_url: str = ""


@dataclass(frozen=True)
class Link:
    """A word and where it leads; without `url` it is plain text (the last breadcrumb)."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class FilterChip:
    """An active filter and the address of the same list without it."""

    label: str
    remove_url: str


@dataclass(frozen=True)
class SavedFilter:
    """A list kept by name; `delete_url` takes a POST."""

    label: str
    url: str
    count: int | None = None
    is_current: bool = False
    delete_url: str = ""


@dataclass(frozen=True)
class PageSize:
    """A choice of rows a page."""

    size: int
    url: str
    is_current: bool = False


@dataclass(frozen=True)
class Fact:
    """One line of a person file. `note` says from what and when it was last verified; `tone` marks a gap or a doubt."""

    label: str
    value: object
    note: str = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class FieldChange:
    """A field before and after; an empty string is shown as 空."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One entry of a history: when, what, by whom, and the fields before and after."""

    at: datetime | date
    title: str
    by: str = ""
    text: str = ""
    changes: Sequence[FieldChange] = ()
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Todo:
    """Something that waits for the reader: how urgent (chip), what (link), a line of detail."""

    label: str
    url: str
    chip: str
    tone: str = "info"
    detail: str = ""


@dataclass(frozen=True)
class Segment:
    """A part of a stacked bar; `ink` picks one of the four quantities' colours (1-4), `url` leads to its people."""

    label: str
    value: int
    ink: int = 1
    url: str = ""


@dataclass(frozen=True)
class Bar:
    """A row of a bar chart; the figure is a link to its people."""

    label: str
    value: int
    url: str = ""
