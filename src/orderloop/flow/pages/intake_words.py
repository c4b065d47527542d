"""What came in, in the reader's language: channels, trust, problems, refusals."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orderloop.flow.pages import words
from orderloop.foundation.outcome import Reason
from orderloop.intake.facts import FINDING_TITLES, OUTCOME_WORDS
from orderloop.interchange.facts import FaultCode

TRUST_WORDS = {
    "trusted": ("good", _("Sender proven")),
    "weak": ("warn", _("Sender half proven")),
    "untrusted": ("bad", _("Sender not proven")),
}
# Why a sender is believed or not.
TRUST_REASONS = {
    "aligned_dkim": _("signed by its domain (DKIM)"),
    "aligned_spf": _("sent by its domain's server (SPF)"),
    "dkim_failed": _("the signature does not hold (DKIM)"),
    "spf_failed": _("sent by a server its domain does not name (SPF)"),
    "not_aligned": _("signed by another domain"),
    "no_checks": _("nothing proves the sender"),
    "known_address": _("address on the customer's list"),
    "known_domain": _("domain on the customer's list"),
    "unknown_sender": _("address on no customer's list"),
    "several_senders": _("several senders"),
    "no_sender": _("no sender"),
}
REASON_WORDS = {
    "same_bytes": _("Same document again"),
    "no_order": _("No order found in it"),
    "automatic": _("Automatic reply"),
    "attempts": _("Its reading failed again and again"),
    "draft": _("Answer to a question"),
}
# Why a mail counts as written by a machine.
AUTOMATIC_WORDS = {
    "auto_submitted": _("Marked as sent by a machine"),
    "null_sender": _("Bounced mail"),
    "precedence": _("Bulk mail"),
    "list": _("Mailing list"),
    "suppressed": _("Wants no automatic answer"),
    "auto_header": _("Marked as sent by a machine"),
    "report": _("Delivery report"),
    "own_address": _("From our own address"),
    "robot_address": _("From a machine's address"),
    "subject": _("Out-of-office notice"),
}
# What a fault of a document is called where there is no room for its sentence.
FAULT_TITLES: Mapping[str, Any] = {
    FaultCode.EMPTY: _("Empty document"),
    FaultCode.UNKNOWN_FORMAT: _("Unknown kind of document"),
    FaultCode.ENCRYPTED: _("Protected by a password"),
    FaultCode.DAMAGED: _("Damaged document"),
    FaultCode.INTERNAL: _("Not read by a fault of ours"),
    FaultCode.TOO_LARGE: _("Document too large"),
    FaultCode.TOO_COMPLEX: _("Document too complex to open"),
    FaultCode.TOOK_TOO_LONG: _("Reading took too long"),
    FaultCode.ENCODING: _("Unknown text encoding"),
    FaultCode.FORBIDDEN_CONTENT: _("Forbidden content"),
    FaultCode.NO_TEXT: _("No text in it"),
    FaultCode.NO_ORDER: _("No order found in it"),
    FaultCode.NO_RECOGNITION: _("No text recognition here"),
    FaultCode.PHOTO: _("Photographed or turned page"),
    FaultCode.ENVELOPE: _("Envelope wrong"),
    FaultCode.CONTROL_COUNT: _("Control count wrong"),
    FaultCode.CONTROL_REFERENCE: _("Control reference wrong"),
    FaultCode.MISSING_SEGMENT: _("Part missing"),
    FaultCode.INVALID_ELEMENT: _("Impossible value"),
    FaultCode.UNSUPPORTED: _("Not supported"),
    FaultCode.INCONSISTENT: _("Figures disagree"),
    FaultCode.TEST: _("Test document"),
    FaultCode.DOUBTFUL: _("Doubtful value"),
    FaultCode.MISNAMED: _("Wrong file type stated"),
    FaultCode.HIDDEN: _("Hidden rows or columns"),
    FaultCode.MERGED: _("Merged cells"),
    FaultCode.NO_STORED_VALUE: _("Formula without value"),
    FaultCode.ERROR_VALUE: _("Formula error"),
    FaultCode.DIGITS_LOST: _("Digits lost"),
    FaultCode.ZEROS_LOST: _("Leading zeros lost"),
    FaultCode.REWRITTEN: _("Rewritten by a spreadsheet"),
    FaultCode.READ_AS: _("Read as another value"),
    FaultCode.PASSED_OVER: _("Passed over"),
    FaultCode.CHECK_DIGIT: _("Check digit wrong"),
    FaultCode.CAVEAT: _("Taken back or limited"),
    FaultCode.SEVERAL_ORDERS: _("Several orders in one"),
    FaultCode.LIKE_BEFORE: _("As ordered before"),
    FaultCode.NO_QUANTITIES: _("List without quantities"),
}
REFUSALS = {
    "inbox.not_clean": _("Something in it is to be looked at; open it."),
    "inbox.incomplete": _("Something is still missing."),
    "inbox.open_it": _("Open it to decide."),
    "inbox.nothing_waits": _("Nothing waits for anybody here."),
    "intake.nothing_to_ask": _("There is nothing the customer could clear."),
    "intake.customer_unknown": _("The customer is not known; name him first."),
    "intake.no_address": _("The customer has no e-mail address. Call, or add a contact."),
    "intake.looked_at_first": _("Somebody of the desk has to look at it first."),
    "intake.reason_missing": _("A reason is needed."),
    "intake.answer_missing": _("Please fill this in."),
    "intake.answer_too_long": _("This is too long."),
    "intake.no_such_field": _("There is no such field."),
    "intake.value_too_long": _("This is too long."),
    "intake.product_unknown": _("No product has this code."),
    "intake.nothing_proposed": _("No answer has come yet."),
    "intake.nothing_to_learn": _("The value is put in; there is nothing to learn from this place."),
    "intake.set_by_standard": _(
        "The value is put in, but not learnt: in this kind of document each value has its place by the standard. If the"
        " partner puts it elsewhere, set that in his profile under Partners."
    ),
    "intake.not_read_again": _("Read again, the document shows no order here. Nothing was changed."),
    "intake.lines_differ": _(
        "Read again, the document has other lines, and not every one you put something into is among them. Nothing was"
        " changed."
    ),
    "intake.decision_unknown": _("There is no such decision."),
}


def refusal(reason: Reason) -> str:
    """Why something about what came in was refused."""
    return str(REFUSALS[reason.code]) if reason.code in REFUSALS else words.explain(reason)


def reason_word(code: str) -> str:
    """Why a message ended as it did: the title of a finding or a fault, or what a person wrote.

    Never empty and without figures, for the list has no room; the sentence stands on the message's own page.
    """
    titles = (FINDING_TITLES, FAULT_TITLES, REASON_WORDS, AUTOMATIC_WORDS)
    found = next((each[code] for each in titles if code in each), None)
    if found is None and code.startswith("draft:"):
        found = REASON_WORDS["draft"]
    return code if found is None else gettext(str(found))


def outcome_word(outcome: str) -> str:
    """What became of a message."""
    return gettext(OUTCOME_WORDS.get(outcome, outcome))


def trust_of(envelope: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Tone, word and reasons of how far a sender is believed; None where the channel says nothing of it."""
    trust = str(envelope.get("trust", ""))
    if trust not in TRUST_WORDS:
        return None
    tone, word = TRUST_WORDS[trust]
    reasons = [str(TRUST_REASONS.get(each, each)) for each in envelope.get("trust_reasons", ())]
    return tone, str(word), ", ".join(reasons)


class Figures(dict[str, str]):
    """Figures for a sentence; one that an earlier release did not keep is left open instead of breaking the page."""

    def __missing__(self, name: str) -> str:
        return "…"
