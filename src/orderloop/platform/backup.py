"""A backup is one file: a line that names the format, a line of JSON that tells what is inside, PostgreSQL's own dump,
and the SHA-256 of all that. It is read to its end and checked before anything is restored.
"""

import hashlib
import importlib.metadata
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from orderloop.platform.postgres.binaries import wheel_binaries

MAGIC = b"ORDERLOOP-BACKUP 1\n"
TRAILER = 65
CHUNK = 1 << 20
LONGEST_HEAD = 1 << 24

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: `rows` by table, `migrations` as app.name, `release` of the product that made it."""

    made_at: str
    release: str
    server: str
    migrations: tuple[str, ...]
    rows: dict[str, int]


class BackupFault(RuntimeError):
    """A backup cannot be made, is not whole, or cannot be restored here; the words say which and why."""


def back_up(path: Path, *, url: str, at: datetime, progress: Progress | None = None) -> Manifest:
    """Write a backup of the database at `url` (the owner's) to `path`, which appears only when it is whole.

    Everything in it is of one moment. An existing file is not replaced.
    """
    if path.exists():
        raise BackupFault(f"{path} exists already.")
    tell = progress or _silent
    partial = path.with_name(path.name + ".partial")
    try:
        with psycopg.connect(url) as session, partial.open("wb") as file:
            session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            session.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
            manifest = _manifest_of(session, at, tell)
            snapshot = _one(session, "SELECT pg_export_snapshot()")
            _write(file, manifest, _dump(url, snapshot), tell, sum(manifest.rows.values()))
        partial.rename(path)
        _sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def verify(path: Path, *, progress: Progress | None = None) -> Manifest:
    """Read a backup to its end; `BackupFault` if a single byte is not as it was written."""
    size, digest = path.stat().st_size, hashlib.sha256()
    if size < len(MAGIC) + TRAILER:
        raise BackupFault(f"{path} is no backup: it is too short.")
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise BackupFault(f"{path} is no backup of Orderloop, or of another format.")
        file.seek(0)
        for chunk in _chunks(file, size - TRAILER):
            digest.update(chunk)
            (progress or _silent)(file.tell(), size, "Checking the backup")
        if file.read() != f"{digest.hexdigest()}\n".encode():
            raise BackupFault(f"{path} is damaged: its content does not have the checksum it was written with.")
    return _read_head(path)[0]


def restore(
    path: Path, *, url: str, known_migrations: Collection[str] | None = None, progress: Progress | None = None
) -> Manifest:
    """Restore a backup into the empty database at `url` (the owner's), in one transaction, and compare row counts.

    Rights and row-level security are not in a backup: apply them afterwards. `BackupFault`, with nothing changed, for
    a damaged backup, one made by a newer release (by `known_migrations`), and a database that is not empty.
    """
    tell = progress or _silent
    manifest = verify(path, progress=tell)
    newer = sorted(set(manifest.migrations) - set(known_migrations)) if known_migrations is not None else []
    if newer:
        raise BackupFault(f"The backup is of a newer release ({manifest.release}): {newer[0]} is unknown here.")
    with psycopg.connect(url) as session:
        if _tables(session):
            raise BackupFault(f"The database {session.info.dbname} is not empty: restore into a new one.")
    _feed(path, url, tell)
    with psycopg.connect(url) as session:
        found = _row_counts(session, tell)
    differing = sorted(name for name in found | manifest.rows if found.get(name) != manifest.rows.get(name))
    if differing:
        raise BackupFault(f"After restoring, tables differ from the backup: {', '.join(differing)}.")
    return manifest


def _silent(done: int, total: int, words: str) -> None:
    """The progress of a caller who does not want any."""


def _manifest_of(session: psycopg.Connection[Any], at: datetime, tell: Progress) -> Manifest:
    applied = session.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return Manifest(
        at.isoformat(),
        importlib.metadata.version("orderloop"),
        _one(session, "SHOW server_version"),
        tuple(row[0] for row in applied),
        _row_counts(session, tell),
    )


def _tables(session: psycopg.Connection[Any]) -> list[str]:
    rows = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    return [row[0] for row in rows]


def _row_counts(session: psycopg.Connection[Any], tell: Progress) -> dict[str, int]:
    tables, counts = _tables(session), {}
    for position, table in enumerate(tables, 1):
        counts[table] = session.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        tell(position, len(tables), "Counting rows")
    return {table: row[0] if row else 0 for table, row in counts.items()}


def _one(session: psycopg.Connection[Any], statement: str) -> Any:
    row = session.execute(statement.encode()).fetchone()
    return row[0] if row else None


def _write(file: IO[bytes], manifest: Manifest, dump: Any, tell: Progress, rows: int) -> None:
    digest = hashlib.sha256()

    def put(part: bytes) -> None:
        digest.update(part)
        file.write(part)

    put(MAGIC)
    put(json.dumps(asdict(manifest), ensure_ascii=False, sort_keys=True).encode() + b"\n")
    with dump as chunks:
        for chunk in chunks:
            put(chunk)
            tell(0, 0, f"Writing {rows} rows, {file.tell() >> 20} MB so far")
    file.write(f"{digest.hexdigest()}\n".encode())
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _dump(url: str, snapshot: str) -> Iterator[Iterator[bytes]]:
    arguments = ["--format=custom", "--no-owner", "--no-privileges", "--no-comments", f"--snapshot={snapshot}"]
    with _program("pg_dump", url, *arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield iter(lambda: process.stdout.read(CHUNK), b"")  # type: ignore[union-attr]  # asserted just above


def _feed(path: Path, url: str, tell: Progress) -> None:
    _, start = _read_head(path)
    end = path.stat().st_size - TRAILER
    arguments = ["--format=custom", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    with path.open("rb") as file, _program("pg_restore", url, *arguments, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        file.seek(start)
        try:
            for chunk in _chunks(file, end - start):
                process.stdin.write(chunk)
                tell(file.tell(), end, "Restoring")
            process.stdin.close()
        except BrokenPipeError:
            return  # its own words and exit code say why it stopped reading


@contextmanager
def _program(name: str, url: str, *arguments: str, **pipes: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of the server's programs; `BackupFault` with its words when it fails. The password stays off its
    command line, which every user of the machine can read."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    password = parts.pop("password", "")
    command = [str(wheel_binaries().program(name)), f"--dbname={make_conninfo(**parts)}", *arguments]
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(command, stderr=words, env={**os.environ, "PGPASSWORD": password}, **pipes)
        try:
            yield process
            failed = process.wait() != 0
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None and not pipe.closed:
                    pipe.close()
        if failed:
            words.seek(0)
            raise BackupFault(f"{name}: {words.read().decode(errors='replace').strip()}")


def _read_head(path: Path) -> tuple[Manifest, int]:
    """The manifest, and where the dump begins."""
    with path.open("rb") as file:
        file.seek(len(MAGIC))
        line = file.readline(LONGEST_HEAD)
        content = json.loads(line)
        return Manifest(**{**content, "migrations": tuple(content["migrations"])}), file.tell()


def _chunks(file: IO[bytes], size: int) -> Iterator[bytes]:
    left = size
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        left -= len(chunk)
        yield chunk


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
