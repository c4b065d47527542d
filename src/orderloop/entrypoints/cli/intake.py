"""A document read by hand: what every step of intake makes of it, and, asked for, what becomes of it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderloop.entrypoints.cli.screen import Failure, Steps, say, say_json, say_table
from orderloop.entrypoints.cli.words import gettext as _

if TYPE_CHECKING:
    from orderloop.flow.services.arriving import Trial
    from orderloop.intake.facts import Arrival, Arrived, Finding, Judged, Matched, ReadDocument
    from orderloop.interchange.facts import Fault

_STATES = {
    "held": "green",
    "failed": "red",
    "not_stated": "dim",
    "accept": "green",
    "review": "yellow",
    "ask": "yellow",
}
_MOST_ROWS = 200
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(intake)
    app.command()(mapping)


def mapping(
    file: Annotated[Path, typer.Argument(help="The mapping file, TOML or JSON.")],
    partner: Annotated[str, typer.Option(help="SCHEME:IDENTIFIER of the partner to be read by it from now on.")] = "",
) -> None:
    """Check a mapping file, every fault by its line; with --partner, have a partner's documents read by it."""
    if not file.is_file():
        raise Failure(f"There is no file {file}.")
    from orderloop.interchange.rules.xml.mapping_file import mapping_in

    text = file.read_text(encoding="utf-8-sig", errors="replace")
    if faults := mapping_in(text).faults:
        raise Failure(
            "\n".join(f"{each.place.path}: {each.code.value} {' '.join(each.params.values())}" for each in faults)
        )
    if partner:
        _read_by(partner, text)
    say("The mapping is right." if not partner else f"Documents of {partner} are read by it from now on.")


def _read_by(partner: str, text: str) -> None:
    from orderloop.entrypoints.cli.working import at_work
    from orderloop.entrypoints.database import owner_or_app

    scheme, _colon, sender = partner.partition(":")
    with at_work(owner_or_app()):
        from orderloop.intake.queries import partners_for
        from orderloop.intake.services import keep_reading_file

        known = partners_for([(scheme, sender)]).get((scheme, sender))
        if known is None:
            raise Failure(f"No partner sends under {partner}.")
        keep_reading_file(known, text)


def intake(
    file: Annotated[Path, typer.Argument(help="The document: mail, PDF, sheet, EDI, XML, image, archive …")],
    customer: Annotated[str, typer.Option(help="Code of the customer it is from, where that is known.")] = "",
    channel: Annotated[str, typer.Option(help="As if it came by mail, fax or edi; edi for electronic orders.")] = "",
    sender: Annotated[str, typer.Option(help="Mail address it is from.")] = "",
    caller: Annotated[str, typer.Option(help="Number a fax came from.")] = "",
    explain: Annotated[bool, typer.Option("--explain", help="Show every step; nothing is written.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide, and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a document in as if it had arrived, or show with --explain what every step makes of it."""
    from orderloop.entrypoints.cli.working import at_work
    from orderloop.entrypoints.database import owner_or_app

    if not file.is_file():
        raise Failure(f"There is no file {file}.")
    with at_work(owner_or_app()):
        _prepare_if_new()
        from orderloop.flow.services import arriving
        from orderloop.foundation.actor import SYSTEM
        from orderloop.intake.services import store_messages

        at = datetime.now(UTC)
        arrival = _arrival(file, customer, channel, sender, caller, at)
        if explain or dry_run:
            trial = arriving.try_message(arrival, at=at)
            say_json(_trial_body(trial)) if as_json else _tell_trial(trial, explain)
            return
        message_id = store_messages([arrival])[0].message_id
        arrived = arriving.process_messages([message_id], at=at, actor=SYSTEM).values.get(message_id)
        if arrived is None:
            raise Failure(f"Message {message_id} is being read by another process.")
        _tell_arrived(message_id, arrived, as_json)


def _prepare_if_new() -> None:
    """A document can be tried before anything else was done: the home gets its tables, and knows no customer yet."""
    from orderloop.entrypoints import preparing

    if preparing.is_new():
        with Steps().shown() as steps:
            preparing.prepare(steps)


def _arrival(file: Path, customer: str, channel: str, sender: str, caller: str, at: datetime) -> "Arrival":
    """The file as an arrival. Whoever gives it here vouches for it, so that its sender counts as trusted."""
    from orderloop.customers.queries import by_codes
    from orderloop.intake.facts import Arrival
    from orderloop.interchange.facts import Format
    from orderloop.interchange.rules.sniff import format_of
    from orderloop.orders.facts import Channel

    content = file.read_bytes()
    customer_id = None
    if customer:
        known = by_codes([customer]).get(customer)
        if known is None:
            raise Failure(f"No customer has the code {customer}.")
        customer_id = known.customer_id
    electronic = {Format.EDIFACT, Format.X12, Format.UBL, Format.CXML, Format.OPENTRANS, Format.XML, Format.JSON}
    usual = Channel.EDI if format_of(content, file.name) in electronic else Channel.MAIL
    if channel and channel not in {"mail", "fax", "edi"}:
        raise Failure("The channel is one of mail, fax, edi.")
    envelope = {"trust": "trusted", "trust_reasons": "by hand", **({"caller": caller} if caller else {})}
    return Arrival(
        Channel(channel) if channel else usual, "", content, at, sender or "by hand", filename=file.name[:200],
        customer_id=customer_id, envelope=envelope,
    )  # fmt: skip


def _tell_trial(trial: "Trial", explain: bool) -> None:
    if explain:
        columns = ["#", _("Within"), _("Name"), _("Format"), _("Bytes"), "ms", _("Orders"), _("Faults")]
        say_table(_("Documents"), columns, [_document_row(each) for each in trial.message.documents])
    for n, judged in enumerate(trial.judged):
        if explain:
            _tell_reading(judged)
            _tell_matches(judged)
        _tell_gates(judged)
        columns = [_("Decision"), _("Customer"), _("Order before"), _("Then"), _("Findings")]
        say_table(_("Decision"), columns, [_decision_row(trial, n)], _STATES)
    if not trial.judged:
        say(_("No order was found."))


def _document_row(document: "ReadDocument") -> list[str]:
    reading = document.reading
    faults = "\n".join(map(_fault_said, reading.faults[:10]))
    return [
        str(document.ordinal), "" if document.parent is None else str(document.parent), document.filename,
        reading.format.value, f"{len(document.content):,}", str(document.milliseconds),
        str(len(reading.orders)), faults,
    ]  # fmt: skip


def _fault_said(fault: "Fault") -> str:
    from django.utils.translation import gettext

    from orderloop.interchange.facts import FAULT_WORDS

    said = gettext(FAULT_WORDS[fault.code]) % defaultdict(lambda: "…", fault.params)
    return f"{fault.code.value} {fault.place.path}".strip() + f" · {said}"


def _tell_reading(judged: "Judged") -> None:
    order = judged.found.order
    rows = [[name, *_value_cells(value)] for name, value in order.fields.items()]
    for n, line in enumerate(order.lines):
        rows += [[f"lines/{n}/{name}", *_value_cells(value)] for name, value in line.items()]
    title = _("Order %(n)s of document %(document)s: %(role)s") % {
        "n": judged.found.index + 1, "document": judged.found.ordinal, "role": order.role.value,
    }  # fmt: skip
    if len(rows) > _MOST_ROWS:
        title += _(", the first %(shown)s of %(count)s values") % {"shown": _MOST_ROWS, "count": len(rows)}
    columns = [_("Field"), _("Value read"), _("As it stands"), _("Place"), _("Method"), _("Confidence")]
    say_table(title, columns, rows[:_MOST_ROWS])
    if order.faults:
        say_table(_("Faults of the order"), [_("Fault")], [[_fault_said(each)] for each in order.faults])


def _value_cells(value: Any) -> list[str]:
    place = value.place.path
    if value.place.page is not None:
        box = "" if value.place.box is None else " " + ",".join(f"{each:.3f}" for each in value.place.box)
        place = f"{place} p{value.place.page}{box}".strip()
    return [
        value.text,
        value.raw if value.raw != value.text else "",
        place,
        value.method.value,
        f"{value.confidence:.2f}",
    ]


def _tell_matches(judged: "Judged") -> None:
    rows = [[str(n + 1), *_match_cells(match)] for n, match in enumerate(judged.judgement.matches[:_MOST_ROWS])]
    if rows:
        columns = [_("Line"), _("Product"), _("Known by"), _("Tried"), _("Why not"), _("Suggested")]
        say_table(_("Matching"), columns, rows)


def _match_cells(match: "Matched") -> list[str]:
    tried = "\n".join(f"{a.rung.value} {a.code} → {', '.join(a.hits) or '–'}" for a in match.attempts)
    sku = match.product.sku if match.product else ""
    return [sku, match.rung.value, tried, match.reason, ", ".join(match.suggestions)]


def _tell_gates(judged: "Judged") -> None:
    from django.utils.translation import gettext

    from orderloop.intake.facts import GATE_WORDS

    rows = [
        [
            f"{each.gate.value}\n{gettext(GATE_WORDS[each.gate])}",
            each.state.value,
            ", ".join(f"{name} {value}" for name, value in each.figures.items()),
            _sentences(each.findings),
        ]
        for each in judged.judgement.gates
    ]
    if rows:
        say_table(_("Gates"), [_("Gate"), _("State"), _("Figures read"), _("Found")], rows, _STATES)


def _decision_row(trial: "Trial", n: int) -> list[str]:
    judged = trial.judged[n]
    whose = str(judged.identified.customer_id or _("unknown"))
    by = ", ".join(" ".join(filter(None, each)) for each in judged.identified.by)
    return [
        judged.decision.value,
        f"{whose} ({by})" if by else whose,
        judged.order_number,
        _then(trial, n),
        _codes(trial, n),
    ]


def _then(trial: "Trial", n: int, _: Callable[[str], str] = _) -> str:
    """What the customer would hear; for programs `_` leaves it in English."""
    examined = trial.examined[n]
    if examined is None:
        heard = {"duplicate": _("the first acknowledgement again"), "change": _("a proposal for a person")}
        return heard.get(trial.judged[n].decision.value, _("nothing is answered"))
    if examined.new_order is not None:
        amount = f"{examined.new_order.gross} {examined.new_order.currency}"
        return _("order over %(amount)s, confirmed to the customer") % {"amount": amount}
    if trial.judged[n].decision.value == "ask":
        return _("receipt, then a question")
    return _("receipt; a person looks at it")


def _codes(trial: "Trial", n: int) -> str:
    examined = trial.examined[n]
    findings: Sequence[Any] = examined.findings if examined is not None else trial.judged[n].judgement.findings
    return _sentences(findings)


def _sentences(findings: "Sequence[Finding]", most: int = 8) -> str:
    """What is wrong, each with its code and place, one under the other."""
    from orderloop.intake.templatetags.intake_words import place, words

    said = list(dict.fromkeys(f"{each.code} · {place(each.field)}: {words(each)}" if each.field
                              else f"{each.code} · {words(each)}" for each in findings))  # fmt: skip
    return "\n".join([*said[:most], *([f"+{len(said) - most}"] if len(said) > most else [])])


def _tell_arrived(message_id: int, arrived: "Arrived", as_json: bool) -> None:
    from orderloop.orders.queries import facts_for

    numbers = [fact.number for fact in facts_for(arrived.order_ids).values()] if arrived.order_ids else []
    if as_json:
        say_json(
            {
                "message": message_id, "outcome": arrived.outcome, "orders": numbers,
                "drafts": list(arrived.draft_ids), "reasons": list(arrived.reasons),
            }
        )  # fmt: skip
        return
    drafts = ", ".join(f"#{each}" for each in arrived.draft_ids)
    row = [str(message_id), arrived.outcome.value, ", ".join(numbers), drafts, ", ".join(arrived.reasons)]
    say_table(_("Taken in"), [_("Message"), _("Outcome"), _("Orders"), _("Drafts"), _("Findings")], [row])


def _trial_body(trial: "Trial") -> dict[str, Any]:
    from orderloop.intake.rules.bodies import finding_body
    from orderloop.intake.rules.outcomes import judgement_body
    from orderloop.interchange.rules.forms import keepable, reading_body

    body = {
        "documents": [
            {
                "ordinal": each.ordinal, "parent": each.parent, "filename": each.filename,
                "bytes": len(each.content), "milliseconds": each.milliseconds, "reading": reading_body(each.reading),
            }
            for each in trial.message.documents
        ],
        "orders": [
            {
                "document": judged.found.ordinal, "n": judged.found.index, "merged": list(judged.found.merged),
                "customer_id": judged.identified.customer_id, "by": [list(each) for each in judged.identified.by],
                "decision": judged.decision.value, "order_before": judged.order_number, "diff": dict(judged.diff),
                "judgement": judgement_body(judged.judgement), "then": _then(trial, n, str),
                "findings": [finding_body(each) for each in (examined.findings if examined else ())],
            }
            for n, (judged, examined) in enumerate(zip(trial.judged, trial.examined, strict=True))
        ],
    }  # fmt: skip
    kept: dict[str, Any] = keepable(body)
    return kept
