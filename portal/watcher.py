"""``python -m portal.watcher FD GRACE``: ends the supervisor's children when the supervisor itself has died.

Reads lines ``+GROUP`` and ``-GROUP`` from the pipe FD until it closes, which the death of its one writer does. Groups
still on the list then get a SIGTERM for their leader, GRACE seconds, and a SIGKILL for all of them.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress


def signal_group(group: int, number: signal.Signals) -> None:
    """Signal every process of a group, if there is any."""
    with suppress(ProcessLookupError, PermissionError):  # macOS denies it where only the already ended are left
        os.killpg(group, number)


def group_exists(group: int) -> bool:
    """Whether any process of the group is left."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def groups_left(lines: Iterable[str]) -> set[int]:
    """The groups that were started and not taken off the list again."""
    groups: set[int] = set()
    for line in lines:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    return groups


def end(groups: set[int], grace: float) -> None:
    """Ask the leaders to finish, wait at most ``grace`` seconds, end the rest."""
    for group in groups:
        with suppress(ProcessLookupError):
            os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while any(map(group_exists, groups)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for group in groups:
        signal_group(group, signal.SIGKILL)


def main(descriptor: int, grace: float) -> None:
    """Wait for the pipe to close, then clean up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with open(descriptor, encoding="ascii") as pipe:
        groups = groups_left(pipe)
    end(groups, grace)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
