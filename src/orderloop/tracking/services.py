"""Telling customers of progress, once per event."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from orderloop.customers import queries as customers
from orderloop.customers.facts import ContactFact
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.orders import queries as orders
from orderloop.orders.facts import OrderDetail
from orderloop.platform.bulk import columns_of, fetch_all
from orderloop.platform.mail import MailNew, put_mails
from orderloop.policy.queries import in_force, working_time
from orderloop.tracking.facts import SECTION, NoticeNew, ProgressEvent
from orderloop.tracking.rules import is_delayed


@transaction.atomic
def notify(notices: Sequence[NoticeNew], *, at: datetime) -> Outcomes[NoticeNew, str]:
    """Tell customers of progress; yields the address written to, empty where the customer has none.

    Refused: `order_unknown`; `not_mailed` where the policy does not tell of such events. Stale: told before.
    """
    mailed = set(in_force(SECTION).value.mailed_events)
    details = orders.details_for({notice.order_id for notice in notices})
    wanted = [notice for notice in notices if notice.order_id in details and notice.event in mailed]
    fresh = _remember(wanted, at=at)
    to = _addresses([details[notice.order_id] for notice in fresh])
    buyers = customers.facts_for({details[notice.order_id].customer_id for notice in fresh})
    addresses = {notice: to.get(details[notice.order_id].customer_id, "") for notice in fresh}
    put_mails(
        [
            _mail(notice, address, buyers[details[notice.order_id].customer_id].language)
            for notice, address in addresses.items()
            if address
        ],
        at=at,
    )
    told = set(fresh)
    return Outcomes.of(
        notices,
        done=[Done(notice, address) for notice, address in addresses.items()],
        refused=[
            Refused(notice, (Reason("not_mailed" if notice.order_id in details else "order_unknown"),))
            for notice in dict.fromkeys(notices)
            if notice.order_id not in details or notice.event not in mailed
        ],
        stale=[Stale(notice) for notice in dict.fromkeys(wanted) if notice not in told],
    )


def notify_of_delays(*, at: datetime) -> int:
    """Tell the customers of open orders whose date has moved by as much as the policy says; return how many are new.

    Each new date is told once.
    """
    policy, time = in_force(SECTION).value, working_time()
    details = orders.details_for(orders.moved_promises())
    late = [
        NoticeNew(order_id, ProgressEvent.DELAYED, str(order.promised_on))
        for order_id, order in details.items()
        if is_delayed(order.first_promised_on, order.promised_on, time.calendar, policy.delay_days)
    ]
    return len(notify(late, at=at).done)


def _remember(notices: Sequence[NoticeNew], *, at: datetime) -> list[NoticeNew]:
    """Write what is told now; the ones that were not told before."""
    rows = [(notice.order_id, str(notice.event), notice.subject) for notice in dict.fromkeys(notices)]
    if not rows:
        return []
    written = fetch_all(
        """INSERT INTO tracking_notice (order_id, event, subject, at) SELECT n.*, %s
        FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n(order_id, event, subject)
        ON CONFLICT (order_id, event, subject) DO NOTHING RETURNING order_id, event, subject""",
        [at, *columns_of(rows, 3)],
    )
    return [NoticeNew(order_id, ProgressEvent(event), subject) for order_id, event, subject in written]


def _addresses(details: Collection[OrderDetail]) -> Mapping[int, str]:
    """The mail address of each customer that has one: the primary contact's, else the first one's."""
    contacts = customers.contacts_for({order.customer_id for order in details}) if details else {}
    return {customer_id: address for customer_id, group in contacts.items() if (address := _first_address(group))}


def _first_address(contacts: Sequence[ContactFact]) -> str:
    return next((contact.email for contact in contacts if contact.email), "")


def _mail(notice: NoticeNew, address: str, language: str) -> MailNew:
    return MailNew(
        key=":".join(part for part in ("progress", notice.event, str(notice.order_id), notice.subject) if part),
        kind=f"progress_{notice.event}",
        to=address,
        language=language,
        payload={"order_id": notice.order_id, "event": notice.event, "subject": notice.subject},
        order_id=notice.order_id,
    )
