"""Clients that order while things break, each with a journal of what it was told."""

import contextlib
import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

PATIENCE_SECONDS = 20.0
# One request in so many is given up on before its answer can have come: the answer is lost, not the order.
IMPATIENT_EVERY = 12
IMPATIENT_SECONDS = 0.02
PAUSES = (0.0, 0.03)
REQUESTED_DAYS = 21
FINAL = {201, 422}


@dataclass(slots=True)
class Journal:
    """What the clients know: per reference the numbers they were told, and how often they had to ask."""

    told: dict[str, set[str]] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[str, Any]] = field(default_factory=list)
    strange: list[tuple[str, int]] = field(default_factory=list)

    def asked(self, reference: str) -> None:
        self.attempts[reference] = self.attempts.get(reference, 0) + 1

    @property
    def retried(self) -> int:
        return sum(count > 1 for count in self.attempts.values())


@dataclass(frozen=True, slots=True)
class Shop:
    """Where to order, what, and with which token."""

    port: int
    customers: list[str]
    items: list[str]
    token: str


class Clients:
    """So many clients, ordering until told to stop; each then still asks on until its last order is answered.

    With `same_key` a client sends what was not answered again under its first Idempotency-Key, as it should; without,
    under a new one.
    """

    def __init__(self, shop: Shop, count: int, *, seed: int, name: str, same_key: bool = True) -> None:
        self.journal = Journal()
        self._shop, self._name, self._same_key = shop, name, same_key
        self._stopping = threading.Event()
        self._deadline = float("inf")
        self._threads = [
            threading.Thread(target=self._order, args=(n, random.Random(seed * 1000 + n)), daemon=True)
            for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> None:
        """Take no new orders; give what is under way `seconds` to be answered."""
        self._deadline = time.monotonic() + seconds
        self._stopping.set()
        for thread in self._threads:
            thread.join(seconds + PATIENCE_SECONDS)
            assert not thread.is_alive(), "a client hangs"

    def _order(self, n: int, chance: random.Random) -> None:
        serial = 0
        while not self._stopping.is_set():
            serial += 1
            self._insist(f"{self._name}-{n}-{serial}", chance)
            time.sleep(chance.uniform(*PAUSES))

    def _insist(self, reference: str, chance: random.Random) -> None:
        """Send one order until it is answered for good."""
        order = self._body(reference, chance)
        attempt = 0
        while time.monotonic() < self._deadline:
            attempt += 1
            self.journal.asked(reference)
            key = reference if self._same_key else f"{reference}/{attempt}"
            patience = IMPATIENT_SECONDS if chance.randrange(IMPATIENT_EVERY) == 0 else PATIENCE_SECONDS
            status, answer = self._post(json.dumps({**order, "po_number": key}), key, patience)
            if status == 201:
                self.journal.told.setdefault(reference, set()).add(answer["number"])
            elif status == 422:
                self.journal.refused.append((reference, answer))
            elif status not in {0, 503}:
                self.journal.strange.append((reference, status))
            if status in FINAL:
                return
            time.sleep(chance.uniform(0.02, 0.2))

    def _body(self, reference: str, chance: random.Random) -> dict[str, Any]:
        items = chance.sample(self._shop.items, chance.randint(1, 3))
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + REQUESTED_DAYS * 86_400))
        return {
            "customer": chance.choice(self._shop.customers),
            "requested_on": day,
            "note": reference,
            "lines": [{"item": item, "quantity": str(chance.randint(1, 9))} for item in items],
        }

    def _post(self, body: str, key: str, patience: float) -> tuple[int, Any]:
        """Status and answer; 0 where none came."""
        connection = http.client.HTTPConnection("127.0.0.1", self._shop.port, timeout=patience)
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._shop.token}",
            "Idempotency-Key": key,
        }
        with contextlib.closing(connection):
            try:
                connection.request("POST", "/api/v1/orders", body, headers)
                answer = connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException):
                return 0, None
            return answer.status, json.loads(text) if text[:1] == b"{" else None
