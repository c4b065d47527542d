"""Secrets shared with other systems, changed so that the old one still counts until the next change."""

import base64
import secrets
from datetime import datetime

from orderloop.foundation.actor import Actor
from orderloop.platform.bulk import execute

MARK = "whsec_"


def change_secret(name: str, *, customer_id: int | None = None, value: str = "", at: datetime, actor: Actor) -> str:
    """Have `webhook:source` or `cxml:identity` prove itself with `value`, or with a new one made here; returns it."""
    value = value or MARK + base64.b64encode(secrets.token_bytes(32)).decode()
    execute(
        """INSERT INTO flow_sharedsecret (name, current, previous, customer_id, changed_at, changed_by)
           VALUES (%s, %s, '', %s, %s, %s) ON CONFLICT (name) DO UPDATE SET previous = flow_sharedsecret.current,
               current = excluded.current, customer_id = excluded.customer_id, changed_at = excluded.changed_at,
               changed_by = excluded.changed_by""",
        [name, value, customer_id, at, actor.name[:120]],
    )
    return value
