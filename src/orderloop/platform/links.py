"""Signed links that let someone without an account do one thing: bound to a purpose and a subject, revocable."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.core import signing


class BadLink(ValueError):
    """The link is not ours, was cut or changed, or is meant for something else."""


class EndedLink(BadLink):
    """The link was ours, and its time is over or it was revoked."""


def link_for(purpose: str, subject_id: int, version: int, days: int, *, at: datetime) -> str:
    """A token for `subject_id`: it holds for `days` from `at` while the subject's link version is `version`."""
    ends = int((at + timedelta(days=days)).timestamp())
    return _signer(purpose).sign_object([subject_id, version, ends])


def read_link(purpose: str, token: str, *, at: datetime, version_of: Callable[[int], int | None]) -> int:
    """The subject of a token: `BadLink` if it is none for this purpose, `EndedLink` if it is over or revoked.

    `version_of` tells the subject's present link version, None if there is no such subject. Reading changes nothing:
    mail programs open links to look at them.
    """
    try:
        subject_id, version, ends = _signer(purpose).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadLink(str(error)) from error
    if datetime.fromtimestamp(ends, UTC) <= at or version_of(subject_id) != version:
        raise EndedLink("the link is over")
    return int(subject_id)


def _signer(purpose: str) -> signing.Signer:
    return signing.Signer(salt=f"orderloop.link.{purpose}")
