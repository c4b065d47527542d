"""The cluster's making and its settings.

The settings lie in a file of their own that is written anew before each start, so that a new release reaches an old
cluster. `ALTER SYSTEM` still wins over it: what an operator tunes stays tuned.
"""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from orderloop.platform.postgres.account import Account
from orderloop.platform.postgres.binaries import Binaries
from orderloop.platform.postgres.errors import ClusterError
from orderloop.platform.postgres.home import Home

SUPERUSER = "postgres"
SETTINGS_FILE = "orderloop.conf"
CREATION_SECONDS = 300.0
# Letters of all scripts must be letters to the server, or trigram search finds no Chinese. Only the character type
# comes from the system; systems other than Linux know it by another name.
CHARACTER_TYPE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "1GB",
    "wal_compression": "pglz",
    "jit": "off",
    "shared_preload_libraries": "pg_stat_statements",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    # A statement in the log may carry personal data or a secret; its SQLSTATE and message are enough to find it.
    "log_min_error_statement": "panic",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # After a crash one sync of the file system instead of one of each file.
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
}


def create_cluster(home: Home, account: Account, binaries: Binaries, superuser_password: str) -> None:
    """Make the data folder under a draft name and rename it, so that a data folder that exists is a whole one."""
    for leftover in home.place.glob(".creating-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=".creating-", dir=home.place))
    account.give(draft)
    data, password_file = draft / "data", draft / "password"
    account.write(password_file, superuser_password)
    ended = account.run(
        [
            binaries.program("initdb"),
            "-D",
            data,
            "-U",
            SUPERUSER,
            "-E",
            "UTF8",
            "-A",
            "scram-sha-256",
            "--pwfile",
            password_file,
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--lc-collate=C",
            f"--lc-ctype={CHARACTER_TYPE}",
            "--data-checksums",
            "--no-instructions",
        ],
        timeout=CREATION_SECONDS,
    )
    password_file.unlink()
    if ended.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        raise ClusterError(f"The database cluster could not be created:\n{ended.stdout.strip()}")
    made = (data / "postgresql.conf").read_text(encoding="utf-8")
    account.write(data / "postgresql.conf", f"{made}\ninclude_if_exists = '{SETTINGS_FILE}'\n")
    data.rename(home.data)
    draft.rmdir()


def write_settings(home: Home, account: Account, port: int) -> None:
    """Write the settings file and the socket folder for a start on `port`."""
    sockets = ""
    if home.socket_fits(port):
        home.sockets.mkdir(mode=0o700, exist_ok=True)
        account.give(home.sockets)
        sockets = str(home.sockets)
    values = {**SETTINGS, "port": str(port), "unix_socket_directories": _as_list_item(sockets)}
    lines = ["# Written anew before each start. Use ALTER SYSTEM to change a setting for good."]
    lines += [f"{name} = '{_quoted(value)}'" for name, value in values.items()]
    account.write(home.data / SETTINGS_FILE, "\n".join(lines) + "\n")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _as_list_item(path: str) -> str:
    """A folder as one item of a list setting: a comma in its name must not divide it."""
    return '"' + path.replace('"', '""') + '"' if path else ""
