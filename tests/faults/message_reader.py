"""Reads what has arrived as the worker's pass does, again and again, in children that are killed in the middle.

python -m tests.faults.message_reader KILLS SEED [split]

Prints how many children were killed while they still had work. With `split`, the outcome of a message is written in a
transaction of its own after its orders, as it must not be: the control of the test.

When a child dies is measured in its own passes and not in seconds, so that as much is done between two deaths on a
slow machine as on a fast one: every other child is killed in its first pass, the others in their second. So no message
is held by the dead often enough to be set apart for it.
"""

import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

BEGINNING = datetime(2026, 11, 23, 2, tzinfo=UTC)
# After this long nothing that a dead reader held is held any more.
APART = timedelta(minutes=10)
# Few enough that there is still work for the last child to be killed at.
AT_ONCE = 6


def main(kills: int, seed: int, *, split: bool) -> None:
    import django

    django.setup()
    from django.db import connection

    from orderloop.flow import jobs
    from orderloop.platform import sandbox

    if split:
        _write_outcomes_apart()
    jobs.AT_ONCE = AT_ONCE
    chance = random.Random(seed)
    # One pass in peace, so that everything is imported and a child begins with reading at once.
    jobs.read_arrivals(BEGINNING)
    connection.close()
    at, done = BEGINNING + APART, 0
    first, second = _seconds_of_two_passes(at)
    while done < kills:
        at += APART
        passes = done % 2
        # One that has nothing left to read ends by itself; then there is nothing left to kill.
        if not _child_killed(at, passes, chance.uniform(0, second if passes else first)):
            break
        done += 1
    sandbox.stop()
    at += APART
    while jobs.read_arrivals(at):
        at += APART
    print(done)


def _seconds_of_two_passes(at: datetime) -> tuple[float, float]:
    """What a child takes for its first pass, in which it gets ready to read, and for its second."""
    began = time.monotonic()
    child, passes = _child(at)
    ends = [passes.read(1) and time.monotonic() - began for _ in range(2)]
    _kill(child, passes)
    return ends[0], ends[1] - ends[0]


def _child_killed(at: datetime, after: int, seconds: float) -> bool:
    """Kill a child so many seconds after it has ended so many passes; whether it still had work then."""
    child, passes = _child(at)
    passes.read(after)
    time.sleep(seconds)
    return _kill(child, passes)


def _child(at: datetime) -> tuple[int, BinaryIO]:
    """A child that reads until nothing is left, and a stream on which it writes one byte at the end of each pass."""
    from orderloop.flow.jobs import read_arrivals

    told, telling = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        while read_arrivals(at):
            os.write(telling, b".")
        os._exit(0)
    os.close(telling)
    return child, open(told, "rb", buffering=0)


def _kill(child: int, passes: BinaryIO) -> bool:
    working = os.waitpid(child, os.WNOHANG)[0] == 0
    if working:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    passes.close()
    return working


def _write_outcomes_apart() -> None:
    from orderloop.flow.services import arriving
    from orderloop.intake import services as intake

    together, record = arriving._take_in, intake.record_messages

    def record_later(*given: object, **named: object) -> object:
        time.sleep(0.2)
        return record(*given, **named)

    arriving._take_in = together.__wrapped__
    intake.record_messages = record_later


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), split=sys.argv[3:] == ["split"])
