"""Who does something: every service is told, and every history row keeps it."""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["person", "customer", "system", "api"]


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts: a person of the desk, a customer's user, the product itself, or a token of the API.

    `id` is the row of that kind in the access tables, None where there is none; `name` is shown in histories
    as it was at the time, so that a later change of name rewrites no past.
    """

    kind: ActorKind
    id: int | None
    name: str


SYSTEM = Actor("system", None, "system")
