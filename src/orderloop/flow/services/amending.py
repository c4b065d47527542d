"""Changes customers ask for, once a person has accepted them: carried out where that can be, else put on the list."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from orderloop.flow.services.decisions import cancel_orders
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Refused, Stale
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.facts import SECTION, DraftSave, ProposalFact
from orderloop.orders import queries as orders
from orderloop.orders.facts import Channel
from orderloop.policy.queries import in_force, working_time
from orderloop.worklist import services as worklist
from orderloop.worklist.facts import WorkNew

CANCELLED, TO_CARRY_OUT = "cancelled", "to_carry_out"
WORK = "amendment"


@transaction.atomic
def accept_proposals(proposal_ids: Sequence[int], *, reason: str, at: datetime, actor: Actor) -> Outcomes[int, str]:
    """Accept changes. A cancellation is carried out at once; any other change becomes work of the desk, for an order
    that is taken in is not changed by itself. Each yields what became of it, `cancelled` or `to_carry_out`.

    `reason`: what the order's history says of a cancellation. Refused, nothing changed: what `cancel_orders` refuses,
    as where goods are being picked. Stale: decided.
    """
    known = {i: each for i, each in queries.proposals_by_ids(proposal_ids, lock=True).items() if each.status == "open"}
    cancels = {each.order_id: i for i, each in known.items() if each.kind == "cancel"}
    ended = cancel_orders(list(cancels), reason=reason, at=at, actor=actor) if cancels else Outcomes.of(())
    refused = [Refused(cancels[each.id], each.reasons) for each in ended.refused]
    stuck = {each.id for each in refused} | {cancels[each.id] for each in ended.stale}
    good = {i: each for i, each in known.items() if i not in stuck}
    intake.decide_proposals(dict.fromkeys(good, ("accepted", "")), at=at, actor=actor)
    _put_on_list([each for each in good.values() if each.kind != "cancel"], at=at)
    return Outcomes.of(
        proposal_ids,
        done=[Done(i, CANCELLED if each.kind == "cancel" else TO_CARRY_OUT) for i, each in good.items()],
        refused=refused,
        stale=[Stale(i) for i in dict.fromkeys(proposal_ids) if i not in good and i not in {e.id for e in refused}],
    )


@transaction.atomic
def replace_orders(
    bodies: Mapping[int, Mapping[str, object]], tokens: Mapping[int, UUID], *, reason: str, at: datetime, actor: Actor
) -> Outcomes[int, int]:
    """Carry accepted changes out by a new order each: the old one is cancelled, and a draft under the token holds
    what is wanted now (`bodies`, by proposal). Each yields its draft's id; its work is done.

    Refused, nothing changed: what `cancel_orders` refuses. Stale: the proposal is not accepted.
    """
    known = {i: each for i, each in queries.proposals_by_ids(list(bodies), lock=True).items() if _may_replace(each)}
    by_order = {each.order_id: i for i, each in known.items()}
    ended = cancel_orders(list(by_order), reason=reason, at=at, actor=actor) if by_order else Outcomes.of(())
    good = {by_order[order_id]: known[by_order[order_id]] for order_id in ended.done_ids}
    saves = [DraftSave(tokens[i], Channel.STAFF, each.customer_id, bodies[i]) for i, each in good.items()]
    kept = intake.save_drafts(saves, at=at, actor=actor).values if saves else {}
    finish_amendments(good, at=at, actor=actor)
    return Outcomes.of(
        bodies,
        done=[Done(i, kept[tokens[i]]) for i in good],
        refused=[Refused(by_order[each.id], each.reasons) for each in ended.refused],
        stale=[Stale(i) for i in bodies if i not in known or known[i].order_id in {each.id for each in ended.stale}],
    )


def finish_amendments(proposal_ids: Collection[int], *, at: datetime, actor: Actor) -> None:
    """What was to be carried out has been, or a person says so."""
    worklist.close_items("proposal", list(proposal_ids), kinds=(WORK,), at=at, actor=actor, outcome="carried_out")


def _may_replace(proposal: ProposalFact) -> bool:
    return proposal.status == "accepted" and proposal.kind != "cancel"


def _put_on_list(proposals: Sequence[ProposalFact], *, at: datetime) -> None:
    if not proposals:
        return
    facts = orders.facts_for([each.order_id for each in proposals])
    policy, hours = in_force(SECTION).value, working_time()
    due_at = hours.calendar.add_working_minutes(at, policy.clerk_working_hours * 60, hours.hours, hours.zone)
    worklist.open_items(
        [
            WorkNew(
                WORK, "clerk", "proposal", each.proposal_id, facts[each.order_id].number, due_at,
                order_id=each.order_id, customer_id=each.customer_id,
            )
            for each in proposals
        ],
        at=at,
    )  # fmt: skip
