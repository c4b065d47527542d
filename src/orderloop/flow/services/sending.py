"""Documents to partners: numbered, written, kept under the hash of their bytes, and sent the way agreed with each."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from orderloop.flow.queries.exchanged import OutgoingFact, outgoing_for
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Stale
from orderloop.interchange.facts import Interchange
from orderloop.platform import files
from orderloop.platform.bulk import RowSet, columns_of, fetch_all, next_ids
from orderloop.platform.mail import MailNew, put_mails
from orderloop.platform.outbox import EffectNew, put_effects

MAIL, POST = "exchange", "post"
_ROWS = RowSet(
    "flow_outgoing",
    id="bigint", key="text", kind="text", format="text", version="int", verdict="text", fingerprint="text",
    customer_id="bigint", order_id="bigint", document_id="bigint", sender="text", receiver="text", control="bigint",
    is_test="bool", file="text", filename="text", content_type="text", transport="text", address="text",
    created_at="timestamptz", receipt_due_at="timestamptz", settlement="text", note="text",
    partner_id="bigint",
)  # fmt: skip
_SUFFIX = {"edifact": "edi", "x12": "x12", "ubl": "xml", "cxml": "xml", "json": "json"}
_TYPE = {"edifact": "application/EDIFACT", "x12": "application/EDI-X12", "ubl": "application/xml", "cxml": "text/xml",
         "json": "application/json"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToSend:
    """A document about to be written. `write` makes its bytes of the interchange, none where none may go out.

    `key` is what it answers, so that it goes out once. `sender` is how the partner calls us, `receiver` he himself.
    """

    key: str
    kind: str
    format: str
    name: str
    customer_id: int
    sender: str
    receiver: str
    write: Callable[[Interchange], bytes]
    details: Mapping[str, str]
    is_test: bool = False
    order_id: int | None = None
    document_id: int | None = None
    version: int = 1
    verdict: str = ""
    fingerprint: str = ""
    transport: str = "collect"
    address: str = ""
    partner_id: int | None = None
    receipt_due_at: datetime | None = None


@transaction.atomic
def send_documents(wanted: Sequence[ToSend], *, at: datetime) -> dict[str, int]:
    """Write documents and have them sent or collected; under each key the id of what is new. One sent before is not
    sent again."""
    known = {row[0] for row in fetch_all("SELECT key FROM flow_outgoing WHERE key = ANY(%s::text[])",
                                         [[each.key for each in wanted]])}  # fmt: skip
    fresh = [each for each in wanted if each.key not in known]
    if not fresh:
        return {}
    numbered = [
        (each, control, each.write(Interchange(each.sender, each.receiver, control, at, each.is_test, each.details)))
        for each, control in zip(fresh, _next_controls(fresh), strict=True)
    ]
    numbered = [each for each in numbered if each[2]]
    if not numbered:
        return {}
    hashes = files.store_files([(content, _TYPE[each.format]) for each, _control, content in numbered], at=at)
    ids = next_ids(flow_outgoing=len(numbered))["flow_outgoing"]
    rows = [
        _row(outgoing_id, each, control, sha256, at)
        for outgoing_id, (each, control, _content), sha256 in zip(ids, numbered, hashes, strict=True)
    ]
    kept = dict(_ROWS.insert(rows, suffix="ON CONFLICT (key) DO NOTHING RETURNING key, id"))
    _hand_on([(kept[each.key], each) for each, _control, _content in numbered if each.key in kept], at=at)
    return kept


def _next_controls(wanted: Sequence[ToSend]) -> list[int]:
    """A fresh control number for each, rising per format and partner; the partner's row is held until the end."""
    counts = Counter((each.format, each.receiver) for each in wanted)
    rows = [(format, receiver, count) for (format, receiver), count in sorted(counts.items())]
    last = {
        (row[0], row[1]): row[2]
        for row in fetch_all(
            """INSERT INTO flow_controlnumber AS c (format, receiver, last)
               SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS n(format, receiver, count)
               ON CONFLICT (format, receiver) DO UPDATE SET last = c.last + excluded.last
               RETURNING format, receiver, last""",
            columns_of(rows, 3),
        )
    }
    given: list[int] = []
    for each in wanted:
        place = (each.format, each.receiver)
        given.append(last[place] - counts[place] + 1)
        counts[place] -= 1
    return given


def _row(outgoing_id: int, each: ToSend, control: int, sha256: str, at: datetime) -> tuple[object, ...]:
    filename = f"{each.kind}-{each.name}-{control}.{_SUFFIX[each.format]}"
    return (
        outgoing_id, each.key, each.kind, each.format, each.version, each.verdict, each.fingerprint, each.customer_id,
        each.order_id, each.document_id, each.sender, each.receiver, control, each.is_test, sha256, filename,
        _TYPE[each.format], each.transport, each.address, at, each.receipt_due_at, "", "",
        each.partner_id,
    )  # fmt: skip


def _hand_on(sent: Sequence[tuple[int, ToSend]], *, at: datetime) -> None:
    put_mails(
        [
            MailNew(f"outgoing:{outgoing_id}", MAIL, each.address, "en", {"outgoing_id": outgoing_id}, each.order_id)
            for outgoing_id, each in sent
            if each.transport == "mail" and each.address
        ],
        at=at,
    )
    put_effects(
        [
            EffectNew(f"outgoing:{outgoing_id}", POST, {"outgoing_id": outgoing_id}, each.order_id)
            for outgoing_id, each in sent
            if each.transport == "post"
        ],
        at=at,
    )
    mark_sent([outgoing_id for outgoing_id, each in sent if each.transport == "mail"], at=at)


def mark_sent(outgoing_ids: Sequence[int], *, at: datetime) -> set[int]:
    """Note that documents have reached their partners; those it is news of."""
    if not outgoing_ids:
        return set()
    rows = fetch_all(
        "UPDATE flow_outgoing SET sent_at = %s, given_up_at = NULL WHERE id = ANY(%s::bigint[])"
        " AND sent_at IS NULL RETURNING id",
        [at, list(outgoing_ids)],
    )
    return {row[0] for row in rows}


def take_documents(outgoing_ids: Sequence[int], *, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """Mark documents as collected. Stale: collected before, or not there to be collected."""
    done = mark_sent([i for i, fact in outgoing_for(outgoing_ids).items() if fact.transport == "collect"], at=at)
    return Outcomes.of(
        outgoing_ids, done=[Done(i, None) for i in done], stale=[Stale(i) for i in outgoing_ids if i not in done]
    )


@transaction.atomic
def resend_documents(outgoing_ids: Sequence[int], *, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """Send documents once more as they are, under the control number they had. Stale: no such document."""
    facts = outgoing_for(outgoing_ids)
    rows = fetch_all(
        """UPDATE flow_outgoing SET sent_at = CASE WHEN transport = 'mail' THEN %s::timestamptz END,
               given_up_at = NULL, settled_at = NULL, settlement = '' WHERE id = ANY(%s::bigint[]) RETURNING id""",
        [at, list(facts)],
    )
    put_mails([_again(fact, at) for fact in facts.values() if fact.transport == "mail" and fact.address], at=at)
    put_effects(
        [
            EffectNew(_key_again(fact, at), POST, {"outgoing_id": fact.outgoing_id}, fact.order_id)
            for fact in facts.values()
            if fact.transport == "post"
        ],
        at=at,
    )
    done = {row[0] for row in rows}
    return Outcomes.of(
        outgoing_ids, done=[Done(i, None) for i in done], stale=[Stale(i) for i in outgoing_ids if i not in done]
    )


def _again(fact: OutgoingFact, at: datetime) -> MailNew:
    return MailNew(_key_again(fact, at), MAIL, fact.address, "en", {"outgoing_id": fact.outgoing_id}, fact.order_id)


def _key_again(fact: OutgoingFact, at: datetime) -> str:
    return f"outgoing:{fact.outgoing_id}:{at.isoformat()}"


def settle_documents(settlements: Mapping[tuple[str, str, int], tuple[str, str]], *, at: datetime) -> set[int]:
    """Note what partners say of what they were sent: (format, partner, control number) -> (outcome, places)."""
    rows = [(*place, outcome[:30], note[:500]) for place, (outcome, note) in settlements.items()]
    written = fetch_all(
        """UPDATE flow_outgoing o SET settled_at = %s, settlement = n.settlement, note = n.note
           FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[])
               AS n(format, receiver, control, settlement, note)
           WHERE o.format = n.format AND o.receiver = n.receiver AND o.control = n.control RETURNING o.id""",
        [at, *columns_of(rows, 5)],
    )
    return {row[0] for row in written}
