"""The supervisor with small children of its own: what it shows, what it restarts, and that nothing is left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.processes import CannotRun, locked, require_free_port

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]

WEB = """
import os, pathlib, socket, subprocess, sys
port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
grandchild = subprocess.Popen(["sleep", "60"])
(folder / f"{os.getpid()}.pid").touch()
(folder / f"{grandchild.pid}.pid").touch()
server = socket.create_server(("127.0.0.1", port))
print("listening", flush=True)
while True:
    server.accept()[0].close()
"""

STUBBORN = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1], f"{os.getpid()}.pid").touch()
print("deaf to SIGTERM", flush=True)
time.sleep(60)
"""

DRIVER = """
import json, pathlib, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the suite may ignore it
from portal.processes import Plan, Service, Step, Supervisor
given = json.loads(sys.argv[1])
plan = Plan(
    [Step(**step) for step in given["steps"]],
    [Service(**service) for service in given["services"]],
    given["port"], pathlib.Path(given["lock"]), grace=0.3, settle=0, pause=0.1,
)
sys.exit(Supervisor(plan).run())
"""


def python(code, *arguments):
    return [sys.executable, "-c", code, *map(str, arguments)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


class Run:
    """A supervisor with a web child that has a child of its own, and a child that does not listen to SIGTERM."""

    def __init__(self, folder, **changes):
        self.port = free_port()
        self.folder = folder
        self.given = {
            "steps": [
                {"title": "first step", "command": python("print('step done')")},
                {"title": "accounts", "command": python("print('xian / secret')"), "kept": True},
            ],
            "services": [
                {"name": "web", "command": python(WEB, self.port, folder)},
                {"name": "worker", "command": python(STUBBORN, folder)},
            ],
            "port": self.port,
            "lock": str(folder / "run.lock"),
        } | changes
        self.log = folder / "log"
        self.start()

    def start(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(python(DRIVER, json.dumps(self.given)), cwd=ROOT, stdout=log, stderr=log)

    @property
    def output(self):
        return self.log.read_text()

    @property
    def pids(self):
        return {int(path.stem) for path in self.folder.glob("*.pid")}

    def wait_until_serving(self):
        wait_for(lambda: "雁驿已启动" in self.output and len(self.pids) >= 3)
        return self

    def wait_until_all_gone(self):
        wait_for(lambda: not any(map(is_alive, self.pids)))
        # the lock is given back last, by whoever cleaned up
        wait_for(lambda: can_lock(self.folder / "run.lock"))

    def children_named(self, fragment):
        """Process ids of the supervisor's direct children whose command line holds ``fragment``."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in listed if fragment in command_line(pid)]


def command_line(pid):
    """ "" for a process that ended while we looked."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def can_lock(path):
    try:
        locked(path).close()
    except CannotRun:
        return False
    return True


@pytest.fixture
def started(tmp_path):
    runs = []

    def start(**changes):
        runs.append(Run(tmp_path, **changes))
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.wait()
        for pid in filter(is_alive, run.pids):
            os.kill(pid, signal.SIGKILL)


def test_steps_then_services_then_address_and_accounts(started):
    run = started().wait_until_serving()
    wait_for(lambda: "worker | deaf to SIGTERM" in run.output)
    lines = run.output.splitlines()
    assert lines[:2] == ["· first step", "  step done"]
    assert "web    | listening" in lines
    address = lines.index(f"雁驿已启动：http://127.0.0.1:{run.port}/  （按 Ctrl-C 停止）")
    assert lines[address + 1] == "xian / secret"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_after(started, number):
    run = started().wait_until_serving()
    run.process.send_signal(number)
    code = run.process.wait(10)
    run.wait_until_all_gone()
    assert code == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    assert ("正在停止" in run.output) == (number != signal.SIGKILL)


def test_nothing_is_left_after_kill_during_set_up(started, tmp_path):
    run = started(steps=[{"title": "long", "command": python(STUBBORN, tmp_path)}])
    wait_for(lambda: run.pids)
    run.process.kill()
    run.process.wait()
    run.wait_until_all_gone()


def test_nothing_is_left_when_the_watcher_was_killed_before(started):
    run = started().wait_until_serving()
    [watcher] = run.children_named("portal.watcher")
    os.kill(watcher, signal.SIGKILL)
    wait_for(lambda: run.children_named("portal.watcher") not in ([], [watcher]))
    run.process.kill()
    run.process.wait()
    run.wait_until_all_gone()


def test_nothing_is_left_when_nobody_reads_the_output_any_more(tmp_path):
    reading, writing = os.pipe()
    noisy = {"name": "web", "command": python("import time\nwhile True: print('x', flush=True); time.sleep(.01)")}
    given = {"steps": [], "services": [noisy], "port": free_port(), "lock": str(tmp_path / "run.lock")}
    process = subprocess.Popen(python(DRIVER, json.dumps(given)), cwd=ROOT, stdout=writing)
    os.close(writing)
    assert b"web    | x" in os.read(reading, 100)
    os.close(reading)
    process.wait(10)
    wait_for(lambda: can_lock(tmp_path / "run.lock"))


def test_a_child_that_dies_is_started_again_and_what_it_had_started_is_ended(started):
    run = started().wait_until_serving()
    before = run.pids
    [web] = run.children_named("create_server")
    os.kill(web, signal.SIGKILL)
    wait_for(lambda: run.children_named("create_server") not in ([], [web]))
    wait_for(lambda: len(run.pids - before) == 2)
    assert "web    | 意外结束（信号 SIGKILL），0.1 秒后重新启动" in run.output
    assert sum(map(is_alive, before)) == 1  # the worker


def test_a_child_that_keeps_dying_is_given_longer_and_longer_pauses(started):
    run = started(services=[{"name": "web", "command": python("import sys; sys.exit(3)")}])
    wait_for(lambda: "0.4 秒" in run.output)
    pauses = [line.partition("，")[2] for line in run.output.splitlines() if "意外结束（退出码 3）" in line]
    assert pauses[:3] == ["0.1 秒后重新启动", "0.2 秒后重新启动", "0.4 秒后重新启动"]


def test_a_failed_step_ends_it_with_a_sentence(started):
    run = started(steps=[{"title": "数据库", "command": python("import sys; print('no such host'); sys.exit(2)")}])
    assert run.process.wait(10) == 1
    assert run.output.splitlines()[1:] == [
        "  no such host",
        "“数据库”没有完成（退出码 2）。看清上面的原因后再运行一次，会从这一步接着做。",
    ]
    assert not run.pids


def test_a_second_start_is_refused_while_the_first_runs(started):
    run = started().wait_until_serving()
    with pytest.raises(CannotRun, match="已经有一个雁驿"):
        locked(run.folder / "run.lock")


def test_it_can_be_started_again_after_its_own_death(started):
    run = started().wait_until_serving()
    run.process.kill()
    run.process.wait()
    run.wait_until_all_gone()
    run.start()
    run.wait_until_serving()


def test_a_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CannotRun, match=f"端口 {port} 用不了.*PORT={port + 1} make run"):
            require_free_port(port)
    with pytest.raises(CannotRun, match="应在 1 到 65535 之间"):
        require_free_port(70000)
