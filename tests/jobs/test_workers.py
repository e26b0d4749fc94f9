"""Real worker processes, killed as a power cut would: with Redis and PostgreSQL, and with nothing but files."""

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psycopg2
import pytest

from core.logs import BrokerAway

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = "postgres://postgres@127.0.0.1:5432/"
HANGS = 10  # seconds; who waits for a broker that is away waits for ever, who does not is busy at most
pytestmark = [pytest.mark.once, pytest.mark.slow]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds=40):
    """The first true answer; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"still waiting after {seconds} s"
        time.sleep(0.1)
    return answer


class Redis:
    """A server of our own, without anything on disk: what it forgets, it forgets."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.folder = folder
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            cwd=self.folder, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(self.answers, 10)

    def answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def manage(env, *command):
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def environment(folder, database_url, redis_url=""):
    return {
        **os.environ, "DJANGO_SETTINGS_MODULE": "tests.jobs.live.settings", "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": database_url, "REDIS_URL": redis_url, "JOB_LEASE": "3", "PYTHONWARNINGS": "ignore",
    }  # fmt: skip


def sqlite_url(folder):
    return f"sqlite:///{folder}/var/db.sqlite3"


class Portal:
    """An installation of its own: database, broker, run-time folder, workers. ``pattern``: a folder made ready once."""

    def __init__(self, folder, database_url, pattern, redis=None):
        self.folder, self.database_url, self.redis = folder, database_url, redis
        self.workers = []
        self.runs = folder / "runs.txt"
        self.env = environment(folder, database_url, redis.url if redis else "")
        shutil.copytree(pattern / "var", folder / "var")

    def worker(self, *options):
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "portal.celery", "worker", "--loglevel", "WARNING"]
        options = [
            *(options or ("--pool", "solo")),
            "--without-mingle",
            "--without-gossip",
            "-n",
            f"w{len(self.workers)}@test",
        ]
        with (self.folder / f"worker{len(self.workers)}.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, *options], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        self.workers.append(process)
        return process

    def drive(self, command, **params):
        answer = subprocess.run(
            [sys.executable, "-m", "tests.jobs.live.drive", command, json.dumps(params)], cwd=ROOT, env=self.env,
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return json.loads(answer.stdout)

    def enqueue(self, rows=3, pause=0.0, times=1):
        return self.drive("enqueue", runs=str(self.runs), name="a", rows=rows, pause=pause, times=times)

    def query(self, sql):
        if self.database_url.startswith("sqlite"):
            with contextlib.closing(sqlite3.connect(self.folder / "var" / "db.sqlite3", timeout=20)) as database:
                return database.execute(sql).fetchall()
        with contextlib.closing(psycopg2.connect(self.database_url)) as database, database.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def states(self):
        """Of the jobs that a test enqueued: the clock has work of its own."""
        return [state for (state,) in self.query("SELECT state FROM jobs_job WHERE kind = 'live.rows' ORDER BY id")]

    def effects(self):
        return self.query("SELECT count(*) FROM core_idempotency WHERE actor = 'effect'")[0][0]

    def started(self):
        return len(self.runs.read_text().splitlines()) if self.runs.exists() else 0

    def end(self):
        for worker in self.workers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


@pytest.fixture
def redis(tmp_path):
    if not shutil.which("redis-server"):
        pytest.skip("no redis-server on this machine")
    server = Redis(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def pattern(tmp_path_factory):
    """Keys and a migrated SQLite database, to be copied: the migrations take longer than what is tested."""
    folder = tmp_path_factory.mktemp("pattern")
    (folder / "var").mkdir()
    manage(environment(folder, sqlite_url(folder)), "make_keys")
    manage(environment(folder, sqlite_url(folder)), "migrate", "--verbosity", "0")
    return folder


@pytest.fixture
def sqlite_portal(tmp_path, pattern):
    portal = Portal(tmp_path, sqlite_url(tmp_path), pattern)
    yield portal
    portal.end()


@pytest.fixture(scope="module")
def postgres():
    """A cursor that makes databases."""
    try:
        admin = psycopg2.connect(POSTGRES + "postgres", connect_timeout=2)
    except psycopg2.OperationalError:
        pytest.skip("no PostgreSQL on this machine")
    admin.autocommit = True
    with admin.cursor() as cursor:
        yield cursor
    admin.close()


@contextlib.contextmanager
def database(postgres, name, template="template1"):
    postgres.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield name
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def migrated(postgres, pattern):
    """A PostgreSQL database to be copied."""
    with database(postgres, f"jobs_pattern_{os.getpid()}") as name:
        manage(environment(pattern, POSTGRES + name), "migrate", "--verbosity", "0")
        yield name


@pytest.fixture
def postgres_database(postgres, migrated):
    with database(postgres, f"jobs_test_{os.getpid()}", migrated) as name:
        yield POSTGRES + name


@pytest.fixture
def redis_portal(tmp_path, pattern, redis, postgres_database):
    portal = Portal(tmp_path, postgres_database, pattern, redis)
    yield portal
    portal.end()


def kill_in_mid_run(portal, *options):
    """Start a job, kill its worker when it is half way, start another worker: the job must end by itself, done once."""
    portal.enqueue(rows=10, pause=0.2)
    portal.worker(*options)
    wait_for(lambda: portal.started() == 1)
    time.sleep(0.7)
    os.killpg(portal.workers[0].pid, signal.SIGKILL)
    assert (portal.states(), portal.effects()) == (["running"], 0)
    portal.worker(*options)
    wait_for(lambda: portal.states() == ["done"])
    assert (portal.effects(), portal.started()) == (10, 2)
    assert portal.query("SELECT attempts FROM jobs_job WHERE kind = 'live.rows'") == [(2,)]


def test_kill_9_in_mid_run_with_files_only(sqlite_portal):
    kill_in_mid_run(sqlite_portal, "--pool", "threads", "--concurrency", "2", "--beat")


def test_kill_9_in_mid_run_with_redis_and_postgresql(redis_portal):
    kill_in_mid_run(redis_portal, "--pool", "prefork", "--concurrency", "1")


def test_redis_away_pages_do_not_hang_and_the_job_runs_when_it_is_back(redis_portal, redis):
    """It dies while a job runs: that one ends, once; the next ones wait."""
    redis_portal.worker()
    redis_portal.enqueue(pause=0.5)
    wait_for(lambda: redis_portal.started() == 1)
    redis.kill()
    answer = redis_portal.enqueue(times=3)
    assert max(answer["seconds"]) < HANGS
    wait_for(lambda: redis_portal.states() == ["done", "queued", "queued", "queued"])
    assert (redis_portal.effects(), redis_portal.started()) == (3, 1)
    redis.start()
    wait_for(partial(all_done, redis_portal, 4), 60)
    assert (redis_portal.effects(), redis_portal.started()) == (12, 4)
    log = (redis_portal.folder / "worker0.log").read_text()
    assert log.count(BrokerAway.SENTENCE) == 1
    assert "Traceback" not in log


def test_a_redis_that_hangs_holds_up_nobody(redis_portal, redis):
    redis.process.send_signal(signal.SIGSTOP)
    try:
        answer = redis_portal.enqueue(times=3)
    finally:
        redis.process.send_signal(signal.SIGCONT)
    assert max(answer["seconds"]) < HANGS
    redis_portal.worker()
    wait_for(lambda: redis_portal.states() == ["done"] * 3)
    assert redis_portal.effects() == 9


def longer_than_a_lease(portal, *options):
    """Five seconds in one transaction, under a lease of three, with two workers to grab it: nobody takes it away."""
    portal.worker(*options)
    portal.worker(*options)
    portal.enqueue(rows=20, pause=0.25)
    wait_for(lambda: portal.states() == ["done"])
    assert (portal.effects(), portal.started()) == (20, 1)


def test_a_long_transaction_keeps_its_lease_with_redis_and_postgresql(redis_portal):
    longer_than_a_lease(redis_portal)


def test_a_long_transaction_keeps_its_lock_with_files_only(sqlite_portal):
    longer_than_a_lease(sqlite_portal, "--pool", "threads", "--concurrency", "2")


def test_redis_forgets_everything_three_times(redis_portal, redis):
    redis_portal.worker("--pool", "prefork", "--concurrency", "2")
    for count in (20, 40, 60):
        redis_portal.enqueue(rows=1, pause=0.05, times=20)
        redis.kill()
        time.sleep(0.5)
        redis.start()
        wait_for(partial(all_done, redis_portal, count, "--pool", "prefork", "--concurrency", "2"), 60)
    assert redis_portal.effects() == 60


def test_without_the_relay_what_redis_forgot_stays_undone(redis_portal, redis):
    """The twin of the above: were nobody to send again what waits in the database, it would be lost with Redis."""
    redis_portal.env["LIVE_RELAY"] = "0"
    redis_portal.worker()
    redis_portal.enqueue(rows=1, pause=0.5, times=20)
    redis.kill()
    redis.start()
    redis_portal.worker()  # the first may not find its way back
    redis_portal.enqueue(rows=1)
    wait_for(lambda: redis_portal.states()[-1] == "done", 60)  # behind all that Redis still knows
    assert "queued" in redis_portal.states()


def all_done(portal, count, *options):
    """Whether so many jobs have ended well. A worker that gave up is started again, as every way to run the portal does:
    Celery's own library may end a worker that loses Redis while it acknowledges a message."""
    if portal.workers[-1].poll() is not None:
        portal.worker(*options)
    return portal.states() == ["done"] * count


def test_one_key_from_many_threads_is_one_job_on_sqlite(sqlite_portal):
    assert len(set(sqlite_portal.drive("enqueue_at_once", threads=20)["ids"])) == 1
    assert len(sqlite_portal.states()) == 1


def test_one_key_or_one_job_from_many_threads_on_postgresql(tmp_path, pattern, postgres_database):
    portal = Portal(tmp_path, postgres_database, pattern)
    assert len(set(portal.drive("enqueue_at_once", threads=20)["ids"])) == 1
    assert len(portal.states()) == 1
    (job,) = portal.enqueue(rows=5, pause=0.1)["ids"]
    assert portal.drive("run_at_once", threads=10, id=job) == {"ran": 1}
    assert portal.effects() == 5


def test_one_job_offered_to_many_threads_runs_once_on_sqlite(sqlite_portal):
    (job,) = sqlite_portal.enqueue(rows=5, pause=0.1)["ids"]
    assert sqlite_portal.drive("run_at_once", threads=10, id=job) == {"ran": 1}
    assert sqlite_portal.effects() == 5
