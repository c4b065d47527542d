"""The promise that what was committed stays committed."""

from typing import Any

import psycopg

from orderloop.platform.postgres.errors import NotDurable

SETTINGS = ("fsync", "full_page_writes", "synchronous_commit")
FALSE_WORDS = {"off", "false", "no", "0"}


def assert_durable(connection: psycopg.Connection[Any]) -> None:
    """Raise NotDurable if a commit could be lost: in this session, or in one that a role or database setting makes."""
    for setting in SETTINGS:
        row = connection.execute("SELECT setting, source FROM pg_settings WHERE name = %s", [setting]).fetchone()
        if row is not None and row[0] in FALSE_WORDS:
            raise NotDurable(setting, f"set by {row[1]}")
    overrides = connection.execute(
        """
        SELECT split_part(setting, '=', 1), lower(split_part(setting, '=', 2)),
               coalesce(rolname, 'all roles'), coalesce(datname, 'all databases')
        FROM pg_db_role_setting
             CROSS JOIN LATERAL unnest(setconfig) AS setting
             LEFT JOIN pg_roles ON pg_roles.oid = setrole
             LEFT JOIN pg_database ON pg_database.oid = setdatabase
        WHERE setdatabase = 0 OR datname = current_database()
        """
    ).fetchall()
    for name, value, role, database in overrides:
        if name in SETTINGS and value in FALSE_WORDS:
            raise NotDurable(name, f"set for {role} in {database}")
