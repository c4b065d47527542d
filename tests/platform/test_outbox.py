"""The outbox: written once per key, done at least once, by one worker at a time, given up only after many tries."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from orderloop.platform import outbox
from orderloop.platform.models import Effect
from orderloop.platform.outbox import EffectNew, Fault

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(monkeypatch):
    """Effects of kind `note` are written down here."""
    keys = []
    monkeypatch.setattr(outbox, "_kinds", outbox._Kinds())
    outbox.register("note", lambda effects, now: keys.extend(effect.key for effect in effects) or {})
    return keys


def notes(*keys):
    return [EffectNew(key, "note", {"text": "好"}, order_id=7) for key in keys]


def test_an_effect_is_written_once_per_key_whatever_is_written_after(seen):
    assert outbox.put_effects(notes("a", "b"), at=AT) == 2
    assert outbox.put_effects(notes("b", "c"), at=AT) == 1
    assert outbox.put_effects([], at=AT) == 0
    assert list(Effect.objects.order_by("id").values_list("key", "order_id", "payload")) == [
        ("a", 7, {"text": "好"}),
        ("b", 7, {"text": "好"}),
        ("c", 7, {"text": "好"}),
    ]


def test_effects_are_put_by_one_statement_however_many(seen, django_assert_num_queries):
    with django_assert_num_queries(1):
        outbox.put_effects(notes(*(f"n{i}" for i in range(2000))), at=AT)
    assert Effect.objects.count() == 2000


def test_what_is_due_is_done_once_and_what_is_not_due_waits(seen):
    outbox.put_effects([*notes("now"), EffectNew("later", "note", {}, due_at=AT + timedelta(hours=1))], at=AT)
    assert outbox.run_due_effects(AT) == outbox.Drained(done=1)
    assert outbox.run_due_effects(AT) == outbox.Drained()
    assert outbox.drain(AT + timedelta(hours=1)) == outbox.Drained(done=1)
    assert seen == ["now", "later"]
    assert list(Effect.objects.order_by("id").values_list("done_at", flat=True)) == [AT, AT + timedelta(hours=1)]


def test_a_failed_effect_is_tried_again_later_and_later_and_given_up_after_the_last_try(seen):
    told = []
    outbox.register("broken", lambda effects, now: {effect.key: Fault("no answer") for effect in effects})
    outbox.register_given_up(lambda dead, now: told.extend((effect.key, fault.words) for effect, fault in dead))
    outbox.put_effects([EffectNew("x", "broken", {})], at=AT)
    now = AT
    for attempt in range(1, outbox.ATTEMPTS):
        assert outbox.run_due_effects(now, chance=lambda: 0.5) == outbox.Drained(put_off=1)
        row = Effect.objects.get()
        assert (row.attempts, row.error, row.dead_at) == (attempt, "no answer", None)
        assert row.next_at == now + outbox.retry_after(attempt, 0.5)
        now = row.next_at
    assert told == []
    assert outbox.run_due_effects(now) == outbox.Drained(dead=("x",))
    assert Effect.objects.get().dead_at == now
    assert told == [("x", "no answer")]
    assert outbox.run_due_effects(now + timedelta(days=365)) == outbox.Drained()


def test_a_permanent_fault_is_given_up_at_once_and_can_be_revived(seen):
    refused = Fault("bad address", permanent=True)
    outbox.register("refused", lambda effects, now: {effect.key: refused for effect in effects})
    outbox.put_effects([EffectNew("x", "refused", {})], at=AT)
    assert outbox.run_due_effects(AT).dead == ("x",)
    assert outbox.revive_effects(["x", "unknown"], at=AT) == 1
    row = Effect.objects.get()
    assert (row.dead_at, row.attempts, row.next_at) == (None, 0, AT)


def test_one_effect_that_raises_spoils_no_other_of_its_set(seen):
    done = []

    def handle(effects, now):
        if any(effect.payload["bad"] for effect in effects):
            raise RuntimeError("boom")
        done.extend(effect.key for effect in effects)
        return {}

    outbox.register("mixed", handle)
    outbox.put_effects([EffectNew(f"m{i}", "mixed", {"bad": i == 2}) for i in range(5)], at=AT)
    assert outbox.run_due_effects(AT) == outbox.Drained(done=4, put_off=1)
    assert done == ["m0", "m1", "m3", "m4"]
    assert Effect.objects.get(key="m2").error == "RuntimeError: boom"


def test_an_effect_of_a_kind_nobody_does_stays_and_says_so(seen):
    outbox.put_effects([EffectNew("x", "strange", {})], at=AT)
    assert outbox.run_due_effects(AT) == outbox.Drained(put_off=1)
    assert Effect.objects.get().error == "nobody does effects of kind 'strange'"


def test_an_effect_held_by_a_worker_that_died_is_taken_over_when_its_lease_ends(seen):
    outbox.put_effects(notes("x"), at=AT)
    assert [effect.key for effect in outbox._claim(AT, 10, "")] == ["x"]
    assert outbox.run_due_effects(AT + outbox.LEASE - timedelta(seconds=1)) == outbox.Drained()
    assert outbox.run_due_effects(AT + outbox.LEASE) == outbox.Drained(done=1)
    assert Effect.objects.get().attempts == 2


def test_a_worker_that_comes_back_late_cannot_put_off_what_another_has_taken_over(seen):
    outbox.put_effects(notes("x"), at=AT)
    (late,) = outbox._claim(AT, 10, "")
    (taken_over,) = outbox._claim(AT + outbox.LEASE, 10, "")
    outbox._settle([late], {"x": Fault("late")}, AT + outbox.LEASE, lambda: 0.5)
    row = Effect.objects.get()
    assert (row.error, row.next_at, row.attempts) == ("", AT + 2 * outbox.LEASE, taken_over.attempt)


def test_effects_of_a_transaction_that_fails_are_never_seen(seen):
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.put_effects(notes("x"), at=AT)
        raise RuntimeError
    assert outbox.run_due_effects(AT) == outbox.Drained()
    assert seen == []


def test_waiting_doubles_up_to_four_hours_and_is_spread_by_a_quarter():
    waits = [outbox.retry_after(n, 0.5).total_seconds() for n in (1, 2, 3, 10, 11, 60)]
    assert waits == [20, 40, 80, 10240, 14400, 14400]
    assert outbox.retry_after(1, 0) == timedelta(seconds=15)
    assert outbox.retry_after(1, 1) == timedelta(seconds=25)


def test_done_effects_are_deleted_after_their_time_and_dead_ones_never(seen):
    outbox.register("refused", lambda effects, now: {effect.key: Fault("no", permanent=True) for effect in effects})
    outbox.put_effects([*notes("old"), EffectNew("dead", "refused", {})], at=AT)
    outbox.drain(AT)
    assert outbox.delete_done_effects(AT) == 0
    assert outbox.delete_done_effects(AT + timedelta(seconds=1)) == 1
    assert list(Effect.objects.values_list("key", flat=True)) == ["dead"]


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_never_do_an_effect_twice(seen):
    outbox.put_effects(notes(*(f"n{i:03}" for i in range(400))), at=AT)
    start = threading.Barrier(4)

    def work():
        try:
            start.wait()
            outbox.drain(AT, 20)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(seen) == [f"n{i:03}" for i in range(400)]
    assert Effect.objects.filter(done_at=AT, attempts=1).count() == 400
