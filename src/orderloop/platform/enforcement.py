"""What the database itself holds, whatever the code above it does: rights, append-only tables, customers kept apart.

Each capability says what it needs in its `AppConfig`:

- `append_only_tables`: rows are added and never changed.
- `customer_tables`: table -> condition under which a row belongs to the customer `{customer}`. In a request of that
  customer the database shows those rows only.
- `customer_readable_tables`: read by every customer, such as products.
- `secret_columns`: table -> columns the read-only role does not see.

`apply` runs after each migration, as the owner, and brings the database to just that.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from orderloop.platform.postgres.roles import APP, CUSTOMER, READ

CUSTOMER_SETTING = "nullif(current_setting('app.customer', true), '')::bigint"
_UNLOCK = "app.maintenance"
_HIDDEN_FROM_READERS = ("django_session",)

_REFUSE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION orderloop_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Only the owner of the table may lift this, and only for one transaction.
    IF current_setting('{_UNLOCK}', true) = 'on'
       AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""


class RolesMissing(RuntimeError):
    """The database server lacks the roles the product works with."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            f"The database server has no role {', '.join(missing)}. "
            "Run `orderloop migrate` once with DATABASE_OWNER_URL naming a role that may create roles."
        )


class UnknownTables(RuntimeError):
    """A capability declares tables the database does not have."""


def apply(connection: BaseDatabaseWrapper) -> None:
    """Set rights, append-only triggers and row-level security as declared. Needs the owner's connection; can be run
    again at any time. Raises RolesMissing or UnknownTables, leaving everything as it was."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        _assert_roles(cursor)
        tables = _tables(cursor)
        _assert_known(tables)
        for statement in _statements(cursor, tables):
            cursor.execute(statement)


@contextmanager
def unlocked(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let the owner change append-only tables in this transaction, as when a test empties the database."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [_UNLOCK])
        yield
        cursor.execute("SELECT set_config(%s, 'off', true)", [_UNLOCK])


def declared(name: str) -> dict[str, Any]:
    """What all capabilities declare under one attribute, by table."""
    found: dict[str, Any] = {}
    for config in apps.get_app_configs():
        value = getattr(config, name, ())
        found |= value if isinstance(value, Mapping) else dict.fromkeys(value, "")
    return found


def _statements(cursor: Any, tables: list[str]) -> Iterator[str]:
    yield f"GRANT USAGE ON SCHEMA public TO {APP}, {READ}, {CUSTOMER}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READ}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {CUSTOMER}"
    yield from _hide_secrets(cursor)
    yield _REFUSE_FUNCTION
    for table in declared("append_only_tables"):
        yield from _make_append_only(table)
    conditions = declared("customer_tables")
    for table in tables:
        yield from _keep_apart(table, conditions[table]) if table in conditions else ()
    for table in declared("customer_readable_tables"):
        yield f'GRANT SELECT ON "{table}" TO {CUSTOMER}'


def _hide_secrets(cursor: Any) -> Iterator[str]:
    for table in _HIDDEN_FROM_READERS:
        yield f'REVOKE ALL ON "{table}" FROM {READ}'
    for table, hidden in declared("secret_columns").items():
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
            " AND column_name <> ALL (%s) ORDER BY ordinal_position",
            [table, list(hidden)],
        )
        shown = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
        yield f'REVOKE ALL ON "{table}" FROM {READ}'
        yield f'GRANT SELECT ({shown}) ON "{table}" TO {READ}'


def _make_append_only(table: str) -> Iterator[str]:
    yield f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {APP}'
    # Rights alone would not stop a role that is given them again by mistake.
    yield (
        f'CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}"'
        " FOR EACH STATEMENT EXECUTE FUNCTION orderloop_refuse_change()"
    )


def _keep_apart(table: str, condition: str) -> Iterator[str]:
    own = condition.format(customer=f"(SELECT {CUSTOMER_SETTING})")
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'DROP POLICY IF EXISTS desk ON "{table}"'
    yield f'DROP POLICY IF EXISTS own_customer ON "{table}"'
    yield f'CREATE POLICY desk ON "{table}" TO {APP}, {READ} USING (true) WITH CHECK (true)'
    yield f'CREATE POLICY own_customer ON "{table}" FOR SELECT TO {CUSTOMER} USING ({own})'
    yield f'GRANT SELECT ON "{table}" TO {CUSTOMER}'


def _assert_roles(cursor: Any) -> None:
    wanted = [APP, READ, CUSTOMER]
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [wanted])
    have = {name for (name,) in cursor.fetchall()}
    if missing := [name for name in wanted if name not in have]:
        raise RolesMissing(missing)


def _tables(cursor: Any) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return [name for (name,) in cursor.fetchall()]


def _assert_known(tables: list[str]) -> None:
    attributes = ("append_only_tables", "customer_tables", "customer_readable_tables", "secret_columns")
    named = {table for attribute in attributes for table in declared(attribute)}
    if missing := sorted(named - set(tables)):
        raise UnknownTables(f"declared in an AppConfig but not in the database: {', '.join(missing)}")
