"""Customers, contacts and addresses taken in from tables, and the last two written out."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from orderloop.access.services import actor_of
from orderloop.customers import queries, services
from orderloop.customers.facts import FAULT_WORDS, ContactRow, CustomerRow, KnownCustomer, Saved, ShipToRow
from orderloop.customers.pages import columns
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused
from orderloop.platform.permissions import may, requires
from orderloop.platform.tables import ParsedRow
from orderloop.ui.table_import import RowOutcome, TableImport, import_table, table_file

K = TypeVar("K", bound=Hashable)


@require_http_methods(["GET", "POST"])
@requires("customers.edit")
def import_customers(request: HttpRequest) -> HttpResponse:
    """Customers, new and changed; limits only for one who may set them."""
    may_set_limits = may(request, "credit.edit")

    def work(rows: Sequence[ParsedRow], at: datetime, dry_run: bool) -> list[RowOutcome]:
        known = queries.known_by_codes({str(row.values["code"]) for row in rows})
        present = {code: each.row for code, each in known.items()}
        wanted = {row.number: columns.customer_row(row.values, present.get(str(row.values["code"]))) for row in rows}
        barred = () if may_set_limits else barred_limits(wanted.values(), known)
        allowed = [row for row in wanted.values() if row.code not in barred]
        save = services.compare_customers
        outcomes = save(allowed) if dry_run else services.save_customers(allowed, at=at, actor=actor_of(request))
        refused = {code: (Reason("limit_not_allowed", "credit_limit"),) for code in barred}
        return [
            _outcome(number, f"{row.code} {row.name}", row.code, outcomes, refused) for number, row in wanted.items()
        ]

    table = TableImport(
        title=_("Import customers"),
        file_name="customers",
        columns=columns.CUSTOMERS,
        key=("code",),
        work=work,
        words=FAULT_WORDS,
        back_url=reverse("customers"),
        note=_("Customers are told apart by their code. A column that is not in the file stays as it is."),
        partial=True,
    )
    return import_table(request, table)


@require_http_methods(["GET", "POST"])
@requires("customers.edit")
def import_contacts(request: HttpRequest) -> HttpResponse:
    """Contacts, under their customer's code and their name."""
    table = TableImport(
        title=_("Import contacts"),
        file_name="contacts",
        columns=columns.CONTACTS,
        key=("customer_code", "name"),
        work=_work(request, services.save_contacts, columns.contact_row, lambda row: (row.customer_code, row.name)),
        words=FAULT_WORDS,
        back_url=reverse("customers"),
    )
    return import_table(request, table)


@require_http_methods(["GET", "POST"])
@requires("customers.edit")
def import_ship_tos(request: HttpRequest) -> HttpResponse:
    """Delivery addresses, under their customer's code and their own."""
    table = TableImport(
        title=_("Import addresses"),
        file_name="addresses",
        columns=columns.SHIP_TOS,
        key=("customer_code", "code"),
        work=_work(request, services.save_ship_tos, columns.ship_to_row, lambda row: (row.customer_code, row.code)),
        words=FAULT_WORDS,
        back_url=reverse("customers"),
    )
    return import_table(request, table)


@require_GET
@requires("customers.view")
def export_contacts(request: HttpRequest) -> HttpResponse:
    """All contacts, with the columns the import takes."""
    rows = [columns.values_of(row) for row in queries.contact_rows()]
    return table_file(columns.CONTACTS, rows, request.GET.get("form", "xlsx"), "contacts", gettext("Contacts"))


@require_GET
@requires("customers.view")
def export_ship_tos(request: HttpRequest) -> HttpResponse:
    """All delivery addresses, with the columns the import takes."""
    rows = [columns.values_of(row) for row in queries.ship_to_rows()]
    return table_file(columns.SHIP_TOS, rows, request.GET.get("form", "xlsx"), "addresses", gettext("Addresses"))


def barred_limits(rows: Any, known: Mapping[str, KnownCustomer]) -> set[str]:
    """The codes of rows that would set a limit other than the present one, or than none for a new customer."""
    return {row.code for row in rows if row.credit_limit != _present_limit(row, known)}


def _present_limit(row: CustomerRow, known: Mapping[str, KnownCustomer]) -> Any:
    return known[row.code].row.credit_limit if row.code in known else 0


def _work(
    request: HttpRequest,
    save: Any,
    build: Callable[[Mapping[str, object]], Any],
    key_of: Callable[[Any], tuple[str, str]],
) -> Callable[[Sequence[ParsedRow], datetime, bool], list[RowOutcome]]:
    def work(rows: Sequence[ParsedRow], at: datetime, dry_run: bool) -> list[RowOutcome]:
        wanted: dict[int, ContactRow | ShipToRow] = {row.number: build(row.values) for row in rows}
        outcomes = save(list(wanted.values()), at=at, actor=actor_of(request), dry_run=dry_run)
        return [_outcome(number, " ".join(key_of(row)), key_of(row), outcomes, {}) for number, row in wanted.items()]

    return work


def _outcome(
    number: int, label: str, key: K, outcomes: Outcomes[K, Saved], refused: Mapping[K, tuple[Reason, ...]]
) -> RowOutcome:
    entry = outcomes.by_id.get(key)
    if isinstance(entry, Done):
        return RowOutcome(number, label, entry.value.change, entry.value.fields)
    reasons = entry.reasons if isinstance(entry, Refused) else refused.get(key, (Reason("changed_meanwhile"),))
    return RowOutcome(number, label, "refused", (), reasons)
