"""The files of one cluster: passwords, remembered port, lock, and where the server's own folder really is."""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from orderloop.platform.postgres.account import Account
from orderloop.platform.postgres.errors import ClusterError

SERVICE_HOME = Path("/var/lib/orderloop")
FIRST_PORT = 21432  # below 32768, where the kernel starts handing out ports to outgoing connections
LOCK_SECONDS = 240.0
LONGEST_SOCKET_PATH = 107
PASSWORD_HOLDERS = ("superuser", "owner", "app", "read")


@dataclass(frozen=True, slots=True)
class Home:
    """Where one cluster keeps its files: `folder` is the caller's, `place` the one the server can reach."""

    folder: Path
    place: Path

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def sockets(self) -> Path:
        return self.place / "socket"

    @property
    def log(self) -> Path:
        return self.place / "server.log"

    def socket_fits(self, port: int) -> bool:
        return len(os.fsencode(self.sockets / f".s.PGSQL.{port}")) <= LONGEST_SOCKET_PATH


def known_home(folder: Path) -> Home:
    """The home as the folder's pointer file says, without creating anything."""
    pointer = folder / "place"
    if not pointer.exists():
        return Home(folder, folder)
    place = Path(pointer.read_text(encoding="utf-8").strip())
    return Home(folder, place) if _belongs(place, folder) else Home(folder, folder)


def settle_home(folder: Path, account: Account) -> Home:
    """The home, created where needed.

    Where the account cannot pass the folders above `folder` (root's own home, say), nothing above is opened for it:
    the server's files go to a place of their own, and a pointer file in `folder` says where.
    """
    home = known_home(folder)
    if home.place != folder or home.data.exists() or account.can_enter(folder):
        return home
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    place = SERVICE_HOME / name
    for made in (SERVICE_HOME, place):
        made.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not account.can_enter(place):
        raise ClusterError(f"The database account cannot enter {place}: let others pass through the folders above it.")
    write_whole(place / "folder", f"{folder}\n", mode=0o644)
    write_whole(folder / "place", f"{place}\n", mode=0o644)
    return Home(folder, place)


def _belongs(place: Path, folder: Path) -> bool:
    """False for a pointer that came with a copy of another folder, whose cluster must not be shared by accident."""
    try:
        origin = Path((place / "folder").read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return False
    return origin == folder or not (origin / "place").exists()


def passwords_of(folder: Path, *, create: bool = False) -> dict[str, str]:
    """Passwords by holder (superuser, owner, app, read); made once, readable by the folder's owner only."""
    path = folder / "passwords.json"
    if create and not path.exists():
        made = {holder: secrets.token_urlsafe(24) for holder in PASSWORD_HOLDERS}
        write_whole(path, json.dumps(made), mode=0o600)
    try:
        found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ClusterError(f"The database's passwords are missing: {path} must be restored.") from None
    except PermissionError:
        raise ClusterError(f"{path} belongs to another user: run this as the user who created the database.") from None
    return found


def write_whole(path: Path, text: str, *, mode: int) -> None:
    """Replace a file in one step: readers see the old or the new text, and a link put in its place is not followed."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def remembered_port(folder: Path) -> int | None:
    try:
        return int((folder / "port").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def choose_port(folder: Path, wanted: int | None) -> int:
    """The wanted port, else the remembered one if free, else the first free one from FIRST_PORT; remembered."""
    if wanted is not None:
        if not port_is_free(wanted):
            raise ClusterError(f"Port {wanted} on 127.0.0.1 is taken by another program.")
        port = wanted
    else:
        remembered = remembered_port(folder)
        candidates = [remembered] if remembered else []
        port = next((each for each in [*candidates, *range(FIRST_PORT, 32768)] if port_is_free(each)), 0)
        if not port:
            raise ClusterError(f"No port between {FIRST_PORT} and 32767 on 127.0.0.1 is free.")
    if port != remembered_port(folder):
        write_whole(folder / "port", f"{port}\n", mode=0o644)
    return port


def port_is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def locked(folder: Path, progress: Callable[[str], None]) -> Iterator[None]:
    """Hold the folder's lock. The kernel gives it back when its holder dies, so a stale lock file means nothing."""
    try:
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError:
        raise ClusterError(f"{folder} belongs to another user: run this as the user who created it.") from None
    try:
        _wait_for_lock(handle, folder, progress)
        yield
    finally:
        os.close(handle)


def _wait_for_lock(handle: int, folder: Path, progress: Callable[[str], None]) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    told = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise ClusterError(f"Another program has been starting or stopping {folder} for too long.") from None
            if not told:
                progress("Waiting for another start or stop of the database")
                told = True
            time.sleep(0.1)
        else:
            return
