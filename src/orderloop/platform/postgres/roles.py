"""Roles, rights and limits in the database, on the embedded server and on any other alike."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from orderloop.platform.postgres.errors import BlindSearch

OWNER, APP, READ, CUSTOMER = "orderloop_owner", "orderloop_app", "orderloop_read", "orderloop_customer"
PREPARATION = "2"  # raise when what is prepared changes: embedded clusters then prepare themselves again
EXTENSIONS = ("pg_trgm", "btree_gist", "pg_stat_statements")

CONNECT_OPTIONS: Mapping[str, int] = {
    # Keepalives notice a partition while waiting for an answer, the user timeout one while sending; it takes both.
    "connect_timeout": 3,
    "tcp_user_timeout": 3000,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


@dataclass(frozen=True, slots=True)
class Role:
    """A role and the limits its sessions start with."""

    name: str
    login: bool
    create_databases: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)


ROLES = (
    Role(OWNER, login=True, create_databases=True),
    Role(
        APP,
        login=True,
        settings={
            "statement_timeout": "5s",
            "lock_timeout": "2s",
            "idle_in_transaction_session_timeout": "10s",
            "client_connection_check_interval": "2s",
        },
    ),
    Role(READ, login=True, settings={"statement_timeout": "60s", "default_transaction_read_only": "on"}),
    Role(CUSTOMER, login=False),
)

DEFAULT_RIGHTS: tuple[tuple[LiteralString, LiteralString, str], ...] = (
    ("SELECT, INSERT, UPDATE, DELETE", "TABLES", APP),
    ("USAGE, SELECT", "SEQUENCES", APP),
    ("SELECT", "TABLES", READ),
    ("SELECT", "SEQUENCES", READ),
)

Connection = psycopg.Connection[Any]


def prepare_roles_and_database(
    connection: Connection, database: str, *, passwords: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Make the roles and the database with its rights and extensions; what is right already is left alone.

    `connection` is a superuser's, or that of a role that may create roles and databases; where all exists it may be
    the owner's. Run it before the first migration: rights reach tables the owner makes later. `passwords` by role
    name are set where given. Returns the names of extensions that the server lacks or reserves to a superuser.
    """
    with _outside_transaction(connection):
        for role in ROLES:
            _settle_role(connection, role)
        _settle_membership(connection)
        for name, password in (passwords or {}).items():
            _set_password(connection, name, password)
        _settle_database(connection, database)
    if connection.info.dbname == database:
        with _outside_transaction(connection):
            return prepare_database(connection)
    address = make_conninfo(connection.info.dsn, password=connection.info.password, dbname=database)
    with psycopg.connect(address, autocommit=True) as inside:
        return prepare_database(inside)


def prepare_database(connection: Connection) -> tuple[str, ...]:
    """Set rights and extensions in the database connected to. Returns the names of missing extensions.

    Raises BlindSearch where text search would not see Chinese.
    """
    for rights, kind, role in DEFAULT_RIGHTS:
        statement = "ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT " + rights + " ON " + kind + " TO {}"
        _run(connection, statement, sql.Identifier(OWNER), sql.Identifier(role))
    _run(connection, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    missing = tuple(name for name in EXTENSIONS if not _settle_extension(connection, name))
    if "pg_trgm" not in missing and _one(connection, "SELECT show_trgm('华信') = '{}'"):
        raise BlindSearch(connection.info.dbname)
    return missing


def _settle_role(connection: Connection, role: Role) -> None:
    found = connection.execute(
        """
        SELECT rolcanlogin, rolcreatedb, rolsuper, rolbypassrls, rolcreaterole, rolconfig
        FROM pg_roles WHERE rolname = %s
        """,
        [role.name],
    ).fetchone()
    name = sql.Identifier(role.name)
    if found is None:
        _run(connection, "CREATE ROLE {}", name)
        found = (False, False, False, False, False, None)
    login, create_databases, *excess, config = found
    if login is not role.login:
        _run(connection, "ALTER ROLE {} " + ("LOGIN" if role.login else "NOLOGIN"), name)
    if create_databases is not role.create_databases:
        _run(connection, "ALTER ROLE {} " + ("CREATEDB" if role.create_databases else "NOCREATEDB"), name)
    if any(excess):
        _run(connection, "ALTER ROLE {} NOSUPERUSER NOBYPASSRLS NOCREATEROLE", name)
    for setting, value in role.settings.items():
        if f"{setting}={value}" not in (config or []):
            _run(connection, "ALTER ROLE {} SET {} = {}", name, sql.Identifier(setting), sql.Literal(value))


def _settle_membership(connection: Connection) -> None:
    """The application may become the customer role for one transaction, and gains nothing from it otherwise."""
    options = " WITH INHERIT FALSE, SET TRUE" if connection.info.server_version >= 160000 else ""
    query = """
        SELECT EXISTS (SELECT FROM pg_auth_members
                       WHERE roleid = %s::regrole AND member = %s::regrole)"""
    for member in (APP, OWNER):  # the owner does as the application does in tests and in the founding of a demo
        if not _one(connection, query, CUSTOMER, member):
            _run(connection, "GRANT {} TO {}" + options, sql.Identifier(CUSTOMER), sql.Identifier(member))
    if not _one(connection, "SELECT pg_has_role(current_user, %s, 'USAGE')", OWNER):
        _run(connection, "GRANT {} TO CURRENT_USER", sql.Identifier(OWNER))


def _set_password(connection: Connection, role: str, password: str) -> None:
    """Send the password's verifier only, so that no log or statistics of statements ever holds the password."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    _run(connection, "ALTER ROLE {} PASSWORD {}", sql.Identifier(role), sql.Literal(verifier.decode()))


def _settle_database(connection: Connection, database: str) -> None:
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    found = connection.execute(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [database]
    ).fetchone()
    if found is None:
        locale: LiteralString = "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE {}"
        if connection.info.server_version >= 170000:
            locale += " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
        character_type = _one(connection, "SELECT datctype FROM pg_database WHERE datname = current_database()")
        utf8 = character_type if "utf" in str(character_type).lower() else "C.UTF-8"
        _run(connection, "CREATE DATABASE {} OWNER {} TEMPLATE template0 " + locale, name, owner, sql.Literal(utf8))
    elif found[0] != OWNER:
        _run(connection, "ALTER DATABASE {} OWNER TO {}", name, owner)
    _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", name)
    _run(connection, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", name, sql.Identifier(APP))
    _run(connection, "GRANT CONNECT ON DATABASE {} TO {}", name, sql.Identifier(READ))


def _settle_extension(connection: Connection, name: str) -> bool:
    """True if the extension is there afterwards; false where the server lacks it or reserves it to a superuser."""
    if _one(connection, "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = %s)", name):
        return True
    if not _one(connection, "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = %s)", name):
        return False
    try:
        _run(connection, "CREATE EXTENSION IF NOT EXISTS {}", sql.Identifier(name))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


@contextmanager
def _outside_transaction(connection: Connection) -> Iterator[None]:
    """CREATE DATABASE cannot run inside a transaction; the connection's own mode is given back afterwards."""
    before = connection.autocommit
    connection.autocommit = True
    try:
        yield
    finally:
        connection.autocommit = before


def _run(connection: Connection, statement: LiteralString, *parts: sql.Composable) -> None:
    connection.execute(sql.SQL(statement).format(*parts))


def _one(connection: Connection, query: LiteralString, *parameters: object) -> Any:
    row = connection.execute(query, parameters or None).fetchone()
    return row[0] if row else None
