"""The mailroom's process: receives by SMTP and fetches by IMAP until it is asked to stop."""

import asyncio
import logging
import os
import signal
import threading

from orderloop.entrypoints.mailroom.options import Options, from_environment


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderloop.entrypoints.settings")
    import django

    django.setup()
    # The library logs every line of a session; what matters is said by the receiver.
    logging.getLogger("mail").setLevel(logging.WARNING)
    asyncio.run(_work(from_environment()))


async def _work(options: Options) -> None:
    from orderloop.entrypoints.mailroom.fetcher import fetch_until
    from orderloop.entrypoints.mailroom.receiver import Receiver
    from orderloop.entrypoints.mailroom.senders import judge_with
    from orderloop.entrypoints.mailroom.storing import keep_all, keep_one

    stopped, waiting = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, stopped, waiting)
    receiver = Receiver(options, keep_one, judge_with(options))
    port = await receiver.start()
    print(f"takes mail for {', '.join(options.addresses)} at {options.host}:{port} (SMTP)", flush=True)
    fetching = None
    if options.mailbox is not None:
        fetching = asyncio.create_task(asyncio.to_thread(fetch_until, stopped, options, keep_all))
    await waiting.wait()
    await receiver.stop()
    if fetching is not None:
        await fetching


def _stop(stopped: threading.Event, waiting: asyncio.Event) -> None:
    stopped.set()
    waiting.set()


if __name__ == "__main__":
    main()
