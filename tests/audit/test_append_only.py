"""The database itself refuses to change the log and the history."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit import triggers
from audit.actions import changed, record, snapshot
from audit.models import Change, Event
from audit.sealer import seal_new_events
from core import clock
from core.actors import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(branch):
    before = snapshot(branch, branch.HISTORY)
    branch.place, branch.version = "何寨村东", 2
    changed(branch, before, by=SYSTEM, now=clock.now())
    record("tested", "一件事", by=SYSTEM)
    seal_new_events()


@pytest.mark.parametrize("table", triggers.TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_update_and_delete_are_refused(written, table, statement):
    column = "hash" if table == "audit_seal" else "actor"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column, column))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows no TRUNCATE")
def test_truncate_is_refused(written):
    connection.check_constraints()  # rows of this very transaction would be another reason to refuse
    for table in triggers.TABLES:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")


def test_the_orm_is_refused_too(written):
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.update(text="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        Change.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_the_suite_itself_can_start_anew():
    record("tested", "一件事", by=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_and_the_triggers_are_back():
    assert not Event.objects.exists()
    record("tested", "一件事", by=SYSTEM)
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.update(text="x")
