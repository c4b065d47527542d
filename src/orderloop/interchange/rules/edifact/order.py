"""What an EDIFACT order message says, segment by segment (ORDERS, ORDCHG, ORDRSP of the D directories)."""

from collections.abc import Callable, Mapping

from orderloop.interchange.facts import FaultCode, ReadOrder, Role, Value
from orderloop.interchange.rules.edi import (
    Gathering,
    Message,
    Segment,
    add,
    calendar_day,
    check_digit_holds,
    count_fault,
    is_lenient,
    plain_number,
    profile_codes,
    put,
    rejoined,
    same_total,
)
from orderloop.interchange.rules.edifact import codes


def read_order(message: Message, profile: Mapping[str, str], decimals: str) -> ReadOrder:
    """The order a message states. `decimals` are the signs its numbers may have as their decimal mark."""
    reading = _OrderReading(message, profile, decimals)
    for segment in message.segments[1:]:
        reading.take(segment)
    return reading.finished()


def _role(kind: str, function: str) -> Role:
    usual = codes.MESSAGES[kind]
    if usual in (Role.ORDER, Role.CHANGE) and function in codes.CANCELS:
        return Role.CANCELLATION
    return Role.CHANGE if usual is Role.ORDER and function in codes.CHANGES else usual


class _OrderReading:
    """Where we are in the message: heading, a party, a line, a schedule of a line, or the summary."""

    def __init__(self, message: Message, profile: Mapping[str, str], decimals: str) -> None:
        self.kind = message.kind.split(":")[0]
        self.gathering = Gathering(codes.MESSAGES[self.kind])
        self.gathering.faults += message.faults
        self.message = message
        self.rejects = not is_lenient(profile)
        self.decimals = decimals
        self.basis = profile.get("price_basis", "")
        self.item_types = profile_codes(profile, "item", codes.ITEM_TYPES)
        self.dates = profile_codes(profile, "date", {})
        self.parties = profile_codes(profile, "party", _usual_parties())
        self.line: dict[str, Value] | None = None
        self.ranks: dict[str, int] = {}
        self.party = ""
        self.section = "heading"
        self.in_allowance = self.in_schedule = False
        self.seen: dict[str, Segment] = {}
        self.line_numbers: set[str] = set()
        self.totals: list[tuple[str, Segment]] = []
        self.handlers: dict[str, Callable[[Segment], None]] = {
            "BGM": self._bgm, "DTM": self._dtm, "NAD": self._nad, "RFF": self._rff, "CTA": self._cta,
            "COM": self._com, "CUX": self._cux, "FTX": self._ftx, "PAT": self._terms, "TOD": self._terms,
            "LIN": self._lin, "PIA": self._pia, "IMD": self._imd, "QTY": self._qty, "PRI": self._pri,
            "MOA": self._moa, "UNS": self._uns, "CNT": self._cnt, "SCC": self._scc, "LOC": self._loc,
        }  # fmt: skip

    @property
    def target(self) -> dict[str, Value]:
        """Where values go now: the line, or the heading."""
        return self.gathering.fields if self.line is None else self.line

    def take(self, segment: Segment) -> None:
        """Take the next segment of the message."""
        self.seen.setdefault(segment.tag, segment)
        most = codes.MOST_ELEMENTS.get(segment.tag, len(segment.elements))
        if len(segment.elements) > most:
            # What stands here was another segment before its terminator was lost.
            self._invalid(segment, most + 1, 0, segment.tag)
        if segment.tag in codes.CONDITIONS:
            self.in_allowance = segment.tag == "ALC"
            self._unsupported(segment, segment.tag)
        elif segment.tag in self.handlers:
            self.handlers[segment.tag](segment)
        elif segment.tag not in codes.SEGMENTS:
            self._unsupported(segment, segment.tag)

    def _unsupported(self, segment: Segment, name: str, element: int = 0, component: int = 0) -> None:
        place = segment.place(element, component)
        self.gathering.blame(FaultCode.UNSUPPORTED, place, rejects=False, name=name)

    def _invalid(self, segment: Segment, element: int, component: int, name: str) -> None:
        given = segment.get(element, component or 1)
        self.gathering.blame(FaultCode.INVALID_ELEMENT, segment.place(element, component), given=given, name=name)

    def _doubt(self, segment: Segment, element: int, component: int, name: str) -> None:
        given = segment.get(element, component or 1)
        place = segment.place(element, component)
        self.gathering.blame(FaultCode.DOUBTFUL, place, rejects=False, given=given, name=name)

    def _put(self, name: str, segment: Segment, element: int, component: int = 1) -> None:
        put(self.target, name, segment.get(element, component), segment.spot(element, component))

    def _rank(self, name: str, order: tuple[str, ...], qualifier: str) -> bool:
        """Whether a value under this qualifier counts more than the one held; then the one held is forgotten."""
        rank = order.index(qualifier)
        if rank >= self.ranks.get(name, len(order)):
            return False
        self.ranks[name] = rank
        self.target.pop(name, None)
        return True

    def _number(self, segment: Segment, element: int, component: int, name: str) -> str:
        given = segment.get(element, component)
        number = plain_number(given, self.decimals)
        other = "" if number else plain_number(given)
        if other and len(other.partition(".")[2]) != 3:
            # Not the decimal mark this interchange states, yet no grouping of thousands either.
            self._doubt(segment, element, component, name)
            number = other
        elif self.decimals == ".," and "," in given and len(number.partition(".")[2]) == 3:
            # By the standard a decimal comma; by a sender who forgot the standard, thousands.
            self._doubt(segment, element, component, name)
        if not number or number.startswith("-"):
            self._invalid(segment, element, component, name)
            return ""
        return number

    # -- heading

    def _bgm(self, segment: Segment) -> None:
        if self.seen["BGM"] is not segment:
            self.gathering.blame(FaultCode.INVALID_ELEMENT, segment.place(), given="BGM", name="segment")
            return
        function = segment.get(3)
        self.gathering.role = _role(self.kind, function)
        if not segment.get(2):
            self._invalid(segment, 2, 1, "po_number")
        self._put("po_number", segment, 2)
        if segment.get(1) in codes.DOUBTED_DOCUMENTS:
            self._doubt(segment, 1, 1, "BGM 1001")
        if function in codes.DOUBTED_FUNCTIONS:
            self._doubt(segment, 3, 0, "BGM 1225")
        elif self.kind in ("ORDERS", "ORDCHG") and function not in codes.ORIGINALS + codes.CANCELS + codes.CHANGES:
            self._invalid(segment, 3, 0, "BGM 1225")

    def _dtm(self, segment: Segment) -> None:
        qualifier = segment.get(1)
        own = self.dates.get(qualifier)
        if own is not None:
            if own:
                self._date(segment, own, 1.0)
        elif qualifier in codes.ORDERED_ON:
            if self.line is None and self._rank("ordered_on", codes.ORDERED_ON, qualifier):
                self._date(segment, "ordered_on", 1.0)
        elif qualifier in codes.REQUESTED_ON:
            # A date wanted for the goods' leaving says less than one for their arrival.
            confidence = 0.8 if qualifier in codes.SHIPMENT_DATES else 1.0
            name = "line_requested_on" if self.line is not None else "requested_on"
            if self._rank_date(name, qualifier):
                self._date(segment, "requested_on", confidence)
        elif qualifier not in codes.HARMLESS_DATES:
            self._unsupported(segment, f"DTM {qualifier}", 1, 1)

    def _rank_date(self, name: str, qualifier: str) -> bool:
        if not self._rank(name, codes.REQUESTED_ON, qualifier):
            return False
        self.target.pop("requested_on", None)
        return True

    def _date(self, segment: Segment, name: str, confidence: float) -> None:
        given, form = segment.get(1, 2), segment.get(1, 3)
        day = self._day(given, form)
        if not day and form in codes.COARSE_FORMS and given:
            self._doubt(segment, 1, 2, name)
            put(self.target, name, given, segment.spot(1, 2), confidence=0.5)
        elif not day:
            self._invalid(segment, 1, 2, name)
        else:
            put(self.target, name, day, segment.spot(1, 2), raw=given, confidence=confidence)

    def _day(self, given: str, form: str) -> str:
        if form in codes.PERIOD_FORMS:
            half = codes.DAY_FORMS[codes.PERIOD_FORMS[form]]
            digits = given.replace("-", "")
            first, last = calendar_day(digits[: len(half)], half), calendar_day(digits[len(half) :], half)
            return last if first and first <= last else ""
        if not form:
            form = {8: "102", 12: "203", 14: "204"}.get(len(given), "")
        pattern = codes.DAY_FORMS.get(form, "")
        if pattern.endswith("zzz"):
            return calendar_day(given[: len(pattern) - 3], pattern[:-3])
        return calendar_day(given, pattern) if pattern else ""

    def _nad(self, segment: Segment) -> None:
        qualifier = segment.get(1)
        self.party = self.parties.get(qualifier, "")
        if self.line is not None or not self.party:
            if self.line is not None and self.party:
                self._unsupported(segment, f"NAD {qualifier}", 1)
            return
        if self.party == "customer" and not self._outranks(qualifier):
            self.party = ""
            return
        self._party_code(segment)
        name = segment.elements[3] if len(segment.elements) > 3 else ()
        lines = segment.elements[2] if len(segment.elements) > 2 else ()
        spot = segment.spot(4 if any(name) else 3)
        put(self.gathering.fields, f"{self.party}_name", rejoined(name, 35) if any(name) else " ".join(lines[:1]), spot)
        if self.party == "ship_to":
            address = [*(() if any(name) else lines[1:]), *self._address(segment)]
            put(
                self.gathering.fields,
                "ship_to_text",
                ", ".join(part for part in address if part.strip()),
                segment.spot(),
            )

    @staticmethod
    def _address(segment: Segment) -> list[str]:
        street = segment.elements[4] if len(segment.elements) > 4 else ()
        town = " ".join(filter(None, (segment.get(8), segment.get(6))))
        return [*street, town, segment.get(7), segment.get(9)]

    def _outranks(self, qualifier: str) -> bool:
        order = codes.CUSTOMERS if qualifier in codes.CUSTOMERS else (qualifier,)
        if not self._rank("customer", order, qualifier):
            return False
        for name in ("customer_code", "customer_gln", "customer_name", "customer_tax_id", "contact", "contact_email"):
            self.gathering.fields.pop(name, None)
        return True

    def _party_code(self, segment: Segment) -> None:
        code, agency = segment.get(2), segment.get(2, 3)
        is_gln = agency in ("9", "14") and len(code) == 13 and code.isdigit()
        if is_gln and not check_digit_holds(code):
            self._doubt(segment, 2, 1, f"{self.party}_gln" if self.party == "customer" else "ship_to_code")
        self._put("customer_gln" if is_gln and self.party == "customer" else f"{self.party}_code", segment, 2)

    def _rff(self, segment: Segment) -> None:
        qualifier = segment.get(1)
        if self.line is None and self.section == "heading":
            if qualifier in ("ON", "OP", "PO") and not self.party:
                self._put("refers_to", segment, 1, 2)
            elif qualifier == "VA" and self.party == "customer":
                self._put("customer_tax_id", segment, 1, 2)
            elif qualifier == "CT" and segment.get(1, 2):
                add(self.gathering.fields, "terms", f"CT {segment.get(1, 2)}", segment.spot(1, 2), "; ")

    def _cta(self, segment: Segment) -> None:
        if self.line is None and self.party == "customer":
            self._put("contact", segment, 2, 2 if segment.get(2, 2) else 1)

    def _com(self, segment: Segment) -> None:
        if self.line is None and self.party == "customer" and segment.get(1, 2) in ("EM", "MA"):
            self._put("contact_email", segment, 1)

    def _cux(self, segment: Segment) -> None:
        if self.line is not None or segment.get(1) not in ("2", "1", ""):
            return
        currency = segment.get(1, 2)
        if len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper():
            self._put("currency", segment, 1, 2)
        else:
            self._invalid(segment, 1, 2, "currency")

    def _ftx(self, segment: Segment) -> None:
        text = rejoined(segment.elements[3], 70) if len(segment.elements) > 3 else ""
        add(self.target, "note", text, segment.spot(4), "\n" if not self.line else " ")

    def _terms(self, segment: Segment) -> None:
        if self.line is None:
            texts = [part for element in segment.elements for part in element if part.strip()]
            add(self.gathering.fields, "terms", f"{segment.tag} {' '.join(texts)}", segment.spot(), "; ")

    # -- lines

    def _lin(self, segment: Segment) -> None:
        self._end_line()
        self.section, self.party = "detail", ""
        self.in_allowance = self.in_schedule = False
        self.line = {}
        self.gathering.lines.append(self.line)
        self.ranks = {
            name: rank for name, rank in self.ranks.items() if name in ("ordered_on", "requested_on", "customer")
        }
        self.seen["line"] = segment
        number, action = segment.get(1), segment.get(2)
        put(self.line, "line_no", number or str(len(self.gathering.lines)), segment.spot(1))
        if number in self.line_numbers:
            self._doubt(segment, 1, 0, "line_no")
        self.line_numbers.add(number)
        if action in codes.ACTIONS:
            put(self.line, "action", codes.ACTIONS[action], segment.spot(2), raw=action)
        elif action:
            self._invalid(segment, 2, 0, "action")
        if segment.get(4, 2) or segment.get(4):
            self._unsupported(segment, "LIN C829", 4)
        if segment.get(3):
            self._item(segment, 3)

    def _end_line(self) -> None:
        if self.line is None:
            return
        deleted = "action" in self.line and self.line["action"].text in ("delete", "none")
        if "quantity" not in self.line and not deleted and self.gathering.role is Role.ORDER:
            place = self.seen["line"].place()
            self.gathering.blame(FaultCode.MISSING_SEGMENT, place, rejects=False, name="QTY")
        if not any(name in self.line for name in ("item", "customer_item", "barcode", "description")):
            place = self.seen["line"].place(3)
            self.gathering.blame(FaultCode.MISSING_SEGMENT, place, rejects=False, name="C212")
        if self.basis and "unit_price" in self.line:
            put(self.line, "price_basis", self.basis, self.seen["line"].spot())

    def _item(self, segment: Segment, element: int) -> None:
        number, kind = segment.get(element), segment.get(element, 2)
        name = self.item_types.get(kind)
        if name is None:
            if not kind:
                self._doubt(segment, element, 1, "item")
                self._put("item", segment, element)
            elif kind not in codes.HARMLESS_ITEM_TYPES:
                self._unsupported(segment, f"{segment.tag} {kind}", element, 2)
            return
        if name and number:
            if kind in codes.GTINS and not check_digit_holds(number):
                self._doubt(segment, element, 1, name)
            self._put(name, segment, element)

    def _pia(self, segment: Segment) -> None:
        if self.line is not None and segment.get(1) in ("1", "5", ""):
            for element in range(2, len(segment.elements) + 1):
                if segment.get(element):
                    self._item(segment, element)

    def _imd(self, segment: Segment) -> None:
        if self.line is not None and len(segment.elements) > 2:
            add(self.line, "description", rejoined(segment.elements[2][3:], 35), segment.spot(3))

    def _scc(self, segment: Segment) -> None:
        if self.line is not None:
            self.in_schedule = True
            self._unsupported(segment, "SCC")

    def _loc(self, segment: Segment) -> None:
        if self.line is not None and segment.get(1) == "7":
            self.in_schedule = True
            self._unsupported(segment, "LOC 7", 1)

    def _qty(self, segment: Segment) -> None:
        qualifier = segment.get(1)
        if self.line is None or self.in_schedule or self.in_allowance:
            return
        if qualifier in codes.UNSUPPORTED_QUANTITIES:
            self._unsupported(segment, f"QTY {qualifier}", 1, 1)
        if qualifier not in codes.QUANTITIES:
            return
        held = self.line.get("quantity")
        number = self._number(segment, 1, 2, "quantity")
        if held and self.ranks.get("quantity") == codes.QUANTITIES.index(qualifier) and held.text != number:
            self._doubt(segment, 1, 2, "quantity")
        if self._rank("quantity", codes.QUANTITIES, qualifier):
            put(self.line, "quantity", number, segment.spot(1, 2), raw=segment.get(1, 2))
            self.line.pop("unit", None)
            self._put("unit", segment, 1, 3)

    def _pri(self, segment: Segment) -> None:
        kind = segment.get(1)
        if self.line is None or self.in_schedule:
            return
        if kind in codes.TAXED_PRICES:
            self._doubt(segment, 1, 2, "unit_price")
        if kind not in codes.PRICES:
            return
        number = self._number(segment, 1, 2, "unit_price")
        if not self._rank("unit_price", codes.PRICES, kind):
            return
        if kind in codes.GROSS_PRICES and "ALC" in self.seen:
            self._doubt(segment, 1, 2, "unit_price")
        put(self.line, "unit_price", number, segment.spot(1, 2), raw=segment.get(1, 2))
        self._basis(segment)

    def _basis(self, segment: Segment) -> None:
        if self.line is None:
            return
        self.line.pop("price_basis", None)
        if segment.get(1, 5):
            basis = self._number(segment, 1, 5, "price_basis")
            if basis and float(basis) == 0:
                self._invalid(segment, 1, 5, "price_basis")
            elif basis and basis != "1":
                put(self.line, "price_basis", basis, segment.spot(1, 5), raw=segment.get(1, 5))
        unit = self.line.get("unit")
        if unit and segment.get(1, 6) and unit.text != segment.get(1, 6):
            self._doubt(segment, 1, 6, "price_basis")

    def _moa(self, segment: Segment) -> None:
        kind = segment.get(1)
        if self.in_allowance or self.in_schedule:
            return
        if self.line is not None and kind in codes.LINE_AMOUNTS:
            number = self._number(segment, 1, 2, "amount")
            put(self.line, "amount", number, segment.spot(1, 2), raw=segment.get(1, 2))
        elif self.section == "summary" and kind in codes.TOTALS:
            name = codes.TOTALS[kind]
            number = self._number(segment, 1, 2, name)
            put(self.gathering.fields, name, number, segment.spot(1, 2), raw=segment.get(1, 2))

    # -- summary

    def _uns(self, segment: Segment) -> None:
        self._end_line()
        if segment.get(1) == "S" or self.section == "detail":
            self.section, self.line = "summary", None
            self.in_allowance = self.in_schedule = False

    def _cnt(self, segment: Segment) -> None:
        if segment.get(1) == "2":
            self._put_heading("line_count", segment)
            counted = len(self.gathering.lines)
            given = Segment("CNT", ((segment.get(1, 2).split(".")[0],),), segment.message, segment.number)
            for found in count_fault(given, 1, counted, rejects=self.rejects):
                self.gathering.blame(found.code, segment.place(1, 2), rejects=self.rejects, **found.params)
        elif segment.get(1) == "1":
            self.totals.append((segment.get(1, 2), segment))

    def _put_heading(self, name: str, segment: Segment) -> None:
        put(self.gathering.fields, name, plain_number(segment.get(1, 2), self.decimals), segment.spot(1, 2))

    def _check_total(self, given: str, segment: Segment) -> None:
        stated = plain_number(given, self.decimals)
        amounts = [line["quantity"].text for line in self.gathering.lines if "quantity" in line]
        if not stated:
            self._invalid(segment, 1, 2, "CNT 1")
        elif not same_total(stated, amounts):
            place = segment.place(1, 2)
            counted = ", ".join(amounts)
            self.gathering.blame(
                FaultCode.INCONSISTENT, place, rejects=False, name="CNT 1", given=stated, expected=counted
            )

    def finished(self) -> ReadOrder:
        """The order, with what the message lacks."""
        if self.section == "detail":
            self._end_line()
        for given, segment in self.totals:
            self._check_total(given, segment)
        trailer = self.message.segments[-1].number
        order_kind = self.kind in ("ORDERS", "ORDCHG")
        needed = {"BGM": (2, True), "DTM": (3, False)}
        if order_kind:
            needed["UNS"] = (trailer, self.rejects)
        if self.gathering.role is Role.ORDER:
            needed["LIN"] = (trailer, True)
        for tag, (number, rejects) in needed.items():
            if tag not in self.seen:
                place = Segment(tag, (), self.message.number, number).place()
                self.gathering.blame(FaultCode.MISSING_SEGMENT, place, rejects=rejects, name=tag)
        self._refer()
        return self.gathering.order()

    def _refer(self) -> None:
        fields = self.gathering.fields
        if self.gathering.role in (Role.CHANGE, Role.CANCELLATION) and "po_number" in fields:
            fields.setdefault("refers_to", fields["po_number"])
        elif self.gathering.role is Role.ORDER:
            fields.pop("refers_to", None)


def _usual_parties() -> dict[str, str]:
    return dict.fromkeys(codes.CUSTOMERS, "customer") | dict.fromkeys(codes.SHIP_TO, "ship_to")
