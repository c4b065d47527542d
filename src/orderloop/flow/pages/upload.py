"""Orders in a spreadsheet: stored, columns confirmed, every row judged before anything is taken in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from orderloop.access.services import actor_of
from orderloop.customers import queries as customers
from orderloop.flow.facts import TakenIn
from orderloop.flow.pages.entry import Desk, order_url
from orderloop.flow.services.take_in import take_in_entries
from orderloop.intake import queries, services
from orderloop.intake.facts import FIELD_WORDS, Arrival, Examined, Finding, MessageOutcome, Outcome
from orderloop.intake.rules import sheets
from orderloop.intake.rules.sheets import COLUMN_NAMES, Defaults, SheetOrder
from orderloop.intake.templatetags.intake_words import place, words
from orderloop.orders.facts import Channel
from orderloop.platform import files, tables
from orderloop.platform.permissions import requires
from orderloop.ui.components import Results, RowResult
from orderloop.ui.toasts import toast

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN = 200
_SAMPLE_ROWS = 3
_WIDE = {"description", "note"}


@dataclass(slots=True)
class Reading:
    """A stored spreadsheet as it is understood with the columns named so."""

    message: Mapping[str, Any]
    sheet: tables.Sheet
    header: int | None
    columns: dict[int, str]
    found: list[SheetOrder]
    examined: list[Examined]

    @property
    def names(self) -> Sequence[str]:
        return self.sheet.rows[self.header] if self.header is not None else ()

    @property
    def blocked(self) -> list[Examined]:
        return [each for each in self.examined if each.new_order is None]

    @property
    def complete(self) -> list[Examined]:
        return [each for each in self.examined if each.new_order is not None]


@requires("orders.enter", "portal.use")
@never_cache
@require_http_methods(["GET", "POST"])
def upload_orders(request: HttpRequest) -> HttpResponse:
    """Choose a file; its bytes are stored before anything is read from them."""
    desk = Desk.of(request)
    if request.method == "GET":
        return _ask_for_file(request, desk)
    file = request.FILES.get("file")
    if file is None:
        return _ask_for_file(request, desk, {"file": _("Choose a file.")})
    customer_id, fault = _chosen_customer(request, desk)
    if fault:
        return _ask_for_file(request, desk, {"customer": fault})
    content = file.read()
    arrival = Arrival(
        Channel.UPLOAD,
        (file.content_type or "application/octet-stream")[:100],
        content,
        timezone.now(),
        f"person:{request.user.pk}",
        filename=(file.name or "")[:200].replace("\x00", ""),
        customer_id=customer_id,
    )
    message_id = services.store_messages([arrival])[0].message_id
    try:
        tables.read_sheet(content)
    except tables.Unreadable as unreadable:
        reason = {message_id: MessageOutcome(Outcome.REJECTED, None, (unreadable.code,))}
        services.record_outcomes(reason, at=timezone.now())
        return _ask_for_file(request, desk, {"file": _file_words(unreadable)})
    return HttpResponseRedirect(reverse("order_upload_check", args=[message_id]))


@requires("orders.enter", "portal.use")
@never_cache
@require_http_methods(["GET", "POST"])
def check_upload(request: HttpRequest, message_id: int) -> HttpResponse:
    """The columns, and what would become of every order; sent with `take`, the complete ones are taken in."""
    desk = Desk.of(request)
    if request.method == "POST" and "take" in request.POST:
        return _take(request, desk, message_id)
    reading = _read(request, desk, message_id)
    if request.method == "POST" and "errors" in request.POST:
        return files.attachment(_workbook(reading, reading.blocked), XLSX, _error_name(reading.message["filename"]))
    return _show(request, desk, reading)


@requires("orders.enter", "portal.use")
@require_GET
def upload_errors(request: HttpRequest, message_id: int, sha256: str) -> HttpResponse:
    """The workbook made of an upload's rows that were not taken in."""
    found = _message(Desk.of(request), message_id)
    if found is None:
        raise Http404
    try:
        return files.attachment(files.read_file(sha256).content, XLSX, _error_name(found[0]["filename"]))
    except files.UnknownFile as unknown:
        raise Http404 from unknown


@requires("orders.enter", "portal.use")
@require_GET
def upload_template(request: HttpRequest) -> HttpResponse:
    """An empty sheet with every column the upload knows."""
    columns = [_column(key, *(_first_names(key))) for key in COLUMN_NAMES]
    content = tables.write_xlsx(columns, [], language=get_language() or "en", sheet=_("Orders"))
    return files.attachment(content, XLSX, "orders.xlsx")


def _ask_for_file(request: HttpRequest, desk: Desk, faults: Mapping[str, str] | None = None) -> HttpResponse:
    context = {
        "frame": desk.frame,
        "is_portal": desk.customer_id is not None,
        "faults": faults or {},
        "customer": request.POST.get("customer", ""),
    }
    return render(request, "flow/upload.html", context, status=422 if faults else 200)


def _chosen_customer(request: HttpRequest, desk: Desk) -> tuple[int | None, str]:
    """The customer all orders are of; none means that a column names them."""
    code = request.POST.get("customer", "").strip().replace("\x00", "")[:40]
    if desk.customer_id is not None or not code:
        return desk.customer_id, ""
    known = customers.by_codes([code]).get(code)
    return (known.customer_id, "") if known else (None, _("No customer has the code “%(given)s”.") % {"given": code})


def _message(desk: Desk, message_id: int, *, lock: bool = False) -> tuple[dict[str, Any], bytes] | None:
    """The stored upload; a customer's user sees the own company's only."""
    found = queries.message_content(message_id, lock=lock)
    if found is None or found[0]["channel"] != Channel.UPLOAD:
        return None
    return found if desk.customer_id is None or found[0]["customer_id"] == desk.customer_id else None


def _read(request: HttpRequest, desk: Desk, message_id: int, *, lock: bool = False) -> Reading:
    found = _message(desk, message_id, lock=lock)
    if found is None:
        raise Http404
    message, content = found
    try:
        sheet = tables.read_sheet(content)
    except tables.Unreadable as fault:
        raise Http404 from fault
    header = sheets.find_header(sheet.rows)
    if header is None and sheet.rows:
        header = 0
    columns = _columns(request, message, sheet.rows[header] if header is not None else ())
    defaults = Defaults(
        Channel.UPLOAD,
        message["received_at"],
        message_id,
        message["customer_id"],
        requested_on=_typed(request, "requested_on"),
        po_number=_typed(request, "po_number"),
    )
    found_orders = sheets.orders_in_rows(sheet.rows, header, columns, defaults, sheet.doubts)
    examined = services.examine_entries([each.entry for each in found_orders], at=timezone.now())
    return Reading(message, sheet, header, columns, found_orders, examined)


def _typed(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip().replace("\x00", "")[:80]


def _columns(request: HttpRequest, message: Mapping[str, Any], names: Sequence[str]) -> dict[int, str]:
    """As chosen on the page, else as confirmed for sheets of this make, else by the names."""
    if request.method == "POST" and "columns" in request.POST:
        chosen = {n: request.POST.get(f"column_{n}", "") for n in range(len(names))}
        return {n: key for n, key in chosen.items() if key in COLUMN_NAMES}
    known = queries.mapping_for(message["customer_id"], sheets.signature(names))
    return {int(n): key for n, key in known.items()} if known else sheets.guess_columns(names)


def _show(request: HttpRequest, desk: Desk, reading: Reading, notice: str = "", status: int = 200) -> HttpResponse:
    first = (reading.header or 0) + 1
    columns = [
        {
            "n": n,
            "name": name,
            "key": reading.columns.get(n, ""),
            "samples": [row[n] for row in reading.sheet.rows[first : first + _SAMPLE_ROWS] if n < len(row) and row[n]],
        }
        for n, name in enumerate(reading.names)
    ]
    pairs = list(zip(reading.found, reading.examined, strict=True))
    context = {
        "frame": desk.frame,
        "is_portal": desk.customer_id is not None,
        "message": reading.message,
        "columns": columns,
        "choices": [(key, _(FIELD_WORDS[key])) for key in COLUMN_NAMES],
        "requested_on": _typed(request, "requested_on"),
        "po_number": _typed(request, "po_number"),
        "orders": [_preview(found, each) for found, each in pairs][:MOST_SHOWN],
        "count": len(reading.examined),
        "complete": len(reading.complete),
        "blocked": len(reading.blocked),
        "notice": notice,
        "is_pending": reading.message["outcome"] == Outcome.PENDING,
    }
    return render(request, "flow/upload_check.html", context, status=status)


def _preview(found: SheetOrder, examined: Examined) -> dict[str, Any]:
    order = examined.new_order
    return {
        "po_number": found.entry.po_number,
        "customer": found.entry.customer_code,
        "lines": len(found.entry.lines),
        "rows": _row_words(found),
        "order": order,
        "findings": [
            {
                "row": _row_of(each, found),
                "place": place(each.field),
                "words": words(each),
                "blocking": each.severity == "blocking",
            }
            for each in examined.findings
        ],
    }


def _row_of(finding: Finding, found: SheetOrder) -> int:
    """The row of the sheet a finding belongs to; the order's first where it concerns the whole."""
    parts = finding.field.split("/")
    n = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
    return found.rows[n] if n < len(found.rows) else 0


def _row_words(found: SheetOrder) -> str:
    first, last = min(found.rows), max(found.rows)
    return str(first) if first == last else f"{first}–{last}"


def _take(request: HttpRequest, desk: Desk, message_id: int) -> HttpResponse:
    """Take in what is complete, or all or nothing; the message is locked, so a second sending changes nothing."""
    at = timezone.now()
    with transaction.atomic():
        reading = _read(request, desk, message_id, lock=True)
        if reading.message["outcome"] != Outcome.PENDING:
            toast(request, _("This file has been taken in already."), tone="warn")
            return _show(request, desk, reading, status=409)
        if not reading.complete:
            return _show(request, desk, reading, _("No order in this file is complete."), status=422)
        if reading.blocked and request.POST["take"] == "all":
            return _show(request, desk, reading, _("Nothing was taken in: not every order is complete."), status=422)
        actor = actor_of(request)
        entries = [each.entry for each in reading.complete]
        taken = take_in_entries(entries, at=at, actor=actor).values
        names = reading.names
        services.save_mapping(
            reading.message["customer_id"], sheets.signature(names), reading.columns, at=at, actor=actor
        )
        left = [
            each for each in reading.examined if each.entry.key not in taken or taken[each.entry.key].order_id is None
        ]
        sha256 = files.store_file(_workbook(reading, left), XLSX, at=at) if left else ""
    context = {
        "frame": desk.frame,
        "outcome": Results(
            tuple(
                _result(desk, found, each, taken) for found, each in zip(reading.found, reading.examined, strict=True)
            )
        ),
        "errors_url": reverse("order_upload_errors", args=[message_id, sha256]) if sha256 else "",
    }
    return render(request, "flow/upload_done.html", context)


def _result(desk: Desk, found: SheetOrder, examined: Examined, taken: Mapping[int, TakenIn]) -> RowResult:
    became = taken.get(found.entry.key)
    label = _("%(po)s, rows %(rows)s") % {"po": found.entry.po_number or "–", "rows": _row_words(found)}
    if became is not None and became.order_id is not None:
        return RowResult(f"{label} → {became.number}", "done", (), order_url(desk, became.order_id, became.number))
    blocking = [each for each in examined.findings if each.severity == "blocking"]
    reasons = [f"{_('Row')} {_row_of(each, found)}: {words(each)}" for each in blocking]
    return RowResult(label, "refused", tuple(reasons[:20]))


def _workbook(reading: Reading, left: Sequence[Examined]) -> bytes:
    """The uploaded sheet again, row by row, with what is wrong coloured and said in a last column."""
    by_key = {each.entry.key: found for each, found in zip(reading.examined, reading.found, strict=True)}
    place_of = {key: f"c{n}" for n, key in reading.columns.items()}
    remarks: dict[int, dict[str, str]] = {}
    for each in left:
        found = by_key[each.entry.key]
        for finding in each.findings:
            # The first row of the workbook is the first row of the upload; positions count below it.
            position = _row_of(finding, found) - 2
            cell = place_of.get(finding.field.rpartition("/")[2], "c0")
            said = remarks.setdefault(position, {})
            said[cell] = f"{said[cell]} {words(finding)}" if cell in said else str(words(finding))
    width = max((len(row) for row in reading.sheet.rows), default=1)
    first = [*reading.sheet.rows[0], *[""] * width][:width]
    columns = [_column(f"c{n}", name or " ", name or " ") for n, name in enumerate(first)]
    rows = [{f"c{n}": cell for n, cell in enumerate(row)} for row in reading.sheet.rows[1:]]
    return tables.write_xlsx(columns, rows, language=get_language() or "en", sheet=_("Errors"), remarks=remarks)


def _column(key: str, en: str, zh: str) -> tables.Column:
    return tables.Column(key, en, zh, width=32 if key in _WIDE else 16)


def _first_names(key: str) -> tuple[str, str]:
    """What the template calls a column: the first English and the first Chinese name it is known by."""
    names = COLUMN_NAMES[key].split("|")
    return names[0], next(name for name in names if not name.isascii())


def _file_words(fault: tables.Unreadable) -> str:
    return _(tables.FILE_FAULT_WORDS[fault.code]) % fault.params


def _error_name(filename: str) -> str:
    return f"{filename.rpartition('.')[0] or 'orders'}-errors.xlsx"
