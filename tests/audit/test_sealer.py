"""The chain over the log: every tampering shows."""

import datetime as dt
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from audit import sealer, triggers
from audit.actions import record
from audit.models import Event, Seal
from core import clock
from core.actors import SYSTEM

pytestmark = pytest.mark.django_db


def write(number):
    return [record("tested", f"第 {index} 件事", by=SYSTEM, data={"number": index}) for index in range(number)]


@pytest.fixture
def chain():
    events = write(5)
    assert sealer.seal_new_events() == 5
    return events


@pytest.fixture
def tamper(chain):
    """Somebody with the database's owner account: the triggers are gone."""
    triggers.remove(connection)
    yield lambda sql, *values: run(sql, values)
    triggers.install(connection)


def run(sql, values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def kinds(**options):
    return [finding.kind for finding in sealer.verify_chain(**options).findings]


def test_new_events_are_sealed_once_and_in_order(chain):
    assert sealer.seal_new_events() == 0
    write(2)
    assert sealer.seal_new_events() == 2
    verdict = sealer.verify_chain()
    assert (verdict.checked, verdict.head[0], verdict.is_sound) == (7, 7, True)
    assert [seal.number for seal in Seal.objects.order_by("event_id")] == list(range(1, 8))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text", "另一件事"),
        ("actor", "abc 别人"),
        ("organisation_id", 7),
        ("kind", "other"),
        ("subject_id", "x"),
        ("data", "{}"),
    ],
)
def test_a_changed_column_shows(tamper, chain, column, value):
    assert tamper(f"UPDATE audit_event SET {column} = %s WHERE id = %s", value, chain[2].pk)
    assert kinds() == ["changed"]


def test_a_removed_event_shows(tamper, chain):
    tamper("DELETE FROM audit_seal WHERE event_id = %s", chain[2].pk)
    tamper("DELETE FROM audit_event WHERE id = %s", chain[2].pk)
    verdict = sealer.verify_chain()
    assert [(one.kind, one.number) for one in verdict.findings] == [("removed", 3)]


def test_a_removed_end_shows_against_the_head_written_down(tamper, chain):
    head = sealer.verify_chain().head
    tamper("DELETE FROM audit_seal WHERE number >= 4")
    tamper("DELETE FROM audit_event WHERE id >= %s", chain[3].pk)
    assert kinds() == []
    assert kinds(expected_head=head) == ["removed"]


def test_an_inserted_event_shows(tamper, chain):
    forged = Event(kind="tested", at=clock.now(), actor=SYSTEM.ref, text="没有发生的事", mac=b"\0" * 32)
    forged.save(force_insert=True)
    assert kinds() == ["inserted"]
    sealer.seal_new_events()
    assert kinds() == ["changed"]


def test_a_replaced_hash_shows(tamper, chain):
    tamper("UPDATE audit_seal SET hash = %s WHERE number = 3", b"\1" * 32)
    assert kinds() == ["inserted", "inserted"]


def test_an_event_that_nobody_sealed_shows(chain):
    write(1)
    assert kinds() == []
    assert kinds(now=clock.now() + dt.timedelta(hours=1)) == ["unsealed"]


def test_the_commands(tamper, chain):
    write(1)
    out = StringIO()
    call_command("seal_events", stdout=out)
    call_command("verify_audit", stdout=out)
    head = out.getvalue().split("：")[-1].strip()
    call_command("verify_audit", head=head, stdout=StringIO())
    assert "封存 1 条" in out.getvalue()
    with pytest.raises(CommandError, match="写法"):
        call_command("verify_audit", head="nonsense")
    tamper("UPDATE audit_event SET text = 'x' WHERE id = %s", chain[0].pk)
    with pytest.raises(SystemExit):
        call_command("verify_audit", stdout=StringIO(), stderr=StringIO())


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_chain():
    write(40)

    def seal():
        try:
            sealer.seal_new_events()
        finally:
            connections.close_all()

    if connection.vendor == "sqlite":  # an in-memory database is one connection: nothing can run beside
        sealer.seal_new_events()
    else:
        threads = [threading.Thread(target=seal) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sealer.verify_chain().is_sound
    assert Seal.objects.count() == 40
