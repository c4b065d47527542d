"""`make bench`: how fast the product is, as ratios against yardsticks measured in the same run on the same database.

Quote the ratios and the CPU an order takes; rates of a shared machine come and go with its neighbours.
"""

import argparse
import os
import sys
from pathlib import Path

from bench import posting, sets, world
from orderloop.entrypoints import memory

FILLED = (10_000, 1_000_000)
CHUNK = 50_000
# The database as it was with few orders, kept beside the one with many.
SMALL = "bench_small"
# Orders a second that 64 clients send together, beside as fast as they are answered.
PACES = (100, 200, 300)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="small and fast: does everything run")
    parser.add_argument("--orders", type=int, default=FILLED[1], help="how many orders the large database holds")
    given = parser.parse_args()
    world.start()
    token = world.people()
    memory.settle()
    _yardstick()
    print(f"machine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    rounds = 2 if given.smoke else 7
    small, large = (200, 400) if given.smoke else (FILLED[0], given.orders)
    sets.product_set(5)
    _fill(small)
    _measure_sets((1, 100) if given.smoke else (1, 100, 1000, 5000), rounds, small)
    _measure_posts(token, 1 if given.smoke else 6, 1 if given.smoke else 5)
    world.copy_to(SMALL)
    _fill(large - small)
    _measure_sets((100,) if given.smoke else (1, 100, 1000), rounds, large)
    _measure_growth((1, 100) if given.smoke else (1, 100, 1000), rounds, small, large)


def _yardstick() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute((Path(__file__).parent / "yardstick.sql").read_text())


def _fill(count: int) -> None:
    """Put so many delivered orders of the past into the database, then let it know its own statistics."""
    from django.db import connection

    policy, sheet, terms = sets.documents()
    statement = (Path(__file__).parent / "history.sql").read_text()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders_order")
        first = cursor.fetchone()[0]
        for start in range(0, count, CHUNK):
            size = min(CHUNK, count - start)
            values = {"first": first + start, "count": size, "policy": policy, "sheet": sheet, "terms": terms}
            cursor.execute(statement, values)
            print(f"\rfilled {start + size:,} of {count:,}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        cursor.execute("VACUUM ANALYZE")


def _measure_sets(sizes: tuple[int, ...], rounds: int, filled: int) -> None:
    print(f"\nmessage to released, in sets, {filled:,} orders in the database (product and yardstick in turn)")
    print(f"{'set':>6} {'product/s':>11} {'yardstick/s':>12} {'ratio':>6}")
    for size in sizes:
        times = rounds * 20 if size == 1 else rounds * 3 if size == 100 else rounds
        sets.measure(size, 2)
        result = sets.measure(size, times)
        print(f"{size:>6} {result.product:>11.0f} {result.yardstick:>12.0f} {result.ratio:>6.2f}", flush=True)


def _measure_growth(sizes: tuple[int, ...], rounds: int, small: int, large: int) -> None:
    """The same sets in the small and the large database, turn by turn."""
    print(f"\ntime per order with {large:,} orders in the database against {small:,}, both in turn")
    print(f"{'set':>6} {'product':>8} {'yardstick':>10}")
    for size in sizes:
        times = rounds * 10 if size == 1 else rounds * 3 if size == 100 else rounds
        product, yardstick = sets.growth(size, times, world.NAME, SMALL)
        print(f"{size:>6} {product:>8.2f} {yardstick:>10.2f}", flush=True)


def _measure_posts(token: str, seconds: float, rounds: int) -> None:
    import psutil

    from orderloop.platform.postgres import Cluster

    database = psutil.Process(Cluster(world.HOME / "postgres").ensure_running().pid)
    with posting.server(os.environ["DATABASE_URL"]) as web:
        print("\nPOST /orders, each client sending its next order when the last is answered, or at a pace")
        print(
            f"{'clients':>7} {'asked/s':>7} {'product/s':>10} {'p50 ms':>7} {'p99 ms':>7} {'CPU ms':>7}"
            f" {'yardstick/s':>12} {'p99 ms':>7} {'CPU ms':>7} {'ratio':>6}"
        )
        for clients, pace in ((1, 0), (16, 0), (64, 0), *((64, pace) for pace in PACES)):
            r = posting.measure([web, database], token, clients, seconds=seconds, rounds=rounds, pace=pace)
            p, y = r.product, r.yardstick
            print(
                f"{clients:>7} {pace or 'most':>7} {p.rate:>10.0f} {p.p50:>7.1f} {p.p99:>7.1f} {p.cpu:>7.2f}"
                f" {y.rate:>12.0f} {y.p99:>7.1f} {y.cpu:>7.2f} {r.ratio:>6.2f}",
                flush=True,
            )
        print(f"memory of the web server under this load: {posting.memory([web]):.0f} MB")


if __name__ == "__main__":
    main()
