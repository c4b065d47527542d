"""Secrets shared with other systems: made or entered, changed with an overlap, retired. Each act is recorded."""

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from orderloop.access.services import record_acts
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Reason
from orderloop.platform.bulk import fetch_all
from orderloop.platform.sealing import seal

MARK = "whsec_"
OVERLAP = timedelta(days=3)
LONGEST_OVERLAP = timedelta(days=30)
# What a secret is for, told by what its name begins with.
WEBHOOK, CXML, POST, ROBOT = "webhook", "cxml", "post", "robot"
_LONGEST = {"name": 150, "value": 500}


def fault_of(name: str, value: str = "") -> Reason | None:
    """Why no secret can be kept under this name, or this value not be one."""
    purpose, _colon, who = name.partition(":")
    if purpose not in (WEBHOOK, CXML, POST, ROBOT) or not who.strip() or not name.isprintable():
        return Reason("secret_name_wrong", "name")
    if len(name) > _LONGEST["name"]:
        return Reason("secret_too_long", "name", {"most": _LONGEST["name"]})
    if len(value) > _LONGEST["value"] or not value.isprintable():
        return Reason("secret_too_long", "value", {"most": _LONGEST["value"]})
    return None


def change_secret(
    name: str, *, customer_id: int | None = None, value: str = "", overlap: timedelta = OVERLAP, at: datetime,
    actor: Actor,
) -> str:  # fmt: skip
    """Have `name` (see `SharedSecret`) prove itself with `value`, or with a new one made here, which is returned.

    The one before counts for `overlap` longer. A `customer_id` of None leaves the one it has. ValueError for a name
    or value that `fault_of` finds fault with.
    """
    fault = fault_of(name, value)
    if fault is not None:
        raise ValueError(fault.code)
    value = value or MARK + base64.b64encode(secrets.token_bytes(32)).decode()
    with transaction.atomic():
        ((was_there,),) = fetch_all(
            """INSERT INTO flow_sharedsecret AS s (name, current, previous, customer_id, changed_at, changed_by)
               VALUES (%s, %s, '', %s, %s, %s) ON CONFLICT (name) DO UPDATE SET previous = s.current,
                   previous_until = CASE WHEN s.current <> '' THEN %s::timestamptz END, current = excluded.current,
                   customer_id = coalesce(excluded.customer_id, s.customer_id), changed_at = excluded.changed_at,
                   changed_by = excluded.changed_by, retired_at = NULL
               RETURNING previous <> ''""",
            [
                name,
                seal(value),
                customer_id,
                at,
                actor.name[:120],
                at + min(max(overlap, timedelta()), LONGEST_OVERLAP),
            ],
        )
        told: Mapping[str, object] = {"overlap_hours": round(overlap.total_seconds() / 3600)} if was_there else {}
        record_acts("secret.changed" if was_there else "secret.made", {name: told}, at=at, actor=actor)
    return value


def retire_secret(name: str, *, at: datetime, actor: Actor) -> bool:
    """Let nobody prove himself under this name any more, at once; False where nobody could."""
    with transaction.atomic():
        done = fetch_all(
            """UPDATE flow_sharedsecret SET current = '', previous = '', previous_until = NULL, retired_at = %s,
                   changed_at = %s, changed_by = %s WHERE name = %s AND retired_at IS NULL RETURNING id""",
            [at, at, actor.name[:120], name.replace("\x00", "")],
        )
        if done:
            record_acts("secret.retired", {name: {}}, at=at, actor=actor)
    return bool(done)
