"""Group commit: calls made at the same moment are worked as one set, each caller getting its own answer.

One thread works for all callers of a gatherer. It takes whatever is waiting; while it works, the next set gathers. A
lone caller therefore never waits for company, and under load sets grow by themselves. That the thread is always the
same keeps its database connection, and the statements prepared on it, in use; callers hold none while they wait.
"""

import time
from collections.abc import Callable, Sequence
from threading import Condition, Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class _Ticket(Generic[T, R]):
    __slots__ = ("answer", "error", "item", "ready")

    def __init__(self, item: T) -> None:
        self.item = item
        self.ready = Event()
        self.answer: R | None = None
        self.error: Exception | None = None


class Gatherer(Generic[T, R]):
    """Works items of concurrent callers in sets of at most `most`.

    `work` gets the items and returns as many answers in their order. If it raises, every item is worked once more
    alone, so that a bad one fails only its own caller. After a set of more than one it waits `pause` seconds for those
    who have just been answered and are about to call again; after a lone caller it does not wait.
    """

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R]], *, most: int = 200, pause: float = 0.002) -> None:
        self._work = work
        self._most = most
        self._pause = pause
        self._arrived = Condition()
        self._waiting: list[_Ticket[T, R]] = []
        self._thread: Thread | None = None

    def call(self, item: T) -> R:
        """Have `item` worked together with what else is waiting; raise what working it raised."""
        ticket: _Ticket[T, R] = _Ticket(item)
        with self._arrived:
            self._waiting.append(ticket)
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="gatherer", daemon=True)
                self._thread.start()
            self._arrived.notify()
        ticket.ready.wait()
        if ticket.error is not None:
            raise ticket.error
        return ticket.answer  # type: ignore[return-value]  # set for every ticket without an error

    def _run(self) -> None:
        company = False
        while True:
            if company:
                time.sleep(self._pause)
            with self._arrived:
                while not self._waiting:
                    self._arrived.wait()
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            company = len(batch) > 1
            self._answer(batch)
            for ticket in batch:
                ticket.ready.set()

    def _answer(self, batch: Sequence[_Ticket[T, R]]) -> None:
        try:
            answers = self._work([ticket.item for ticket in batch])
            for ticket, answer in zip(batch, answers, strict=True):
                ticket.answer = answer
        except Exception as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            for ticket in batch:
                self._answer([ticket])
