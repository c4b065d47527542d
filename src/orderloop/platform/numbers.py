"""Human document numbers without gaps: a counter row per series, locked last and only for a moment."""

from django.db import connection


def take(series: str, count: int, *, prefix: str | None = None) -> list[str]:
    """The next `count` numbers of `series` in the caller's transaction, such as `SO-000042`, by one statement.

    A series begins at 1 with `prefix` (`<series>-` if none is given). If the transaction fails, the numbers are given
    out again. Call it after every other lock: all who want a number of this series wait for this transaction's end.
    """
    if count < 1:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform_numberseries AS s (code, prefix, last) VALUES (%s, %s, %s)"
            " ON CONFLICT (code) DO UPDATE SET last = s.last + excluded.last RETURNING s.prefix, s.last",
            [series, f"{series}-" if prefix is None else prefix, count],
        )
        kept, last = cursor.fetchone()
    return [f"{kept}{number:06d}" for number in range(last - count + 1, last + 1)]
