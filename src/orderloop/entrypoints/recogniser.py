"""The recogniser: reads messages with pictures, one after the other, so that the worker never waits for a fax.

It sets nothing in motion by the clock and does no jobs. Any number may run; whatever one holds when it dies is taken
over by another.
"""

import asyncio
import signal
import threading

from orderloop.entrypoints.worker import set_up


def main() -> None:
    """Run one recogniser in this process until SIGTERM or SIGINT."""
    set_up()
    asyncio.run(_work())


async def _work() -> None:
    from orderloop.platform import jobs

    stopped = threading.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await asyncio.to_thread(jobs.work_until, stopped, jobs.RECOGNITION)


if __name__ == "__main__":
    main()
