"""Gathering findings: each weighed by the policy, all of them named, none twice."""

from collections.abc import Sequence

from orderloop.intake.facts import ESSENTIAL, Finding, FindingCode, IntakePolicy, Severity
from orderloop.orders.facts import Channel

# The most of a strange value that is shown back.
SHOWN_LENGTH = 200


class Notes:
    """The findings of one entry, as they are made."""

    __slots__ = ("_channel", "_given", "_policy", "found", "is_blocked")

    def __init__(self, policy: IntakePolicy, channel: Channel, found: Sequence[Finding] = ()) -> None:
        self._policy = policy
        self._channel = channel
        self.found = list(found)
        self._given = {(each.code, each.field) for each in found}
        self.is_blocked = any(each.severity is Severity.BLOCKING for each in found)

    def add(self, code: FindingCode, field: str = "", *, suggestion: object = "", **params: object) -> None:
        """Note a finding unless the policy has turned it off, altogether or for this channel, or it was
        there before the examination."""
        if (code, field) in self._given:
            return
        setting = self._policy.setting_of(code)
        essential = code in ESSENTIAL
        if not essential and (not setting.active or self._channel in setting.except_channels):
            return
        severity = Severity.BLOCKING if essential else Severity(setting.severity)
        self.is_blocked |= severity is Severity.BLOCKING
        shown = {name: str(value)[:SHOWN_LENGTH] for name, value in params.items()}
        self.found.append(Finding(code, field, severity, setting.ask_customer, shown, str(suggestion)))
