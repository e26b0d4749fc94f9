"""The two Celery tasks: one job, and one look at the clock."""

from __future__ import annotations

from celery import shared_task

from jobs import periodic, publish, runner


@shared_task(name=publish.TASK, ignore_result=True)
def run_job(public_id: str) -> None:
    runner.run(public_id)


@shared_task(name="jobs.tick", ignore_result=True)
def tick() -> None:
    periodic.run_due()
