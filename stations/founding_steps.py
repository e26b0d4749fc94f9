"""The steps of preparing a founding, and how far each is."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from core.components import Step
from stations.founding import Condition
from stations.founding_enums import WITH_MEMBERS
from stations.models import Founding

LABELS = {"kind": "建什么", "name": "上级和名称", "members": "选党员", "consent": "征求意见", "papers": "理由和请示"}


def names(founding: Founding) -> list[str]:
    """A general branch has no members of its own."""
    left_out = () if founding.kind in WITH_MEMBERS else ("members", "consent")
    return [name for name in LABELS if name not in left_out]


def following(founding: Founding, step: str) -> str:
    """Where "保存，下一步" leads: the next step, after the last the page itself."""
    order = names(founding)
    after = order[order.index(step) + 1 :] if step in order else order
    return reverse("founding-step", args=[founding.public_id, after[0]]) if after else founding.get_absolute_url()


def steps_of(founding: Founding, found: Sequence[Condition], current: str = "") -> list[Step]:
    missing = {one.step for one in found if not one.holds}
    made = []
    for name in names(founding):
        state = "current" if name == current else "todo" if name in missing else "done"
        url = reverse("founding-step", args=[founding.public_id, name])
        made.append(Step(LABELS[name], state, url if state == "done" else ""))
    return made
