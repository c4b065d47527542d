"""Where this installation keeps its things: said by the environment, never by where the code lies."""

import contextlib
import os
import secrets
from pathlib import Path


def home() -> Path:
    """The folder of the embedded database, keys and built files (`ORDERLOOP_HOME`, default `.local/orderloop`)."""
    return Path(os.environ.get("ORDERLOOP_HOME", ".local/orderloop")).resolve()


def secret_key() -> str:
    """The signing key: `ORDERLOOP_SECRET_KEY`, else one made on first use and kept readable only by its owner."""
    if key := os.environ.get("ORDERLOOP_SECRET_KEY"):
        return key
    path = home() / "secret_key"
    if not path.exists():
        _make_secret_key(path)
    return path.read_text().strip()


def _make_secret_key(path: Path) -> None:
    """Write the key whole before it gets its name, so that of two processes that start at once both read the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".secret_key-{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(60))
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
