"""The demo's order desk while its past is replayed: who works there, and the ids behind the record's codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from orderloop.access import queries as access
from orderloop.catalog import queries as catalog
from orderloop.customers import queries as customers
from orderloop.customers.facts import CustomerFact
from orderloop.demo import records, staff
from orderloop.demo.buyers import channel_of, serial_of
from orderloop.demo.timeline import Clock, Timeline, lay_out
from orderloop.foundation.actor import Actor
from orderloop.foundation.calendar_data import CHINA
from orderloop.inventory import queries as inventory


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the replay needs to know besides what the services tell it. Products by number, warehouses by code."""

    clock: Clock
    timeline: Timeline
    customers: Mapping[str, CustomerFact]
    products: Mapping[str, int]
    lead_times: Mapping[int, int]
    warehouses: Mapping[str, int]
    staff: Mapping[str, Actor]

    def sender(self, store: records.Store) -> Actor:
        """Who sends a store's orders: its own people on the portal, the web shop's token, or a clerk with its file."""
        match channel_of(store):
            case "portal":
                return Actor("customer", None, store.name)
            case "api":
                return Actor("api", None, self.staff["shop"].name)
            case _:
                return self.staff[("clerk", "clerk2")[serial_of(store) % 2]]


def clock_at(now: datetime) -> Clock:
    """The desk's clock at the founding, in the company's zone."""
    return Clock(now, ZoneInfo(settings.TIME_ZONE))


def timeline_of(clock: Clock) -> Timeline:
    """All orders of the record with the dates they have for this founding."""
    countries = {store.code: store.country for store in records.stores()}
    return lay_out(records.sales(), countries, clock.today, CHINA)


def open_desk(clock: Clock, timeline: Timeline) -> Desk:
    """Look up the people, customers, goods and warehouses that the first steps of the founding made."""
    products = catalog.by_skus([article.sku for article in records.articles()])
    usernames = {post.username for post in staff.POSTS}
    return Desk(
        clock=clock,
        timeline=timeline,
        customers=customers.by_codes([store.code for store in records.stores()]),
        products={sku: fact.product_id for sku, fact in products.items()},
        lead_times={fact.product_id: fact.lead_time_days for fact in products.values()},
        warehouses={code: warehouse_id for warehouse_id, (code, _) in inventory.warehouses().items()},
        staff={
            person.username: Actor("person", person.id, person.display_name)
            for person in access.people_for()
            if person.username in usernames
        },
    )
