"""What an EDIFACT order message says, segment by segment (ORDERS, ORDCHG, ORDRSP of the D directories)."""

from collections.abc import Callable, Mapping

from orderloop.interchange.facts import FaultCode, ReadOrder, Role, Value
from orderloop.interchange.rules.edi import (
    OF_PARTY,
    Gathering,
    Message,
    Segment,
    add,
    check_digit_holds,
    count_fault,
    is_lenient,
    plain_number,
    profile_codes,
    put,
    rejoined,
    same_total,
)
from orderloop.interchange.rules.edi_schedules import Delivering, Delivery
from orderloop.interchange.rules.edifact import codes
from orderloop.interchange.rules.edifact.elements import address_of, day_of, is_gln_of, role_of

# What is ranked outside the lines.
_RANKED_IN_HEADING = ("ordered_on", "requested_on", "customer", "ship_to")


def read_order(message: Message, profile: Mapping[str, str], decimals: str) -> ReadOrder:
    """The order a message states. `decimals` are the signs its numbers may have as their decimal mark."""
    reading = _OrderReading(message, profile, decimals)
    for segment in message.segments[1:]:
        reading.take(segment)
    return reading.finished()


class _OrderReading(Delivering):
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
        self.parties = profile_codes(profile, "party", codes.PARTIES)
        self.line: dict[str, Value] | None = None
        self.ranks: dict[str, int] = {}
        self.party = ""
        self.section = "heading"
        self.in_allowance = False
        self.deliveries: list[Delivery] = []
        self.delivery_place: tuple[str, Segment] | None = None
        self.counted_lines = 0
        self.seen: dict[str, Segment] = {}
        self.line_numbers: set[str] = set()
        self.totals: list[tuple[str, Segment]] = []
        self.handlers: dict[str, Callable[[Segment], None]] = {
            "BGM": self._bgm, "DTM": self._dtm, "NAD": self._nad, "RFF": self._rff, "CTA": self._cta,
            "COM": self._com, "CUX": self._cux, "FTX": self._ftx, "PAT": self._terms, "TOD": self._terms,
            "LIN": self._lin, "PIA": self._pia, "IMD": self._imd, "QTY": self._qty, "PRI": self._pri,
            "MOA": self._moa, "UNS": self._uns, "CNT": self._cnt, "SCC": self._scc, "LOC": self._loc,
            "ALC": self._alc, "PCD": self._pcd,
        }  # fmt: skip

    @property
    def target(self) -> dict[str, Value]:
        """Where values go now: a delivery of the line, the line, or the heading."""
        if self.deliveries:
            return self.deliveries[-1].values
        return self.gathering.fields if self.line is None else self.line

    def take(self, segment: Segment) -> None:
        """Take the next segment of the message."""
        self.seen.setdefault(segment.tag, segment)
        most = codes.MOST_ELEMENTS.get(segment.tag, len(segment.elements))
        if len(segment.elements) > most:
            # What stands here was another segment before its terminator was lost.
            self._invalid(segment, segment.tag, most + 1, 0)
        if segment.tag in codes.CONDITIONS:
            self._unsupported(segment, segment.tag)
        if segment.tag in self.handlers:
            self.handlers[segment.tag](segment)
        elif segment.tag not in codes.SEGMENTS:
            self._unsupported(segment, segment.tag)

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
            self._doubt(segment, name, element, component)
            number = other
        elif self.decimals == ".," and "," in given and len(number.partition(".")[2]) == 3:
            # By the standard a decimal comma; by a sender who forgot the standard, thousands.
            self._doubt(segment, name, element, component)
        if not number or number.startswith("-"):
            self._invalid(segment, name, element, component)
            return ""
        return number

    # -- heading

    def _bgm(self, segment: Segment) -> None:
        if self.seen["BGM"] is not segment:
            self.gathering.blame(FaultCode.INVALID_ELEMENT, segment.place(), given="BGM", name="segment")
            return
        function = segment.get(3)
        self.gathering.role = role_of(self.kind, function)
        if not segment.get(2):
            self._invalid(segment, "po_number", 2, 1)
        self._put("po_number", segment, 2)
        if segment.get(1) in codes.DOUBTED_DOCUMENTS:
            self._doubt(segment, "BGM 1001", 1, 1)
        if function in codes.DOUBTED_FUNCTIONS:
            self._doubt(segment, "BGM 1225", 3, 0)
        elif self.kind in ("ORDERS", "ORDCHG") and function not in codes.ORIGINALS + codes.CANCELS + codes.CHANGES:
            self._invalid(segment, "BGM 1225", 3, 0)

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
            if self.deliveries or self._rank_date(name, qualifier):
                self._date(segment, "requested_on", confidence)
        elif qualifier in codes.LIMITING_DATES:
            self._unsupported(segment, f"DTM {qualifier}", 1, 1)
        elif qualifier not in codes.HARMLESS_DATES:
            self._pass_over(segment, f"DTM {qualifier}", 1, 1)

    def _rank_date(self, name: str, qualifier: str) -> bool:
        if not self._rank(name, codes.REQUESTED_ON, qualifier):
            return False
        self.target.pop("requested_on", None)
        return True

    def _date(self, segment: Segment, name: str, confidence: float) -> None:
        given, form = segment.get(1, 2), segment.get(1, 3)
        day = day_of(given, form)
        if not day and form in codes.DAY_FORMS and (day := day_of(given, "")):
            # A day and a time under the code of a day alone, and the like.
            self._read_as(segment, name, day, 1, 2)
        if not day and form in codes.COARSE_FORMS and given:
            self._doubt(segment, name, 1, 2)
            put(self.target, name, given, segment.spot(1, 2), confidence=0.5)
        elif not day:
            self._invalid(segment, name, 1, 2)
        else:
            put(self.target, name, day, segment.spot(1, 2), raw=given, confidence=confidence)

    def _nad(self, segment: Segment) -> None:
        qualifier = segment.get(1)
        self.party = self.parties.get(qualifier, "")
        if self.line is not None or not self.party:
            if self.line is not None and self.party:
                self._unsupported(segment, f"NAD {qualifier}", 1)
            return
        if not self._outranks(qualifier):
            self.party = ""
            return
        self._party_code(segment)
        name = segment.elements[3] if len(segment.elements) > 3 else ()
        lines = segment.elements[2] if len(segment.elements) > 2 else ()
        spot = segment.spot(4 if any(name) else 3)
        put(self.gathering.fields, f"{self.party}_name", rejoined(name, 35) if any(name) else " ".join(lines[:1]), spot)
        if self.party == "ship_to":
            address = [*(() if any(name) else lines[1:]), *address_of(segment)]
            put(
                self.gathering.fields,
                "ship_to_text",
                ", ".join(part for part in address if part.strip()),
                segment.spot(),
            )

    def _outranks(self, qualifier: str) -> bool:
        """Whether this party is the better one for what it is; then all that is held of the other is forgotten."""
        order = codes.CUSTOMERS if self.party == "customer" else codes.SHIP_TO
        if not self._rank(self.party, order if qualifier in order else (qualifier,), qualifier):
            return False
        for name in OF_PARTY[self.party]:
            self.gathering.fields.pop(name, None)
        return True

    def _party_code(self, segment: Segment) -> None:
        is_gln = is_gln_of(segment)
        if is_gln and not check_digit_holds(segment.get(2)):
            self._wrong_digit(segment, "customer_gln" if self.party == "customer" else "ship_to_code", 2, 1)
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
            self._invalid(segment, "currency", 1, 2)

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
        self.in_allowance = False
        self.line = {}
        self.counted_lines += 1
        self.ranks = {name: rank for name, rank in self.ranks.items() if name in _RANKED_IN_HEADING}
        self.seen["line"] = segment
        number, action = segment.get(1), segment.get(2)
        put(self.line, "line_no", number or str(self.counted_lines), segment.spot(1))
        if number in self.line_numbers:
            self._doubt(segment, "line_no", 1, 0)
        self.line_numbers.add(number)
        if action in codes.ACTIONS:
            put(self.line, "action", codes.ACTIONS[action], segment.spot(2), raw=action)
        elif action:
            self._invalid(segment, "action", 2, 0)
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
        deliveries, self.deliveries = self.deliveries, []
        self.gathering.lines += self._delivered(self.line, deliveries)

    def _item(self, segment: Segment, element: int) -> None:
        number, kind = segment.get(element), segment.get(element, 2)
        name = self.item_types.get(kind)
        if kind in codes.VARIANTS and not name and self.line is not None and number:
            add(self.line, "note", f"{kind} {number}", segment.spot(element), "; ")
        elif name is None:
            self._item_of_strange_type(segment, element)
        elif name and number:
            if kind in codes.GTINS and not check_digit_holds(number):
                self._wrong_digit(segment, name, element, 1)
            self._put(name, segment, element)

    def _item_of_strange_type(self, segment: Segment, element: int) -> None:
        """A number of no known type names the line's goods only where it stands in the line's own segment."""
        number, kind = segment.get(element), segment.get(element, 2)
        if not kind:
            self._doubt(segment, "item", element, 1)
            self._put("item", segment, element)
        elif segment.tag == "LIN" and kind not in codes.HARMLESS_ITEM_TYPES:
            self._unsupported(segment, f"LIN {kind}", element, 2)
            self._put("barcode" if check_digit_holds(number) else "item", segment, element)
        elif kind not in codes.HARMLESS_ITEM_TYPES:
            self._pass_over(segment, f"{segment.tag} {kind}", element, 2)

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
            self._deliver(segment)

    def _loc(self, segment: Segment) -> None:
        if segment.get(1) != "7":
            return
        if self.line is not None:
            self._deliver(segment, segment.get(2))
        elif self.delivery_place is None:
            # Beside the parties, where no party is named for the delivery.
            self.delivery_place = (segment.get(2), segment)

    def _deliver(self, segment: Segment, place: str = "") -> None:
        self.in_allowance = False
        self.deliveries.append(Delivery(segment, place))

    def _delivered_quantity(self, segment: Segment) -> None:
        """The quantity of a delivery; a second one under the same heading begins the next delivery."""
        if segment.get(1) not in codes.SCHEDULED_QUANTITIES:
            return
        if "quantity" in self.deliveries[-1].values:
            self._deliver(self.deliveries[-1].segment, self.deliveries[-1].place)
        number = self._number(segment, 1, 2, "quantity")
        put(self.target, "quantity", number, segment.spot(1, 2), raw=segment.get(1, 2))

    def _alc(self, segment: Segment) -> None:
        """An allowance or charge is not worked out, but told with all it says."""
        self.in_allowance = True
        texts = [part for element in segment.elements for part in element if part.strip()]
        self._remark_of_allowance(segment, f"ALC {' '.join(texts)}")

    def _pcd(self, segment: Segment) -> None:
        if self.in_allowance and segment.get(1, 2):
            self._remark_of_allowance(segment, f"{segment.get(1, 2)} %")

    def _remark_of_allowance(self, segment: Segment, text: str) -> None:
        target, name = (self.gathering.fields, "terms") if self.line is None else (self.line, "note")
        add(target, name, text, segment.spot(), "; " if text.startswith("ALC") else " ")

    def _qty(self, segment: Segment) -> None:
        qualifier = segment.get(1)
        if self.line is None or self.in_allowance:
            return
        if self.deliveries:
            self._delivered_quantity(segment)
            return
        if qualifier in codes.UNSUPPORTED_QUANTITIES:
            self._unsupported(segment, f"QTY {qualifier}", 1, 1)
        if qualifier not in codes.QUANTITIES:
            return
        held = self.line.get("quantity")
        number = self._number(segment, 1, 2, "quantity")
        if held and self.ranks.get("quantity") == codes.QUANTITIES.index(qualifier) and held.text != number:
            self._doubt(segment, "quantity", 1, 2)
        if self._rank("quantity", codes.QUANTITIES, qualifier):
            put(self.line, "quantity", number, segment.spot(1, 2), raw=segment.get(1, 2))
            self.line.pop("unit", None)
            self._put("unit", segment, 1, 3)

    def _pri(self, segment: Segment) -> None:
        kind = segment.get(1)
        if self.line is None or self.deliveries:
            return
        if kind in codes.TAXED_PRICES:
            self._doubt(segment, "unit_price", 1, 2)
        elif kind not in codes.PRICES:
            self._unsupported(segment, f"PRI {kind}", 1, 1)
        if kind not in codes.PRICES:
            return
        number = self._number(segment, 1, 2, "unit_price")
        if not self._rank("unit_price", codes.PRICES, kind):
            return
        if kind in codes.GROSS_PRICES and "ALC" in self.seen:
            self._doubt(segment, "unit_price", 1, 2)
        put(self.line, "unit_price", number, segment.spot(1, 2), raw=segment.get(1, 2))
        self._basis(segment)

    def _basis(self, segment: Segment) -> None:
        if self.line is None:
            return
        self.line.pop("price_basis", None)
        if segment.get(1, 5):
            basis = self._number(segment, 1, 5, "price_basis")
            if basis and float(basis) == 0:
                self._invalid(segment, "price_basis", 1, 5)
            elif basis and basis != "1":
                put(self.line, "price_basis", basis, segment.spot(1, 5), raw=segment.get(1, 5))
        unit = self.line.get("unit")
        if unit and segment.get(1, 6) and unit.text != segment.get(1, 6):
            self._doubt(segment, "price_basis", 1, 6)

    def _moa(self, segment: Segment) -> None:
        kind = segment.get(1)
        if self.in_allowance and kind in codes.ALLOWANCE_AMOUNTS:
            self._remark_of_allowance(segment, segment.get(1, 2))
            return
        if self.deliveries:
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
            self.in_allowance = False

    def _cnt(self, segment: Segment) -> None:
        if segment.get(1) == "2":
            self._put_heading("line_count", segment)
            given = Segment("CNT", ((segment.get(1, 2).split(".")[0],),), segment.message, segment.number)
            for found in count_fault(given, 1, self.counted_lines, rejects=self.rejects):
                self.gathering.blame(found.code, segment.place(1, 2), rejects=self.rejects, **found.params)
        elif segment.get(1) == "1":
            self.totals.append((segment.get(1, 2), segment))

    def _put_heading(self, name: str, segment: Segment) -> None:
        put(self.gathering.fields, name, plain_number(segment.get(1, 2), self.decimals), segment.spot(1, 2))

    def _check_total(self, given: str, segment: Segment) -> None:
        stated = plain_number(given, self.decimals)
        amounts = [line["quantity"].text for line in self.gathering.lines if "quantity" in line]
        if not stated:
            self._invalid(segment, "CNT 1", 1, 2)
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
        self._place_of_delivery()
        self._refer()
        return self.gathering.order()

    def _place_of_delivery(self) -> None:
        fields = self.gathering.fields
        if self.delivery_place is not None and not any(name in fields for name in OF_PARTY["ship_to"]):
            code, segment = self.delivery_place
            put(fields, "ship_to_code", code, segment.spot(2), confidence=0.9)

    def _refer(self) -> None:
        fields = self.gathering.fields
        if self.gathering.role in (Role.CHANGE, Role.CANCELLATION) and "po_number" in fields:
            fields.setdefault("refers_to", fields["po_number"])
        elif self.gathering.role is Role.ORDER:
            fields.pop("refers_to", None)
