"""What is true of an order whatever else is decided about it."""

import unicodedata
from collections.abc import Iterable, Sequence

from orderloop.orders.facts import OrderStatus


def po_key(po_number: str) -> str:
    """The form in which two purchase order numbers are the same: NFKC, upper case, no white space."""
    return "".join(unicodedata.normalize("NFKC", po_number).upper().split())


def replayed_status(steps: Iterable[tuple[str, str]]) -> str | None:
    """The state that the history rows (status before, status after), in order, lead to; None where they contradict."""
    status = ""
    for before, after in steps:
        if before != status:
            return None
        status = after
    return status


def status_after_shipping(open_quantities: Sequence[bool]) -> OrderStatus:
    """`open_quantities` says of each line whether something is still to be shipped."""
    return OrderStatus.PART_SHIPPED if any(open_quantities) else OrderStatus.SHIPPED
