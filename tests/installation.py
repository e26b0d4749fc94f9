"""A whole installation in a folder of its own: settings as in production, a database file, processes that can be started.

The sample county is loaded into one such folder per session; whoever needs it copies the folder, which takes no time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "Yanyi-flows-2026"
# One process for all of set-up: starting Python four times would take longer than the work.
PREPARE = """
import shutil, sqlite3, django
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("make_keys")
call_command("migrate", verbosity=0)
file = settings.DATABASES["default"]["NAME"]
if str(file).endswith("sqlite3"):
    empty = sqlite3.connect(settings.VAR / "empty.sqlite3")
    sqlite3.connect(file).backup(empty)
    empty.close()
call_command("load_demo")
call_command("collectstatic", interactive=False, verbosity=0)
"""


class Installation:
    """The portal in ``var``: its environment, its commands, its web server and worker."""

    def __init__(self, var: Path, *, demo: bool = True, database_url: str = "") -> None:
        self.var = var
        self.log = var / "output.log"
        self.url = ""
        self._processes: list[subprocess.Popen[bytes]] = []
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        self.environment = {
            **kept, "DJANGO_SETTINGS_MODULE": "portal.settings", "VAR_DIR": str(var), "DEMO": "1" if demo else "0",
            "DEMO_PASSWORD": PASSWORD, "DATABASE_URL": database_url or f"sqlite:///{self.database}",
            "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1",
        }  # fmt: skip

    @property
    def database(self) -> Path:
        return self.var / "portal.sqlite3"

    def python(self, *arguments: str) -> str:
        """What ``python ...`` prints; its log goes where the services' goes."""
        command = [sys.executable, *arguments]
        with self.log.open("ab") as log:
            done = subprocess.run(
                command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=log, check=False
            )
            log.write(done.stdout)
        assert done.returncode == 0, self.log.read_text("utf-8")[-2000:]
        return done.stdout.decode()

    def command(self, *arguments: str) -> str:
        """What ``manage.py`` prints."""
        return self.python("manage.py", *arguments)

    def serve(self) -> None:
        """Web server and worker, as ``make run`` has them but small; ``url`` says where."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        worker = [sys.executable, "-m", "celery", "--quiet", "-A", "portal.celery", "worker", "--loglevel", "INFO"]
        self._start(
            [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--access-logfile", "-"]
        )
        self._start([*worker, "--pool", "threads", "--concurrency", "1", "--without-mingle", "--without-gossip"])
        self.url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, self.log.read_text("utf-8")[-2000:]
            time.sleep(0.1)

    def _start(self, command: list[str]) -> None:
        with self.log.open("ab") as log:
            self._processes.append(
                subprocess.Popen(
                    command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
                )
            )

    def _answers(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.url}/health", timeout=2).status == 200
        except OSError:
            return False

    def stop(self) -> None:
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._processes.clear()

    def restore(self, source: Path, name: str = "portal.sqlite3") -> None:
        """Database and files as they are in ``source``, while everything runs: in one transaction of SQLite's own."""
        with (
            contextlib.closing(sqlite3.connect(source / name)) as kept,
            contextlib.closing(sqlite3.connect(self.database, timeout=20)) as mine,
        ):
            kept.backup(mine)
        shutil.rmtree(self.var / "files", ignore_errors=True)
        if (source / "files").exists() and name == "portal.sqlite3":
            shutil.copytree(source / "files", self.var / "files")

    def copy(self, var: Path, *, demo: bool = True) -> Installation:
        """Another one like it, with the same keys."""
        shutil.copytree(self.var, var)
        return Installation(var, demo=demo)


def prepared(var: Path, database_url: str = "") -> Installation:
    """The sample county, loaded through the real pipeline, and ``empty.sqlite3`` as it was before."""
    var.mkdir()
    made = Installation(var, database_url=database_url)
    made.python("-c", PREPARE)
    return made
