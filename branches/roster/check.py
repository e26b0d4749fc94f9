"""Comparing the rows of a register of organisations with the tree. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from branches.enums import COUNTY, MAY_SIT_UNDER, kind_of_name, marks_in
from branches.models import Organisation, Post
from branches.roster.known import Known, remembered, row_key
from core import crypto
from core.domain.cells import clean_text
from core.domain.codes import ORGANISATION_KIND
from core.domain.dates import PartialDate
from core.domain.orgnames import plain_org_name
from core.ledgers import CellChange, CheckContext, LedgerRow, Outcome
from core.permissions import Permission

TEXTS = ("code", "place", "note")
DATES = ("founded_on", "elected_on")
LONGEST = {"name": 120, "code": 30, "place": 120, "note": 300}


def check(rows: Sequence[LedgerRow], context: CheckContext) -> None:
    known = remembered(context.memory)
    known.file(row for row in rows if not row.stopped)
    for row in rows:
        _check_row(row, known, context)


def _check_row(row: LedgerRow, known: Known, context: CheckContext) -> None:
    """A row above in the tree is checked before those below it, wherever it stands in the file."""
    if row.stopped or row_key(row) in known.checked:
        return
    known.checked.add(row_key(row))
    if not row.values.get("name"):
        row.error("name_missing", "没有填写党组织名称。", "name")
        return
    for key, longest in LONGEST.items():
        if len(str(row.values.get(key) or "")) > longest:
            row.error("too_long", f"这一格超过 {longest} 个字，请缩短。", key)
            return
    parent, parent_row = _parent(row, known, context)
    if row.stopped:
        return
    if parent_row is not None:
        _check_row(parent_row, known, context)
    organisation = _known_organisation(row, parent, known)
    if row.stopped or _is_double(row, organisation, known):
        return
    if organisation is not None:
        _compare(row, organisation, parent, known, context)
    else:
        _check_new(row, parent, parent_row, known, context)


def _parent(row: LedgerRow, known: Known, context: CheckContext) -> tuple[Organisation | None, LedgerRow | None]:
    """The organisation above in the tree, or the row of the file that makes it; the file's own rows come first."""
    code, name = row.values.get("parent_code"), row.values.get("parent")
    if not code and not name:
        return None, None
    if code and (above := known.filed_codes.get(code)) is not None and above is not row:
        return _through(above, known)
    if code and code in known.by_code:
        return known.by_code[code], None
    if name:
        rows = [one for one in known.rows_named(name) if one is not row]
        if len(rows) == 1:
            return _through(rows[0], known)
        found = known.named(name)
        if len(rows) > 1 and len(found) != 1:
            row.hold("parent_ambiguous", f"文件里有 {len(rows)} 个叫“{name}”的党组织，请写上级的全称或代码。", "parent")
            return None, None
        inside = [one for one in found if context.by.reaches(one.path, Permission.ORGANISE)]
        if len(inside or found) == 1:
            return (inside or found)[0], None
        if found:
            row.hold("parent_ambiguous", f"有 {len(found)} 个叫“{name}”的党组织，请写上级的全称或代码。", "parent")
            return None, None
    text = name or f"代码 {code}"
    row.hold(
        "parent_unknown", f"找不到上级党组织“{text}”，请核对名称，或先新建上级。", "parent" if name else "parent_code"
    )
    return None, None


def _through(above: LedgerRow, known: Known) -> tuple[Organisation | None, LedgerRow]:
    """A row of the file as parent: the organisation it speaks of where there is one already."""
    name, code = str(above.values["name"]), above.values.get("code")
    found = [known.by_code[code]] if code in known.by_code else known.named(name)
    if len(found) > 1:
        above_that = above.values.get("parent")
        found = [
            one
            for one in found
            if one.parent and above_that and plain_org_name(above_that) == plain_org_name(one.parent.name)
        ]
    return (found[0] if len(found) == 1 else None), above


def _known_organisation(row: LedgerRow, parent: Organisation | None, known: Known) -> Organisation | None:
    """The organisation that the row speaks of, by code, else by name below its parent; None for a new one."""
    code, name = row.values.get("code"), row.values["name"]
    if code and code in known.by_code:
        return known.by_code[code]
    states_parent = bool(row.values.get("parent") or row.values.get("parent_code"))
    named = known.named(name)
    if states_parent:
        below = [one for one in named if parent is not None and one.parent_id == parent.pk]
        exact = [one for one in named if one.name == name]
        if len(below) == 1:
            return below[0]
        if parent is not None and len(exact) == 1 and not below:
            return exact[0]  # compared, its parent differs: said there
        return None
    if len(named) == 1:
        return named[0]
    if not named and (row.values.get("kind") or kind_of_name(name)) in (COUNTY, "611") and _is_county(row, known):
        return known.roots[0]
    if named:
        row.hold("organisation_ambiguous", f"有 {len(named)} 个叫“{name}”的党组织，请补上上级党组织。", "name")
    return None


def _is_county(row: LedgerRow, known: Known) -> bool:
    """A row without a parent that is the county itself: there is exactly one root to be it."""
    return row.values.get("kind") == COUNTY and len(known.roots) == 1


def _is_double(row: LedgerRow, organisation: Organisation | None, known: Known) -> bool:
    """An earlier row of the file already speaks of the same organisation."""
    first: LedgerRow | None = None
    if organisation is not None:
        first = known.taken.setdefault(organisation.pk, row)
    else:
        for other in known.rows_named(row.values["name"]):
            if other is row:
                break
            same = [plain_org_name(str(one.values.get("parent") or "")) for one in (row, other)]
            if same[0] == same[1] and row.values.get("parent_code") == other.values.get("parent_code"):
                first = other
                break
    code = row.values.get("code")
    if code and (other_row := known.filed_codes.get(code)) is not None and other_row is not row:
        first = first if first not in (None, row) else other_row
    if first is None or first is row:
        return False
    row.error("organisation_double", f"和第 {first.number} 行是同一个党组织，请删去一行。", "name")
    return True


def _check_new(
    row: LedgerRow, parent: Organisation | None, parent_row: LedgerRow | None, known: Known, context: CheckContext
) -> None:
    kind = _kind(row)
    if row.stopped:
        return
    if parent is None and parent_row is None:
        row.hold("parent_missing", "没有填写上级党组织，不知道放在哪里。", "parent")
        return
    if parent_row is not None and parent is None and (parent_row.stopped or parent_row is row):
        row.hold("parent_unknown", f"上级党组织在第 {parent_row.number} 行，那一行还不能用，先改好它。", "parent")
        return
    if not _may_organise(parent, parent_row, known, context):
        row.error("out_of_scope", "上级党组织不在您的管理范围内，不能在下面新建。", "parent")
        return
    above = parent.kind if parent is not None else _kind_of_row(parent_row)
    if above and above not in MAY_SIT_UNDER[kind]:
        label = ORGANISATION_KIND.label
        row.hold("kind_misplaced", f"{label(kind)}不能放在{label(above)}下面，请核对类别和上级。", "kind")
        return
    row.outcome = Outcome.NEW
    row.basis = {
        "id": None,
        "kind": kind,
        "parent_id": parent.pk if parent is not None else None,
        "parent_row": row_key(parent_row) if parent_row is not None and parent is None else "",
    }
    row.changes = [CellChange(key, None, value) for key, value in row.values.items() if value not in (None, "", [])]


def _kind(row: LedgerRow) -> str:
    """The kind as given, else as the name's ending says. Stops the row when neither is known."""
    if kind := row.values.get("kind"):
        return str(kind)
    given = clean_text(row.raw.get("kind") or "")
    guessed = kind_of_name(row.values["name"])
    if given or not guessed:
        shown = f"不认识组织类别“{given[:20]}”" if given else "没有填写组织类别"
        row.error("kind_unknown", f"{shown}，请写代码（如 631）或名称（如 党支部）。", "kind")
        return ""
    row.inform("kind_inferred", f"没有填写组织类别，按名称读作“{ORGANISATION_KIND.label(guessed)}”。", "kind")
    row.values["kind"] = guessed
    return guessed


def _kind_of_row(row: LedgerRow | None) -> str:
    return str(row.values.get("kind") or kind_of_name(row.values["name"])) if row is not None else ""


def _may_organise(
    parent: Organisation | None, parent_row: LedgerRow | None, known: Known, context: CheckContext
) -> bool:
    """Held at the nearest organisation above that exists: what the file itself makes belongs to the same place."""
    seen: set[str] = set()
    while parent is None and parent_row is not None and row_key(parent_row) not in seen:
        seen.add(row_key(parent_row))
        copy = LedgerRow(
            parent_row.sheet, parent_row.number, values=parent_row.values
        )  # messages are for its own check
        parent, parent_row = _parent(copy, known, context)
    return parent is not None and context.by.reaches(parent.path, Permission.ORGANISE)


def _compare(
    row: LedgerRow, organisation: Organisation, parent: Organisation | None, known: Known, context: CheckContext
) -> None:
    if parent is not None and parent.pk != organisation.parent_id:
        where = organisation.parent.short_name if organisation.parent else "最上级"
        row.hold("parent_mismatch", f"现在在“{where}”下面。要移动，请在党组织页面办理，名册不会悄悄移动。", "parent")
        return
    row.changes = _differences(row, organisation)
    secretary = known.secretaries.get(organisation.pk)
    row.changes += _secretary_differences(row, secretary)
    row.basis = {
        "id": organisation.pk,
        "version": organisation.version,
        "post": secretary.version if secretary else 0,
    }
    if not row.changes:
        row.outcome = Outcome.UNCHANGED
    elif not context.by.reaches(organisation.path, Permission.ORGANISE):
        row.error("out_of_scope", "这个党组织不在您的管理范围内，不能修改。", "name")
    else:
        row.outcome = Outcome.NEW if _is_bare_county(organisation) else Outcome.CHANGED


def _is_bare_county(organisation: Organisation) -> bool:
    """Set-up plants the county with a name and nothing else; the first register to describe it brings it in."""
    described = organisation.founded_on or organisation.elected_on or organisation.place
    return organisation.parent_id is None and not described


def _differences(row: LedgerRow, organisation: Organisation) -> list[CellChange]:
    found = []
    for key in ("name", "kind", *TEXTS, *DATES):
        if key not in row.values:
            continue
        before, after = getattr(organisation, key), row.values[key]
        if isinstance(before, PartialDate):
            before = before.iso()
        if key in ("name", "kind") and not after:
            continue
        if key == "name" and plain_org_name(after) in (
            plain_org_name(organisation.name),
            plain_org_name(organisation.short_name),
        ):
            continue
        if not _same(key, before, after):
            found.append(CellChange(key, before or None, after))
    marks = [mark for mark in marks_in(str(row.values.get("note") or "")) if mark not in organisation.marks]
    if marks and not any(change.key == "note" for change in found):
        found.append(CellChange("note", organisation.note or None, row.values["note"]))
    return found


def _same(key: str, before: Any, after: Any) -> bool:
    """A coarser statement of the same date is no change."""
    if key in DATES and before and after:
        return PartialDate.from_iso(after).covers(PartialDate.from_iso(before))
    return (before or None) == (after or None)


def _secretary_differences(row: LedgerRow, post: Post | None) -> list[CellChange]:
    found = []
    name, phone = row.values.get("secretary"), row.values.get("phone")
    held = post.holder_name if post else None
    if "secretary" in row.values and (name or None) != (held or None):
        found.append(CellChange("secretary", held, name))
    if phone and not name and post is None:
        row.warn("secretary_missing", "有电话但没有书记姓名，电话没有登记。", "phone")
    elif "phone" in row.values and (phone or post is not None) and (name is not None or "secretary" not in row.values):
        another_person = name is not None and name != held
        if another_person or crypto.blind(phone or "", "phone") != (post.phone_index if post else ""):
            found.append(
                CellChange("phone", post.reveal("phone") or None if post and not another_person else None, phone)
            )
    return found
