"""What stands before the first order: policies, goods and prices, customers, people, stock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop as _

from orderloop.access.services import add_people
from orderloop.catalog import queries as catalog
from orderloop.catalog.services import save_price_lists, save_prices, save_product_lines, save_products
from orderloop.customers import queries as customers
from orderloop.customers.services import save_contacts, save_customers, save_ship_tos
from orderloop.demo import buyers, goods, post, records, staff
from orderloop.demo.pricing import price_spans
from orderloop.demo.timeline import Timeline
from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.outcome import Outcomes
from orderloop.fulfilment.facts import FulfilmentPolicy
from orderloop.intake.services import save_partners
from orderloop.inventory.facts import MoveNew, WarehouseRow
from orderloop.inventory.services import place_goods, post_moves, save_warehouses
from orderloop.metrics.facts import DEFAULT_TARGETS, FiguresPolicy, RoleRate, Target
from orderloop.policy.services import ensure_defaults
from orderloop.review.facts import ReviewPolicy
from orderloop.triage.facts import TriagePolicy

LARGE_ORDER = Decimal(80_000)
COST_PER_ORDER = Decimal(10)


@dataclass(frozen=True, slots=True)
class Groundwork:
    """One step before the first order: its name, what it says while it works, and what it does."""

    name: str
    words: str
    work: Callable[[], Mapping[str, Any] | None]


class NotFounded(RuntimeError):
    """A service refused a row of the demo: the data and the product's rules do not fit together."""


def groundwork(timeline: Timeline, *, at: datetime) -> list[Groundwork]:
    """The steps in their order; `at` is the instant before the first order at which all of it is dated."""
    return [
        Groundwork("policies", _("Putting policies in force"), lambda: _policies(at)),
        Groundwork("goods", _("Bringing in products and prices"), lambda: _goods(timeline, at)),
        Groundwork("customers", _("Bringing in customers"), lambda: _customers(timeline, at)),
        Groundwork("people", _("Adding the people who work here"), lambda: _people(at)),
        Groundwork("stock", _("Counting the stock"), lambda: _stock(at)),
    ]


def all_done(outcomes: Outcomes[Any, Any]) -> Outcomes[Any, Any]:
    """The outcomes themselves when nothing was refused or stale, else `NotFounded`."""
    if not outcomes.all_done:
        raise NotFounded(str((*outcomes.refused[:3], *outcomes.stale[:3])))
    return outcomes


def _policies(at: datetime) -> None:
    ensure_defaults(
        at=at,
        values={
            "review": ReviewPolicy(large_amount=LARGE_ORDER),
            "triage": TriagePolicy(large_amount=LARGE_ORDER),
            "figures": figures_policy(),
            "fulfilment": FulfilmentPolicy(
                carriers=records.ship_methods(),
                company_name="Adventure Works Cycles",
                company_name_zh="Adventure Works 自行车公司",
                company_address="Bothell, Washington 98011, United States",
                company_address_zh="美国华盛顿州博塞尔市 98011",
                company_mail=f"orders@{staff.DOMAIN}",
            ),
        },
    )


def figures_policy() -> FiguresPolicy:
    """How the desk is judged, with costs in the currency in which the company sells."""
    targets = [each for each in DEFAULT_TARGETS if each.figure != "cost_per_order"]
    return FiguresPolicy(
        targets=(*targets, Target("cost_per_order", COST_PER_ORDER)),
        rates=tuple(RoleRate(role, cost) for role, cost in staff.hourly_costs().items()),
        currency=buyers.CURRENCY,
    )


def _goods(timeline: Timeline, at: datetime) -> None:
    articles = records.articles()
    all_done(save_product_lines(goods.line_rows(articles), at=at, actor=SYSTEM))
    all_done(save_products(goods.product_rows(articles), at=at, actor=SYSTEM))
    all_done(save_price_lists([goods.price_list_row()], at=at, actor=SYSTEM))
    spans = price_spans(records.sales(), articles, timeline.starts)
    all_done(save_prices(goods.price_rows(spans), at=at, actor=SYSTEM))


def _customers(timeline: Timeline, at: datetime) -> None:
    stores = records.stores()
    all_done(save_customers(buyers.customer_rows(stores, records.sales()), at=at, actor=SYSTEM))
    all_done(save_contacts(buyers.contact_rows(stores), at=at, actor=SYSTEM))
    all_done(save_ship_tos(buyers.ship_to_rows(stores), at=at, actor=SYSTEM))
    partners = post.partners_of(timeline, customers.by_codes([dated.sale.store for dated in timeline.to_come]))
    all_done(save_partners(partners, at=at, actor=SYSTEM))


def _people(at: datetime) -> None:
    secret = staff.password()
    known = customers.by_codes(list(staff.PORTAL_USERS.values()))
    all_done(add_people([*staff.desk(secret), *staff.portal_users(known, secret)], at=at, actor=SYSTEM))


def _stock(at: datetime) -> None:
    rows = [WarehouseRow(code, name, position) for position, (code, name) in enumerate(goods.WAREHOUSES)]
    places = save_warehouses(rows)
    openings = goods.opening_stock(records.articles(), records.placings(), records.sales())
    products = {sku: fact.product_id for sku, fact in catalog.by_skus([each.sku for each in openings]).items()}
    moves = [
        MoveNew(products[each.sku], places[each.warehouse], "opening", each.quantity, "opening stock")
        for each in openings
    ]
    post_moves(moves, at=at, actor=SYSTEM)
    place_goods({(products[each.sku], places[each.warehouse]): each.bin for each in openings if each.bin})
