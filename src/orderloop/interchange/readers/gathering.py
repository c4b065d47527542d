"""Gathering an order's values out of a tree of elements, with every fault met on the way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from orderloop.interchange.facts import Fault, FaultCode, Place, ReadOrder, Role, Value
from orderloop.interchange.readers.xml import MAX_TEXT, Node
from orderloop.interchange.rules.xml.values import day_stated, number_stated

MAX_FAULTS = 500

Form = Callable[[str], str | None]


def as_text(text: str) -> str | None:
    """Any text as it is."""
    return text


as_day: Form = day_stated
as_number: Form = number_stated


@dataclass(slots=True)
class Gathered:
    """Values by field name, and the faults of this order."""

    values: dict[str, Value] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def take(self, name: str, nodes: Iterable[Node | None], form: Form = as_text) -> None:
        """Keep the first text that stands in one of the nodes, in its form; what does not fit the form is a fault."""
        for node in nodes:
            if node is not None and node.text:
                self.keep(name, node.text, node.raw, node.path, form)
                return

    def keep(self, name: str, text: str, raw: str, path: str, form: Form = as_text) -> None:
        """Keep a text under a name; nothing is kept of what is longer than any honest value."""
        if not text:
            return
        if len(raw) > MAX_TEXT:
            self.fault(FaultCode.TOO_LARGE, path, limit=str(MAX_TEXT))
            return
        said = form(text)
        if said is None:
            self.fault(FaultCode.INVALID_ELEMENT, path, name=path.rpartition("/")[2], given=text[:80])
        self.values[name] = Value(
            text if said is None else said, raw, Place(path), confidence=0.0 if said is None else 1.0
        )

    def only(self, node: Node, path: str) -> list[Node]:
        """The elements under a path where a standard allows one; more of them must say the same."""
        found = node.all(path)
        other = next((each for each in found[1:] if each.text != found[0].text), None)
        if other is not None:
            given, expected = other.text[:80], found[0].text[:80]
            self.fault(FaultCode.INCONSISTENT, other.path, name=other.name, given=given, expected=expected)
        return found[:1]

    def need(self, node: Node, *paths: str) -> None:
        """Tell each element that must be there and is not."""
        for path in paths:
            if not any(each.text for each in node.all(path)):
                self.fault(FaultCode.MISSING_SEGMENT, node.path, name=path)

    def fault(self, code: FaultCode, path: str, *, rejects: bool = True, **params: str) -> None:
        """Note a fault at a path."""
        self.faults.append(Fault(code, Place(path), params, rejects))

    def order(self, role: Role, lines: Iterable["Gathered"]) -> ReadOrder:
        """The order with its lines; faults of the lines are the order's."""
        lines = tuple(lines)
        faults = [*self.faults, *(fault for line in lines for fault in line.faults)]
        return ReadOrder(role, self.values, tuple(line.values for line in lines), limited(faults))


def limited(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """As many faults as anybody can use, those first that reject where there are more."""
    every = tuple(faults)
    return every if len(every) <= MAX_FAULTS else tuple(sorted(every, key=lambda fault: not fault.rejects)[:MAX_FAULTS])


def worded(name: str, texts: Iterable[tuple[str, str]], to: Gathered, separator: str = "; ") -> None:
    """Keep several texts, each with its path, as one value, placed at the first."""
    said = [(path, text) for path, text in texts if text]
    if said:
        text = separator.join(each for _path, each in said)
        to.keep(name, text, text, said[0][0])


def joined(name: str, nodes: Iterable[Node], to: Gathered, separator: str = "; ") -> None:
    """Keep the texts of several elements as one value, placed at the first."""
    worded(name, ((node.path, node.text) for node in nodes), to, separator)
