"""Orders typed at a screen, by the desk or by the customer: the grid, kept while it is typed, and taken in once."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orderloop.access.services import actor_of
from orderloop.catalog import queries as catalog
from orderloop.customers import queries as customers
from orderloop.flow.facts import TakenIn
from orderloop.flow.pages.availability import Availability, availability_of
from orderloop.flow.pages.forms import MORE_ROWS, OrderForm
from orderloop.flow.pages.order_templates import form_of_template, keep_template, template_or_404
from orderloop.flow.pages.paper import paper_of_message
from orderloop.flow.pages.repeating import body_like, day_like
from orderloop.flow.services.take_in import take_in_entries
from orderloop.intake import queries, services
from orderloop.intake.facts import DraftFact, DraftSave, DraftStatus, Examined, Finding, OrderEntry, Severity
from orderloop.intake.rules.bodies import entry_of
from orderloop.intake.rules.preview import LinePreview
from orderloop.intake.rules.reading import read_date
from orderloop.intake.rules.sheets import lines_of_block
from orderloop.intake.templatetags.intake_words import words
from orderloop.orders import queries as orders
from orderloop.orders.facts import Channel
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast

MOST_PASTED = 200_000


@dataclass(frozen=True, slots=True)
class Desk:
    """Who types: the desk for any customer, or a customer's user for his own company."""

    customer_id: int | None

    @classmethod
    def of(cls, request: HttpRequest) -> "Desk":
        return cls(request.user.customer_id)  # type: ignore[union-attr]  # both roads need a signed-in person

    @property
    def channel(self) -> Channel:
        return Channel.STAFF if self.customer_id is None else Channel.PORTAL

    @property
    def frame(self) -> str:
        return "ui/base.html" if self.customer_id is None else "flow/portal_base.html"

    def may_see(self, draft: DraftFact) -> bool:
        return self.customer_id is None or draft.customer_id == self.customer_id


@dataclass(slots=True)
class Judged:
    """What is said beside the form: findings by header field and by row, and what is known of each row's line."""

    header: dict[str, list[Finding]]
    rows: dict[int, list[Finding]]
    lines: dict[int, LinePreview]
    examined: Examined | None = None
    available: dict[int, Availability] = field(default_factory=dict)
    currency: str = ""

    @property
    def is_blocked(self) -> bool:
        return self.examined is not None and self.examined.new_order is None


@requires("orders.enter", "portal.use")
@never_cache
@require_http_methods(["GET", "POST"])
def new_order(request: HttpRequest) -> HttpResponse:
    """The grid: empty, from an earlier order (`?from=`), a template (`?template=`) or a kept draft (`?draft=`); sent,
    it is taken in, or filled with the customer's last order, or kept as a template."""
    desk = Desk.of(request)
    if request.method == "GET":
        return _show(request, desk, _opened(request, desk))
    form = OrderForm.sent(request.POST)
    if "more" in request.POST:
        form.add_rows(MORE_ROWS)
        return _show(request, desk, form)
    if "last" in request.POST:
        return _show(request, desk, _with_last_order(request, desk, form))
    if "template" in request.POST and desk.customer_id is not None:
        keep_template(request, desk.customer_id, form.body())
        return _show(request, desk, form)
    return _take_in(request, desk, form)


@requires("orders.enter", "portal.use")
@require_POST
def keep_order(request: HttpRequest) -> HttpResponse:
    """Keep the form as it stands and say, beside each line, what is known and what is wrong."""
    desk = Desk.of(request)
    form = OrderForm.sent(request.POST)
    if not form.filled and not any(form.header.values()):
        return JsonResponse({"lines": [], "header": {}})
    with transaction.atomic():
        draft = _kept(request, desk, form)
        if draft is None or draft.status not in (DraftStatus.OPEN, DraftStatus.ASKING):
            return JsonResponse({"ended": True}, status=409)
        judged = _judge(form, _entry(draft, desk, form))
    return JsonResponse(_told(judged))


@requires("orders.enter", "portal.use")
@require_POST
def paste_lines(request: HttpRequest) -> HttpResponse:
    """The rows in a block copied from a spreadsheet, columns known by their names or their looks."""
    lines = lines_of_block(request.POST.get("text", "")[:MOST_PASTED])
    return JsonResponse(
        {
            "rows": [
                {
                    "item": line.item_code,
                    "quantity": str(line.quantity),
                    "unit": line.unit,
                    "line_date": str(line.requested_on or ""),
                    "unit_price": str(line.unit_price or ""),
                }
                for line in lines
            ]
        }
    )


@requires("orders.enter", "portal.use")
@require_GET
def find_products(request: HttpRequest) -> HttpResponse:
    """Products whose code, name or pinyin holds what was typed."""
    text = request.GET.get("q", "").replace("\x00", "")[:80]
    language = get_language() or "en"
    found = catalog.find(text, 12, only_active=True) if text.strip() else []
    return JsonResponse({"found": [{"code": each.sku, "name": each.name(language)} for each in found]})


@requires("orders.enter")
@require_GET
def find_customers(request: HttpRequest) -> HttpResponse:
    """Customers whose code, name or pinyin holds what was typed."""
    text = request.GET.get("q", "").replace("\x00", "")[:80]
    found = customers.find(text, 12) if text.strip() else []
    return JsonResponse({"found": [{"code": each.code, "name": each.name} for each in found if each.is_active]})


@requires("orders.enter", "portal.use")
@require_GET
def order_taken(request: HttpRequest, draft_id: int) -> HttpResponse:
    """What became of a form that was sent."""
    desk = Desk.of(request)
    draft = queries.drafts_for([draft_id]).get(draft_id)
    if draft is None or not desk.may_see(draft) or draft.order_id is None:
        raise Http404
    order = orders.facts_for([draft.order_id])[draft.order_id]
    context = {
        "frame": desk.frame,
        "order": order,
        "order_url": order_url(desk, order.order_id, order.number),
        "draft": draft,
    }
    return render(request, "flow/entry_taken.html", context)


def _opened(request: HttpRequest, desk: Desk) -> OrderForm:
    if draft_id := _number(request.GET.get("draft", "")):
        draft = queries.drafts_for([draft_id]).get(draft_id)
        if draft is None or draft.token is None or not desk.may_see(draft):
            raise Http404
        return OrderForm.of_body(draft.token, draft.body)
    form = OrderForm.blank()
    if order_id := _number(request.GET.get("from", "")):
        order = orders.facts_for([order_id]).get(order_id)
        if order is None or (desk.customer_id is not None and order.customer_id != desk.customer_id):
            raise Http404
        return _repeated(form, order_id)
    if template_id := _number(request.GET.get("template", "")):
        return form_of_template(template_or_404(template_id, desk.customer_id), form)
    if desk.customer_id is None:
        form.header["customer"] = request.GET.get("customer", "")[:40]
    return form


def _repeated(form: OrderForm, order_id: int) -> OrderForm:
    """The form with an earlier order's goods and address, asked for as long ahead; the number is the new one's own."""
    at = timezone.now()
    said = {name: value for name, value in form.header.items() if value}
    return OrderForm.of_body(
        form.token, {"requested_on": day_like(order_id, at=at).isoformat(), **body_like(order_id), **said}
    )


def _with_last_order(request: HttpRequest, desk: Desk, form: OrderForm) -> OrderForm:
    """The form with the lines of its customer's last order; as it was where there is none, or lines are typed."""
    customer_id = desk.customer_id
    if customer_id is None:
        code = form.header.get("customer", "")
        found = customers.by_codes([code]).get(code) if code else None
        customer_id = found.customer_id if found else None
    order_id = orders.last_order_of(customer_id) if customer_id is not None else None
    if customer_id is None:
        toast(request, _("Name the customer first."), tone="warn")
    elif order_id is None:
        toast(request, _("This customer has not ordered yet."), tone="warn")
    elif form.filled:
        toast(request, _("There are lines already; empty them to copy the last order."), tone="warn")
    else:
        return _repeated(form, order_id)
    return form


def _take_in(request: HttpRequest, desk: Desk, form: OrderForm) -> HttpResponse:
    """Keep the form, and make it an order if nothing is missing. However often it is sent, it is one order."""
    at = timezone.now()
    with transaction.atomic():
        draft = _kept(request, desk, form)
        if draft is None:
            raise Http404
        if draft.status is DraftStatus.ACCEPTED:
            return HttpResponseRedirect(reverse("order_taken", args=[draft.draft_id]))
        if draft.status is DraftStatus.REJECTED:
            toast(request, _("This order was given up: %(reason)s") % {"reason": draft.reason}, tone="bad")
            return HttpResponseRedirect(reverse("order_new"))
        entry = _entry(draft, desk, form)
        judged = _judge(form, entry)
        if judged.is_blocked and judged.examined is not None:
            services.note_findings({draft.draft_id: judged.examined}, at=at)
            return _show(request, desk, form, judged, draft, status=422)
        outcome = take_in_entries([replace(entry, received_at=at)], at=at, actor=actor_of(request))
        taken = outcome.values[entry.key]
    if taken.order_id is None:
        return _show(request, desk, form, _after_take_in(form, judged, taken), draft, status=422)
    return HttpResponseRedirect(reverse("order_taken", args=[draft.draft_id]))


def _kept(request: HttpRequest, desk: Desk, form: OrderForm) -> DraftFact | None:
    """The draft of the form with what it says now, locked; None when it is somebody else's."""
    known = queries.drafts_by_tokens([form.token], lock=True).get(form.token)
    if known is not None and not desk.may_see(known):
        return None
    customer_id = desk.customer_id
    if customer_id is None:
        code = form.header.get("customer", "")
        found = customers.by_codes([code]).get(code) if code else None
        customer_id = found.customer_id if found else None
    channel = desk.channel if known is None else Channel(known.channel)
    save = DraftSave(form.token, channel, customer_id, form.body())
    services.save_drafts([save], at=timezone.now(), actor=actor_of(request))
    return queries.drafts_by_tokens([form.token], lock=True).get(form.token)


def _entry(draft: DraftFact, desk: Desk, form: OrderForm) -> OrderEntry:
    return entry_of(
        form.body(),
        key=draft.draft_id,
        channel=Channel(draft.channel),
        received_at=draft.created_at,
        customer_id=desk.customer_id or draft.customer_id,
        message_id=draft.message_id,
        draft_id=draft.draft_id,
    )


def _judge(form: OrderForm, entry: OrderEntry) -> Judged:
    examined, previews = services.preview_entry(entry, at=timezone.now())
    judged = _placed(form, examined.findings, previews)
    judged.examined = examined
    wanted = {n: read_date(form.rows[n]["requested_on"] or form.header.get("requested_on", "")) for n in judged.lines}
    judged.available = availability_of(judged.lines, wanted, today=timezone.localdate())
    if examined.customer_id is not None:
        judged.currency = customers.facts_for([examined.customer_id])[examined.customer_id].currency
    return judged


def _placed(form: OrderForm, findings: Sequence[Finding], previews: Sequence[LinePreview]) -> Judged:
    """Findings and lines at the rows of the grid they came from."""
    filled = form.filled
    header: dict[str, list[Finding]] = defaultdict(list)
    rows: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        parts = finding.field.split("/")
        if len(parts) > 1 and parts[1].isdigit():
            rows[filled[int(parts[1])]].append(finding)
        else:
            header[finding.field].append(finding)
    return Judged(header, rows, dict(zip(filled, previews, strict=True)))


def _after_take_in(form: OrderForm, judged: Judged, taken: TakenIn) -> Judged:
    findings = [each for each in taken.findings if isinstance(each, Finding)]
    placed = _placed(form, findings, [judged.lines[n] for n in form.filled])
    placed.available, placed.currency = judged.available, judged.currency
    return placed


def _told(judged: Judged) -> dict[str, Any]:
    """What the page is told in JSON, in the reader's words and figures."""
    order = judged.examined.new_order if judged.examined else None
    amounts = [each.amount for each in judged.lines.values() if each.amount is not None]
    net = order.net if order else sum(amounts, Decimal(0))
    return {
        "header": {field: [_remark(each) for each in found] for field, found in judged.header.items()},
        "lines": [_told_line(n, judged) for n in judged.lines],
        "complete": order is not None,
        "net": f"{judged.currency} {_grouped(net, 2)}" if judged.currency else "",
        "gross": f"{judged.currency} {_grouped(order.gross, 2)}" if order else "",
    }


def _told_line(n: int, judged: Judged) -> dict[str, Any]:
    line = judged.lines[n]
    found = judged.available.get(n)
    return {
        "row": n,
        "name": line.product.name(get_language() or "en") if line.product else "",
        "unit": line.product.unit if line.product else "",
        "units": list(line.units),
        "price": _grouped(line.unit_price, 2) if line.unit_price is not None else "",
        "amount": _grouped(line.amount, 2) if line.amount is not None else "",
        "free": _grouped(found.quantity) if found else "",
        "short": found is not None and found.is_short,
        "later": _later(found) if found and found.is_short else "",
        "findings": [_remark(each) for each in judged.rows.get(n, [])],
    }


def _later(found: Availability) -> str:
    """When the whole of a short line can be there."""
    if found.all_on is None:
        return _("not on order yet")
    return _("all on %(day)s") % {"day": found.all_on.isoformat()}


def _grouped(number: Decimal, places: int | None = None) -> str:
    """Thousands set apart; without `places` trailing zeros are left out."""
    text = f"{number:,.4f}" if places is None or number % Decimal("0.01") else f"{number:,.{places}f}"
    return text.rstrip("0").rstrip(".") if places is None or number % Decimal("0.01") else text


def _remark(finding: Finding) -> dict[str, Any]:
    return {
        "code": str(finding.code),
        "field": finding.field.rpartition("/")[2],
        "words": words(finding),
        "blocking": finding.severity == Severity.BLOCKING,
        "suggestion": finding.suggestion,
    }


def _show(
    request: HttpRequest,
    desk: Desk,
    form: OrderForm,
    judged: Judged | None = None,
    draft: DraftFact | None = None,
    status: int = 200,
) -> HttpResponse:
    told = _told(judged) if judged else {"header": {}, "lines": []}
    by_row = {line["row"]: line for line in told["lines"]}
    customer_id = desk.customer_id or (draft.customer_id if draft else None)
    mine = queries.open_drafts(statuses=["open"], customer_id=desk.customer_id, author_id=request.user.pk)
    owner = customers.facts_for([customer_id])[customer_id] if customer_id is not None else None
    context = {
        "frame": desk.frame,
        "is_portal": desk.customer_id is not None,
        "form": form,
        "rows": [{"n": n, "values": row, "told": by_row.get(n)} for n, row in enumerate(form.rows)],
        "told": told,
        "told_json": json.dumps({"lines": told["lines"]}),
        "draft": draft,
        "paper": _paper_beside(request, desk, form, draft),
        "owner": owner,
        "ship_tos": _ship_tos(customer_id),
        "templates": queries.templates_of(desk.customer_id) if desk.customer_id is not None and not form.filled else (),
        "unfinished": [each for each in mine if each.draft_id != (draft.draft_id if draft else None)][:5],
        "faults": sum(each.severity == Severity.BLOCKING for each in judged.examined.findings)
        if judged and judged.examined
        else 0,
    }
    return render(request, "flow/entry.html", context, status=status)


def _paper_beside(request: HttpRequest, desk: Desk, form: OrderForm, draft: DraftFact | None) -> dict[str, Any] | None:
    """The document a draft came from, for whoever types it at the desk."""
    if draft is None and request.GET.get("draft"):
        draft = queries.drafts_by_tokens([form.token]).get(form.token)
    if draft is None or draft.message_id is None or desk.customer_id is not None:
        return None
    return paper_of_message(draft.message_id)


def _ship_tos(customer_id: int | None) -> list[Any]:
    if customer_id is None:
        return []
    return [each for each in customers.ship_tos_for([customer_id]).get(customer_id, ()) if each.is_active]


def order_url(desk: Desk, order_id: int, number: str) -> str:
    """Where the order is opened: on the desk's page, or on its customer's."""
    return reverse("order", args=[order_id]) if desk.customer_id is None else reverse("portal_order", args=[number])


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
