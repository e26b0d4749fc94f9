"""``python -m portal.supervisor``: set up the portal, then serve it, as ``make run`` does.

Set-up steps can each be run again and cost little when there is nothing to do; with ``--set-up-only`` it ends there.
"""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal.env import env_int
from portal.processes import CannotRun, Plan, Service, Step, Supervisor


def portal_plan(port: int, serve: bool) -> Plan:
    """The portal's own steps and services, as its settings have them."""
    python = sys.executable
    manage = (python, "manage.py")
    celery = (python, "-m", "celery", "--quiet", "-A", "portal.celery")
    worker = (*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "--without-mingle", "--without-gossip")
    steps = [
        Step("检查", (*manage, "check_services")),
        Step("密钥", (*manage, "make_keys")),
        Step("数据库", (*manage, "migrate", "--verbosity", "0")),
        Step("页面文件", (*manage, "collectstatic", "--noinput", "--verbosity", "0")),
    ]
    if settings.DEMO:
        steps.insert(3, Step("样例县", (*manage, "load_demo")))
        steps.append(Step("样例账号", (*manage, "demo_accounts"), kept=True))
    else:
        steps.append(Step("设置口令", (*manage, "set_up_code"), kept=True))
    services = [Service("web", (python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"))]
    if settings.REDIS_URL:
        services += [Service("worker", worker), Service("beat", (*celery, "beat", "--loglevel", "INFO"))]
    else:  # the broker is a folder: one process, which is the scheduler too
        services.append(Service("worker", (*worker, "--pool", "threads", "--beat")))
    return Plan(steps, services if serve else (), port, settings.VAR / "run.lock")


def main(arguments: list[str]) -> int:
    """Set up and serve, or only set up with ``--set-up-only``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        port = env_int("PORT", 8000, "网页服务的端口")
        return Supervisor(portal_plan(port, serve="--set-up-only" not in arguments)).run()
    except (CannotRun, ImproperlyConfigured) as reason:
        print(reason, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
