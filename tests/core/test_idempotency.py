"""A create that is sent twice is done once."""

import threading

import pytest
from django.db import connection, connections

from core import clock
from core.actors import SYSTEM, Actor
from core.idempotency import once
from core.models import Idempotency

OTHER = Actor(id="other", name="别人")


@pytest.mark.django_db
def test_the_same_key_gives_the_first_result():
    made = []

    def create():
        made.append("x")
        return f"thing{len(made)}"

    first = once("key", by=SYSTEM, now=clock.now(), create=create)
    again = once("key", by=SYSTEM, now=clock.now(), create=create)
    assert (first, again, len(made)) == (("thing1", True), ("thing1", False), 1)
    assert once("key", by=OTHER, now=clock.now(), create=create) == ("thing2", True)
    assert once("", by=SYSTEM, now=clock.now(), create=create) == ("thing3", True)
    assert once("", by=SYSTEM, now=clock.now(), create=create) == ("thing4", True)


@pytest.mark.django_db
def test_a_create_that_fails_may_be_tried_again():
    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        once("key", by=SYSTEM, now=clock.now(), create=fail)
    assert not Idempotency.objects.exists()
    assert once("key", by=SYSTEM, now=clock.now(), create=lambda: "thing") == ("thing", True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="an in-memory database is one connection")
def test_two_at_the_same_time_end_as_one():
    barrier, results, made = threading.Barrier(2), [], []

    def create():
        made.append(1)
        return "thing"

    def send():
        try:
            barrier.wait()
            results.append(once("key", by=SYSTEM, now=clock.now(), create=create))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [("thing", False), ("thing", True)]
