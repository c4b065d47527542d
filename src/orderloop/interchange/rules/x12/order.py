"""What an X12 order (850) or order change (860) says, segment by segment."""

from collections.abc import Callable, Mapping

from orderloop.interchange.facts import FaultCode, ReadOrder, Role, Value
from orderloop.interchange.rules.edi import (
    OF_PARTY,
    Gathering,
    Message,
    Segment,
    add,
    calendar_day,
    check_digit_holds,
    count_fault,
    is_lenient,
    keep,
    plain_number,
    profile_codes,
    put,
    same_total,
)
from orderloop.interchange.rules.edi_schedules import Delivering, Delivery
from orderloop.interchange.rules.x12 import codes


def read_order(message: Message, profile: Mapping[str, str]) -> ReadOrder:
    """The order a transaction set states."""
    reading = _OrderReading(message, profile)
    for segment in message.segments[1:]:
        reading.take(segment)
    return reading.finished()


class _OrderReading(Delivering):
    """Where we are in the set: heading, a party, a line, or the summary."""

    def __init__(self, message: Message, profile: Mapping[str, str]) -> None:
        self.kind = message.kind
        self.begin = "BEG" if message.kind == "850" else "BCH"
        self.gathering = Gathering(codes.SETS[self.kind])
        self.gathering.faults += message.faults
        self.message = message
        self.rejects = not is_lenient(profile)
        self.basis = profile.get("price_basis", "")
        self.item_types = profile_codes(profile, "item", codes.ITEM_TYPES)
        self.dates = profile_codes(profile, "date", {})
        self.parties = profile_codes(profile, "party", codes.PARTIES)
        self.line: dict[str, Value] | None = None
        self.ranks: dict[str, int] = {}
        self.party = ""
        self.seen: dict[str, Segment] = {}
        self.deliveries: list[Delivery] = []
        self.counted_lines, self.described = 0, False
        self.line_numbers: set[str] = set()
        self.handlers: dict[str, Callable[[Segment], None]] = {
            "BEG": self._begin_order, "BCH": self._begin_order, "CUR": self._cur, "REF": self._ref, "PER": self._per,
            "DTM": self._dtm, "N1": self._n1, "N2": self._n2, "N3": self._n3, "N4": self._n4, "N9": self._end_party,
            "MSG": self._note, "MTX": self._note, "NTE": self._note, "ITD": self._itd, "FOB": self._fob,
            "PO1": self._po1, "POC": self._poc, "PID": self._pid, "CTP": self._ctp, "SCH": self._sch,
            "AMT": self._amt, "CTT": self._ctt, "SAC": self._remark_of_condition, "SDQ": self._remark_of_condition,
            "SLN": self._remark_of_condition, "TXI": self._remark_of_condition,
        }  # fmt: skip

    @property
    def target(self) -> dict[str, Value]:
        """Where values go now: the line, or the heading."""
        return self.gathering.fields if self.line is None else self.line

    def take(self, segment: Segment) -> None:
        """Take the next segment of the set."""
        self.seen.setdefault(segment.tag, segment)
        if segment.tag in codes.CONDITIONS and not (segment.tag == "SAC" and segment.get(1) == "N"):
            self._unsupported(segment, segment.tag)
        if segment.tag in self.handlers:
            self.handlers[segment.tag](segment)
        elif segment.tag not in codes.SEGMENTS:
            self._unsupported(segment, segment.tag)

    def _put(self, name: str, segment: Segment, element: int) -> None:
        put(self.target, name, segment.get(element), segment.spot(element))

    def _number(self, segment: Segment, element: int, name: str) -> None:
        if not segment.get(element):
            return
        number = plain_number(segment.get(element), ".")
        if not number or number.startswith("-"):
            self._invalid(segment, name, element)
        else:
            put(self.target, name, number, segment.spot(element), raw=segment.get(element))

    def _date(self, segment: Segment, element: int, name: str, confidence: float = 1.0) -> None:
        given = segment.get(element)
        day = calendar_day(given, codes.DAY_FORMS.get(len(given), ""))
        if not day:
            self._invalid(segment, name, element)
        else:
            put(self.target, name, day, segment.spot(element), raw=given, confidence=confidence)

    def _rank(self, name: str, order: tuple[str, ...], qualifier: str) -> bool:
        rank = order.index(qualifier)
        if rank >= self.ranks.get(name, len(order)):
            return False
        self.ranks[name] = rank
        return True

    # -- heading

    def _begin_order(self, segment: Segment) -> None:
        if segment.tag != self.begin or self.seen[segment.tag] is not segment:
            self.gathering.blame(FaultCode.INVALID_ELEMENT, segment.place(), given=segment.tag, name="segment")
            return
        self._purpose(segment)
        if segment.get(2) in codes.DOUBTED_TYPES:
            self._doubt(segment, f"{segment.tag}02", 2)
        if not segment.get(3):
            self._invalid(segment, "po_number", 3)
        self._put("po_number", segment, 3)
        if segment.get(4):
            # One number with several releases is several orders; a person must say which this is.
            self._doubt(segment, f"{segment.tag}04", 4)
        date_element = 5 if segment.tag == "BEG" else 6
        if segment.get(date_element) or segment.tag == "BEG":
            self._date(segment, date_element, "ordered_on")

    def _purpose(self, segment: Segment) -> None:
        purpose = segment.get(1)
        if purpose in codes.CANCELS:
            self.gathering.role = Role.CANCELLATION
        elif purpose in codes.CHANGES:
            self.gathering.role = Role.CHANGE
        elif purpose in codes.DOUBTED_PURPOSES:
            self._doubt(segment, f"{segment.tag}01", 1)
        elif purpose not in codes.ORIGINALS:
            self._invalid(segment, f"{segment.tag}01", 1)

    def _cur(self, segment: Segment) -> None:
        currency = segment.get(2)
        if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
            self._invalid(segment, "currency", 2)
        elif self.line is None:
            self._put("currency", segment, 2)

    def _ref(self, segment: Segment) -> None:
        if self.line is None and segment.get(1) == "CT" and segment.get(2):
            add(self.gathering.fields, "terms", f"CT {segment.get(2)}", segment.spot(2), "; ")

    def _per(self, segment: Segment) -> None:
        if self.line is not None or self.party == "ship_to":
            return
        self._put("contact", segment, 2)
        for element in (3, 5, 7):
            if segment.get(element) == "EM":
                self._put("contact_email", segment, element + 1)

    def _dtm(self, segment: Segment) -> None:
        qualifier = segment.get(1)
        own = self.dates.get(qualifier)
        if own is not None:
            if own:
                self._date(segment, 2, own)
        elif qualifier in codes.ORDERED_ON and self.line is None:
            self._date(segment, 2, "ordered_on")
        elif qualifier in codes.REQUESTED_ON:
            if self._rank("line date" if self.line is not None else "date", codes.REQUESTED_ON, qualifier):
                self.target.pop("requested_on", None)
                # A date wanted for the goods' leaving says less than one for their arrival.
                self._date(segment, 2, "requested_on", 0.8 if qualifier in codes.SHIPMENT_DATES else 1.0)
        elif qualifier in codes.UNSUPPORTED_DATES:
            self._unsupported(segment, f"DTM {qualifier}", 1)
        elif not (len(qualifier) == 3 and qualifier.isalnum()):
            self._pass_over(segment, f"DTM {qualifier}", 1)

    def _n1(self, segment: Segment) -> None:
        qualifier = segment.get(1)
        self.party = self.parties.get(qualifier, "other")
        if self.line is not None and self.party != "other":
            self._unsupported(segment, f"N1 {qualifier}", 1)
        if self.line is not None or self.party == "other":
            self.party = "other"
            return
        order = codes.CUSTOMERS if qualifier in codes.CUSTOMERS else codes.SHIP_TO
        if not self._rank(self.party, order if qualifier in order else (qualifier,), qualifier):
            self.party = "other"
            return
        for name in OF_PARTY[self.party]:
            # Who is to be asked may be named before all parties.
            if not name.startswith("contact"):
                self.gathering.fields.pop(name, None)
        self._put(f"{self.party}_name", segment, 2)
        code, scheme = segment.get(4), segment.get(3)
        is_gln = scheme in ("UL", "11") and len(code) == 13 and code.isdigit()
        if is_gln and not check_digit_holds(code):
            self._wrong_digit(segment, "customer_gln" if self.party == "customer" else "ship_to_code", 4)
        self._put("customer_gln" if is_gln and self.party == "customer" else f"{self.party}_code", segment, 4)

    def _n2(self, segment: Segment) -> None:
        if self.party in ("customer", "ship_to") and self.line is None:
            add(self.gathering.fields, f"{self.party}_name", segment.get(1), segment.spot(1))

    def _n3(self, segment: Segment) -> None:
        if self.party == "ship_to" and self.line is None:
            text = ", ".join(filter(None, (segment.get(1), segment.get(2))))
            add(self.gathering.fields, "ship_to_text", text, segment.spot(1), ", ")

    def _n4(self, segment: Segment) -> None:
        if self.party == "ship_to" and self.line is None:
            place = " ".join(filter(None, (segment.get(2), segment.get(3))))
            text = ", ".join(filter(None, (segment.get(1), place, segment.get(4))))
            add(self.gathering.fields, "ship_to_text", text, segment.spot(1), ", ")

    def _end_party(self, _segment: Segment) -> None:
        self.party = ""

    def _note(self, segment: Segment) -> None:
        text = segment.get(2 if segment.tag in ("NTE", "MTX") else 1)
        add(self.target, "note", text, segment.spot(1), " ")

    def _itd(self, segment: Segment) -> None:
        """The terms in words, else by their codes, percentages and days."""
        if self.line is None:
            text = segment.get(12) or _in_words(segment)
            add(self.gathering.fields, "terms", text, segment.spot(12 if segment.get(12) else 0), "; ")

    def _fob(self, segment: Segment) -> None:
        if self.line is None:
            add(self.gathering.fields, "terms", _in_words(segment), segment.spot(), "; ")

    def _remark_of_condition(self, segment: Segment) -> None:
        """What is not carried out is told with all it says: allowances, quantities by store, parts of a set, taxes."""
        name = "terms" if self.line is None else "note"
        add(self.gathering.fields if self.line is None else self.line, name, _in_words(segment), segment.spot(), "; ")

    # -- lines

    def _open_line(self, segment: Segment) -> None:
        self._end_line()
        self.line, self.party, self.described = {}, "", False
        self.counted_lines += 1
        self.ranks.pop("line date", None)
        self.seen["line"] = segment
        number = segment.get(1)
        put(self.line, "line_no", number or str(self.counted_lines), segment.spot(1))
        if number and number in self.line_numbers:
            self._doubt(segment, "line_no", 1)
        self.line_numbers.add(number)

    def _po1(self, segment: Segment) -> None:
        self._open_line(segment)
        if not segment.get(2) and self.gathering.role is Role.ORDER:
            place = segment.place(2)
            self.gathering.blame(FaultCode.MISSING_SEGMENT, place, rejects=False, name="PO102")
        self._number(segment, 2, "quantity")
        self._unit(segment, 3)
        self._price(segment, 4, 5)
        self._items(segment, 6)

    def _unit(self, segment: Segment, element: int) -> None:
        code = segment.get(element)
        put(self.target, "unit", codes.UNITS.get(code, code), segment.spot(element), raw=code)

    def _poc(self, segment: Segment) -> None:
        self._open_line(segment)
        action = segment.get(2)
        if action not in codes.ACTIONS:
            self._invalid(segment, "action", 2)
        elif self.line is not None:
            put(self.line, "action", codes.ACTIONS[action], segment.spot(2), raw=action)
        self._number(segment, 3, "quantity")
        self._unit(segment, 5)
        self._price(segment, 6, 7)
        self._items(segment, 8)

    def _price(self, segment: Segment, element: int, basis_element: int) -> None:
        if self.line is None:
            return
        basis = segment.get(basis_element)
        if basis in codes.FREE_BASES and not segment.get(element):
            put(self.line, "unit_price", "0", segment.spot(basis_element), raw=basis)
        self._number(segment, element, "unit_price")
        if "unit_price" not in self.line or not basis:
            return
        unit = self.line["unit"].text if "unit" in self.line else ""
        if basis in codes.PRICE_BASES:
            put(self.line, "price_basis", codes.PRICE_BASES[basis], segment.spot(basis_element), raw=basis)
        if basis in codes.DOUBTED_BASES or codes.MEASURED_BASES.get(basis, unit) != unit:
            self._doubt(segment, "unit_price", element)
        elif (
            basis not in codes.PRICE_BASES
            and basis not in codes.MEASURED_BASES
            and basis not in (codes.FLAT_BASES.union(codes.FREE_BASES))
        ):
            self._unsupported(segment, f"{segment.tag}{basis_element:02} {basis}", basis_element)

    def _items(self, segment: Segment, first: int) -> None:
        found: dict[str, int] = {}
        strange: list[int] = []
        styles: list[int] = []
        for element in range(first, len(segment.elements), 2):
            kind = segment.get(element)
            if kind in self.item_types:
                found.setdefault(kind, element + 1)
            elif kind in codes.STYLES:
                styles.append(element + 1)
            elif kind in codes.VARIANTS:
                self._variant(segment, element)
            elif kind not in codes.HARMLESS_ITEM_TYPES and (kind or segment.get(element + 1)):
                strange.append(element)
        if styles and not found:
            self._put("item", segment, styles[0])
            if self.line is not None and "note" in self.line:
                # A style of one colour or size is not yet what is delivered.
                self._unsupported(segment, f"{segment.tag} {codes.STYLES[0]}", styles[0] - 1)
        elif strange and not found and segment.get(strange[0] + 1):
            # The only number there is names the goods, whatever it is called.
            self._put("item", segment, strange[0] + 1)
            self._unsupported(segment, f"{segment.tag} {segment.get(strange[0])}", strange.pop(0))
        for element in strange:
            self._pass_over(segment, f"{segment.tag} {segment.get(element)}", element)
        for kind, name in self.item_types.items():
            if name and kind in found:
                number = segment.get(found[kind])
                if kind in codes.GTINS and number and not check_digit_holds(number):
                    self._wrong_digit(segment, name, found[kind])
                self._put(name, segment, found[kind])

    def _variant(self, segment: Segment, element: int) -> None:
        if self.line is not None and segment.get(element + 1):
            told = f"{segment.get(element)} {segment.get(element + 1)}"
            add(self.line, "note", told, segment.spot(element + 1), "; ")

    def _end_line(self) -> None:
        if self.line is None:
            return
        line = self.line
        if not any(name in line for name in ("item", "customer_item", "barcode", "description")):
            name = "PO107" if self.kind == "850" else "POC09"
            self.gathering.blame(FaultCode.MISSING_SEGMENT, self.seen["line"].place(), rejects=False, name=name)
        if self.basis and "unit_price" in line:
            put(line, "price_basis", self.basis, self.seen["line"].spot())
        self.gathering.lines += self._delivered(line, self.deliveries)
        self.line, self.deliveries = None, []

    def _pid(self, segment: Segment) -> None:
        if self.line is not None and segment.get(5):
            if not self.described:
                self.line.pop("description", None)
            self.described = True
            add(self.line, "description", segment.get(5), segment.spot(5))

    def _ctp(self, segment: Segment) -> None:
        if segment.get(2) in codes.RETAIL_PRICES:
            return
        if self.line is not None and "unit_price" not in self.line and segment.get(3):
            self._number(segment, 3, "unit_price")
            self._doubt(segment, "unit_price", 3)

    def _sch(self, segment: Segment) -> None:
        """A delivery of the line: its quantity, and the first of its two days that is one on which goods are wanted."""
        if self.line is None:
            return
        delivery = Delivery(segment, segment.get(4))
        number = plain_number(segment.get(1), ".")
        if not number:
            self._invalid(segment, "quantity", 1)
        put(delivery.values, "quantity", number, segment.spot(1), raw=segment.get(1))
        for element in (5, 8):
            given, qualifier = segment.get(element + 1), segment.get(element)
            day = calendar_day(given, codes.DAY_FORMS.get(len(given), ""))
            if qualifier not in codes.REQUESTED_ON:
                continue
            if not day:
                self._invalid(segment, "requested_on", element + 1)
            confidence = 0.8 if qualifier in codes.SHIPMENT_DATES else 1.0
            put(delivery.values, "requested_on", day, segment.spot(element + 1), raw=given, confidence=confidence)
        self.deliveries.append(delivery)

    # -- summary

    def _amt(self, segment: Segment) -> None:
        kind = segment.get(1)
        if self.line is not None and kind == "1":
            self._number(segment, 2, "amount")
        elif self.line is None and kind in ("TT", "1", "T"):
            self._number(segment, 2, {"TT": "total", "1": "net_total", "T": "tax_total"}[kind])

    def _ctt(self, segment: Segment) -> None:
        self._end_line()
        self._number(segment, 1, "line_count")
        keep(self.gathering.faults, count_fault(segment, 1, self.counted_lines, rejects=self.rejects))
        given = segment.get(2)
        stated = plain_number(given, ".")
        amounts = [line["quantity"].text for line in self.gathering.lines if "quantity" in line]
        if given and not stated:
            self._invalid(segment, "CTT02", 2)
        elif given and not same_total(stated, amounts):
            place, counted = segment.place(2), ", ".join(amounts)
            params = {"name": "CTT02", "given": stated, "expected": counted}
            self.gathering.blame(FaultCode.INCONSISTENT, place, rejects=False, **params)

    def finished(self) -> ReadOrder:
        """The order, with what the set lacks."""
        self._end_line()
        needed = {self.begin: 2}
        if self.gathering.role is Role.ORDER:
            needed["PO1"] = self.message.segments[-1].number
        for tag, number in needed.items():
            if tag not in self.seen:
                place = Segment(tag, (), self.message.number, number).place()
                self.gathering.blame(FaultCode.MISSING_SEGMENT, place, name=tag)
        fields = self.gathering.fields
        if self.gathering.role in (Role.CHANGE, Role.CANCELLATION) and "po_number" in fields:
            fields.setdefault("refers_to", fields["po_number"])
        return self.gathering.order()


def _in_words(segment: Segment) -> str:
    """The segment with all it says, without what is empty."""
    return " ".join([segment.tag, *filter(None, (element[0].strip() for element in segment.elements))])
