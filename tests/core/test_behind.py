"""Statements sent behind: in order, once, with their errors; what is asked in between sees all that was sent."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit.actions import copy_changes
from audit.models import Change
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM, acting_as, current_actor
from core.behind import Behind
from core.bulk import constraints_at_once, update_rows
from members.models import Evidence

pytestmark = pytest.mark.django_db


def changes(*numbers: int, behind: Behind) -> None:
    rows = [("t", f"o{number}", number, {"值": [None, "\\t\n\\N"]}) for number in numbers]
    copy_changes(rows, at=clock.now(), actor="abc 张三", batch="", source="edit", behind=behind)


def test_a_query_waits_for_what_was_sent():
    followed = []
    with Behind() as behind:
        changes(1, 2, behind=behind)
        behind.then(lambda: followed.append(Change.objects.count()))
        behind.go()
        assert Change.objects.count() == 2
        changes(3, behind=behind)
    assert [one.fields["值"][1] for one in Change.objects.order_by("version")] == ["\\t\n\\N"] * 3
    assert followed == [2]


def test_what_is_asked_behind_sees_what_was_sent_and_the_actor(branch):
    def answer():
        return current_actor(), Change.objects.visible_to(SYSTEM).count()

    with transaction.atomic(), Behind() as behind:
        changes(1, 2, behind=behind)
        behind.go()
        with acting_as(SYSTEM):
            asked = behind.ask(answer)
            assert asked() == (SYSTEM, 2)
        changes(3, behind=behind)
        behind.go()
        late = behind.ask(Change.objects.unscoped().count)
        assert Organisation.objects.exists(), "the caller's own query takes its turn"
        assert late() == 3


def test_an_error_of_a_question_reaches_who_wants_the_answer():
    def wrong() -> None:
        raise KeyError

    with Behind() as behind:
        asked = behind.ask(wrong)
        changes(1, behind=behind)
        behind.go()
        assert Change.objects.unscoped().count() == 1
        with pytest.raises(KeyError):
            asked()


def test_updates_too(branch):
    with Behind() as behind:
        update_rows(Organisation, ("short_name",), [(branch.pk, "新名")], behind)
    branch.refresh_from_db()
    assert branch.short_name == "新名"


def test_an_error_reaches_the_caller():
    def wrong(cursor):
        cursor.execute("SELECT nothing FROM nowhere")

    def send() -> None:
        with transaction.atomic(), Behind() as behind:
            behind.put(wrong)
            behind.go()
            behind.wait()

    with pytest.raises(DatabaseError):
        send()
    assert Change.objects.count() == 0, "the connection is usable again"


def test_what_the_caller_breaks_off_is_not_sent():
    def broken_off() -> None:
        with transaction.atomic(), Behind() as behind:
            changes(1, behind=behind)
            raise KeyError

    with pytest.raises(KeyError):
        broken_off()
    assert not Change.objects.exists()


def test_a_foreign_key_to_nothing_is_refused_at_once():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite looks at them in the commit")
    with pytest.raises(DatabaseError), transaction.atomic(), constraints_at_once():
        Evidence.objects.create(
            member_id=-1, fields="phone", on="2026-11-20", source="edit", by="abc 张三", batch="", at=clock.now()
        )
