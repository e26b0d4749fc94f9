"""What a check of a register knows: the tree, the secretaries in office, and the rows of the file so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from branches.models import Organisation, Post
from core.domain.orgnames import plain_org_name
from core.ledgers import LedgerRow

_MEMORY = "branches.roster"


def row_key(row: LedgerRow) -> str:
    """What names a row of the file in another row's ``basis``."""
    return f"{row.sheet}#{row.number}"


@dataclass
class Known:
    """``filed``: rows of the file by plain name and by code, in the order of the file."""

    organisations: dict[int, Organisation]
    secretaries: dict[int, Post]
    by_name: dict[str, list[Organisation]] = field(default_factory=dict)
    by_code: dict[str, Organisation] = field(default_factory=dict)
    filed: dict[str, list[LedgerRow]] = field(default_factory=dict)
    filed_codes: dict[str, LedgerRow] = field(default_factory=dict)
    checked: set[str] = field(default_factory=set)
    taken: dict[int, LedgerRow] = field(default_factory=dict)  # organisation -> the row that speaks of it

    def named(self, name: str) -> list[Organisation]:
        return self.by_name.get(plain_org_name(name), [])

    def rows_named(self, name: str) -> list[LedgerRow]:
        return self.filed.get(plain_org_name(name), [])

    @property
    def roots(self) -> list[Organisation]:
        return [one for one in self.organisations.values() if one.parent_id is None]

    def line(self, organisation: Organisation) -> list[Organisation]:
        line = [organisation]
        while line[0].parent_id is not None:
            line.insert(0, self.organisations[line[0].parent_id])
        return line

    def file(self, rows: Iterable[LedgerRow]) -> None:
        for row in rows:
            if name := row.values.get("name"):
                self.filed.setdefault(plain_org_name(name), []).append(row)
            if code := row.values.get("code"):
                self.filed_codes.setdefault(code, row)


def load() -> Known:
    """The whole tree, closed ones left out; a county has some thousands at most."""
    organisations = {one.pk: one for one in Organisation.objects.open()}
    posts = Post.objects.unscoped().filter(title=Post.Title.SECRETARY, ends_on__isnull=True).order_by("-pk")
    known = Known(organisations, {post.organisation_id: post for post in posts})
    for one in organisations.values():
        if one.parent_id is not None:
            one.parent = organisations[one.parent_id]
        for name in {plain_org_name(one.name), plain_org_name(one.short_name)}:
            known.by_name.setdefault(name, []).append(one)
        if one.code:
            known.by_code[one.code] = one
    return known


def remembered(memory: dict[str, object]) -> Known:
    """One for a whole check, loaded at the first chunk."""
    known = memory.get(_MEMORY)
    if not isinstance(known, Known):
        known = memory[_MEMORY] = load()
    return known
