"""Jobs whose worker died wait again, and jobs that the broker never got, or lost, are sent (again)."""

from __future__ import annotations

import datetime as dt
import itertools

from django.db import transaction

from accounts import policy
from core import clock
from core.actors import SYSTEM
from core.handlers import job_finished
from core.rules import Rule
from jobs import leases, publish
from jobs.models import Job

MOST_ATTEMPTS = 3
FRESH = dt.timedelta(seconds=3)  # the sender is probably just about to
LONGEST_WAIT = dt.timedelta(minutes=5)
AT_ONCE = 200
JOB_DAYS = Rule("job_days", "办完的后台任务记录保留多少天", 400, "本系统默认", unit="天", low=30, high=3650)
GAVE_UP = "这项工作连续三次中途断掉，没有办成，也没有改动数据。请过一会儿重新办理；还不行请告诉系统管理员。"


def reap(now: dt.datetime | None = None) -> int:
    """Take back what dead workers held, then send what waits unsent. The number taken back."""
    now = now or clock.now()
    running = Job.objects.visible_to(SYSTEM).filter(state=Job.State.RUNNING).order_by("pk")
    taken = sum(
        _take_back(job, now) for job in running.defer("params", "log", "result") if leases.holder_is_dead(job, now)
    )
    relay(now)
    return taken


def _take_back(job: Job, now: dt.datetime) -> bool:
    with transaction.atomic():
        if job.cancel_asked:
            state: Job.State = Job.State.CANCELLED
            values: dict[str, object] = {"text": ""}
        elif job.attempts < MOST_ATTEMPTS:
            state, values = Job.State.QUEUED, {"text": "中途断了，重新排队", "sent_at": None, "queued_at": now - FRESH}
        else:
            state, values = Job.State.FAILED, {"error": GAVE_UP}
        # A lease renewed since it was read is not the reaper's: the token alone would not tell.
        if not leases.needs_file_lock() and not _still_expired(job, now):
            return False
        ended = leases.end(job, state, now, **values)
        if ended and state != Job.State.QUEUED:
            job_finished.call(job=Job.objects.visible_to(SYSTEM).get(pk=job.pk))
    return ended


def _still_expired(job: Job, now: dt.datetime) -> bool:
    locked = Job.objects.visible_to(SYSTEM).held(job).select_for_update(of=("self",))
    return locked.filter(lease_until__lt=now).exists()


def relay(now: dt.datetime) -> int:
    """Send the ids that wait unsent, oldest first. The number that the broker took."""
    waiting = Job.objects.visible_to(SYSTEM).unsent(now, FRESH, leases.length()).order_by("queued_at", "pk")
    rows = waiting.values_list("public_id", "queued_at", "sent_at")
    due = (public_id for public_id, queued_at, sent_at in rows if sent_at is None or _is_lost(queued_at, sent_at, now))
    return publish.send(list(itertools.islice(due, AT_ONCE)))


def _is_lost(queued_at: dt.datetime, sent_at: dt.datetime, now: dt.datetime) -> bool:
    """Each time it waits twice as long, so that a long queue is not filled up with copies of itself."""
    return now - sent_at >= min(sent_at - queued_at, LONGEST_WAIT)


def tidy(now: dt.datetime) -> None:
    """Remove the lock files of jobs that ended more than a day ago, and the jobs that ended longer ago than the rule says."""
    still_open = Job.objects.visible_to(SYSTEM).filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    leases.remove_lock_files(
        set(still_open.values_list("public_id", flat=True)), (now - dt.timedelta(days=1)).timestamp()
    )
    long_ago = now - dt.timedelta(days=policy.value(JOB_DAYS.key))
    Job.objects.visible_to(SYSTEM).filter(finished_at__lt=long_ago).delete()
