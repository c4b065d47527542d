"""A section's way from draft to governing to retired."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from tests.policy.trial import SECTION, Trial, registered

from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Reason, Stale
from orderloop.policy import queries
from orderloop.policy.facts import GOVERNANCE, Governance, sections
from orderloop.policy.models import PolicyVersion
from orderloop.policy.rules import encode
from orderloop.policy.services import (
    change_drafts,
    discard_drafts,
    draft_versions,
    ensure_defaults,
    put_in_force,
)

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHEN, WANG = Actor("person", 1, "Chen"), Actor("person", 2, "Wang")


@pytest.fixture(autouse=True)
def founded(db: None) -> Iterator[None]:
    with registered():
        ensure_defaults(at=AT)
        yield


def _body(**changes: Any) -> dict[str, Any]:
    return encode(SECTION, replace(Trial(), **changes))


def _draft(**changes: Any) -> int:
    return draft_versions({"trial": _body(**changes)}, at=AT, actor=CHEN, note="Busy season").values["trial"]


def test_every_section_has_its_defaults_in_force_from_the_start_and_once() -> None:
    assert {name for name, each in queries.standing_of_sections().items() if "in_force" in each} == {
        section.name for section in sections()
    }
    assert ensure_defaults(at=AT + timedelta(days=1)) == ()
    assert queries.in_force(SECTION).value == Trial()
    assert queries.in_force("trial").number == 1


def test_a_founders_values_take_the_place_of_the_defaults() -> None:
    PolicyVersion.objects.all().delete()
    assert "trial" in ensure_defaults(at=AT, values={"trial": Trial(days=9)})
    assert queries.in_force(SECTION).value.days == 9


def test_a_draft_governs_nothing_until_it_is_put_in_force() -> None:
    version_id = _draft(days=5)
    assert queries.in_force(SECTION).value.days == 3
    outcome = put_in_force([version_id], at=AT + timedelta(hours=1), actor=WANG)
    assert list(outcome) == [Done(version_id, 2)]
    governing = queries.in_force(SECTION)
    assert (governing.version_id, governing.number, governing.value.days) == (version_id, 2, 5)
    new, old = queries.versions_of("trial")
    assert (old.status, old.retired_at) == ("retired", AT + timedelta(hours=1))
    assert (new.status, new.author, new.put_in_force_by, new.in_force_from, new.note) == (
        "in_force", "Chen", "Wang", AT + timedelta(hours=1), "Busy season",
    )  # fmt: skip


def test_a_decision_finds_the_version_it_was_taken_under_after_others_have_followed() -> None:
    taken_under = queries.in_force(SECTION).version_id
    put_in_force([_draft(days=5)], at=AT, actor=WANG)
    assert queries.version_of(taken_under).value == Trial()
    assert queries.version_of(taken_under).number == 1


def test_a_draft_with_faults_is_refused_with_all_of_them_and_nothing_is_written() -> None:
    outcome = draft_versions({"trial": {**_body(), "days": 0, "lane": "x"}}, at=AT, actor=CHEN)
    assert [reason.code for reason in outcome.refused[0].reasons] == ["policy.too_small", "policy.not_a_choice"]
    assert len(queries.versions_of("trial")) == 1


def test_a_version_that_governs_cannot_be_put_in_force_or_changed_or_discarded() -> None:
    governing = queries.in_force(SECTION).version_id
    before = queries.versions_of("trial")
    assert put_in_force([governing], at=AT, actor=WANG).stale == (Stale(governing, "in_force"),)
    assert change_drafts({governing: _body(days=9)}, at=AT, actor=WANG).stale == (Stale(governing, "in_force"),)
    assert discard_drafts([governing]).stale == (Stale(governing, "in_force"),)
    assert put_in_force([0], at=AT, actor=WANG).stale == (Stale(0),)
    assert queries.versions_of("trial") == before


def test_a_draft_put_in_force_twice_is_stale_the_second_time() -> None:
    version_id = _draft(days=5)
    assert put_in_force([version_id], at=AT, actor=WANG).all_done
    assert put_in_force([version_id], at=AT, actor=WANG).stale == (Stale(version_id, "in_force"),)


def test_a_draft_changed_by_somebody_else_meanwhile_is_stale() -> None:
    version_id = _draft(days=5)
    later = AT + timedelta(minutes=1)
    assert change_drafts({version_id: _body(days=6)}, seen={version_id: AT}, at=later, actor=WANG).all_done
    assert change_drafts({version_id: _body(days=7)}, seen={version_id: AT}, at=later, actor=CHEN).stale == (
        Stale(version_id, "draft"),
    )
    draft = queries.versions_for([version_id])[version_id]
    assert (draft.body["days"], draft.author, draft.note) == (6, "Wang", "Busy season")


def test_a_discarded_draft_is_gone() -> None:
    version_id = _draft(days=5)
    assert discard_drafts([version_id]).all_done
    assert queries.versions_for([version_id]) == {}


def test_a_reason_is_required_to_put_a_draft_in_force() -> None:
    version_id = draft_versions({"trial": _body(days=5)}, at=AT, actor=CHEN).values["trial"]
    outcome = put_in_force([version_id], at=AT, actor=WANG, note=" ")
    assert outcome.refused[0].reasons == (Reason("policy.note_missing", "note"),)
    assert queries.in_force(SECTION).number == 1
    assert put_in_force([version_id], at=AT, actor=WANG, note="Busy season").all_done


def test_nothing_governs_from_a_moment_to_come() -> None:
    version_id = _draft(days=5)
    outcome = put_in_force([version_id], at=AT, from_=AT + timedelta(days=1), actor=WANG)
    assert outcome.refused[0].reasons == (Reason("policy.starts_in_future", "from"),)
    assert queries.in_force(SECTION).number == 1


def test_with_four_eyes_the_author_of_a_draft_cannot_put_it_in_force() -> None:
    strict_body = encode(GOVERNANCE, Governance(four_eyes=True))
    strict = draft_versions({"governance": strict_body}, at=AT, actor=WANG, note="Audit")
    assert put_in_force([strict.values["governance"]], at=AT, actor=WANG).all_done
    version_id = _draft(days=5)
    assert put_in_force([version_id], at=AT, actor=CHEN).refused[0].reasons == (Reason("policy.four_eyes"),)
    namesake = Actor("person", 3, "Chen")
    assert put_in_force([version_id], at=AT, actor=namesake).all_done


def test_at_most_one_version_of_a_section_governs_by_constraint() -> None:
    version_id = _draft(days=5)
    with pytest.raises(IntegrityError, match="policy_one_in_force"), transaction.atomic():
        PolicyVersion.objects.filter(id=version_id).update(status="in_force", in_force_from=AT)


def test_all_sections_are_read_by_one_statement_a_second(django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(1):
        queries.in_force(SECTION)
        queries.in_force(GOVERNANCE)
        queries.in_force("trial")


def test_what_another_process_puts_in_force_governs_here_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.undo()  # tests else read what governs once
    monkeypatch.setattr(queries.time, "monotonic", lambda: now)
    version_id = _draft(days=5)
    assert queries.in_force(SECTION).number == 1
    PolicyVersion.objects.filter(section="trial", status="in_force").update(status="retired")
    PolicyVersion.objects.filter(id=version_id).update(status="in_force", in_force_from=AT)
    now += 0.99
    assert queries.in_force(SECTION).number == 1
    now += 0.02
    assert queries.in_force(SECTION).number == 2


def test_a_section_without_a_version_says_how_to_get_one() -> None:
    PolicyVersion.objects.filter(section="trial").delete()
    queries.forget()
    with pytest.raises(queries.NoPolicyInForce, match="'trial' has no version in force; run `orderloop migrate`"):
        queries.in_force(SECTION)


def test_a_stored_version_that_no_longer_fits_is_named_with_its_faults() -> None:
    PolicyVersion.objects.filter(section="trial").update(body={**_body(), "days": 99})
    queries.forget()
    with pytest.raises(queries.UnreadablePolicy, match=r"policy trial 1 cannot be read: days: policy\.too_large"):
        queries.in_force(SECTION)


@pytest.mark.django_db(transaction=True)
def test_of_two_drafts_put_in_force_at_one_moment_both_end_in_order_and_one_governs() -> None:
    drafts = [_draft(days=5), _draft(days=6)]
    start, outcomes = Barrier(2), []

    def hurry(version_id: int) -> None:
        try:
            start.wait()
            outcomes.append(put_in_force([version_id], at=AT, actor=WANG))
        except IntegrityError:
            outcomes.append(None)
        finally:
            connection.close()

    threads = [Thread(target=hurry, args=(version_id,)) for version_id in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(outcomes) == 2 and None not in outcomes
    assert [v.status for v in queries.versions_of("trial")].count("in_force") == 1
