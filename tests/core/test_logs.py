"""What reaches the log: no numbers, and one sentence where a broker that is away would fill pages."""

import logging

import pytest
from redis.exceptions import ConnectionError as RedisAway

from core.logs import BrokerAway, HideNumbers


def record(name: str, text: str, *args: object, at: float = 0.0) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.ERROR, __file__, 1, text, args, None)
    made.created = at
    return made


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "celery.worker.consumer.consumer",
            "consumer: Cannot connect to redis://:**@127.0.0.1: Error 111.\nTrying again",
        ),
        (
            "celery.worker.consumer.consumer",
            "consumer: Connection to broker lost. Trying to re-establish the connection",
        ),
        (
            "celery.worker.request",
            "Couldn't ack 'b', reason:network:ConnectionError\nTraceback (most recent call last)",
        ),
        ("py.warnings", "set worker_cancel_long_running_tasks_on_connection_loss to True"),
        ("celery.beat", "beat: Connection error: Error 111. Trying again in 2 seconds..."),
        ("celery.beat", "Message Error: Error 111\n['  File ...']"),
        ("jobs.publish", "the broker takes no jobs (OperationalError); they wait in the database"),
    ],
)
def test_a_broker_that_is_away_is_one_sentence_every_ten_minutes(name: str, text: str):
    away, said = BrokerAway(), []
    for at in (0.0, 2.0, 30.0, 599.0, 601.0):
        made = record(name, text, at=at)
        if away.filter(made):
            said.append((made.getMessage(), made.exc_info))
    assert said == [(BrokerAway.SENTENCE, None)] * 2


def ended_worker(first: Exception) -> logging.LogRecord:
    """What Celery says when it ends a worker over an error that came up while it handled the ``first``."""
    made = record("celery.worker.worker", "Unrecoverable error: %r", "'NoneType' object has no attribute 'hostname'")
    try:
        try:
            raise first
        except type(first):
            raise AttributeError(name="hostname")  # noqa: B904 as the library does
    except AttributeError as error:
        made.exc_info = (AttributeError, error, error.__traceback__)
    return made


def test_a_worker_that_ends_because_the_broker_is_away_is_the_same_sentence():
    away, made = BrokerAway(), ended_worker(RedisAway("refused"))
    assert away.filter(made)
    assert (made.getMessage(), made.exc_info) == (BrokerAway.SENTENCE, None)
    assert not away.filter(ended_worker(RedisAway("refused")))


def test_a_worker_that_ends_over_anything_else_says_what():
    made = ended_worker(KeyError("task"))
    assert BrokerAway().filter(made)
    assert made.exc_info


def test_what_else_celery_says_is_left_alone():
    away, other = BrokerAway(), record("celery.worker.consumer.consumer", "Received unregistered task of type %s", "x")
    assert away.filter(other)
    assert away.filter(record("members.views", "Cannot connect to the moon"))
    assert other.getMessage() == "Received unregistered task of type x"


def test_numbers_are_struck_out():
    made = record("members", "phone %s", "19900001234")
    assert HideNumbers().filter(made)
    assert made.getMessage() == "phone #######"
