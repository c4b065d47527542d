"""What reading hostile documents does to the web: the p99 of its answers in turn quiet, beside idle work, beside bombs.

`python -m bench.hostile`. The bombs are read as a worker reads them, one after the other, each in the sandbox. The
idle work is a loop that stands back behind everything and touches no memory: what it costs the web, the machine takes
from whoever shares a core with anybody, and no sandbox gives it back.
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
from collections.abc import Iterator, Sequence
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
    parser.add_argument("--idle", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read is not None:
        _read_for_ever(given.read)
    if given.idle:
        _idle_for_ever()
    world.start()
    token = world.people()
    memory.settle()
    with posting.server(os.environ["DATABASE_URL"]) as server:

        def load() -> posting.Run:
            return posting.stretch([server], token, posting.PATHS["product"], 8, given.seconds, given.pace)

        load()
        quiet, idle, loud, read = [], [], [], Counter[str]()
        for number in range(given.rounds):
            quiet.append(load())
            with _beside("--idle"):
                idle.append(load())
            with _beside("--read", str(number)) as said:
                loud.append(load())
            read.update(said)
            print(
                f"{number + 1:>3} p99 {quiet[-1].p99:>7.1f} ms quiet {idle[-1].p99:>7.1f} ms beside idle work"
                f" {loud[-1].p99:>7.1f} ms beside bombs",
                flush=True,
            )
    print(f"machine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; read: {dict(read)}")
    for name in ("p50", "p99"):
        figures = (statistics.median(getattr(run, name) for run in runs) for runs in (quiet, idle, loud))
        print("{}: {:.1f} ms quiet, {:.1f} ms beside idle work, {:.1f} ms beside bombs".format(name, *figures))
    print(f"p99 beside bombs to quiet, median of the rounds: {_ratio(loud, quiet):.2f} (bar: 1.20)")
    print(
        f"p99 beside idle work to quiet: {_ratio(idle, quiet):.2f}; beside bombs to idle work: {_ratio(loud, idle):.2f}"
    )


def _ratio(runs: Sequence[posting.Run], others: Sequence[posting.Run]) -> float:
    return statistics.median(one.p99 / other.p99 for one, other in zip(runs, others, strict=True))


@contextmanager
def _beside(*work: str) -> Iterator[list[str]]:
    """A process beside the web, as a worker is, until it is ended; what it said is in the list then."""
    command = [sys.executable, "-m", "bench.hostile", *work]
    process = subprocess.Popen(command, cwd=world.ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()  # it has begun
    said: list[str] = []
    try:
        yield said
    finally:
        children = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        said += process.stdout.read().split()
        process.wait(20)
        psutil.wait_procs(children, 10)


def _idle_for_ever() -> None:
    os.nice(19)
    print(flush=True)
    while True:
        pass


def _read_for_ever(first: int) -> None:
    from orderloop.entrypoints.installation import BEHIND_THE_WEB
    from orderloop.interchange.facts import Hints
    from orderloop.interchange.services import read_document

    os.nice(BEHIND_THE_WEB)
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
