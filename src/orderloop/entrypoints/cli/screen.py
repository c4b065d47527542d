"""What the command line shows: sentences, tables, progress, and errors that say what to do."""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

INTERRUPTED = 130
LINE_SECONDS = 2.0
UNFOLDED = 400


class Failure(Exception):
    """The command cannot do what was asked; the message says why and what to do."""


def say(words: str) -> None:
    """One sentence for the reader."""
    print(words, flush=True)


def say_error(words: str) -> None:
    """Why the command failed."""
    print(f"orderloop: {words}", file=sys.stderr, flush=True)


def say_json(value: object) -> None:
    """The answer for a program."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str), flush=True)


def say_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], styles: Mapping[str, str] = {}
) -> None:
    """A table; `styles` colour a cell by what stands in it."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style=styles.get(cell, "")) for cell in row))
    is_folded = sys.stdout.isatty() or "COLUMNS" in os.environ
    Console(width=None if is_folded else UNFOLDED).print(table)


class Steps:
    """Progress of one step after the other: bars on a terminal, a line now and then elsewhere.

    Call it with how much is done, of how much, and what is being done; a total of 0 means nobody knows.
    """

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        self._bars: Any = None
        self._task, self._total = None, -1
        self._last_line, self._last_words, self._began = 0.0, "", time.monotonic()
        if console.is_terminal:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._bars = Progress(*columns, console=console)

    def __call__(self, done: int, total: int, words: str) -> None:
        if self._bars is None:
            self._print(done, total, words)
            return
        if self._task is None or total != self._total or not total:
            self._finish()
            self._task, self._total = self._bars.add_task(words, total=total or None), total
        self._bars.update(self._task, completed=done, description=words)

    @contextmanager
    def shown(self) -> Iterator["Steps"]:
        """Show the progress while the block runs."""
        if self._bars is None:
            yield self
            return
        with self._bars:
            yield self
            self._finish()

    def _print(self, done: int, total: int, words: str) -> None:
        now = time.monotonic()
        if words == self._last_words and now - self._last_line < LINE_SECONDS and done != total:
            return
        self._last_line, self._last_words = now, words
        share = f" {done:,}/{total:,}" if total else ""
        print(f"[{now - self._began:5.1f} s] {words}{share}", file=sys.stderr, flush=True)

    def _finish(self) -> None:
        if self._task is not None:
            total = max(self._total, 1)
            self._bars.update(self._task, total=total, completed=total)


def explained(error: Exception) -> str | None:
    """The words for a fault that was to be expected; None for one that is a bug."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db.utils import OperationalError as DjangoOperationalError
    from django.db.utils import ProgrammingError
    from psycopg import OperationalError
    from psycopg.errors import UndefinedColumn, UndefinedTable

    from orderloop.entrypoints.installation import PortTaken
    from orderloop.platform.backup import BackupFault
    from orderloop.platform.enforcement import RolesMissing
    from orderloop.platform.postgres import BlindSearch, ClusterError, NotDurable
    from orderloop.platform.supervisor import AlreadySupervised, KeepsFailing

    named: tuple[type[Exception], ...] = (
        Failure,
        BackupFault,
        PortTaken,
        RolesMissing,
        BlindSearch,
        ClusterError,
        NotDurable,
        AlreadySupervised,
        KeepsFailing,
    )
    if isinstance(error, named) or type(error).__module__.startswith("orderloop.entrypoints."):
        return str(error)
    if isinstance(error, (OperationalError, DjangoOperationalError)):
        return f"The database does not answer: {str(error).strip()}\nSee `orderloop doctor`."
    if isinstance(error, ProgrammingError) and isinstance(error.__cause__, (UndefinedTable, UndefinedColumn)):
        return "The database lacks tables of this release: run `orderloop migrate`, or `orderloop demo` for the demo."
    if isinstance(error, (ImproperlyConfigured, OSError)):
        return str(error)
    return None
