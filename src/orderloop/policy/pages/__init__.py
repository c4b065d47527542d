"""The company's rules on the screen: what governs, what differed before, and how it is changed."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orderloop.foundation.outcome import Done, Refused
from orderloop.platform.permissions import requires
from orderloop.policy import queries, services
from orderloop.policy.facts import Kind, Section, UnknownSection, VersionFact, section_of, sections
from orderloop.policy.pages import forms, words
from orderloop.policy.rules import decode, differences, encode
from orderloop.ui.components import Crumb, Pair
from orderloop.ui.toasts import toast

WIDE_FROM = 4
STATES = {"draft": ("info", _("Draft")), "in_force": ("good", _("In force")), "retired": ("neutral", _("Retired"))}


@require_GET
@requires("policy.view")
def show_sections(request: HttpRequest) -> HttpResponse:
    """Every section with the version that governs and the draft that waits."""
    standing = queries.standing_of_sections()
    rows = [
        {
            "name": section.name,
            "title": gettext(section.title),
            "summary": gettext(section.summary) if section.summary else "",
            "governing": standing.get(section.name, {}).get("in_force"),
            "draft": standing.get(section.name, {}).get("draft"),
        }
        for section in sections()
    ]
    return render(request, "policy/sections.html", {"rows": rows})


@require_GET
@requires("policy.view")
def show_section(request: HttpRequest, name: str) -> HttpResponse:
    """A section as it governs, and all its versions."""
    section = _section(name)
    versions = queries.versions_of(name)
    governing = next((v for v in versions if v.status == "in_force"), None)
    context = {
        **_about(section, Crumb(gettext(section.title))),
        "governing": governing,
        "draft": next((v for v in versions if v.status == "draft"), None),
        "versions": [_row(section, version, versions) for version in versions],
        **_values(section, governing.body if governing else {}),
    }
    return render(request, "policy/section.html", context)


@require_GET
@requires("policy.view")
def show_version(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One version: its values, and what it says otherwise than the one that governs, or the one before it."""
    section = _section(name)
    versions = queries.versions_of(name)
    version = next((v for v in versions if v.number == number), None)
    if version is None:
        raise Http404
    return _version_page(request, section, version, versions)


@requires("policy.edit")
@require_http_methods(["GET", "POST"])
def edit_draft(request: HttpRequest, name: str) -> HttpResponse:
    """Write the next version of a section: the waiting draft goes on, else one begins from what governs."""
    section = _section(name)
    versions = queries.versions_of(name)
    draft = next((v for v in versions if v.status == "draft"), None)
    if request.method == "GET":
        start = draft or next((v for v in versions if v.status == "in_force"), None)
        return _form_page(request, section, draft, start.body if start else {}, note=draft.note if draft else "")
    body = forms.body_from(section, request.POST)
    note = request.POST.get("note", "").strip()
    if "more" in request.POST:
        return _form_page(request, section, draft, body, note=note, more=request.POST["more"])
    typed = decode(section, body)
    if typed.faults:
        return _form_page(request, section, draft, body, note=note, faults=typed.faults)
    if "check" in request.POST:
        settled = encode(section, typed.value)  # as it would be kept, so that 3 typed is the 3 that governs
        changed = words.differences(section, differences(section, _governing_body(versions), settled))
        return _form_page(request, section, draft, body, note=note, checked=changed)
    return _save(request, section, draft, body, note)


@requires("policy.edit")
@require_POST
def put_in_force(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Let a draft govern."""
    section, version = _version(name, number)
    note = request.POST.get("note", "").strip()
    outcome = services.put_in_force([version.id], at=timezone.now(), actor=request.actor, note=note)  # type: ignore[attr-defined]  # the gate sets it
    entry = outcome.by_id[version.id]
    if isinstance(entry, Refused):
        reasons = [words.explain(reason) for reason in entry.reasons]
        return _version_page(request, section, version, queries.versions_of(name), reasons=reasons, note=note)
    if isinstance(entry, Done):
        toast(request, gettext("Version %(number)s is in force.") % {"number": number})
    else:
        toast(request, gettext("This version is no draft any more."), tone="warn")
    return HttpResponseRedirect(reverse("policy", args=[name]))


@requires("policy.edit")
@require_POST
def discard_draft(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Throw a draft away."""
    _found, version = _version(name, number)
    if services.discard_drafts([version.id]).all_done:
        toast(request, gettext("The draft is discarded."), tone="neutral")
    else:
        toast(request, gettext("This version is no draft any more."), tone="warn")
    return HttpResponseRedirect(reverse("policy", args=[name]))


def _save(
    request: HttpRequest, section: Section[Any], draft: VersionFact | None, body: dict[str, Any], note: str
) -> HttpResponse:
    """Keep the draft, unless somebody else was faster: then nothing is kept and nothing typed is lost."""
    at, actor = timezone.now(), request.actor  # type: ignore[attr-defined]  # the gate sets it
    seen = request.POST.get("seen", "")
    unchanged = seen == (draft.created_at.isoformat() if draft else "")
    if unchanged and draft:
        kept = services.change_drafts(
            {draft.id: body}, seen={draft.id: draft.created_at}, at=at, actor=actor, note=note
        ).all_done
    else:
        kept = unchanged and services.draft_versions({section.name: body}, at=at, actor=actor, note=note).all_done
    if not kept:
        newest = next((v for v in queries.versions_of(section.name) if v.status == "draft"), None)
        return _form_page(request, section, newest, body, note=note, overtaken=True)
    number = next(v.number for v in queries.versions_of(section.name) if v.status == "draft")
    toast(request, gettext("The draft is saved."))
    return HttpResponseRedirect(reverse("policy_version", args=[section.name, number]))


def _form_page(
    request: HttpRequest,
    section: Section[Any],
    draft: VersionFact | None,
    body: Any,
    *,
    note: str,
    faults: Any = (),
    more: str = "",
    overtaken: bool = False,
    checked: Any = None,
) -> HttpResponse:
    title = gettext("Edit draft") if draft else gettext("New draft")
    context = {
        **_about(section, Crumb(gettext(section.title), reverse("policy", args=[section.name])), Crumb(title)),
        "form_title": title,
        "controls": forms.controls_for(section, body, faults, more),
        "faults": [words.explain(fault) for fault in faults],
        "loose_faults": forms.faults_without_field(section, faults),
        "draft": draft,
        "seen": draft.created_at.isoformat() if draft else "",
        "note": note,
        "overtaken": overtaken,
        "checked": checked,
    }
    return render(request, "policy/edit.html", context, status=422 if faults else 409 if overtaken else 200)


def _version_page(
    request: HttpRequest,
    section: Section[Any],
    version: VersionFact,
    versions: list[VersionFact],
    *,
    reasons: list[str] | None = None,
    note: str | None = None,
) -> HttpResponse:
    other = _compared_with(version, versions)
    changes = differences(section, other.body, version.body) if other else ()
    crumb = Crumb(gettext("Version %(number)s") % {"number": version.number})
    context = {
        **_about(section, Crumb(gettext(section.title), reverse("policy", args=[section.name])), crumb),
        "version": version,
        "state": STATES[version.status],
        "other": other,
        "lines": words.differences(section, changes),
        "reasons": reasons,
        "note": version.note if note is None else note,
        **_values(section, version.body),
    }
    return render(request, "policy/version.html", context, status=422 if reasons else 200)


def _about(section: Section[Any], *crumbs: Crumb) -> dict[str, Any]:
    return {
        "name": section.name,
        "title": gettext(section.title),
        "summary": gettext(section.summary) if section.summary else "",
        "crumbs": [Crumb(_("Policies"), reverse("policies")), *crumbs],
    }


def _values(section: Section[Any], body: Any) -> dict[str, Any]:
    """A body for reading: plain fields as pairs, tables as tables."""
    plain = [f for f in section.fields if f.kind is not Kind.TABLE]
    tables = [f for f in section.fields if f.kind is Kind.TABLE]
    return {
        "is_wide": any(len(table.columns) > WIDE_FROM for table in tables),
        "pairs": [
            Pair(gettext(f.label), words.shown(f, body.get(f.name)), gettext(f.help) if f.help else "") for f in plain
        ],
        "tables": [
            {
                "title": gettext(table.label),
                "columns": [gettext(column.label) for column in table.columns],
                "rows": [
                    [words.shown(c.in_row(row), row.get(c.name)) for c in table.columns]
                    for row in body.get(table.name, ())
                ],
            }
            for table in tables
        ],
    }


def _row(section: Section[Any], version: VersionFact, versions: list[VersionFact]) -> dict[str, Any]:
    before = next((v for v in versions if v.number < version.number and v.status != "draft"), None)
    count = len(differences(section, before.body, version.body)) if before else None
    return {"version": version, "state": STATES[version.status], "changes": count}


def _compared_with(version: VersionFact, versions: list[VersionFact]) -> VersionFact | None:
    if version.status == "draft":
        return next((v for v in versions if v.status == "in_force"), None)
    return next((v for v in versions if v.number < version.number and v.status != "draft"), None)


def _governing_body(versions: list[VersionFact]) -> Any:
    return next((v.body for v in versions if v.status == "in_force"), {})


def _section(name: str) -> Section[Any]:
    try:
        return section_of(name)
    except UnknownSection:
        raise Http404 from None


def _version(name: str, number: int) -> tuple[Section[Any], VersionFact]:
    section = _section(name)
    for version in queries.versions_of(name):
        if version.number == number:
            return section, version
    raise Http404


urlpatterns = [
    path("policies", show_sections, name="policies"),
    path("policies/<slug:name>", show_section, name="policy"),
    path("policies/<slug:name>/draft", edit_draft, name="policy_draft"),
    path("policies/<slug:name>/<int:number>", show_version, name="policy_version"),
    path("policies/<slug:name>/<int:number>/put-in-force", put_in_force, name="policy_put_in_force"),
    path("policies/<slug:name>/<int:number>/discard", discard_draft, name="policy_discard"),
]
