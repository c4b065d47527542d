"""What reading hostile documents does to the web: the p99 of its answers, quiet and while bombs are read, in turn.

`python -m bench.hostile`. The bombs are read as a worker reads them, one after the other, each in the sandbox.
"""

import argparse
import io
import os
import statistics
import struct
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from bench import posting, world
from orderloop.entrypoints import memory


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.hostile", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=8, help="of each stretch of load")
    parser.add_argument("--pace", type=float, default=40, help="orders a second, from eight clients")
    parser.add_argument("--read", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read is not None:
        _read_for_ever(given.read)
    world.start()
    token = world.people()
    memory.settle()
    with posting.server(os.environ["DATABASE_URL"]) as server:
        posting.stretch([server], token, posting.PATHS["product"], 8, given.seconds, given.pace)
        quiet, loud, read = [], [], Counter[str]()
        for number in range(given.rounds):
            quiet.append(posting.stretch([server], token, posting.PATHS["product"], 8, given.seconds, given.pace))
            with _reading(read, number):
                loud.append(posting.stretch([server], token, posting.PATHS["product"], 8, given.seconds, given.pace))
            ratio = loud[-1].p99 / quiet[-1].p99
            print(
                f"{number + 1:>3} p99 {quiet[-1].p99:>7.1f} ms quiet {loud[-1].p99:>7.1f} ms loud {ratio:>6.2f}",
                flush=True,
            )
    ratios = [one.p99 / other.p99 for one, other in zip(loud, quiet, strict=True)]
    print(f"machine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; read: {dict(read)}")
    for name in ("p50", "p99"):
        before, during = (statistics.median(getattr(run, name) for run in runs) for runs in (quiet, loud))
        print(f"{name}: {before:.1f} ms quiet, {during:.1f} ms while bombs are read")
    print(f"ratio of p99, median of the rounds: {statistics.median(ratios):.2f} (bar: 1.20)")


@contextmanager
def _reading(read: Counter[str], first: int) -> Iterator[None]:
    """A process beside the web that reads one bomb after the other until it is ended."""
    command = [sys.executable, "-m", "bench.hostile", "--read", str(first)]
    process = subprocess.Popen(command, cwd=world.ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()  # it has begun
    try:
        yield
    finally:
        children = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        read.update(process.stdout.read().split())
        process.wait(20)
        psutil.wait_procs(children, 10)


def _read_for_ever(first: int) -> None:
    from orderloop.interchange.facts import Hints
    from orderloop.interchange.services import read_document

    bombs = list(_bombs().items())
    read_document(b"Item,Qty\nA-1,2\n", Hints(filename="warm.csv"))
    print(flush=True)
    while True:
        # Some take longer than a stretch: each round begins with another.
        for name, content in (*bombs[first % len(bombs) :], *bombs[: first % len(bombs)]):
            reading = read_document(content, Hints(filename=name))
            print(reading.faults[0].code if reading.faults else "read", flush=True)


def _bombs() -> dict[str, bytes]:
    """One of each way to take time or memory that a reader cannot see before it begins."""
    return {
        "sheet.xlsx": _sheet(),
        "rows.csv": b"Item,Qty,Price\n" + b"A-1,2,3\n" * 50_000,
        "nested.json": b"[" * 5_000_000,
        "entities.xml": _entities(),
        "drawing.pdf": _pdf(),
        "sentences.txt": b"please send 12 pcs of " * 9_000,
        "picture.png": _picture(),
    }


def _sheet() -> bytes:
    import xlsxwriter

    output = io.BytesIO()
    with xlsxwriter.Workbook(output, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Item", "Qty", "Price"])
        for number in range(1, 50_000):
            sheet.write_row(number, 0, [f"A-{number}", number, 3.5])
    return output.getvalue()


def _entities() -> bytes:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE Order [<!ENTITY e0 "ha">{levels}]><Order>&e9;</Order>'.encode()


def _pdf() -> bytes:
    """A page of twenty million strokes."""
    stream = zlib.compress(b"0 0 m 9 9 l S\n" * 20_000_000)
    head = b"<</Length " + str(len(stream)).encode() + b"/Filter/FlateDecode>>stream\n"
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>endobj\n4 0 obj"
        + head + stream + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )  # fmt: skip


def _picture() -> bytes:
    """As many dots as are allowed, all noise-free grey: recognition runs on it in full."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 8000, 8000, 8, 0, 0, 0, 0)
    row = b"\0" + bytes((n // 40 % 2) * 255 for n in range(8000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * 8000)) + chunk(b"IEND", b"")


if __name__ == "__main__":
    main()
