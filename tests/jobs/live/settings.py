"""The portal's own settings with one more app: jobs whose effects can be counted."""

from portal.settings import *  # noqa: F403, TID251
from portal.settings import INSTALLED_APPS  # noqa: TID251

INSTALLED_APPS = [*INSTALLED_APPS, "tests.jobs.live.apps.LiveConfig"]
