"""Which mails were written by a machine, and which may be answered by one (RFC 3834)."""

import re
from collections.abc import Collection, Mapping

from orderloop.interchange.rules.mail.headers import addresses_in

MOST_PER_HOUR = 5
_SUBJECT = re.compile(
    r"\s*(?:(?:re|aw|回复|答复)\s?[:：]\s?)?(?:自动(?:回复|答复|回覆)|自動回覆|automatic reply"
    r"|auto(?:matic)?[ -]?(?:reply|response|responder)|out of (?:the )?office"
    r"|abwesenheit(?:snotiz|sbenachrichtigung)?|réponse automatique|respuesta automática|假期回复|undeliver(?:able|ed)"
    r"|delivery status notification|mail delivery (?:failed|failure|subsystem)|returned mail|failure notice|退信)",
    re.IGNORECASE,
)
_ROBOT = re.compile(
    r"(?:mailer-daemon|postmaster|no-?_?reply|do-?not-?reply|noreply.*|.*-noreply|bounces?(?:[+\-=].*)?"
    r"|.*-bounces?|owner-.*|.*-owner"
    r"|.*-request|listserv|majordomo|mdaemon|autoreply|auto-reply|notifications?)",
    re.IGNORECASE,
)
_LISTED = ("list-id", "list-unsubscribe", "list-post", "feedback-id")
_AUTO = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-mail-autoreply")


def is_automatic(headers: Mapping[str, str], envelope_from: str | None, own_addresses: Collection[str]) -> str | None:
    """Why a mail counts as written by a machine, as a stable word; None where a person seems to have written it.

    `headers` by lower-case name. `envelope_from`: the return path; an empty text is the null sender, None is not known.
    """
    sender = next((each.address for each in addresses_in(headers.get("from", ""))), "")
    given = headers.get("return-path", "") if envelope_from is None else f"<{envelope_from}>"
    checks = (
        ("auto_submitted", _first(headers, "auto-submitted") not in {"", "no"}),
        ("null_sender", given.replace(" ", "") == "<>"),
        ("precedence", _first(headers, "precedence") in {"bulk", "junk", "list", "auto_reply"}),
        ("list", any(name in headers for name in _LISTED)),
        ("suppressed", bool(_suppressed(headers))),
        ("auto_header", any(_first(headers, name) not in {"", "no", "false"} for name in _AUTO)),
        ("report", _first(headers, "content-type") in {"multipart/report", "message/delivery-status"}),
        ("own_address", sender in {address.lower() for address in own_addresses}),
        ("robot_address", any(_is_robot(address) for address in (sender, given.strip("<> ").lower()))),
        ("subject", _SUBJECT.match(headers.get("subject", "")[:300]) is not None),
    )
    return next((reason for reason, holds in checks if holds), None)


def may_answer(
    headers: Mapping[str, str], envelope_from: str | None, own_addresses: Collection[str], sent_within_hour: int
) -> str | None:
    """Why no automatic answer may be sent, as a stable word; None where one may.

    `sent_within_hour`: how many automatic mails that address got in the last hour.
    """
    if reason := is_automatic(headers, envelope_from, own_addresses):
        return reason
    if not addresses_in(headers.get("reply-to", "") or headers.get("from", "")):
        return "no_address"
    return "too_many" if sent_within_hour >= MOST_PER_HOUR else None


def _first(headers: Mapping[str, str], name: str) -> str:
    """A header's value before its parameters, folded."""
    return headers.get(name, "").partition(";")[0].partition("(")[0].strip().lower()


def _suppressed(headers: Mapping[str, str]) -> set[str]:
    given = {each.strip().lower() for each in headers.get("x-auto-response-suppress", "").split(",")}
    return given & {"dr", "autoreply", "all"}


def _is_robot(address: str) -> bool:
    return _ROBOT.fullmatch(address.rpartition("@")[0]) is not None
