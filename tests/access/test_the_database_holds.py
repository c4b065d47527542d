"""The second fence: what the database refuses, whatever the code above it does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection

from orderloop.access.models import AuditEntry
from orderloop.access.services import as_customer
from orderloop.customers.models import Contact, Customer
from orderloop.platform import enforcement

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _customer(code: str) -> Customer:
    return Customer.objects.create(code=code, name=code, currency="CNY", created_at=AT, updated_at=AT)


def _entry(subject: str = "liu") -> AuditEntry:
    return AuditEntry.objects.create(
        at=AT, actor_kind="system", actor_name="system", action="person.added", subject=subject
    )


@pytest.fixture
def as_app(db: None) -> Iterator[psycopg.Connection[Any]]:
    """A session of the application's own role in the test database, which sees committed rows only."""
    from orderloop.entrypoints import place
    from orderloop.platform.postgres import Cluster

    known = Cluster(place.home() / "postgres").known()
    if known is None:
        pytest.skip("needs the embedded server, whose passwords the test knows")
    with psycopg.connect(known.url("app", connection.settings_dict["NAME"])) as session:
        yield session
        session.rollback()


@pytest.mark.parametrize("table", sorted(enforcement.declared("append_only_tables")))
@pytest.mark.parametrize(
    "attack",
    [
        'UPDATE "{table}" SET at = at',
        'DELETE FROM "{table}"',
        'TRUNCATE "{table}" CASCADE',
        'ALTER TABLE "{table}" DISABLE TRIGGER ALL',
        'DROP TRIGGER append_only ON "{table}"',
    ],
)
def test_the_application_cannot_change_an_append_only_table(
    as_app: psycopg.Connection[Any], table: str, attack: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_app.execute(attack.format(table=table))


@pytest.mark.parametrize("table", sorted(enforcement.declared("append_only_tables")))
def test_rights_given_back_by_mistake_do_not_open_an_append_only_table(table: str, db: None) -> None:
    for attack in (f'DELETE FROM "{table}"', f'UPDATE "{table}" SET at = at', f'TRUNCATE "{table}" CASCADE'):
        with pytest.raises(Exception, match="is append-only"), connection.cursor() as cursor:
            cursor.execute("SAVEPOINT attack")
            try:
                cursor.execute(attack)
            finally:
                cursor.execute("ROLLBACK TO SAVEPOINT attack")


def test_the_application_cannot_lift_the_trigger_by_the_owners_setting(as_app: psycopg.Connection[Any]) -> None:
    as_app.execute("SET app.maintenance = 'on'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_app.execute("DELETE FROM access_auditentry")


def test_the_owner_may_empty_an_append_only_table_when_it_says_so(db: None) -> None:
    _entry()
    with enforcement.unlocked(connection):
        AuditEntry.objects.all().delete()
    assert AuditEntry.objects.count() == 0
    with pytest.raises(Exception, match="access_auditentry is append-only: DELETE is refused"):
        AuditEntry.objects.all()._raw_delete("default")


def test_rows_are_still_added_to_append_only_tables_by_the_application(as_app: psycopg.Connection[Any]) -> None:
    as_app.execute(
        "INSERT INTO access_auditentry (at, actor_kind, actor_name, action, subject, data)"
        " VALUES (now(), 'system', 'system', 'test', 'test', '{}')"
    )
    assert as_app.execute("SELECT count(*) FROM access_auditentry WHERE action = 'test'").fetchone() == (1,)


def test_a_customer_sees_its_own_rows_only_though_nothing_is_filtered(db: None) -> None:
    ours, theirs = _customer("OURS"), _customer("THEIRS")
    Contact.objects.create(customer=ours, name="Ours")
    Contact.objects.create(customer=theirs, name="Theirs")
    with as_customer(ours.id):
        assert list(Customer.objects.values_list("code", flat=True)) == ["OURS"]
        assert list(Contact.objects.values_list("name", flat=True)) == ["Ours"]
        assert not Customer.objects.filter(id=theirs.id).exists()
    assert Customer.objects.filter(code__in=["OURS", "THEIRS"]).count() == 2


def test_without_a_customer_named_every_customer_table_is_empty(db: None) -> None:
    ours = _customer("OURS")
    Contact.objects.create(customer=ours, name="Ours")
    with as_customer(ours.id), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.customer', '', true)")
        for table in enforcement.declared("customer_tables"):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            assert cursor.fetchone() == (0,), table


def test_a_customer_reads_no_table_that_is_not_declared_for_customers(db: None) -> None:
    readable = {*enforcement.declared("customer_tables"), *enforcement.declared("customer_readable_tables")}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND has_table_privilege('orderloop_customer', to_regclass(format('public.%I', tablename)), 'SELECT')"
        )
        assert {name for (name,) in cursor.fetchall()} == readable
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            " AND has_table_privilege('orderloop_customer', to_regclass(format('public.%I', tablename)),"
            " 'INSERT, UPDATE, DELETE, TRUNCATE')"
        )
        assert cursor.fetchone() == (0,)


def test_a_customer_writes_nothing(db: None) -> None:
    ours = _customer("OURS")
    with pytest.raises(ProgrammingError, match="permission denied"), as_customer(ours.id):
        Customer.objects.filter(id=ours.id).update(name="Changed")
    ours.refresh_from_db()
    assert ours.name == "OURS"


def test_every_table_that_names_a_customer_is_kept_apart_or_closed_to_customers() -> None:
    apart = set(enforcement.declared("customer_tables"))
    readable_by_all = set(enforcement.declared("customer_readable_tables"))
    naming = {
        model._meta.db_table
        for model in apps.get_models()
        if any(field.name == "customer" for field in model._meta.fields)
    }
    assert naming & readable_by_all == set()
    assert {"orders_order", "intake_draft", "customers_invoice"} <= naming & apart


def test_after_the_block_the_desk_sees_everything_again_also_after_an_error(db: None) -> None:
    ours = _customer("OURS")
    with pytest.raises(ValueError, match="on purpose"), as_customer(ours.id):
        raise ValueError("on purpose")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role'), coalesce(current_setting('app.customer', true), '')")
        assert cursor.fetchone() == ("none", "")


def test_the_read_only_role_sees_neither_passwords_nor_tokens_nor_sessions(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_column_privilege('orderloop_read', 'access_person', 'password', 'SELECT'),"
            " has_column_privilege('orderloop_read', 'access_apitoken', 'digest', 'SELECT'),"
            " has_table_privilege('orderloop_read', 'django_session', 'SELECT'),"
            " has_column_privilege('orderloop_read', 'access_person', 'username', 'SELECT'),"
            " has_table_privilege('orderloop_read', 'orders_order', 'SELECT'),"
            " has_table_privilege('orderloop_read', 'orders_order', 'UPDATE')"
        )
        assert cursor.fetchone() == (False, False, False, True, True, False)


def test_enforcement_applied_again_changes_nothing(db: None) -> None:
    query = "SELECT tablename, policyname, roles::text, qual FROM pg_policies ORDER BY 1, 2"
    with connection.cursor() as cursor:
        cursor.execute(query)
        before = cursor.fetchall()
        enforcement.apply(connection)
        cursor.execute(query)
        assert cursor.fetchall() == before
    assert len(before) == 2 * len(enforcement.declared("customer_tables"))


def test_missing_roles_are_named_together_with_the_way_to_make_them(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enforcement, "CUSTOMER", "orderloop_nobody")
    with pytest.raises(enforcement.RolesMissing, match=r"no role orderloop_nobody\. Run `orderloop migrate`"):
        enforcement.apply(connection)


def test_a_declared_table_that_does_not_exist_is_named(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps.get_app_config("access"), "append_only_tables", ("access_nothing",))
    with pytest.raises(enforcement.UnknownTables, match="access_nothing"):
        enforcement.apply(connection)
