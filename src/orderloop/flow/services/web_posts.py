"""Documents posted to partners' own servers: signed, tried for three days, every answer kept."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from lxml import etree

from orderloop.flow.queries import exchanged
from orderloop.flow.queries.exchanged import OutgoingFact, Secrets
from orderloop.flow.services.sending import POST, mark_sent
from orderloop.foundation.actor import SYSTEM
from orderloop.platform import outbox, posts
from orderloop.platform.bulk import RowSet, execute
from orderloop.platform.files import read_files
from orderloop.platform.outbox import DueEffect, Fault
from orderloop.worklist import services as worklist
from orderloop.worklist.facts import WorkNew

# About three days in ten tries, as receivers of webhooks are used to.
WAITS = tuple(timedelta(seconds=each) for each in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
AT_ONCE = 8
GONE = 410
WORK = "post_given_up"
_TRIES = RowSet("flow_posttry", outgoing_id="bigint", at="timestamptz", status="int", reply="text", fault="text")
_CXML_STATUS = re.compile(r"""<Status\b[^>]*?\bcode\s*=\s*["'](\d{3})["']""")


@dataclass(frozen=True, slots=True)
class _Request:
    """A document ready to be posted; without `content` it must not be, for the `reason`."""

    fact: OutgoingFact
    content: bytes = b""
    headers: Mapping[str, str] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of a try; `fault` None means the partner has it."""

    fact: OutgoingFact
    status: int | None = None
    reply: str = ""
    fault: Fault | None = None


def post_documents(now: datetime) -> int:
    """Post what is due, a few at a time beside one another; returns how much was done or put off."""
    drained = outbox.run_due_effects(now, AT_ONCE, kind=POST)
    return drained.done + drained.put_off + len(drained.dead)


def do_posts(effects: Sequence[DueEffect], now: datetime) -> dict[str, Fault]:
    """The outbox handler of posts. A try whose answer could not be kept is made again, under the same webhook-id."""
    facts = exchanged.outgoing_for([_id_of(effect) for effect in effects])
    due = [fact for fact in facts.values() if fact.sent_at is None and fact.given_up_at is None]
    requests = _requests(due, now)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        answers = {answer.fact.outgoing_id: answer for answer in pool.map(_posted, requests)}
    last = {_id_of(effect) for effect in effects if outbox.is_last(effect)}
    _keep(list(answers.values()), last, at=now)
    return {
        effect.key: answer.fault
        for effect in effects
        if (answer := answers.get(_id_of(effect))) is not None and answer.fault is not None
    }


def open_address(address: str) -> bool:
    """Let an address that was gone be posted to again; False where it was not gone."""
    return execute("DELETE FROM flow_closedaddress WHERE address = %s", [address]) > 0


def message_id_of(fact: OutgoingFact) -> str:
    """What a document is called towards its receiver: the same at every try and when it is sent again."""
    return "msg_" + hashlib.sha256(f"{fact.key}:{fact.file}".encode()).hexdigest()[:32]


def _id_of(effect: DueEffect) -> int:
    return int(str(effect.payload["outgoing_id"]))


def _requests(facts: Collection[OutgoingFact], now: datetime) -> list[_Request]:
    if not facts:
        return []
    contents = read_files({fact.file for fact in facts})
    closed = exchanged.closed_addresses({fact.address for fact in facts})
    secrets = exchanged.secrets_of({f"{POST}:{fact.partner_id}" for fact in facts}, at=now)
    return [
        _Request(fact, reason="gone") if fact.address in closed
        else _request(fact, contents[fact.file], secrets.get(f"{POST}:{fact.partner_id}"), now)
        for fact in facts
    ]  # fmt: skip


def _request(fact: OutgoingFact, content: bytes, secrets: Secrets | None, now: datetime) -> _Request:
    if secrets is None or not secrets.values:
        return _Request(fact, reason="no secret is agreed with this partner")
    headers = {"content-type": fact.content_type, "user-agent": "Orderloop"}
    if fact.format == "cxml":
        return _Request(fact, with_secret(content, secrets.values[0]), headers)
    return _Request(fact, content, headers | posts.signed_headers(message_id_of(fact), now, content, secrets.values))


def with_secret(content: bytes, secret: str) -> bytes:
    """A cXML document with the shared secret in its Sender; it is not kept with it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    tree = etree.fromstring(content, parser).getroottree()
    for credential in tree.iterfind("Header/Sender/Credential"):
        for former in credential.findall("SharedSecret"):
            credential.remove(former)
        etree.SubElement(credential, "SharedSecret").text = secret
    whole: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
    return whole


def _posted(request: _Request) -> _Answer:
    """One try. It runs beside others, so it touches no database."""
    fact = request.fact
    if request.headers is None:
        return _Answer(fact, fault=Fault(request.reason, permanent=request.reason == "gone"))
    try:
        reply = posts.post(fact.address, request.content, request.headers, trusted=settings.POST_HOSTS)
    except posts.AddressRefused as refused:
        return _Answer(fact, fault=Fault(str(refused), permanent=True))
    except posts.PostFailed as failed:
        return _Answer(fact, fault=Fault(str(failed)))
    return _Answer(fact, reply.status, reply.kept, _fault_of(fact, reply))


def _fault_of(fact: OutgoingFact, reply: posts.Reply) -> Fault | None:
    """Why a reply does not say that the document was taken; None where it does."""
    if reply.status == GONE:
        return Fault("gone", permanent=True)
    if not 200 <= reply.status < 300:
        return Fault(f"answered {reply.status}")
    said = _CXML_STATUS.search(reply.text) if fact.format == "cxml" else None
    if said is None or said[1].startswith("2"):
        return None
    # The standard's own refusal of the content will not change by itself; trouble over there may.
    return Fault(f"answered {said[1]}", permanent=said[1].startswith("4"))


@transaction.atomic
def _keep(answers: Sequence[_Answer], last: Collection[int], *, at: datetime) -> None:
    _TRIES.insert(
        [
            (each.fact.outgoing_id, at, each.status, each.reply, each.fault.words[:300] if each.fault else "")
            for each in answers
        ]
    )
    taken = [each.fact for each in answers if each.fault is None]
    mark_sent([fact.outgoing_id for fact in taken], at=at)
    if taken:
        partners = [fact.partner_id for fact in taken if fact.partner_id is not None]
        worklist.close_items("partner", partners, kinds=(WORK,), at=at, actor=SYSTEM, outcome="sent")
    gone = sorted({each.fact.address for each in answers if each.status == GONE})
    if gone:
        execute(
            "INSERT INTO flow_closedaddress (address, at) SELECT address, %s FROM unnest(%s::text[]) AS n(address)"
            " ON CONFLICT DO NOTHING",
            [at, gone],
        )
    _give_up([e for e in answers if e.fault and (e.fault.permanent or e.fact.outgoing_id in last)], at=at)


def _give_up(answers: Sequence[_Answer], *, at: datetime) -> None:
    """Nothing more is tried by itself: somebody is asked to look, once per partner until something gets through."""
    if not answers:
        return
    execute(
        "UPDATE flow_outgoing SET given_up_at = %s WHERE id = ANY(%s::bigint[])",
        [at, [each.fact.outgoing_id for each in answers]],
    )
    worklist.open_items(
        [
            WorkNew(WORK, "clerk", "partner", each.fact.partner_id, each.fact.filename[:200], at,
                    customer_id=each.fact.customer_id, reason=each.fact.receiver[:60])
            for each in answers
            if each.fact.partner_id is not None
        ],
        at=at,
    )  # fmt: skip
