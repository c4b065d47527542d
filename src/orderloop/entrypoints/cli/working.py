"""Getting to work: Django with the rights a command needs, the database running around it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from orderloop.entrypoints.cli.words import language


def set_up_django(role: str) -> None:
    """Load the product as `owner`, `app` or `read`; call before anything of it is imported."""
    os.environ["ORDERLOOP_DATABASE_ROLE"] = role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderloop.entrypoints.settings")
    os.environ.setdefault("ORDERLOOP_LOG_LEVEL", "WARNING")
    os.environ.setdefault("ORDERLOOP_LOG_FORMAT", "plain")
    # A page must answer in seconds; what is started by hand may take its time.
    os.environ.setdefault("PGOPTIONS", "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0")
    import django
    from django.utils import translation

    django.setup()
    translation.activate(language())


@contextmanager
def at_work(role: str) -> Iterator[None]:
    """Within this block the database runs and Django is loaded with the rights of `role`."""
    from orderloop.entrypoints.installation import database_running

    with database_running():
        set_up_django(role)
        yield
