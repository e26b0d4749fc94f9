"""The whole quarter in one numbered zip: every paper, and a list of contents that says what each file is and as of when."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence

from django.utils import timezone

from reports.enums import IN_PACKET, OF_A_SWEEP, PaperKind
from reports.papers.making import Made, Maker, Making

CONTENTS = "00-目录.txt"


def everything(making: Making, makers: Mapping[PaperKind, Maker]) -> list[Made]:
    """All papers that there are, in their order."""
    kinds = [kind for kind in IN_PACKET if making.edition.sweep or kind not in OF_A_SWEEP]
    found: list[Made] = []
    for number, kind in enumerate(kinds, 1):
        part = making.part(number - 1, len(kinds))
        part.step(0, 1, f"正在出{kind.label}")
        found += _numbered(number, kind, makers[kind](part))
    whose = {one.member_id for one in (*making.edition.stays, *making.edition.spells)}
    name = f"{making.stem}流动党员季度材料-{making.paper.number}.zip"
    return [Made(name, zipped(found, making), len(whose))]


def in_folders(making: Making, made: Sequence[Made]) -> list[Made]:
    """Several files that are one paper."""
    people = max((one.people for one in made), default=0)
    return [Made(f"{making.stem}台账册-{making.paper.number}.zip", zipped(made, making), people)]


def _numbered(number: int, kind: PaperKind, made: Sequence[Made]) -> list[Made]:
    """01-流动党员汇总表.xlsx; several files of one kind share a folder."""
    if len(made) == 1:
        return [Made(f"{number:02}-{one.name}", one.content, one.people) for one in made]
    return [Made(f"{number:02}-{kind.label}/{one.name}", one.content, one.people) for one in made]


def zipped(made: Sequence[Made], making: Making) -> bytes:
    """The files with their list of contents, which the paper's page shows as well."""
    making.paper.contents = [
        {"name": one.name, "size": len(one.content), "sha256": hashlib.sha256(one.content).hexdigest()} for one in made
    ]
    out = io.BytesIO()
    at = timezone.localtime(making.edition.now).timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:  # every file in it is packed already
        target.writestr(zipfile.ZipInfo(CONTENTS, at), "\ufeff" + contents(making))
        for one in made:
            target.writestr(zipfile.ZipInfo(one.name, at), one.content)
    return out.getvalue()


def contents(making: Making) -> str:
    """Text, for whoever opens the packet with nothing but an editor."""
    edition, paper = making.edition, making.paper
    made = timezone.localtime(edition.now)
    head = [
        f"{making.stem}流动党员季度材料", f"编号：{paper.number}", f"单位：{edition.organisation.name}", f"数字：{edition.state_words}",
        f"出材料：{making.by.label} {made:%Y-%m-%d %H:%M}", f"用途：{paper.purpose}",
        f"号码：{'完整' if paper.full else '遮盖'}；限制知悉的人员不在任何文件里",
        *(["一村一册、一乡一账、一县一册和一人一档按出材料时的登记，其余按关闭排查时的上报数"] if edition.is_final else []),
        *(f"说明：{note}" for note in dict.fromkeys(making.notes)), "", "文件　大小（字节）　SHA-256",
    ]  # fmt: skip
    lines = [f"{one['name']}　{one['size']}　{one['sha256']}" for one in paper.contents]
    return "\r\n".join([*head, *lines, ""])
