"""How Django reaches PostgreSQL: by `DATABASE_URL`, else the embedded cluster of this installation."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from orderloop.entrypoints import place
from orderloop.platform.postgres.roles import OWNER

ROLE_VARIABLES = {"owner": "DATABASE_OWNER_URL", "app": "DATABASE_URL", "read": "DATABASE_READ_URL"}


def role() -> str:
    """Which database role this process works as: `owner` for migrations and tests, `app` for everything else."""
    return os.environ.get("ORDERLOOP_DATABASE_ROLE", "app")


def owner_or_app() -> str:
    """The most this process may be: the owner where the database is embedded or the owner's URL is given."""
    return "owner" if os.environ.get("DATABASE_OWNER_URL") or not os.environ.get("DATABASE_URL") else "app"


def url() -> str:
    """The URL of the database for this process's role; empty when an embedded cluster has not been made yet."""
    from orderloop.platform.postgres import Cluster

    given = os.environ.get(ROLE_VARIABLES[role()]) or os.environ.get("DATABASE_URL")
    if given:
        return given
    known = Cluster(place.home() / "postgres").known()
    return known.url(role()) if known else ""


def connection_settings() -> dict[str, Any]:
    from orderloop.platform.postgres import CONNECT_OPTIONS

    parts = urlsplit(url())
    query = dict(parse_qsl(parts.query))
    # Parameters travel apart from the statement, in binary: sets of rows need no quoting, and statements stay prepared.
    options: dict[str, Any] = {**CONNECT_OPTIONS, "server_side_binding": True, **query}
    if os.environ.get("ORDERLOOP_BEHIND_PGBOUNCER") != "1":
        options["prepare_threshold"] = 3
    if role() == "owner" and unquote(parts.username or OWNER) != OWNER:
        options["assume_role"] = OWNER  # what another role makes for us must still belong to the owner
    if os.environ.get("ORDERLOOP_POOL") == "1":
        options["pool"] = {"min_size": 2, "max_size": int(os.environ.get("ORDERLOOP_POOL_SIZE", "12")), "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "orderloop",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {k: v for k, v in options.items() if k != "host"},
        "CONN_MAX_AGE": 0 if "pool" in options else 600,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": os.environ.get("ORDERLOOP_TEST_DB", "orderloop_test")},
    }
