"""Sets of rows reach the table as they are, whatever their text."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from orderloop.platform.bulk import RowSet, execute, fetch_all, pipelined

pytestmark = pytest.mark.django_db

KINDS = {
    "n": "bigint", "amount": "numeric", "day": "date", "at": "timestamptz", "flag": "bool", "words": "text",
    "data": "jsonb", "raw": "bytea",
}  # fmt: skip


@pytest.fixture
def table():
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bulk_probe ({', '.join(f'{name} {kind}' for name, kind in KINDS.items())})")
    return RowSet("bulk_probe", **KINDS)


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "NULL",
        "null",
        "{}",
        "a,b",
        'say "hi"',
        "back\\slash",
        '\\"',
        "tab\tline\nend\r",
        "单引号'",
        '{a,"b\\"}',
        "%s %(x)s",
        "unit\x1fseparator",
    ],
)
def test_every_text_comes_back_as_it_went(table, words):
    at = datetime(2026, 11, 22, 23, 59, 59, 123456, tzinfo=UTC)
    row = (1, Decimal("-0.10"), date(2026, 2, 28), at, True, words, f'{{"k": {words!r:.0}"v\\\\"}}', words.encode())
    table.insert([row])
    [found] = fetch_all("SELECT n, amount, day, at, flag, words, data, raw FROM bulk_probe")
    assert found[:6] == row[:6]
    assert bytes(found[7]) == words.encode()


@pytest.mark.parametrize("column", [["a", 'b"', "c\\", ""], ["a", None, 'b"'], ["a\x1fb", "c", "\x1f"], [None, None]])
def test_a_column_of_texts_stays_apart(table, column):
    table.insert([(n, None, None, None, None, words, "{}", b"") for n, words in enumerate(column)])
    assert [words for _, words in sorted(fetch_all("SELECT n, words FROM bulk_probe"))] == column


def test_nothing_stays_nothing(table):
    table.insert([(None,) * len(KINDS)] * 2)
    assert fetch_all("SELECT * FROM bulk_probe") == [(None,) * len(KINDS)] * 2


def test_no_rows_are_no_statement(table, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert table.insert([]) == []


def test_what_was_written_can_be_returned(table):
    rows = [(n, None, None, None, None, "", "{}", b"") for n in range(3)]
    assert sorted(table.insert(rows, suffix="RETURNING n")) == [(0,), (1,), (2,)]


def test_a_fault_found_where_a_pipeline_ends_is_a_fault_of_the_database_like_any_other(table):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bulk_probe ADD CHECK (n > 0)")
    with pytest.raises(IntegrityError), transaction.atomic(), pipelined():
        execute("INSERT INTO bulk_probe (n) VALUES (0)")
    assert fetch_all("SELECT count(*) FROM bulk_probe") == [(0,)]
