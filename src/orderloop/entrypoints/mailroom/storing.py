"""Storing from the mailroom's threads: a connection that has gone away is not used twice."""

from collections.abc import Sequence

from django.db import connection

from orderloop.entrypoints.mailroom.keeping import RawMail, keep_mails
from orderloop.intake.facts import Stored


def keep_one(mail: RawMail) -> int:
    """Store one mail; the number of its message."""
    return keep_all([mail])[0].message_id


def keep_all(mails: Sequence[RawMail]) -> list[Stored]:
    """Store mails. Committed when this returns; raises what the database raises, and nothing is stored then."""
    if connection.in_atomic_block:
        raise RuntimeError("a mail is answered for only when it is committed")
    connection.close_if_unusable_or_obsolete()
    try:
        return keep_mails(mails)
    except Exception:
        connection.close()
        raise
