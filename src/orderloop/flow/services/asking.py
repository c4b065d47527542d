"""Clause 2.2: asking the customer about an order that stands in review, with the order kept where it stands."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from orderloop.customers import queries as customer_queries
from orderloop.flow.facts import Stage
from orderloop.flow.services import record
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.orders import queries as order_queries
from orderloop.orders import services as orders
from orderloop.orders.facts import EventKind, Move, OrderFact, OrderStatus
from orderloop.platform.mail import MailNew, put_mails

MAIL = "order_question"


@transaction.atomic
def ask_customers(questions: Mapping[int, str], *, at: datetime, actor: Actor) -> Outcomes[int, str]:
    """Write each question (by order) to its customer; the review then waits for the customer. Yields the addresses.

    Refused: `question_missing`; `customer_has_no_address`. Stale: the order does not stand in review.
    """
    facts = order_queries.facts_for(questions, lock=True)
    buyers = customer_queries.facts_for({fact.customer_id for fact in facts.values()})
    addresses = _addresses({fact.customer_id for fact in facts.values()})
    due = {i: fact for i, fact in facts.items() if fact.status is OrderStatus.IN_REVIEW}
    refused = [Refused(i, (why,)) for i, fact in due.items() if (why := _fault(questions[i], fact, addresses))]
    asked = {i: fact for i, fact in due.items() if i not in {entry.id for entry in refused}}
    moves = [
        Move(i, EventKind.NOTE, fact.status, None, questions[i].strip(), {"asked": addresses[fact.customer_id]})
        for i, fact in asked.items()
    ]
    orders.move_orders(moves, at=at, actor=actor)
    record.wait_for(asked, Stage.REVIEW, "customer")
    put_mails(
        [
            MailNew(
                key=f"{MAIL}:{i}:{fact.version}",
                kind=MAIL,
                to=addresses[fact.customer_id],
                language=buyers[fact.customer_id].language,
                payload={"order_id": i, "question": questions[i].strip()},
                order_id=i,
            )
            for i, fact in asked.items()
        ],
        at=at,
    )
    return Outcomes.of(
        questions,
        done=[Done(i, addresses[fact.customer_id]) for i, fact in asked.items()],
        refused=refused,
        stale=[Stale(i, facts[i].status if i in facts else None) for i in questions if i not in due],
    )


def _fault(question: str, fact: OrderFact, addresses: Mapping[int, str]) -> Reason | None:
    if not question.strip():
        return Reason("question_missing", "reason")
    return None if fact.customer_id in addresses else Reason("customer_has_no_address")


def _addresses(customer_ids: set[int]) -> dict[int, str]:
    """The mail address of each customer that has one: the primary contact's, else the first one's."""
    found = customer_queries.contacts_for(customer_ids)
    first = {i: next((contact.email for contact in group if contact.email), "") for i, group in found.items()}
    return {i: address for i, address in first.items() if address}
