"""Set up, then keep services running: one process that owns all the others. Standard library only.

It runs the set-up steps one after another, starts the services, passes on what they print with their name before it,
starts again what has died, and takes everything with it when it ends. Nothing is left behind, whatever happens to it:

* each child leads a session of its own, so Ctrl-C reaches only the supervisor, which stops the others in order;
* a watcher process holds the reading end of a pipe on which every child, before it becomes its program, writes its
  process group. The writing end is held by the supervisor alone: when that dies, even by kill -9, the pipe closes and
  the watcher stops the groups it has read. It shares the run lock, so a new start waits until that is done.

Linux and macOS; there are no process groups of this kind on Windows.
"""

import fcntl
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from portal.watcher import signal_group

GRACE = 10.0  # seconds for a child to finish what it does; a threads worker polls its broker for up to seven
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 60.0  # a child that ran this long starts its pauses from the beginning
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ROOT = Path(__file__).resolve().parent.parent


class CannotRun(Exception):
    """A plain sentence why nothing was started."""


@dataclass(frozen=True)
class Step:
    """A set-up command that must end well before the next; what it prints is shown, or kept for later."""

    title: str
    command: Sequence[str]
    kept: bool = False


@dataclass(frozen=True)
class Service:
    """A command that has to stay up."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True)
class Plan:
    """What to set up and serve, and where the answer is expected."""

    steps: Sequence[Step]
    services: Sequence[Service]
    port: int
    lock: Path
    grace: float = GRACE
    settle: float = 1.0  # seconds without output before the address is shown, so that it stands last
    pause: float = 1.0  # before a dead child's first new start; doubles each time


class Child:
    """A running command: its process, what it has printed so far, and when it started."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        self.name = name
        self.process = process
        self.output = process.stdout
        self.printed = b""
        self.started = time.monotonic()
        os.set_blocking(self.output.fileno(), False)

    def read(self) -> bool:
        """Take what it has printed since; False when nothing more can come. Never waits."""
        try:
            while chunk := os.read(self.output.fileno(), 65536):
                self.printed += chunk
        except BlockingIOError:
            return True
        return False

    def lines(self) -> list[str]:
        """The whole lines that were read and not yet taken; all of it once the child has ended."""
        ended = self.process.returncode is not None
        *whole, self.printed = (self.printed + b"\n" * bool(ended and self.printed)).split(b"\n")
        return [line.decode("utf-8", "replace").rstrip("\r") for line in whole]


class Supervisor:
    """Carries out a plan until a signal ends it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.selector = selectors.DefaultSelector()
        self.children: dict[str, Child] = {}
        self.due: dict[str, float] = {}  # service → when to start it again
        self.pauses: dict[str, float] = {}
        self.kept: list[str] = []
        self.stopping = False
        self.shown_at = 0.0

    def run(self) -> int:
        """Set up, serve, clean up; 0 after a wanted end, 1 when a step failed. Raises CannotRun before anything starts."""
        with locked(self.plan.lock) as self.lock:
            if self.plan.services:
                require_free_port(self.plan.port)
            self._listen_for_signals()
            self._start_watcher()
            try:
                if not all(self._run_step(step) for step in self.plan.steps):
                    return 0 if self.stopping else 1
                self._serve()
            finally:
                self._stop_children()
                self._dismiss_watcher()
        return 0

    # -- set-up ---------------------------------------------------------------------------------------------------

    def _run_step(self, step: Step) -> bool:
        if self.stopping:
            return False
        if not step.kept:
            self._show(f"· {step.title}")
        child = self._spawn("set-up", step.command)
        while child.process.poll() is None and not self.stopping:
            self._wait(1.0)
            self._show_step(step, child)
        if self.stopping:
            return False
        child.read()
        self._show_step(step, child)
        self._forget(child)
        code = child.process.returncode
        if code:
            self._show(f"“{step.title}”没有完成（{ending(code)}）。看清上面的原因后再运行一次，会从这一步接着做。")
        return code == 0

    def _show_step(self, step: Step, child: Child) -> None:
        for line in child.lines():
            if step.kept:
                self.kept.append(line)
            else:
                self._show(f"  {line}")

    # -- serving --------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        self.due = dict.fromkeys((service.name for service in self.plan.services), 0.0)
        announced = False
        latest = time.monotonic() + 10 * self.plan.settle
        while self.plan.services and not self.stopping:
            self._start_due()
            self._wait(1.0 if announced else 0.1)
            self._show_output()
            self._notice_deaths()
            settled = time.monotonic() >= min(self.shown_at + self.plan.settle, latest)
            if not announced and settled and not self.stopping and port_answers(self.plan.port):
                announced = True
                self._announce()

    def _start_due(self) -> None:
        for service in self.plan.services:
            if self.due.get(service.name, float("inf")) <= time.monotonic():
                del self.due[service.name]
                self._spawn(service.name, service.command)

    def _show_output(self) -> None:
        for child in self.children.values():
            for line in child.lines():
                self._show(f"{child.name:<6} | {line}")

    def _notice_deaths(self) -> None:
        if self.watcher.poll() is not None:
            os.close(self.leash)
            self._start_watcher()
        for child in [child for child in self.children.values() if child.process.poll() is not None]:
            child.read()
            self._show_output()
            self._forget(child)
            lived = time.monotonic() - child.started
            pause = self.plan.pause if lived > HEALTHY_AFTER else self.pauses.get(child.name, self.plan.pause)
            self.pauses[child.name] = min(pause * 2, LONGEST_PAUSE)
            self.due[child.name] = time.monotonic() + pause
            self._show(f"{child.name:<6} | 意外结束（{ending(child.process.returncode)}），{pause:g} 秒后重新启动")

    def _announce(self) -> None:
        for line in ("", f"雁驿已启动：http://127.0.0.1:{self.plan.port}/  （按 Ctrl-C 停止）", *self.kept, ""):
            self._show(line)

    def _show(self, line: str) -> None:
        self.shown_at = time.monotonic()
        try:
            print(line, flush=True)
        except OSError:  # whoever read it has gone; so do we
            sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - for the rest of this process
            self.stopping = True

    # -- processes ------------------------------------------------------------------------------------------------

    def _spawn(self, name: str, command: Sequence[str]) -> Child:
        leash = self.leash

        def enlist() -> None:  # in the child, already the leader of its own session, before it becomes the command
            os.write(leash, f"+{os.getpid()}\n".encode())

        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=enlist,  # noqa: PLW1509 - one thread only, and a single write
        )
        child = Child(name, process)
        self.children[name] = child
        self.selector.register(child.output, selectors.EVENT_READ, child)
        return child

    def _forget(self, child: Child) -> None:
        """Drop an ended child, and with it whatever it had started and left behind."""
        signal_group(child.process.pid, signal.SIGKILL)
        if child.output in self.selector.get_map():
            self.selector.unregister(child.output)
        child.output.close()
        del self.children[child.name]
        self._tell_watcher(f"-{child.process.pid}\n")

    def _stop_children(self) -> None:
        """Ask every child to finish, wait, then end what is left; a second signal does not wait."""
        if self.children:
            self._show("正在停止…")
        self.stopping = False
        for child in self.children.values():
            child.process.terminate()
        deadline = time.monotonic() + self.plan.grace
        while any(child.process.poll() is None for child in self.children.values()):
            if self.stopping or time.monotonic() > deadline:
                break
            self._wait(0.1)
            self._show_output()
        for child in list(self.children.values()):
            signal_group(child.process.pid, signal.SIGKILL)
            child.process.wait()
            child.read()
        self._show_output()
        for child in list(self.children.values()):
            self._forget(child)

    def _wait(self, seconds: float) -> None:
        """Until a child prints, a child ends or a signal comes; takes what they printed."""
        for key, _ in self.selector.select(seconds):
            if key.data is None:
                self.wake.recv(4096)
            elif not key.data.read():
                self.selector.unregister(key.fileobj)

    def _listen_for_signals(self) -> None:
        self.wake, self.waker = socket.socketpair()  # the interpreter writes a byte to the waker at every signal
        for end in (self.wake, self.waker):
            end.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        self.selector.register(self.wake, selectors.EVENT_READ)
        for number in STOP_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # under nohup it stays ignored
                signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # only to end a wait

    def _stop(self, number: int, frame: object) -> None:
        self.stopping = True

    # -- the watcher ----------------------------------------------------------------------------------------------

    def _start_watcher(self) -> None:
        reading, self.leash = os.pipe()
        self.watcher = subprocess.Popen(
            [sys.executable, "-m", "portal.watcher", str(reading), str(self.plan.grace)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(reading, self.lock.fileno()),
        )
        os.close(reading)
        for child in self.children.values():
            self._tell_watcher(f"+{child.process.pid}\n")

    def _tell_watcher(self, line: str) -> None:
        try:
            os.write(self.leash, line.encode())
        except BrokenPipeError:
            return  # it was ended; the serving loop starts another one and tells it of all children

    def _dismiss_watcher(self) -> None:
        os.close(self.leash)
        self.watcher.wait()


def ending(code: int) -> str:
    """How a process ended, in words."""
    return f"信号 {signal.Signals(-code).name}" if code < 0 else f"退出码 {code}"


def locked(path: Path) -> IO[str]:
    """The run lock, held as long as the file is open here or in the watcher; CannotRun when another start has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise CannotRun("已经有一个雁驿在这个文件夹里运行（或正在停止）。先在那个窗口按 Ctrl-C，再运行。") from error
    return handle


def require_free_port(port: int) -> None:
    """CannotRun unless the port can be had."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OverflowError as error:
            raise CannotRun(f"端口号 {port} 不对，应在 1 到 65535 之间。") from error
        except OSError as error:
            raise CannotRun(f"端口 {port} 用不了（{error.strerror}）。换一个：PORT={port + 1} make run") from error


def port_answers(port: int) -> bool:
    """Whether something listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
