"""What this app tells the registries: its place in the navigation, and that it listens for jobs that end."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from core import hooks, navigation
from core.handlers import job_finished
from core.navigation import NavItem
from inbox import actions, moves, queries
from inbox.models import Level
from jobs.models import Job

WATCHED = dt.timedelta(seconds=15)  # whoever started a shorter job still looks at its page


def tell_owner(job: Job) -> None:
    """A long or failed job is told to whom it belongs; a short one was seen to end."""
    if job.state == Job.State.CANCELLED or job.finished_at is None:
        return
    failed = job.state == Job.State.FAILED
    if not failed and job.finished_at - job.created_at < WATCHED:
        return
    user = User.objects.filter(public_id=job.owner, is_active=True).first()
    if user is None:
        return
    title = f"{job.title}：{'没有办成' if failed else '已完成'}"
    level = Level.YELLOW if failed else Level.INFO
    actions.tell(user, title, job.error if failed else job.text, level=level, link=("job-detail", [job.public_id]))


def register() -> None:
    job_finished.register(tell_owner)
    hooks.subtree_moved.register(moves.move)
    navigation.register(NavItem("inbox", "等您处理", "inbox", order=15, group=1, count=queries.count_for))
