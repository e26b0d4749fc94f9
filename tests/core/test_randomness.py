"""Bytes taken from a store of random bytes are nobody else's."""

import os
from concurrent.futures import ThreadPoolExecutor

from core.randomness import Randomness


def test_no_bytes_are_given_twice_to_threads():
    source = Randomness(6)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: source.take(), range(5000)))
    assert len(set(taken)) == len(taken)
    assert {len(one) for one in taken} == {6}


def test_a_child_process_does_not_go_on_with_its_parents_bytes():
    source = Randomness(12)
    source.take()
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.write(write, source.take())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 12) != source.take()
