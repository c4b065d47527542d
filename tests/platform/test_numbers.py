"""Document numbers run without gaps, also when transactions fail."""

import pytest
from django.db import transaction

from orderloop.platform import numbers

pytestmark = pytest.mark.django_db


def test_a_series_begins_at_one_and_runs_on():
    assert numbers.take("SO", 2) == ["SO-000001", "SO-000002"]
    assert numbers.take("SO", 1) == ["SO-000003"]
    assert numbers.take("DN", 1) == ["DN-000001"]
    assert numbers.take("SO", 0) == []


def test_a_series_keeps_the_prefix_it_began_with():
    assert numbers.take("INV", 1, prefix="INV2026-") == ["INV2026-000001"]
    assert numbers.take("INV", 1) == ["INV2026-000002"]


def test_numbers_of_a_failed_transaction_are_given_out_again():
    with pytest.raises(RuntimeError), transaction.atomic():
        numbers.take("SO", 5)
        raise RuntimeError
    assert numbers.take("SO", 1) == ["SO-000001"]


def test_thousands_are_taken_by_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        taken = numbers.take("SO", 5000)
    assert (taken[0], taken[-1], len(set(taken))) == ("SO-000001", "SO-005000", 5000)
