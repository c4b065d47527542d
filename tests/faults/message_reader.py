"""Reads what has arrived as the worker's pass does, again and again, in children that are killed in the middle.

python -m tests.faults.message_reader KILLS SEED [split]

Prints how many children were killed while they still had work. With `split`, the outcome of a message is written in a
transaction of its own after its orders, as it must not be: the control of the test.
"""

import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 11, 23, 2, tzinfo=UTC)
# After this long nothing that a dead reader held is held any more.
APART = timedelta(minutes=10)


def main(kills: int, seed: int, *, split: bool) -> None:
    import django

    django.setup()
    from django.db import connection

    from orderloop.flow.jobs import read_arrivals
    from orderloop.platform import sandbox

    if split:
        _write_outcomes_apart()
    chance = random.Random(seed)
    # One pass in peace, so that everything is imported and a child begins with reading at once.
    read_arrivals(BEGINNING)
    connection.close()
    at, done = BEGINNING, 0
    while done < kills:
        at += APART
        # One that has nothing left to read ends by itself; then there is nothing left to kill.
        if not _child_killed(at, chance.uniform(0.05, 0.3)):
            break
        done += 1
    sandbox.stop()
    at += APART
    while read_arrivals(at):
        at += APART
    print(done)


def _child_killed(at: datetime, seconds: float) -> bool:
    from orderloop.flow.jobs import read_arrivals

    child = os.fork()
    if child == 0:
        while read_arrivals(at):
            pass
        os._exit(0)
    time.sleep(seconds)
    if os.waitpid(child, os.WNOHANG)[0]:
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


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
