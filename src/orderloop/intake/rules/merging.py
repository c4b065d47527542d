"""Which orders the documents of one message state: a mail's text and its attachment may state the same one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from orderloop.intake.facts import FoundOrder, ReadMessage
from orderloop.intake.rules.matching import codes_of
from orderloop.interchange.facts import Format, ReadOrder, Role, Value
from orderloop.orders.rules import po_key

# What a person writes around a document; such a text adds to it and never replaces anything in it.
_AROUND = frozenset({Format.MAIL, Format.TEXT})


def orders_of(message: ReadMessage) -> list[FoundOrder]:
    """Every order of the message once, in the order of its documents.

    A text around a document that states one order too is merged into it: header fields the document lacks are taken
    from the text. Where both have lines and these differ, the order says so, and a person decides.
    """
    found = [
        FoundOrder(message.claimed.message_id, document.ordinal, n, document.reading.format, order)
        for document in message.documents
        for n, order in enumerate(document.reading.orders)
    ]
    around = [each for each in found if each.format in _AROUND and each.order.role in (Role.ORDER, Role.OTHER)]
    main = [each for each in found if each not in around]
    if not around or not main:
        return _without_repeats(found)
    merged: list[FoundOrder] = list(main)
    for text in around:
        place = next((n for n, each in enumerate(merged) if _belongs(text.order, each.order, len(main))), None)
        if place is None:
            merged.append(text)
        else:
            merged[place] = _merged(merged[place], text)
    return _without_repeats(sorted(merged, key=lambda each: (each.ordinal, each.index)))


def _without_repeats(found: Sequence[FoundOrder]) -> list[FoundOrder]:
    """The same order in two attachments (a sheet and its print) is one, as the first of them states it."""
    kept: list[FoundOrder] = []
    for each in found:
        same = next((n for n, other in enumerate(kept) if _states_same(other, each)), None)
        if same is None:
            kept.append(each)
        else:
            kept[same] = replace(kept[same], merged=(*kept[same].merged, each.ordinal))
    return kept


def _states_same(one: FoundOrder, other: FoundOrder) -> bool:
    first, second = one.order, other.order
    return (
        one.ordinal != other.ordinal
        and first.role is second.role
        and po_key(first.text("po_number")) == po_key(second.text("po_number")) != ""
        and bool(first.lines)
        and _goods(first) == _goods(second)
    )


def _belongs(text: ReadOrder, order: ReadOrder, count: int) -> bool:
    one, other = po_key(text.text("po_number")), po_key(order.text("po_number"))
    if one and other:
        return one == other
    return count == 1


def _merged(found: FoundOrder, text: FoundOrder) -> FoundOrder:
    fields: dict[str, Value] = {**text.order.fields, **found.order.fields}
    # What the text says of money is about itself.
    for name in ("total", "net_total", "tax_total", "line_count"):
        if name not in found.order.fields:
            fields.pop(name, None)
    lines = found.order.lines or text.order.lines
    differs = bool(found.order.lines and text.order.lines) and _goods(found.order) != _goods(text.order)
    return replace(
        found,
        order=replace(found.order, fields=fields, lines=lines),
        merged=(*found.merged, text.ordinal),
        differs=found.differs or differs,
    )


def _goods(order: ReadOrder) -> Counter[tuple[str, str]]:
    return Counter(_good({name: value.text for name, value in line.items()}) for line in order.lines)


def _good(line: Mapping[str, str]) -> tuple[str, str]:
    codes = codes_of(line)
    return (codes[0] if codes else line.get("description", ""), line.get("quantity", ""))
