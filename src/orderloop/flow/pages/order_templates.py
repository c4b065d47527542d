"""A customer's order templates: what he orders again and again, kept under a name and ordered from in two clicks."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orderloop.access.services import actor_of, as_customer
from orderloop.catalog import queries as catalog
from orderloop.flow.pages import words
from orderloop.flow.pages.forms import OrderForm
from orderloop.flow.pages.portal import customer_of, own_order_or_404
from orderloop.flow.pages.repeating import body_like
from orderloop.foundation.outcome import Outcomes
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.facts import OrderTemplate, OrderTemplateNew
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast

SHOWN_LINES = 3


@requires("portal.use")
@never_cache
@require_safe
def show_templates(request: HttpRequest) -> HttpResponse:
    """The customer's templates, by name, each with what is in it."""
    customer_id = customer_of(request)
    with as_customer(customer_id):
        found = queries.templates_of(customer_id)
        skus = {str(line.get("item", "")) for each in found for line in _lines(each)[:SHOWN_LINES]}
        products = catalog.by_skus(skus - {""}) if found else {}
    rows = [_row(each, products) for each in found]
    return render(request, "flow/portal_templates.html", {"rows": rows})


@requires("portal.use")
@require_POST
def keep_order_as_template(request: HttpRequest, number: str) -> HttpResponse:
    """One of the customer's orders becomes a template."""
    customer_id = customer_of(request)
    body = body_like(own_order_or_404(number, customer_id))
    if not keep_template(request, customer_id, body):
        return HttpResponseRedirect(reverse("portal_order", args=[number]))
    return HttpResponseRedirect(reverse("portal_templates"))


@requires("portal.use")
@require_POST
def remove_template(request: HttpRequest, template_id: int) -> HttpResponse:
    """Take a template out of the list; the toast takes it back."""
    outcome = intake.remove_templates([template_id], customer_id=customer_of(request), at=timezone.now())
    if not outcome.all_done:
        raise Http404
    toast(request, _("The template is removed."), undo_url=reverse("portal_template_restore", args=[template_id]))
    return HttpResponseRedirect(reverse("portal_templates"))


@requires("portal.use")
@require_POST
def restore_template(request: HttpRequest, template_id: int) -> HttpResponse:
    """Put a removed template back."""
    outcome = intake.restore_templates([template_id], customer_id=customer_of(request))
    if outcome.all_done:
        toast(request, _("The template is back."))
    else:
        toast(request, _("Another template has this name by now."), tone="warn")
    return HttpResponseRedirect(reverse("portal_templates"))


def keep_template(request: HttpRequest, customer_id: int, body: dict[str, Any]) -> bool:
    """Keep what a form or an order says under the name that was typed; says what became of it."""
    new = OrderTemplateNew(customer_id, words.clean(request.POST.get("template_name", ""), 80), body)
    outcome: Outcomes[int, int] = intake.keep_templates([new], at=timezone.now(), actor=actor_of(request))
    if outcome.refused:
        toast(request, _fault(outcome.refused[0].reasons[0].code), tone="warn")
        return False
    toast(request, _("Kept as template “%(name)s”.") % {"name": new.name})
    return True


def template_or_404(template_id: int, customer_id: int | None) -> OrderTemplate:
    """A template, of that customer where one is given; another's is as good as none."""
    found = queries.templates_by_ids([template_id]).get(template_id)
    if found is None or (customer_id is not None and found.customer_id != customer_id):
        raise Http404
    return found


def form_of_template(template: OrderTemplate, form: OrderForm) -> OrderForm:
    """The grid filled from a template; number and date are the new order's own."""
    return OrderForm.of_body(form.token, {**template.body, **{k: v for k, v in form.header.items() if v}})


def _fault(code: str) -> str:
    return {
        "template.name_missing": _("Give the template a name."),
        "template.empty": _("There is no line to keep."),
        "template.too_many": _("There are too many templates; remove one first."),
    }[code]


def _lines(template: OrderTemplate) -> list[dict[str, Any]]:
    return list(template.body.get("lines") or ())


def _row(template: OrderTemplate, products: Any) -> dict[str, Any]:
    lines = _lines(template)
    shown = [{"line": line, "name": _name(products.get(str(line.get("item", ""))))} for line in lines[:SHOWN_LINES]]
    count = len(lines)
    return {
        "template": template,
        "lines": shown,
        "more": max(0, count - SHOWN_LINES),
        "count": ngettext("%(n)s line", "%(n)s lines", count) % {"n": count},
    }


def _name(product: Any) -> str:
    if product is None:
        return ""
    return str((words.chinese() and product.name_zh) or product.name_en)
