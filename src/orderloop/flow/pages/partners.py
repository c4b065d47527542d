"""Partners: who sends under which identifier, how documents go to and fro, and one tried before it counts."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orderloop.access.services import actor_of
from orderloop.customers import queries as customers
from orderloop.flow.queries import exchanged
from orderloop.flow.queries.exchanged import PartnerRow
from orderloop.flow.services import connections, sending, trying, web_posts
from orderloop.intake import services as intake
from orderloop.intake.facts import DECISION_WORDS, OUTCOME_WORDS, PartnerNew
from orderloop.interchange.facts import FAULT_WORDS
from orderloop.interchange.rules.xml.mapping_file import MOST_CHARACTERS
from orderloop.platform import posts
from orderloop.platform.files import attachment, read_file
from orderloop.platform.permissions import requires
from orderloop.ui.components import Crumb
from orderloop.ui.listing import filters_from
from orderloop.ui.toasts import toast

SCHEMES = [
    ("edifact", "EDIFACT"), ("x12", "X12"), ("ubl", "UBL"), ("cxml", "cXML"), ("opentrans", "openTRANS"),
    ("gln", "GLN"), ("json", _("System told in JSON")), ("tax", _("Tax number")), ("domain", _("Mail domain")),
    ("caller", _("Caller's number")),
]  # fmt: skip
TRANSPORTS = [("collect", _("Collected by API")), ("mail", _("By mail")), ("post", _("Posted to his server"))]
RECEIPTS = [("", _("As the standard has it")), ("always", _("Always")), ("asked", _("When asked for")),
            ("never", _("Never"))]  # fmt: skip
YES_NO = [("yes", _("Yes")), ("no", _("No"))]
KIND_WORDS = {"receipt": _("Receipt"), "confirmation": _("Confirmation"), "despatch": _("Despatch advice")}
REFUSALS = {"partner_incomplete": _("An identifier is needed."), "partner_too_long": _("This is too long."),
            "customer_unknown": _("There is no customer with this code."),
            "secret_too_long": _("A secret has at most 500 characters, on one line.")}  # fmt: skip
MOST_TRIED = 5 * 1024**2
MOST_SHOWN = 20
AGREED = ("transport", "address", "receipts", "answers", "despatch", "expects_receipts", "test")


class PartnerForm(forms.Form):
    """Who sends, and what is agreed with him."""

    scheme = forms.ChoiceField(label=_("Kind of identifier"), choices=SCHEMES)
    sender = forms.CharField(label=_("Identifier"), max_length=120)
    customer = forms.CharField(label=_("Customer code"), max_length=40)
    our_id = forms.CharField(label=_("Our identifier with him"), max_length=120, required=False)
    transport = forms.ChoiceField(label=_("Documents to him"), choices=TRANSPORTS)
    address = forms.EmailField(label=_("Mail address for documents"), required=False)
    url = forms.CharField(label=_("Address documents are posted to"), max_length=posts.MOST_ADDRESS, required=False,
                          help_text=_("Begins with https://"))  # fmt: skip
    receipts = forms.ChoiceField(label=_("Acknowledge what he sends"), choices=RECEIPTS, required=False)
    answers = forms.ChoiceField(label=_("Confirm his orders"), choices=YES_NO)
    despatch = forms.ChoiceField(label=_("Advise shipments"), choices=YES_NO)
    expects_receipts = forms.ChoiceField(label=_("He acknowledges what we send"), choices=YES_NO)
    test = forms.ChoiceField(label=_("Send as a test"), choices=YES_NO)

    def clean(self) -> dict[str, Any]:
        """Mail and posting need an address each; what is agreed has one, that of the way agreed."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("transport") == "post":
            try:
                posts.address_of(given.get("url", ""), settings.POST_HOSTS)
            except posts.AddressRefused:
                self.add_error("url", gettext("Name an address that begins with https://."))
            given["address"] = given.get("url", "")
        elif given.get("transport") == "mail" and not given.get("address"):
            self.add_error("address", gettext("Name the address documents are mailed to."))
        return given


@requires("customers.view")
@never_cache
@require_GET
def show_partners(request: HttpRequest) -> HttpResponse:
    """Everybody who sends under an identifier."""
    bar = filters_from(request, [], placeholder=_("Identifier or customer"))
    rows = exchanged.partners_listed(text=bar.q[:80])
    names = dict(SCHEMES)
    return render(
        request, "flow/partners.html", {"bar": bar, "rows": [(row, names.get(row.partner.scheme, "")) for row in rows]}
    )


@requires("customers.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def new_partner(request: HttpRequest) -> HttpResponse:
    """A partner to be added."""
    usual = {"transport": "collect", "answers": "yes", "despatch": "yes", "expects_receipts": "no", "test": "no"}
    form = PartnerForm(request.POST or None, initial=usual)
    saved = _saved(request, form, None) if request.method == "POST" else 0
    if saved:
        return HttpResponseRedirect(reverse("partner", args=[saved]))
    crumbs = [Crumb(_("Partners"), reverse("partners")), Crumb(_("New partner"))]
    return render(request, "flow/partner_form.html", {"form": form, "crumbs": crumbs, "row": None},
                  status=422 if form.errors else 200)  # fmt: skip


@requires("customers.view")
@never_cache
@require_GET
def show_partner(request: HttpRequest, partner_id: int) -> HttpResponse:
    """What is agreed with a partner and what went to and fro last."""
    row = _row_or_404(partner_id)
    return render(request, "flow/partner.html", _context(row))


@requires("customers.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def change_partner(request: HttpRequest, partner_id: int) -> HttpResponse:
    """What is agreed with a partner, to be changed; his identifier stays."""
    row = _row_or_404(partner_id)
    partner = row.partner
    given = {"scheme": partner.scheme, "sender": partner.sender}
    agreed = {"transport": "collect", "answers": "yes", "despatch": "yes", "test": "no", "our_id": partner.our_id,
              "expects_receipts": "yes" if partner.scheme == "x12" else "no"}  # fmt: skip
    initial = {**given, "customer": row.customer_code, **agreed, **partner.profile}
    if partner.profile.get("transport") == "post":
        initial |= {"url": partner.profile.get("address", ""), "address": ""}
    form = PartnerForm({**request.POST.dict(), **given} if request.method == "POST" else None, initial=initial)
    form.fields["scheme"].disabled = form.fields["sender"].disabled = True
    if request.method == "POST" and _saved(request, form, row):
        return HttpResponseRedirect(reverse("partner", args=[partner_id]))
    crumbs = [Crumb(_("Partners"), reverse("partners")), Crumb(partner.sender, reverse("partner", args=[partner_id]))]
    return render(request, "flow/partner_form.html", {"form": form, "crumbs": crumbs, "row": row},
                  status=422 if form.errors else 200)  # fmt: skip


@requires("tokens.edit")
@sensitive_post_parameters("value")
@never_cache
@require_POST
def change_secret(request: HttpRequest, partner_id: int) -> HttpResponse:
    """A secret for what is posted to a partner (`purpose` post), or for what he sends by cXML: made here and shown this
    once, or entered as he gave it. The one before counts for some days more."""
    row = _row_or_404(partner_id)
    posted = request.POST.get("purpose") == connections.POST
    if not posted and row.partner.scheme != connections.CXML:
        raise Http404
    name = f"{connections.POST}:{partner_id}" if posted else f"{connections.CXML}:{row.partner.sender}"
    value = request.POST.get("value", "").strip()
    if (fault := connections.fault_of(name, value)) is not None:
        words = REFUSALS.get(fault.code, fault.code)
        return render(request, "flow/partner.html", {**_context(row), "secret_fault": words}, status=422)
    secret = connections.change_secret(
        name, customer_id=row.partner.customer_id, value=value, at=timezone.now(), actor=actor_of(request)
    )
    if value:
        toast(request, gettext("The secret is kept."))
        return HttpResponseRedirect(reverse("partner", args=[partner_id]))
    return render(request, "flow/partner.html", {**_context(row), "secret": secret})


@requires("customers.edit")
@never_cache
@require_POST
def open_address(request: HttpRequest, partner_id: int) -> HttpResponse:
    """Post to an address again that had said it is gone."""
    row = _row_or_404(partner_id)
    web_posts.open_address(row.partner.profile.get("address", ""))
    toast(request, gettext("Documents are posted there again. What did not reach it: send it again below."))
    return HttpResponseRedirect(reverse("partner", args=[partner_id]))


@requires("customers.edit")
@never_cache
@require_POST
def resend_document(request: HttpRequest, partner_id: int, outgoing_id: int) -> HttpResponse:
    """Send a document once more, under the number it had."""
    row = _row_or_404(partner_id)
    fact = exchanged.outgoing_for([outgoing_id]).get(outgoing_id)
    if fact is None or fact.customer_id != row.partner.customer_id:
        raise Http404
    sending.resend_documents([outgoing_id], at=timezone.now(), actor=actor_of(request))
    toast(request, gettext("%(name)s goes out once more.") % {"name": fact.filename})
    return HttpResponseRedirect(reverse("partner", args=[partner_id]))


@requires("customers.view")
@never_cache
@require_GET
def download_outgoing(request: HttpRequest, outgoing_id: int) -> HttpResponse:
    """A document as it went out."""
    fact = exchanged.outgoing_for([outgoing_id]).get(outgoing_id)
    if fact is None:
        raise Http404
    return attachment(read_file(fact.file).content, fact.content_type, fact.filename)


@requires("customers.edit")
@never_cache
@require_POST
def try_document(request: HttpRequest, partner_id: int) -> HttpResponse:
    """What would be read out of a document of this partner and how it would be answered; nothing is written."""
    row = _row_or_404(partner_id)
    given = request.FILES.get("file")
    if given is None or not given.size or given.size > MOST_TRIED:
        fault = gettext("Choose a file of at most %(most)s MB.") % {"most": MOST_TRIED // 1024**2}
        return render(request, "flow/partner.html", {**_context(row), "fault": fault}, status=422)
    tried = trying.try_document(row.partner, given.read(), str(given.name), at=timezone.now())
    context = {
        "tried": tried,
        "reading": json.dumps(tried.reading, ensure_ascii=False, indent=2, default=str)[:100_000],
        "decisions": [
            (gettext(DECISION_WORDS[decision]), po_number, findings)
            for decision, po_number, findings in tried.decisions
        ],
        "name": given.name,
    }
    return render(request, "flow/partner.html", {**_context(row), **context})


@requires("customers.edit")
@never_cache
@require_POST
def keep_reading_file(request: HttpRequest, partner_id: int) -> HttpResponse:
    """Have a partner's documents read by a mapping file, typed or chosen; what is wrong in it is told line by line."""
    row = _row_or_404(partner_id)
    chosen = request.FILES.get("file")
    content = chosen.read(MOST_CHARACTERS * 4 + 1) if chosen is not None and chosen.size else b""
    text = content.decode("utf-8-sig", "replace") if content else request.POST.get("text", "").replace("\r\n", "\n")
    faults = intake.keep_reading_file(row.partner, text)
    if faults:
        told = [(each.place.path, gettext(FAULT_WORDS[each.code]) % each.params) for each in faults[:MOST_SHOWN]]
        context = {**_context(row), "reading_faults": told, "reading_file": text[:MOST_CHARACTERS]}
        return render(request, "flow/partner.html", context, status=422)
    toast(request, gettext("His documents are read by it from now on."))
    return HttpResponseRedirect(reverse("partner", args=[partner_id]))


def _row_or_404(partner_id: int) -> PartnerRow:
    rows = exchanged.partners_listed(partner_id=partner_id) if partner_id < 2**63 else []
    if not rows:
        raise Http404
    return rows[0]


def _saved(request: HttpRequest, form: PartnerForm, row: PartnerRow | None) -> int:
    """The id of the partner that was saved; 0 where something was refused, which the form then says."""
    if not form.is_valid():
        return 0
    given = form.cleaned_data
    known = customers.by_codes([given["customer"].strip()]).get(given["customer"].strip())
    if known is None:
        form.add_error("customer", str(REFUSALS["customer_unknown"]))
        return 0
    kept = dict(row.partner.profile) if row is not None else {}
    # A setting of reading may be empty: that code means nothing.
    agreed = {name: given[name] for name in AGREED if given[name]}
    profile = {name: text for name, text in kept.items() if name not in AGREED} | agreed
    new = PartnerNew(
        given["scheme"], given["sender"].strip(), known.customer_id, given["our_id"].strip(), profile,
        row.partner.mapping if row is not None else {},
    )  # fmt: skip
    outcome = intake.save_partners([new], at=timezone.now(), actor=actor_of(request))
    for refused in outcome.refused:
        form.add_error(None, str(REFUSALS.get(refused.reasons[0].code, refused.reasons[0].code)))
    return next(iter(outcome.values.values()), 0)


def _context(row: PartnerRow) -> dict[str, Any]:
    partner = row.partner
    sent = [each for each in exchanged.last_exchanged([partner.customer_id]) if each.format == partner.scheme]
    tries = exchanged.tries_for([each.outgoing_id for each in sent if each.transport == "post"])
    is_posted, now = partner.profile.get("transport") == "post", timezone.now()
    address = partner.profile.get("address", "")
    return {
        "row": row,
        "partner": partner,
        "scheme": dict(SCHEMES).get(partner.scheme, partner.scheme),
        "transport": dict(TRANSPORTS).get(partner.profile.get("transport", "collect"), ""),
        "is_test": partner.profile.get("test") == "yes",
        "reading_file": partner.profile.get(intake.READING_FILE, ""),
        "sent": [(each, KIND_WORDS[each.kind], *_state_of(each), tries.get(each.outgoing_id, ())) for each in sent],
        "is_posted": is_posted,
        "address": address,
        "is_gone": is_posted and bool(exchanged.closed_addresses([address])),
        "has_secret": is_posted and bool(exchanged.secrets_of([f"post:{partner.partner_id}"], at=now)),
        "received": [
            (each, gettext(OUTCOME_WORDS.get(each.outcome, each.outcome)))
            for each in exchanged.last_received(partner.customer_id, partner.scheme)
        ],
        "crumbs": [Crumb(_("Partners"), reverse("partners")), Crumb(partner.sender)],
    }


def _state_of(fact: exchanged.OutgoingFact) -> tuple[str, str]:
    if fact.settlement:
        is_good = fact.settlement.startswith(("accepted", "received"))
        return ("good", gettext("Acknowledged")) if is_good else ("bad", gettext("Refused by the partner"))
    if fact.given_up_at is not None:
        return "bad", gettext("Given up")
    if fact.sent_at is None and fact.transport == "post":
        return "warn", gettext("Waits to be posted")
    if fact.sent_at is None:
        return "warn", gettext("Waits to be collected")
    if fact.receipt_due_at is not None and fact.receipt_due_at < timezone.now():
        return "bad", gettext("Not acknowledged")
    return "neutral", gettext("Sent")
