"""Where the scope guard may be left: each file by name, with its reason.

A new file here is a decision: say why the rows it reads may not be narrowed to the person who acts.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = (
    "core", "audit", "branches", "accounts", "files", "jobs", "inbox", "exchange", "members", "stations", "care",
    "services", "sweeps", "selfservice", "reports", "portal",
)  # fmt: skip
ESCAPE = re.compile(r"(?:\.unscoped|\.raw|\.cursor)\(|\b_base_manager\b")
DEFINITION = "core/scoping.py"

ALLOWED = {
    "audit/models.py": "history is visible where its object is: the object was looked up within the scope",
    "audit/sealer.py": "the chain runs over all events, whoever wrote them",
    "audit/triggers.py": "DDL of the append-only tables",
    "branches/actions/organisations.py": "an organisation in scope may only be closed when no post at all is left in it",
    "branches/actions/posts.py": "a second secretary is a double, whoever may see the first",
    "branches/actions/versions.py": "locks a row that was found within the scope",
    "branches/roster/apply.py": "posts of organisations whose path was checked row by row",
    "branches/roster/known.py": "secretaries are compared for every organisation the file names; rows outside are refused",
    "branches/roster/restore.py": "takes back what the batch wrote, all of it",
    "core/bulk.py": "COPY and advisory locks are no ORM; callers have checked each row",
    "core/behind.py": "no query of its own: the cursor that a statement given to it is sent on",
    "core/counting.py": "wraps the SQL of a query whose scope was checked when it was compiled",
    "core/transitions.py": "locks a row that was found within the scope",
    "core/management/commands/reencrypt.py": "whoever holds the server changes the key of every row; nothing is shown",
    "exchange/actions/applies.py": "rows of one batch, which was found within the scope",
    "exchange/actions/checks.py": "counts the use of what an organisation in scope has learned",
    "exchange/actions/learned.py": "what is learned is unique per organisation, and the organisation was checked",
    "exchange/actions/rows.py": "rows of one batch, which was found within the scope",
    "exchange/errorbook.py": "rows of one batch, which was found within the scope",
    "exchange/mending.py": "rows of one batch, which was found within the scope",
    "exchange/known.py": "rows of an earlier import of the same organisation, whose people are asked for within the scope",
    "exchange/learning.py": "what the organisations above have learned holds below them too",
    "exchange/planned.py": "plans of one batch, which was found within the scope",
    "exchange/registration.py": "paths of a moved subtree, in one UPDATE",
    "exchange/staging.py": "rows of one batch, which was found within the scope",
    "jobs/health.py": "asks the database whether it answers",
    "members/actions/answers.py": "the open stay and spell of a member that was locked within the scope",
    "members/actions/journeys.py": "one open journey a member: a second is a double, whoever may see the first",
    "members/actions/lost.py": "one open spell a member: a second is a double, whoever may see the first",
    "members/actions/lost_acts.py": "later versions of what an act on a spell in scope wrote",
    "members/lost_clocks.py": "what is known of a member, and of a spell, who was found within the scope",
    "members/lost_paper.py": "what hangs on a spell that was found within the scope",
    "members/ledgers/lost.py": "the search that belongs to spells whose members were found within the scope",
    "members/lost_procedure.py": "what hangs on a spell that was found within the scope",
    "members/actions/merging.py": "everything that hangs on a record goes with it; both records were in scope",
    "members/actions/belonging.py": "the stay of a guest in scope; who was let go is no longer seen by the side that let go",
    "members/duties.py": "who of the two ends of a journey in scope has confirmed: an organisation, no person",
    "members/actions/people.py": "everything that hangs on a member in scope follows a move or an ending",
    "members/actions/rows.py": "later versions of a record that was found within the scope",
    "members/actions/stages.py": "the person of a journey in scope: a host sees the journey, not the person file",
    "members/actions/steps.py": "what a step on a journey in scope wrote, all of it",
    "members/actions/transfers.py": "the person, the stay and the answer of a transfer that was found within the scope",
    "members/actions/undoing.py": "takes a merge back, all of it",
    "members/actions/waiting.py": "to-dos of a journey in scope, raised at the other side too; what the clock asks is asked of all",
    "members/forms/base.py": "the stored values beside a stale edit of a record that was found within the scope",
    "members/history.py": "history and former records of a member who was found within the scope, and what hangs on the record",
    "members/ledgers/matching.py": "a number is looked for in the whole county; a hit outside the scope is never shown",
    "members/ledgers/records.py": "what hangs on members whose place was checked row by row",
    "members/ledgers/restoring.py": "takes back what the batch wrote, all of it",
    "stations/actions/arrivals.py": "name and whole number are looked for in the county, with tries counted; an arrival is written by whoever received it",
    "stations/actions/asking.py": "a guest is in nobody's scope but the station's; the question lets the organisation know that is asked",
    "stations/actions/parts.py": "one head a station: a second is a double, whoever may see the first",
    "stations/demo.py": "the names of the sample's heads, for its accounts",
    "stations/following.py": "whoever an act on the register touched, whoever acted",
    "stations/ledgers/known.py": "a register is compared with every station it names; rows outside are refused",
    "stations/ledgers/restore.py": "takes back what the batch wrote, all of it",
    "stations/presence.py": "whose people somebody is must be known before anybody's scope can be asked",
    "reports/papers/persons.py": "where members who were found within the scope have belonged; of others only the name is shown",
    "reports/quarter/as_of.py": "history of records that were read within the scope, as far as it is later than a closing",
    "reports/quarter/people.py": "the persons of stays, spells and frozen names that were found within the scope",
    "reports/tables/changes.py": "names of the balance sheet's people, who were found within the scope; they may be elsewhere now",
    "stations/scope.py": "the sub-query that the scope of a station's staff is made of",
    "sweeps/monitor/differing.py": "the portal itself compares its own counts with its own to-dos, over the whole installation",
    "members/moves.py": "paths of a moved subtree, in one UPDATE; nobody may be left in what is closed",
}


def escapes(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if ESCAPE.search(line.partition("#")[0])]


def files_with_escapes() -> set[str]:
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name and name != DEFINITION and escapes(path):
                found.add(name)
    return found


def test_every_escape_is_listed_with_a_reason():
    assert files_with_escapes() - set(ALLOWED) == set()


def test_no_entry_is_stale():
    assert set(ALLOWED) - files_with_escapes() == set()


@pytest.mark.parametrize(
    "line", ["Member.objects.unscoped()", "connection.cursor()", "x._base_manager.get()", "qs.raw('')"]
)
def test_the_pattern_finds_what_it_is_for(line):
    assert ESCAPE.search(line)
