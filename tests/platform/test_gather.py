"""Concurrent callers are worked in sets, and each gets its own answer."""

import threading
import time

import pytest

from orderloop.platform.gather import Gatherer


def _call_at_once(gatherer, items):
    answers, threads = {}, []

    def call(item):
        try:
            answers[item] = gatherer.call(item)
        except ValueError as error:
            answers[item] = error

    for item in items:
        threads.append(threading.Thread(target=call, args=(item,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def test_each_of_many_callers_gets_its_own_answer_and_sets_form():
    sizes = []

    def work(items):
        sizes.append(len(items))
        time.sleep(0.02)
        return [item * 2 for item in items]

    answers = _call_at_once(Gatherer(work), range(200))
    assert answers == {item: item * 2 for item in range(200)}
    assert sum(sizes) == 200
    assert max(sizes) > 10


def test_a_lone_caller_is_a_set_of_one():
    sizes = []
    gatherer = Gatherer(lambda items: sizes.append(len(items)) or list(items), pause=10)
    assert [gatherer.call(1), gatherer.call(2)] == [1, 2]
    assert sizes == [1, 1]


def test_a_set_never_exceeds_the_most():
    sizes = []

    def work(items):
        sizes.append(len(items))
        time.sleep(0.005)
        return list(items)

    _call_at_once(Gatherer(work, most=7), range(50))
    assert max(sizes) <= 7 and sum(sizes) == 50


def test_a_bad_item_fails_only_its_own_caller():
    def work(items):
        time.sleep(0.01)
        if 13 in items:
            raise ValueError("13")
        return list(items)

    answers = _call_at_once(Gatherer(work), range(30))
    assert str(answers.pop(13)) == "13"
    assert answers == {item: item for item in range(30) if item != 13}


def test_an_error_does_not_leave_later_callers_waiting():
    calls = []

    def work(items):
        calls.append(list(items))
        if len(calls) == 1:
            raise ValueError("once")
        return list(items)

    gatherer = Gatherer(work)
    with pytest.raises(ValueError, match="once"):
        gatherer.call(1)
    assert gatherer.call(2) == 2
