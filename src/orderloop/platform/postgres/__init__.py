"""The embedded PostgreSQL: one cluster in a folder, started on the wheel's own programs. Knows no Django."""

from orderloop.platform.postgres.cluster import Address, Cluster, Running
from orderloop.platform.postgres.durability import assert_durable
from orderloop.platform.postgres.errors import BlindSearch, ClusterError, NotDurable, NotStarted, NotStopped
from orderloop.platform.postgres.processes import Status
from orderloop.platform.postgres.roles import CONNECT_OPTIONS, prepare_database, prepare_roles_and_database

__all__ = [
    "CONNECT_OPTIONS",
    "Address",
    "BlindSearch",
    "Cluster",
    "ClusterError",
    "NotDurable",
    "NotStarted",
    "NotStopped",
    "Running",
    "Status",
    "assert_durable",
    "prepare_database",
    "prepare_roles_and_database",
]
