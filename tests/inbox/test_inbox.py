import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actions import grants
from accounts.actors import actor_for
from accounts.models import Grant
from branches.actions import organisations
from core import channels, clock, handlers, navigation
from core.actors import SYSTEM
from core.channels import Note, register
from core.handlers import Handler
from inbox import actions, queries
from inbox.models import Level, Message, Todo
from jobs import actions as job_actions
from jobs import runner

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 21)


def test_a_stand_in_sees_what_waits_for_the_post(town, branch, other_branch, secretary_user, make_user, town_actor):
    actions.raise_todo("b", branch, "支部的事")
    helper = make_user(other_branch, "secretary", "吕小川")
    days = [clock.today() + dt.timedelta(days=number) for number in range(3)]
    assert queries.for_actor(actor_for(helper, days[0])).todo_count == 0
    grants.stand_in(
        grant=Grant.objects.get(user=secretary_user), user=helper, by=town_actor, starts_on=days[1], ends_on=days[1]
    )
    seen = [[todo.label for todo in queries.for_actor(actor_for(helper, day)).todos] for day in days]
    assert seen == [[], ["支部的事"], []]


def test_what_is_not_listed_is_counted(town, branch, town_actor, client_for, town_user):
    for number in range(102):
        actions.raise_todo(f"b{number}", branch, "支部的事")
    page = client_for(town_user).get(reverse("inbox") + "?tab=below").content.decode()
    assert "先列最急的 100 件，还有 2 件" in page


def test_one_cause_is_one_to_do_brought_up_to_date(town):
    first = actions.raise_todo("ledger-held:x", town, "3 人待定", level="blue")
    again = actions.raise_todo("ledger-held:x", town, "2 人待定", level="red", due_on=TODAY)
    assert first.pk == again.pk
    assert (again.text, again.level, again.due_on) == ("2 人待定", "red", TODAY)


def test_it_closes_itself_and_may_be_raised_again(town, town_actor):
    first = actions.raise_todo("c", town, "待定")
    assert actions.close_todo("c")
    assert not actions.close_todo("c")
    assert queries.for_actor(town_actor).todos == []
    assert actions.raise_todo("c", town, "又待定").pk != first.pk
    assert Todo.objects.visible_to(SYSTEM).count() == 2


def test_the_database_knows_one_open_to_do_a_cause(town):
    todo = actions.raise_todo("c", town, "待定")
    todo.pk, todo.public_id = None, "b" * 24
    with pytest.raises(IntegrityError), transaction.atomic():
        todo.save(force_insert=True)


def test_it_waits_for_the_staff_of_that_organisation(
    town, branch, county_actor, town_actor, other_town_actor, secretary_actor, auditor_actor
):
    actions.raise_todo("t", town, "镇里的事")
    actions.raise_todo("b", branch, "支部的事")
    labels = {
        actor.id: [todo.label for todo in queries.for_actor(actor).todos]
        for actor in (county_actor, town_actor, secretary_actor)
    }
    assert labels == {county_actor.id: [], town_actor.id: ["镇里的事"], secretary_actor.id: ["支部的事"]}
    assert (queries.for_actor(county_actor).below_count, queries.for_actor(town_actor).below_count) == (2, 1)
    assert [todo.label for todo in queries.below(town_actor)] == ["支部的事"]
    other = queries.for_actor(other_town_actor)
    assert (other.todo_count, other.below_count) == (0, 0)
    assert queries.for_actor(auditor_actor).todo_count == 0


def test_a_role_may_be_named(town, town_actor):
    actions.raise_todo("s", town, "书记的事", for_role="secretary")
    actions.raise_todo("c", town, "专干的事", for_role="committee")
    assert [todo.label for todo in queries.for_actor(town_actor).todos] == ["专干的事"]


def test_most_urgent_first(town, town_actor):
    for cause, level, due in (
        ("a", "info", None),
        ("b", "red", TODAY),
        ("c", "red", TODAY - dt.timedelta(3)),
        ("d", "yellow", None),
    ):
        actions.raise_todo(cause, town, cause, level=level, due_on=due)
    mine = queries.for_actor(town_actor, limit=3, today=TODAY)
    assert [todo.label for todo in mine.todos] == ["c", "b", "d"]
    assert mine.todo_count == 4
    assert [todo.detail for todo in mine.todos] == [
        "马店镇党委 · 期限 11 月 18 日，已过 3 天", "马店镇党委 · 期限 11 月 21 日，就是今天", "马店镇党委",
    ]  # fmt: skip
    assert [(todo.chip, todo.tone) for todo in mine.todos] == [("红", "bad"), ("红", "bad"), ("黄", "warn")]


def test_no_number_of_a_person_stands_in_it(town, town_user):
    with pytest.raises(ValueError, match="number"):
        actions.raise_todo("n", town, "核对 19900123456")
    with pytest.raises(ValueError, match="number"):
        actions.tell(town_user, "核对", "19900123456")


def test_a_message_reaches_one_person(town_user, town_actor, county_actor):
    message = actions.tell(town_user, "何寨村的台账已退回", by=county_actor)
    assert Message.objects.visible_to(town_actor).get() == message
    assert not Message.objects.visible_to(county_actor).exists()
    actions.read(message, by=county_actor)
    assert queries.for_actor(town_actor).unread_count == 1
    actions.read(message, by=town_actor)
    message.refresh_from_db()
    assert (message.read_by.id, queries.for_actor(town_actor).unread_count) == (town_actor.id, 0)


def test_a_message_to_the_staff_reaches_those_of_that_organisation(
    town, town_actor, county_actor, other_town_actor, secretary_actor
):
    actions.tell(town, "请报送零报告")
    seen = [
        Message.objects.visible_to(actor).exists()
        for actor in (town_actor, county_actor, other_town_actor, secretary_actor)
    ]
    assert seen == [True, False, False, False]


def test_channels_hear_of_it_after_the_commit(town_user, monkeypatch, django_capture_on_commit_callbacks, caplog):
    heard = []

    class Broken:
        name = "broken"

        def send(self, note):
            heard.append(note)
            raise OSError("no line")

    monkeypatch.setattr(channels, "_channels", {})
    register(Broken())
    with django_capture_on_commit_callbacks(execute=True):
        actions.tell(town_user, "已退回", "原因写在里面")
        assert heard == []
    assert heard == [Note(town_user.public_id, "", "已退回")]
    assert "channel broken failed" in caplog.text


def test_pages_show_what_waits_and_reading_is_a_post(
    client_for, town_user, town, branch, django_assert_max_num_queries
):
    actions.raise_todo("t", town, "2 人待定", link=("job-list", []), level="yellow")
    actions.raise_todo("b", branch, "支部的事", link=("no-such-page", []))
    message = actions.tell(town_user, "台账已退回", link=("job-list", []))
    client = client_for(town_user)
    page = client.get(reverse("inbox")).content.decode()
    assert "2 人待定" in page
    assert "支部的事" not in page
    assert "支部的事" in client.get(reverse("inbox"), {"tab": "below"}).content.decode()
    with django_assert_max_num_queries(16):
        assert "台账已退回" in client.get(reverse("inbox"), {"tab": "messages"}).content.decode()
    url = reverse("message-read", args=[message.public_id])
    assert client.get(url).status_code == 405
    assert client.post(url)["Location"] == reverse("job-list")
    message.refresh_from_db()
    assert message.read_at is not None
    actions.tell(town_user, "第二条")
    client.post(reverse("message-read-all"))
    assert not Message.objects.visible_to(SYSTEM).unread().exists()


def test_an_empty_inbox_and_odd_addresses_are_pages_too(client_for, secretary_user, system_user):
    for user in (secretary_user, system_user):
        client = client_for(user)
        for query in ({}, {"tab": "below"}, {"tab": "messages"}, {"tab": "x"}, {"tab": "messages", "before": "';"}):
            assert client.get(reverse("inbox"), query).status_code == 200


def test_somebody_elses_message_is_not_found(client_for, other_town_user, town_user):
    message = actions.tell(town_user, "台账已退回")
    assert client_for(other_town_user).post(reverse("message-read", args=[message.public_id])).status_code == 404


def test_all_badges_are_counted_in_one_query(town, town_user, town_actor, django_assert_num_queries):
    def badges():
        with django_assert_num_queries(1):
            found = [entry for group in navigation.for_reader(town_actor, "/") for entry in group]
        return {entry.key: entry.count for entry in found if entry.count is not None}

    assert badges() == {}
    actions.raise_todo("t", town, "待定")
    actions.tell(town_user, "已退回")
    assert badges() == {"inbox": 2}


def test_it_moves_with_its_organisation(branch, town, other_town, county_actor, secretary_user, other_town_actor):
    actions.raise_todo("b", branch, "支部的事")
    actions.tell(branch, "请报送")
    organisations.move(branch, to=other_town, by=county_actor)
    branch.refresh_from_db()
    assert {todo.organisation_path for todo in Todo.objects.visible_to(SYSTEM)} == {branch.path}
    assert {message.organisation_path for message in Message.objects.visible_to(SYSTEM)} == {branch.path}
    assert queries.for_actor(other_town_actor).below_count == 1


@pytest.fixture
def long_job(town_actor, monkeypatch):
    monkeypatch.setattr(handlers, "_handlers", dict(handlers._handlers))
    handlers.register(Handler("test.long", "核对", lambda params, by, progress: {"text": "28 人"}))
    now = clock.now() - dt.timedelta(minutes=1)
    return job_actions.enqueue("test.long", {}, by=town_actor, title="核对台账", now=now)


def test_who_left_the_page_is_told_how_his_job_ended(long_job, town_actor, town_user):
    runner.run(long_job.public_id)
    message = Message.objects.visible_to(town_actor).get()
    assert (message.title, message.text, message.level) == ("核对台账：已完成", "28 人", Level.INFO)
    assert message.url == long_job.get_absolute_url()


def test_who_saw_it_end_is_not(town_actor, long_job):
    job = job_actions.enqueue("test.long", {}, by=town_actor)
    runner.run(job.public_id)
    assert not Message.objects.visible_to(town_actor).exists()
