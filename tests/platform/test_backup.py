"""A backup comes back as it was, and one that is not whole is refused before anything is touched."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from tests.makers import NOW, a_customer, a_product

from orderloop.platform import backup, files
from orderloop.platform.backup import BackupFault

pytestmark = pytest.mark.django_db(transaction=True)


def url_of(database: str) -> str:
    given = connection.settings_dict
    who = f"{quote(given['USER'])}:{quote(given['PASSWORD'], safe='')}"
    return f"postgresql://{who}@{given['HOST'] or '127.0.0.1'}:{given['PORT'] or 5432}/{database}"


@pytest.fixture
def empty() -> Iterator[str]:
    """A database like those the cluster prepares: with extensions, without tables."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with psycopg.connect(url_of("postgres"), autocommit=True) as session:
        session.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield url_of(name)
        session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def made(tmp_path) -> Path:
    a_customer("C1", name="华信商贸")
    a_product("SKU-1", stock=7)
    files.store_file(b"\x00\xff bytes", "application/octet-stream", at=NOW)
    path = tmp_path / "desk.backup"
    backup.back_up(path, url=url_of(connection.settings_dict["NAME"]), at=NOW)
    return path


def test_what_was_backed_up_comes_back(made, empty):
    manifest = backup.restore(made, url=empty)
    assert manifest.rows["customers_customer"] == 1 and manifest.rows["inventory_move"] == 1
    assert manifest.made_at == NOW.isoformat()
    with psycopg.connect(empty) as session:
        assert session.execute("SELECT name FROM customers_customer").fetchall() == [("华信商贸",)]
        assert session.execute("SELECT on_hand FROM inventory_stock").fetchone()[0] == 7
        assert session.execute("SELECT content FROM platform_storedfile").fetchone()[0] == b"\x00\xff bytes"
        with pytest.raises(psycopg.errors.UniqueViolation):
            session.execute("INSERT INTO customers_customer SELECT * FROM customers_customer")


def test_the_manifest_is_read_without_a_database(made):
    manifest = backup.verify(made)
    assert "customers.0001_initial" in manifest.migrations
    assert manifest.rows["catalog_product"] == 1


@pytest.mark.parametrize("where", [0.0, 0.01, 0.5, 0.999999])
def test_one_flipped_bit_anywhere_is_refused(made, empty, where):
    content = bytearray(made.read_bytes())
    content[int(where * (len(content) - 1))] ^= 1
    made.write_bytes(content)
    with pytest.raises(BackupFault, match=r"damaged|no backup"):
        backup.restore(made, url=empty)
    with psycopg.connect(empty) as session:
        assert session.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 500])
def test_what_is_no_backup_is_refused(tmp_path, content, empty):
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(BackupFault, match="is no backup"):
        backup.restore(path, url=empty)


def test_a_backup_cut_short_is_refused(made, empty):
    made.write_bytes(made.read_bytes()[:-1000])
    with pytest.raises(BackupFault, match="damaged"):
        backup.restore(made, url=empty)


def test_a_database_that_holds_something_is_not_overwritten(made):
    with pytest.raises(BackupFault, match="not empty"):
        backup.restore(made, url=url_of(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_customer")
        assert cursor.fetchone() == (1,)


def test_a_backup_of_a_newer_release_is_refused(made, empty):
    known = set(backup.verify(made).migrations) - {"customers.0001_initial"}
    with pytest.raises(BackupFault, match=r"newer release .*customers\.0001_initial"):
        backup.restore(made, url=empty, known_migrations=known)


def test_a_file_that_is_there_is_never_replaced_and_a_failure_leaves_none(made, tmp_path):
    before = made.read_bytes()
    with pytest.raises(BackupFault, match="exists already"):
        backup.back_up(made, url=url_of(connection.settings_dict["NAME"]), at=NOW)
    assert made.read_bytes() == before
    with pytest.raises(psycopg.OperationalError):
        backup.back_up(tmp_path / "new", url=url_of("no_such_database"), at=NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["desk.backup"]


def test_the_password_is_not_on_the_command_line(made, monkeypatch, tmp_path):
    seen = []
    real = backup.subprocess.Popen
    monkeypatch.setattr(
        backup.subprocess, "Popen", lambda command, **rest: seen.append(command) or real(command, **rest)
    )
    backup.back_up(tmp_path / "second", url=url_of(connection.settings_dict["NAME"]), at=NOW)
    assert connection.settings_dict["PASSWORD"] not in " ".join(seen[0])
