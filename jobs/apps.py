from django.apps import AppConfig

from core import rules
from core.handlers import Periodic, register_periodic

REAP_EVERY = 10
DAY = 24 * 3600


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "任务"

    def ready(self) -> None:
        from jobs import reaper  # noqa: PLC0415 models are loaded only now

        rules.register(reaper.JOB_DAYS)
        register_periodic(Periodic("jobs.reap", REAP_EVERY, reaper.reap))
        register_periodic(Periodic("jobs.tidy", DAY, reaper.tidy))
