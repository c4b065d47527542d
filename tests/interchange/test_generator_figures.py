"""The bench's figures, each from a handful of results counted by hand."""

from bench.intake import metrics
from bench.intake.metrics import Bucket, DocumentResult, FieldResult
from bench.intake.paper import Stated, Truth

from orderloop.interchange.facts import Method, ReadOrder, Role, Value


def read(header=None, *lines):
    made = [{name: Value(text, confidence=0.9, method=Method.LABEL) for name, text in line.items()} for line in lines]
    return ReadOrder(Role.ORDER, {name: Value(text) for name, text in (header or {}).items()}, tuple(made))


def line(item, quantity="1", **more):
    return {"item": Stated(item, "code"), "quantity": Stated(quantity, "number"), **more}


def truth(*lines, **header):
    stated = {"po_number": Stated("PO1", "code"), **header}
    return Truth(stated, lines, {"lines/price_basis": Stated("1", "number")})


def outcomes(results):
    return [(one.name, one.outcome) for one in results]


def test_numbers_are_compared_by_value_and_texts_without_spaces_and_width():
    assert metrics.is_right(Stated("12.50", "number"), "12.5")
    assert not metrics.is_right(Stated("12.50", "number"), "12,5")
    assert metrics.is_right(Stated("江山南路 ８５ 号"), "江山南路85号")
    assert not metrics.is_right(Stated("AB-1", "code"), "AB1")
    assert metrics.is_right(Stated("2026-03-04", "date", ("04/03/2026",)), "04/03/2026")


def test_every_stated_and_every_read_field_is_judged():
    results = metrics.compare(
        truth(line("A", "2"), total=Stated("5", "number")),
        read({"po_number": "PO1", "total": "6", "contact": "Li"}, {"item": "A", "price_basis": "1"}),
    )
    assert outcomes(results) == [
        ("po_number", "right"), ("total", "wrong"), ("contact", "extra"), ("lines/item", "right"),
        ("lines/quantity", "missed"),
    ]  # fmt: skip


def test_lines_are_paired_by_their_goods_so_that_one_lost_line_does_not_spoil_the_rest():
    results = metrics.compare(
        truth(line("A"), line("B"), line("C")),
        read({"po_number": "PO1"}, {"item": "A", "quantity": "1"}, {"item": "C", "quantity": "1"}),
    )
    assert [(one.name, one.stated) for one in results if one.name == "line"] == [("line", "B")]
    assert sum(one.outcome == "right" for one in results) == 5


def test_without_an_order_all_is_missed():
    results = metrics.compare(truth(line("A")), None)
    assert outcomes(results) == [("po_number", "missed"), ("lines/item", "missed"), ("lines/quantity", "missed")]


def document(name="D", *outcomes_of, **more):
    fields = tuple(FieldResult(field, outcome, confidence) for field, outcome, confidence in outcomes_of)
    return DocumentResult(name, "T", fields, **more)


def test_a_document_is_exact_if_all_is_right_and_nothing_bookable_was_made_up():
    assert document("D", ("total", "right", 1), ("contact", "extra", 1)).is_exact
    assert not document("D", ("total", "right", 1), ("requested_on", "extra", 1)).is_exact
    assert not document("D", ("contact", "missed", 0)).is_exact


def test_harm_is_what_would_be_booked_otherwise_than_meant():
    meant = truth(line("A", "2", unit_price=Stated("3", "number"), requested_on=Stated("2026-03-04", "date")))
    fine = read({"po_number": "PO1", "requested_on": "2026-03-04"}, {"item": "a", "quantity": "2"})
    assert metrics.harms(meant, fine, ["A"]) == ()
    assert metrics.harms(meant, fine, ["B"]) == ("item of line 1",)
    wrong = read({"requested_on": "2026-03-05"}, {"item": "A", "quantity": "20", "unit_price": "30"})
    assert metrics.harms(meant, wrong, ["A"]) == (
        "po_number", "quantity of line 1", "unit_price of line 1", "requested_on of line 1",
    )  # fmt: skip
    assert metrics.harms(meant, read({"po_number": "PO1"}), []) == ("number of lines",)


def test_a_price_for_a_hundred_read_as_for_one_does_harm():
    meant = truth(line("A", "2", price_basis=Stated("100", "number")))
    assert metrics.harms(meant, read({"po_number": "PO1"}, {"item": "A", "quantity": "2"}), ["A"]) == (
        "price_basis of line 1",
    )


def test_a_broken_document_is_right_when_it_was_noticed():
    assert document("D", broken="cut", faults=("D_DAMAGED",), is_accepted=True).is_exact
    assert document("D", broken="cut").is_exact
    missed = document("D", broken="cut", is_accepted=True)
    assert (missed.is_exact, missed.is_harmful) == (False, True)


def test_the_summary_counts_documents_fields_and_lessons():
    results = [
        document("A", ("total", "right", 0.99), is_accepted=True, seconds=1, taught=0),
        document("B", ("total", "wrong", 0.6), is_accepted=True, seconds=2, taught=1, harms=("item of line 1",)),
        document("C", ("total", "missed", 0), ("contact", "extra", 0.9), seconds=3, taught=1, reasons=("price:X",)),
        document("D", broken="cut", faults=("D_DAMAGED",), seconds=4, taught=1),
    ]
    summary = metrics.summarise(results)
    assert (summary.documents, summary.exact, summary.bookable, summary.accepted) == (4, 2, 3, 2)
    assert (summary.wrongly_accepted, summary.broken, summary.noticed) == (1, 1, 1)
    total = summary.by_field["total"]
    assert (total.right, total.wrong, total.missed, total.extra) == (1, 1, 1, 0)
    assert (total.precision, round(total.recall, 3)) == (0.5, 0.333)
    assert summary.by_lessons == {0: (1, 1), 1: (1, 3)}
    assert (summary.seconds, summary.faults, summary.reasons) == ((3, 4), {"D_DAMAGED": 1}, {"price:X": 1})


def test_calibration_sets_values_read_beside_values_right():
    fields = [FieldResult("a", "right", 0.99), FieldResult("a", "wrong", 0.995), FieldResult("a", "right", 0.6),
              FieldResult("a", "extra", 0.99), FieldResult("a", "missed", 0.0)]  # fmt: skip
    assert metrics.calibrate(fields) == (Bucket(0.5, 0.7, 1, 1), Bucket(0.99, 1.0, 2, 1))
