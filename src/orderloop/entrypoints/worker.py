"""The worker: does the outbox and what arrives in threads of their own and runs jobs beside them, until asked to stop.

Any number of workers may run, on any number of hosts; whatever one holds when it dies is taken over by another.
"""

import asyncio
import contextlib
import os
import signal
import threading

from orderloop.entrypoints import memory

GRACE_SECONDS = 10.0
STATEMENT_TIMEOUT = "60s"


def main() -> None:
    """Run one worker in this process until SIGTERM or SIGINT."""
    set_up()
    asyncio.run(_work())


def set_up() -> None:
    """Make this process ready to work: Django, its memory, its patience with the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderloop.entrypoints.settings")
    import django

    django.setup()
    memory.settle()
    _allow_long_statements()


def _allow_long_statements() -> None:
    """A page must answer in seconds; a nightly check need not."""
    from django.db.backends.signals import connection_created

    def relax(connection, **_kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [STATEMENT_TIMEOUT])

    connection_created.connect(relax, weak=False, dispatch_uid="worker.relax")


async def _work() -> None:
    from orderloop.platform import jobs

    stopped = threading.Event()
    draining = asyncio.create_task(asyncio.to_thread(jobs.drain_until, stopped))
    passing = asyncio.create_task(asyncio.to_thread(jobs.work_until, stopped))
    posting = asyncio.create_task(asyncio.to_thread(jobs.work_until, stopped, jobs.POSTS))
    running = asyncio.create_task(_run_jobs(stopped))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, stopped, running)
    with contextlib.suppress(asyncio.CancelledError):
        await running
    stopped.set()
    await draining
    await passing
    await posting


def _stop(stopped: threading.Event, running: asyncio.Task[None]) -> None:
    stopped.set()
    running.cancel()


async def _run_jobs(stopped: threading.Event) -> None:
    """Run jobs; when the database goes away, begin anew once it is back."""
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import ConnectorException
    from psycopg import OperationalError

    pause = 1.0
    while not stopped.is_set():
        try:
            connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # of Django's connector only
            with app.replace_connector(connector) as worker_app:
                async with worker_app.open_async():
                    pause = 1.0
                    await worker_app.run_worker_async(
                        concurrency=2,
                        install_signal_handlers=False,
                        shutdown_graceful_timeout=GRACE_SECONDS,
                        delete_jobs="successful",
                    )
        except (ConnectorException, OperationalError, OSError):
            await asyncio.sleep(pause)
            pause = min(pause * 2, 30.0)


if __name__ == "__main__":
    main()
