"""Allocation: never more than there is, best first, and the same whatever the portions; also through the whole way."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.makers import CLERK, NOW, a_customer, a_product, an_entry, policies

from orderloop.flow.services.take_in import take_in_entries
from orderloop.inventory.facts import Demand, InventoryPolicy, Replenishing, StockFact, Supply
from orderloop.inventory.models import Reservation
from orderloop.inventory.rules import allocate
from orderloop.orders.models import Order

TODAY = date(2026, 11, 23)
PRODUCTS = (1, 2, 3)

demands = st.lists(
    st.builds(
        lambda n, product, quantity, priority, days: Demand(
            n, n, product, Decimal(quantity), TODAY + timedelta(days=days), Decimal(priority)
        ),
        st.integers(1, 10_000),
        st.sampled_from(PRODUCTS),
        st.integers(1, 20),
        st.integers(0, 5),
        st.integers(0, 30),
    ),
    max_size=30,
    unique_by=lambda demand: demand.order_key,
)
stocks = st.lists(
    st.builds(
        lambda p, w, n, r: StockFact(p, w, Decimal(n + r), Decimal(r)),
        st.sampled_from(PRODUCTS),
        st.integers(1, 3),
        st.integers(0, 40),
        st.integers(0, 9),
    ),
    unique_by=lambda fact: (fact.product_id, fact.warehouse_id),
    max_size=9,
)
supplies = st.lists(
    st.builds(
        lambda p, n, d: Supply(p, 1, Decimal(n), TODAY + timedelta(days=d)),
        st.sampled_from(PRODUCTS),
        st.integers(1, 20),
        st.integers(1, 40),
    ),
    max_size=6,
)
REPLENISHING = {product: Replenishing(product, "make", 7) for product in PRODUCTS}


def _allocate(some, stock, coming):
    return {each.line_key: each for each in allocate(some, stock, coming, REPLENISHING, InventoryPolicy(), today=TODAY)}


@given(demands, stocks, supplies)
def test_never_more_than_is_free_and_nothing_lost(wanted, stock, coming):
    found = _allocate(wanted, stock, coming)
    assert set(found) == {demand.line_key for demand in wanted}
    given_out = {}
    for demand in wanted:
        outcome = found[demand.line_key]
        reserved = sum(share.reserved for share in outcome.shares)
        assert reserved + outcome.short == demand.quantity
        for share in outcome.shares:
            place = (demand.product_id, share.warehouse_id)
            given_out[place] = given_out.get(place, 0) + share.reserved
    for place, quantity in given_out.items():
        assert quantity <= next(f.free for f in stock if (f.product_id, f.warehouse_id) == place)


@given(demands, stocks)
def test_nobody_is_short_while_a_lower_rank_has_the_goods(wanted, stock):
    found = _allocate(wanted, stock, [])
    for short in (d for d in wanted if found[d.line_key].short):
        for other in (d for d in wanted if d.product_id == short.product_id and d.rank > short.rank):
            assert sum(share.reserved for share in found[other.line_key].shares) == 0


@given(demands, stocks, supplies, st.integers(1, 7), st.randoms(use_true_random=False))
def test_the_outcome_does_not_depend_on_order_or_portions(wanted, stock, coming, size, random):
    whole = _allocate(wanted, stock, coming)
    shuffled = list(wanted)
    random.shuffle(shuffled)
    assert _allocate(shuffled, stock, coming) == whole
    ranked, left, pieces = sorted(wanted, key=lambda d: d.rank), list(stock), {}
    for start in range(0, len(ranked), size):
        part = _allocate(ranked[start : start + size], left, coming)
        pieces |= part
        left = _rest(left, part)
    assert {k: (v.shares, v.short) for k, v in pieces.items()} == {k: (v.shares, v.short) for k, v in whole.items()}


def _rest(stock, part):
    held = {}
    for outcome in part.values():
        for share in outcome.shares:
            place = (outcome.product_id, share.warehouse_id)
            held[place] = held.get(place, 0) + share.reserved
    return [
        StockFact(f.product_id, f.warehouse_id, f.on_hand, f.reserved + held.get((f.product_id, f.warehouse_id), 0))
        for f in stock
    ]


@pytest.mark.django_db
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(0, 2), st.integers(1, 9), st.integers(3, 25)),
        min_size=2,
        max_size=6,
    )
)
def test_one_by_one_by_rank_equals_in_a_set(wishes):
    with transaction.atomic():
        policies()
        customers = {grade: a_customer(importance=grade) for grade in "ABC"}
        products = [a_product(stock=10) for _ in range(3)]
        entries = [
            an_entry(customers[grade], [(products[p], n)], key=k, requested_on=(NOW + timedelta(days=days)).date())
            for k, (grade, p, n, days) in enumerate(wishes)
        ]
        mark = transaction.savepoint()
        in_a_set = _states(entries, [entries])
        ranked = sorted(entries, key=lambda e: (-in_a_set[e.po_number][1], e.requested_on, e.key))
        transaction.savepoint_rollback(mark)
        one_by_one = _states(entries, [[entry] for entry in ranked])
        transaction.set_rollback(True)
    assert one_by_one == in_a_set


def _states(entries, portions):
    for portion in portions:
        take_in_entries(portion, at=NOW, actor=CLERK)
    held = {r.order_id: (r.wanted, r.reserved) for r in Reservation.objects.all()}
    return {
        o.po_number: (o.status, o.priority, o.promised_on, held[o.pk])
        for o in Order.objects.filter(po_number__in=[entry.po_number for entry in entries])
    }
