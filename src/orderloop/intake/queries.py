"""Reading messages, drafts and questions; one statement a call."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from orderloop.intake.facts import (
    DocumentFact,
    DraftFact,
    DraftOrigin,
    DraftRow,
    DraftStatus,
    Finding,
    LessonFact,
    OrderTemplate,
    PartnerFact,
    ProposalFact,
    QuestionFact,
)
from orderloop.intake.rules.bodies import finding_of
from orderloop.interchange.facts import Reading
from orderloop.interchange.rules.forms import reading_of
from orderloop.platform.bulk import fetch_all
from orderloop.platform.files import read_file

_DRAFT = """d.id, d.message_id, d.channel, d.customer_id, d.author_id, d.status, d.body::text, d.findings::text,
    d.token, d.link_version, d.created_at, d.updated_at, d.ended_at, d.order_id, d.reason"""
_QUESTION = (
    "q.id, q.draft_id, q.findings::text, q.asked_at, q.asked_by, q.due_at, q.reminded_at, q.answered_at, q.closed_at,"
    " q.proposed::text, q.proposed_at, q.proposed_by_id, q.minutes"
)
MOST_LISTED = 500


def drafts_for(draft_ids: Collection[int], *, lock: bool = False) -> dict[int, DraftFact]:
    """The drafts of these ids; with `lock`, locked until the transaction ends, in the order of their ids."""
    suffix = "ORDER BY d.id FOR NO KEY UPDATE" if lock else ""
    rows = fetch_all(f"SELECT {_DRAFT} FROM intake_draft d WHERE d.id = ANY(%s::bigint[]) {suffix}", [list(draft_ids)])
    return {row[0]: _draft(row) for row in rows}


def drafts_by_tokens(tokens: Collection[UUID], *, lock: bool = False) -> dict[UUID, DraftFact]:
    """The drafts of forms with these tokens; with `lock`, locked until the transaction ends."""
    suffix = "ORDER BY d.id FOR NO KEY UPDATE" if lock else ""
    rows = fetch_all(f"SELECT {_DRAFT} FROM intake_draft d WHERE d.token = ANY(%s::uuid[]) {suffix}", [list(tokens)])
    return {draft.token: draft for draft in map(_draft, rows) if draft.token is not None}


def open_drafts(
    *, statuses: Sequence[str], customer_id: int | None = None, author_id: int | None = None, text: str = ""
) -> list[DraftRow]:
    """Drafts in these states, the latest touched first; of one customer or one author where given.

    Forms that someone is still typing and that were never sent have no findings; their author alone lists them.
    """
    plain = text.strip().replace("\x00", "")
    rows = fetch_all(
        """SELECT d.id, d.status, d.channel, d.customer_id, coalesce(c.name, d.body->>'customer', ''),
               coalesce(d.body->>'po_number', ''), jsonb_array_length(coalesce(d.body->'lines', '[]')),
               d.findings::text, d.created_at, d.updated_at, q.due_at, d.author_id
           FROM intake_draft d LEFT JOIN customers_customer c ON c.id = d.customer_id
               LEFT JOIN intake_question q ON q.draft_id = d.id AND q.closed_at IS NULL
           WHERE d.status = ANY(%s::text[])
               AND (%s::bigint IS NULL OR d.customer_id = %s)
               AND CASE WHEN %s::bigint IS NULL THEN d.findings <> '[]' ELSE d.author_id = %s END
               AND (%s = '' OR strpos(lower(concat_ws(' ', d.body->>'po_number', c.name, c.code)), lower(%s)) > 0)
           ORDER BY d.updated_at DESC, d.id DESC LIMIT %s""",
        [list(statuses), customer_id, customer_id, author_id, author_id, plain, plain, MOST_LISTED],
    )
    return [_listed(row) for row in rows]


def open_questions_for(draft_ids: Collection[int], *, lock: bool = False) -> dict[int, QuestionFact]:
    """The question each draft waits for, under the draft's id."""
    suffix = "ORDER BY q.draft_id FOR NO KEY UPDATE" if lock else ""
    rows = fetch_all(
        f"""SELECT {_QUESTION} FROM intake_question q
            WHERE q.draft_id = ANY(%s::bigint[]) AND q.closed_at IS NULL {suffix}""",
        [list(draft_ids)],
    )
    return {row[1]: _question(row) for row in rows}


def questions_for(draft_ids: Collection[int]) -> dict[int, tuple[QuestionFact, ...]]:
    """Every question ever asked about each draft, the first first."""
    rows = fetch_all(
        f"SELECT {_QUESTION} FROM intake_question q WHERE q.draft_id = ANY(%s::bigint[]) ORDER BY q.draft_id, q.id",
        [list(draft_ids)],
    )
    found: dict[int, tuple[QuestionFact, ...]] = {}
    for question in map(_question, rows):
        found[question.draft_id] = (*found.get(question.draft_id, ()), question)
    return found


def questions_by_ids(question_ids: Collection[int]) -> dict[int, QuestionFact]:
    """The questions of these ids."""
    rows = fetch_all(f"SELECT {_QUESTION} FROM intake_question q WHERE q.id = ANY(%s::bigint[])", [list(question_ids)])
    return {row[0]: _question(row) for row in rows}


def questions_due(at: datetime, limit: int = 500) -> list[QuestionFact]:
    """Open questions never reminded of, or past their due time since then, the longest waiting first."""
    rows = fetch_all(
        f"""SELECT {_QUESTION} FROM intake_question q
            WHERE q.closed_at IS NULL
                AND (q.reminded_at IS NULL OR (q.due_at <= %s AND q.reminded_at < q.due_at))
            ORDER BY q.asked_at, q.id LIMIT %s""",
        [at, limit],
    )
    return [_question(row) for row in rows]


def link_version_of(draft_id: int) -> int | None:
    """Which version of its signed link a draft honours; None where there is no such draft."""
    rows = fetch_all("SELECT link_version FROM intake_draft WHERE id = %s", [draft_id])
    return int(rows[0][0]) if rows else None


def messages_for(message_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Where messages came from, and what they became."""
    names = ("id", "channel", "sender", "external_id", "received_at", "content_type", "filename", "outcome", "order_id",
             "customer_id", "repeats_id", "attempts")  # fmt: skip
    rows = fetch_all(f"SELECT {', '.join(names)} FROM intake_message WHERE id = ANY(%s::bigint[])", [list(message_ids)])
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def mapping_for(customer_id: int | None, signature: str) -> dict[str, str] | None:
    """Which column of a sheet with this signature means what, as confirmed before; None when it never was."""
    rows = fetch_all(
        """SELECT columns::text FROM intake_columnmapping
           WHERE signature = %s AND customer_id IS NOT DISTINCT FROM %s::bigint""",
        [signature, customer_id],
    )
    return json.loads(rows[0][0]) if rows else None


def message_content(message_id: int, *, lock: bool = False) -> tuple[dict[str, Any], bytes] | None:
    """A message with its bytes as they came; with `lock`, nobody else settles it until the transaction ends."""
    names = ("id", "channel", "customer_id", "received_at", "filename", "outcome", "order_id")
    suffix = "FOR NO KEY UPDATE" if lock else ""
    rows = fetch_all(f"SELECT {', '.join(names)}, body, file FROM intake_message WHERE id = %s {suffix}", [message_id])
    if not rows:
        return None
    *values, body, file = rows[0]
    return dict(zip(names, values, strict=True)), bytes(body) if body is not None else read_file(file).content


def _listed(row: Any) -> DraftRow:
    values: list[Any] = [*row[:7], _findings(row[7]), *row[8:]]
    return DraftRow(*values)


def _draft(row: Any) -> DraftFact:
    values: list[Any] = [*row[:5], DraftStatus(row[5]), json.loads(row[6]), _findings(row[7]), *row[8:]]
    return DraftFact(*values)


def _question(row: Any) -> QuestionFact:
    proposed = json.loads(row[9]) if row[9] else None
    values: list[Any] = [*row[:2], _findings(row[2]), *row[3:9], proposed, *row[10:]]
    return QuestionFact(*values)


def _findings(text: str) -> tuple[Finding, ...]:
    return tuple(finding_of(each) for each in json.loads(text))


def unanswered_messages(before: datetime, limit: int = 500) -> list[tuple[int, str]]:
    """Messages received before an instant that have no outcome yet: (id, channel)."""
    return fetch_all(
        """SELECT id, channel FROM intake_message WHERE outcome = 'pending' AND received_at < %s
           ORDER BY received_at LIMIT %s""",
        [before, limit],
    )


def waiting_messages(
    channels: Collection[str], at: datetime, limit: int, *, needs_recognition: bool = False
) -> list[int]:
    """Messages of these channels that are to be read and that nobody holds, the longest waiting first; either those
    known to need recognition, or all others.

    One whose readers died twice comes after all others and alone, so that what kills readers takes no other with it.
    """
    rows = fetch_all(
        """SELECT id, attempts FROM intake_message WHERE outcome = 'pending' AND channel = ANY(%s::text[])
               AND (leased_until IS NULL OR leased_until <= %s) AND needs_recognition = %s
           ORDER BY attempts > 1, received_at, id LIMIT %s""",
        [list(channels), at, needs_recognition, limit],
    )
    return [message_id for message_id, attempts in rows if attempts <= 1] or [row[0] for row in rows[:1]]


def same_bytes_for(message_ids: Collection[int]) -> dict[int, tuple[int, int | None]]:
    """Of messages whose bytes came before from the same sender and were dealt with: (that message, its order)."""
    rows = fetch_all(
        """SELECT m.id, e.id, e.order_id FROM intake_message m CROSS JOIN LATERAL (
               SELECT id, order_id FROM intake_message
               WHERE sha256 = m.sha256 AND id < m.id AND sender = m.sender AND channel = m.channel
                   AND outcome IN ('order', 'draft', 'change', 'answer') ORDER BY id LIMIT 1) e
           WHERE m.id = ANY(%s::bigint[])""",
        [list(message_ids)],
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def open_drafts_by_po(
    pairs: Sequence[tuple[int, str]], *, apart_from: Collection[int] = ()
) -> dict[tuple[int, str], tuple[int, str]]:
    """Drafts still open with these (customer, PO key), with their status; of several the latest."""
    rows = fetch_all(
        """SELECT d.customer_id, upper(regexp_replace(normalize(d.body->>'po_number', NFKC), '\\s', '', 'g')), d.id,
               d.status
           FROM intake_draft d WHERE d.status IN ('open', 'asking') AND d.customer_id = ANY(%s::bigint[])
               AND d.findings <> '[]' AND d.id <> ALL(%s::bigint[]) ORDER BY d.id""",
        [[customer_id for customer_id, _key in pairs], list(apart_from)],
    )
    wanted = set(pairs)
    return {(row[0], row[1]): (row[2], row[3]) for row in rows if (row[0], row[1]) in wanted}


_LESSON = """l.id, l.customer_id, l.kind, l.given, l.means, l.document_id, l.taught_by, l.taught_at, l.off_at, l.off_by,
    l.off_reason, l.contradicted, l.kept_at, l.to_try::text, l.tried"""


def lessons_for(customer_ids: Collection[int], *, on_trial: bool = False) -> dict[int, tuple[LessonFact, ...]]:
    """What these customers' documents are read by, the latest first; or, `on_trial`, what may come to it."""
    rows = fetch_all(
        f"""SELECT {_LESSON} FROM intake_lesson l WHERE l.customer_id = ANY(%s::bigint[]) AND l.off_at IS NULL
                AND l.kept_at IS {"" if on_trial else "NOT"} NULL
            ORDER BY l.customer_id, l.taught_at DESC, l.id DESC""",
        [list(customer_ids)],
    )
    found: dict[int, tuple[LessonFact, ...]] = {}
    for row in rows:
        found[row[1]] = (*found.get(row[1], ()), _lesson(row))
    return found


def lessons_by_ids(lesson_ids: Collection[int]) -> dict[int, LessonFact]:
    """The lessons of these ids, off or not."""
    rows = fetch_all(f"SELECT {_LESSON} FROM intake_lesson l WHERE l.id = ANY(%s::bigint[])", [list(lesson_ids)])
    return {row[0]: _lesson(row) for row in rows}


def replaced_by(lesson_ids: Collection[int]) -> dict[int, tuple[LessonFact, ...]]:
    """What each of these lessons has taken the place of, or will once it is kept: the same words with another
    meaning."""
    rows = fetch_all(
        f"""SELECT n.id, {_LESSON} FROM intake_lesson n JOIN intake_lesson l ON l.customer_id = n.customer_id
                AND l.kind = n.kind AND l.given = n.given AND l.means <> n.means
            WHERE n.id = ANY(%s::bigint[]) AND n.off_at IS NULL AND (l.off_reason = 'replaced:' || n.id
                OR (n.kept_at IS NULL AND l.off_at IS NULL AND l.kept_at IS NOT NULL))
            ORDER BY n.id, l.id""",
        [list(lesson_ids)],
    )
    found: dict[int, tuple[LessonFact, ...]] = {}
    for row in rows:
        found[row[0]] = (*found.get(row[0], ()), _lesson(row[1:]))
    return found


def next_on_trial() -> LessonFact | None:
    """The lesson on trial that was taught first; None without any."""
    rows = fetch_all(
        f"""SELECT {_LESSON} FROM intake_lesson l WHERE l.kept_at IS NULL AND l.off_at IS NULL
            ORDER BY l.taught_at, l.id LIMIT 1"""
    )
    return _lesson(rows[0]) if rows else None


def _lesson(row: Any) -> LessonFact:
    return LessonFact(*(*row[:13], tuple(json.loads(row[13])), row[14]))


_PARTNER = """p.id, p.scheme, p.sender, p.customer_id, p.our_id, p.profile::text, p.mapping::text,
    p.is_active"""


def partners_for(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], PartnerFact]:
    """The active partners known under these (scheme, identifier)."""
    rows = fetch_all(
        f"""SELECT {_PARTNER} FROM unnest(%s::text[], %s::text[]) AS k(scheme, sender)
            JOIN intake_partner p USING (scheme, sender) WHERE p.is_active""",
        [[scheme for scheme, _sender in keys], [sender.replace("\x00", "") for _scheme, sender in keys]],
    )
    return {(row[1], row[2]): _partner(row) for row in rows}


def partners_of(customer_ids: Collection[int]) -> dict[int, tuple[PartnerFact, ...]]:
    """Every identifier these customers send under."""
    rows = fetch_all(
        f"""SELECT {_PARTNER} FROM intake_partner p WHERE p.customer_id = ANY(%s::bigint[])
            ORDER BY p.customer_id, p.scheme, p.sender""",
        [list(customer_ids)],
    )
    found: dict[int, tuple[PartnerFact, ...]] = {}
    for row in rows:
        found[row[3]] = (*found.get(row[3], ()), _partner(row))
    return found


_DOCUMENT = """d.id, d.message_id, d.ordinal, d.parent_id, d.customer_id, d.filename, d.content_type, d.format,
    d.sha256, d.file, d.outcome, d.faults::text, d.results::text, d.order_id, d.read_at, d.milliseconds"""


def documents_for(message_ids: Collection[int]) -> dict[int, tuple[DocumentFact, ...]]:
    """The documents of each message, itself first."""
    rows = fetch_all(
        f"""SELECT {_DOCUMENT} FROM intake_document d WHERE d.message_id = ANY(%s::bigint[])
            ORDER BY d.message_id, d.ordinal""",
        [list(message_ids)],
    )
    found: dict[int, tuple[DocumentFact, ...]] = {}
    for row in rows:
        found[row[1]] = (*found.get(row[1], ()), _document(row))
    return found


def documents_by_ids(document_ids: Collection[int]) -> dict[int, DocumentFact]:
    """The documents of these ids."""
    rows = fetch_all(f"SELECT {_DOCUMENT} FROM intake_document d WHERE d.id = ANY(%s::bigint[])", [list(document_ids)])
    return {row[0]: _document(row) for row in rows}


def readings_for(document_ids: Collection[int]) -> dict[int, Reading]:
    """What was read out of these documents, with pages and words; parts are documents of their own."""
    rows = fetch_all(
        "SELECT id, reading::text FROM intake_document WHERE id = ANY(%s::bigint[]) AND reading <> '{}'",
        [list(document_ids)],
    )
    return {row[0]: reading_of(json.loads(row[1])) for row in rows}


def document_content(document_id: int) -> bytes | None:
    """The bytes of a document; None where there is no such document."""
    rows = fetch_all(
        """SELECT d.file, m.body, m.file FROM intake_document d JOIN intake_message m ON m.id = d.message_id
           WHERE d.id = %s""",
        [document_id],
    )
    if not rows:
        return None
    own, body, file = rows[0]
    if own:
        return read_file(own).content
    return bytes(body) if body is not None else read_file(file).content


def customers_of_documents(document_ids: Collection[int]) -> dict[int, frozenset[int | None]]:
    """The customers whose orders were read out of each of these documents; None for one nobody knows."""
    rows = fetch_all(
        """SELECT document_id, customer_id FROM intake_draft WHERE document_id = ANY(%s::bigint[])
           GROUP BY document_id, customer_id""",
        [list(document_ids)],
    )
    found: dict[int, frozenset[int | None]] = {}
    for document_id, customer_id in rows:
        found[document_id] = found.get(document_id, frozenset()) | {customer_id}
    return found


def last_documents_of(customer_id: int, limit: int = 20) -> list[int]:
    """The customer's latest documents that held an order, the latest first."""
    rows = fetch_all(
        """SELECT id FROM intake_document WHERE customer_id = %s AND outcome IN ('order', 'draft')
           ORDER BY id DESC LIMIT %s""",
        [customer_id, limit],
    )
    return [row[0] for row in rows]


_PROPOSAL = """p.id, p.message_id, p.document_id, p.customer_id, p.order_id, p.kind, p.body::text, p.diff::text,
    p.status, p.created_at, p.decided_at, p.decided_by, p.reason"""


def proposals_for(order_ids: Collection[int]) -> dict[int, tuple[ProposalFact, ...]]:
    """Changes asked for of these orders, the latest first."""
    rows = fetch_all(
        f"""SELECT {_PROPOSAL} FROM intake_proposal p WHERE p.order_id = ANY(%s::bigint[])
            ORDER BY p.order_id, p.id DESC""",
        [list(order_ids)],
    )
    found: dict[int, tuple[ProposalFact, ...]] = {}
    for row in rows:
        found[row[4]] = (*found.get(row[4], ()), _proposal(row))
    return found


def proposals_by_ids(proposal_ids: Collection[int], *, lock: bool = False) -> dict[int, ProposalFact]:
    """The proposals of these ids; with `lock`, locked until the transaction ends."""
    suffix = "ORDER BY p.id FOR NO KEY UPDATE" if lock else ""
    rows = fetch_all(
        f"SELECT {_PROPOSAL} FROM intake_proposal p WHERE p.id = ANY(%s::bigint[]) {suffix}", [list(proposal_ids)]
    )
    return {row[0]: _proposal(row) for row in rows}


def origins_for(draft_ids: Collection[int]) -> dict[int, DraftOrigin]:
    """Where drafts read from documents come from: document, source of every field, and the judgement over them."""
    rows = fetch_all(
        """SELECT id, document_id, sources::text, gates::text, policy_id, row FROM intake_draft
           WHERE id = ANY(%s::bigint[]) AND document_id IS NOT NULL""",
        [list(draft_ids)],
    )
    return {row[0]: DraftOrigin(row[0], row[1], json.loads(row[2]), json.loads(row[3]), row[4], row[5]) for row in rows}


def drafts_of_orders(order_ids: Collection[int]) -> dict[int, int]:
    """The draft each of these orders came of, where it was read from a document or completed at the desk."""
    return dict(
        fetch_all(
            "SELECT order_id, max(id) FROM intake_draft WHERE order_id = ANY(%s::bigint[]) GROUP BY order_id",
            [list(order_ids)],
        )
    )


def _partner(row: Any) -> PartnerFact:
    return PartnerFact(*(*row[:5], json.loads(row[5]), json.loads(row[6]), *row[7:]))


def _document(row: Any) -> DocumentFact:
    return DocumentFact(*(*row[:11], tuple(json.loads(row[11])), tuple(json.loads(row[12])), *row[13:]))


def _proposal(row: Any) -> ProposalFact:
    return ProposalFact(*(*row[:6], json.loads(row[6]), json.loads(row[7]), *row[8:]))


def accepted_bodies_for(document_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What was taken in the end from each of these documents, where it became an order."""
    rows = fetch_all(
        """SELECT DISTINCT ON (document_id) document_id, body::text FROM intake_draft
           WHERE document_id = ANY(%s::bigint[]) AND status = 'accepted' ORDER BY document_id, row, id""",
        [list(document_ids)],
    )
    return {row[0]: json.loads(row[1]) for row in rows}


_TEMPLATE = "t.id, t.customer_id, t.name, t.body::text, t.kept_by, t.kept_at"


def templates_of(customer_id: int) -> list[OrderTemplate]:
    """A customer's order templates, by name."""
    rows = fetch_all(
        f"""SELECT {_TEMPLATE} FROM intake_ordertemplate t WHERE t.customer_id = %s AND t.removed_at IS NULL
            ORDER BY lower(t.name), t.id""",
        [customer_id],
    )
    return [_template(row) for row in rows]


def templates_by_ids(template_ids: Collection[int]) -> dict[int, OrderTemplate]:
    """The templates of these ids that were not removed."""
    rows = fetch_all(
        f"SELECT {_TEMPLATE} FROM intake_ordertemplate t WHERE t.id = ANY(%s::bigint[]) AND t.removed_at IS NULL",
        [list(template_ids)],
    )
    return {row[0]: _template(row) for row in rows}


def _template(row: Any) -> OrderTemplate:
    return OrderTemplate(*(*row[:3], json.loads(row[3]), *row[4:]))
