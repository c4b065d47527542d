"""Bringing a table in: upload, preview of what would change and what is wrong, a choice, and what became of each row.

The table itself (its columns, and what saving a row means) is declared by the page that owns it.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext

from orderloop.foundation.outcome import Reason
from orderloop.platform.files import UnknownFile, attachment, read_file, store_file
from orderloop.platform.tables import (
    CELL_FAULT_WORDS,
    FILE_FAULT_WORDS,
    Column,
    Parsed,
    ParsedRow,
    Unreadable,
    parse_sheet,
    read_sheet,
    write_csv,
    write_xlsx,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200
_HASH = re.compile(r"[0-9a-f]{64}\Z")
Words = Any


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What saving does to one row: `change` is new, changed, unchanged or refused; `fields` are keys of columns."""

    number: int
    label: str
    change: str
    fields: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class TableImport:
    """A table that can be brought in. `work` saves parsed rows, or with its last argument true only says what it would
    do; `words` are the words of the reasons it refuses rows with. A `partial` file may lack columns, which then stay.
    """

    title: Words
    file_name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    work: Callable[[Sequence[ParsedRow], datetime, bool], Sequence[RowOutcome]]
    words: Mapping[str, str]
    back_url: str
    note: Words = ""
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a row, in the reader's words."""

    row: int
    column: str
    text: str
    words: str


@dataclass(slots=True)
class _Judged:
    parsed: Parsed
    outcomes: Sequence[RowOutcome]
    problems: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        counts = Counter(outcome.change for outcome in self.outcomes)
        counts["refused"] = len({problem.row for problem in self.problems})
        return counts


def import_table(request: HttpRequest, table: TableImport) -> HttpResponse:
    """The whole way through one view: GET offers, POST takes the file or carries the import out."""
    if form := request.GET.get("template"):
        return table_file(table.columns, [], form, f"{table.file_name}-template", str(table.title))
    if request.method == "POST" and "table" in request.FILES:
        return _take_file(request, table)
    digest = request.POST.get("file") or request.GET.get("file", "")
    if not digest:
        return _page(request, table, {"step": "upload"})
    try:
        if not _HASH.match(digest):
            raise UnknownFile(digest)
        content = read_file(digest).content
        return _work_on(request, table, digest, content)
    except UnknownFile:
        return _page(request, table, {"step": "upload", "fault": gettext("Choose the file again.")}, 422)
    except Unreadable as fault:
        return _page(request, table, {"step": "upload", "fault": fault_words(fault)}, 422)


def table_file(
    columns: Sequence[Column], rows: Sequence[Mapping[str, object]], form: str, name: str, title: str
) -> HttpResponse:
    """The rows as a file to save, `form` being csv or xlsx, with headers in the reader's language."""
    language = get_language() or "en"
    if form == "csv":
        return attachment(write_csv(columns, rows, language=language), "text/csv; charset=utf-8", f"{name}.csv")
    return attachment(write_xlsx(columns, rows, language=language, sheet=title), XLSX, f"{name}.xlsx")


def fault_words(fault: Unreadable) -> str:
    """Why a file cannot be read, in the reader's words."""
    return gettext(FILE_FAULT_WORDS[fault.code]) % fault.params


def _take_file(request: HttpRequest, table: TableImport) -> HttpResponse:
    upload = request.FILES["table"]
    content = upload.read()  # type: ignore[union-attr]  # one field, one file
    try:
        parse_sheet(read_sheet(content), table.columns, key=table.key, partial=table.partial)
    except Unreadable as fault:
        return _page(request, table, {"step": "upload", "fault": fault_words(fault)}, 422)
    digest = store_file(content, "application/octet-stream", at=timezone.now())
    return HttpResponseRedirect(f"{request.path}?file={digest}")


def _work_on(request: HttpRequest, table: TableImport, digest: str, content: bytes) -> HttpResponse:
    parsed = parse_sheet(read_sheet(content), table.columns, key=table.key, partial=table.partial)
    seen = _judge(table, parsed, table.work(parsed.rows, timezone.now(), True))
    if request.GET.get("problems"):
        return _problem_file(table, seen)
    if request.method != "POST":
        return _page(request, table, {"step": "preview", "file": digest, **_shown(table, seen)})
    all_or_nothing = request.POST.get("choice") != "good"
    if all_or_nothing and seen.problems:
        words = gettext("Nothing was changed, because some rows are wrong.")
        return _page(request, table, {"step": "preview", "file": digest, "fault": words, **_shown(table, seen)}, 422)
    with transaction.atomic():
        done = _judge(table, parsed, table.work(parsed.rows, timezone.now(), False))
        if all_or_nothing and done.problems:
            transaction.set_rollback(True)
    if all_or_nothing and done.problems:
        words = gettext("Nothing was changed, because the records have changed meanwhile.")
        return _page(request, table, {"step": "preview", "file": digest, "fault": words, **_shown(table, done)}, 409)
    return _page(request, table, {"step": "result", "file": digest, **_shown(table, done)})


def _judge(table: TableImport, parsed: Parsed, outcomes: Sequence[RowOutcome]) -> _Judged:
    titles = {column.key: column.title(get_language() or "en") for column in table.columns}
    words = {**CELL_FAULT_WORDS, **table.words}
    found = [(fault.row, fault.column, fault.code, fault.params) for fault in parsed.faults]
    found += [(each.number, why.field, why.code, why.params) for each in outcomes for why in each.reasons]
    problems = [
        Problem(
            row,
            titles.get(column, ""),
            parsed.texts[row].get(column, ""),
            gettext(words.get(code, code)) % dict(params),
        )
        for row, column, code, params in sorted(found, key=lambda each: each[0])
    ]
    return _Judged(parsed, outcomes, problems)


def _shown(table: TableImport, seen: _Judged) -> dict[str, Any]:
    titles = {column.key: column.title(get_language() or "en") for column in table.columns}
    changes = [outcome for outcome in seen.outcomes if outcome.change in {"new", "changed"}]
    return {
        "counts": seen.counts,
        "problems": seen.problems[:SHOWN],
        "more_problems": max(len(seen.problems) - SHOWN, 0),
        "changes": [
            {"outcome": each, "fields": ", ".join(titles[name] for name in each.fields if name in titles)}
            for each in changes[:SHOWN]
        ],
        "more_changes": max(len(changes) - SHOWN, 0),
        "unknown_headers": seen.parsed.unknown_headers,
        "good": seen.counts["new"] + seen.counts["changed"],
    }


def _problem_file(table: TableImport, seen: _Judged) -> HttpResponse:
    """The wrong rows as they came, each with what is wrong with it in a last column, to be corrected and sent again."""
    language = get_language() or "en"
    keys = {column.title(language): column.key for column in table.columns}
    wrong: dict[int, dict[str, str]] = {}
    for problem in seen.problems:
        text = f"{problem.column}: {problem.words}" if problem.column else problem.words
        wrong.setdefault(problem.row, {})[keys.get(problem.column, "")] = text
    rows = [seen.parsed.texts[number] for number in wrong]
    columns = [column for column in table.columns if column.key in seen.parsed.header]
    remarks = dict(enumerate(wrong.values()))
    content = write_xlsx(columns, rows, language=language, sheet=str(table.title), remarks=remarks)
    return attachment(content, XLSX, f"{table.file_name}-problems.xlsx")


def _page(request: HttpRequest, table: TableImport, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "ui/table_import.html", {"table": table, **context}, status=status)
