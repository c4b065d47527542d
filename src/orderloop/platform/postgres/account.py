"""Under which operating-system account the server runs.

PostgreSQL refuses to run as root. An ordinary user runs it as oneself; root runs it as an account made for it alone,
because files owned by `nobody` are open to every other program that runs as `nobody`.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orderloop.platform.postgres.errors import ClusterError

SERVICE_ACCOUNT = "orderloop-db"
FALLBACK_ACCOUNT = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """Who owns the data folder. `switch` is true when a child process has to change to this account."""

    uid: int
    gid: int
    switch: bool

    def run(self, argv: Sequence[str | Path], *, timeout: float, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command under the account, from `/`, and return its end and output; never raises on its exit code."""
        return subprocess.run(
            [str(part) for part in argv],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            cwd="/",
            env=environment(),
            timeout=timeout,
            check=False,
            umask=0o077,
            user=self.uid if self.switch else None,
            group=self.gid if self.switch else None,
            extra_groups=[] if self.switch else None,
        )

    def write(self, path: Path, text: str) -> None:
        """Replace a file in a folder of the account, readable by the account only.

        The account itself writes it: root writing where another account may put links would follow them.
        """
        script = 'cat > "$1.new" && mv -- "$1.new" "$1"'
        ended = self.run(["/bin/sh", "-c", script, "sh", path], timeout=30, stdin=text)
        if ended.returncode != 0:
            raise ClusterError(f"{path} could not be written: {ended.stdout.strip()}")

    def launch(self, argv: Sequence[str | Path], log: Path) -> int:
        """Start a command in a session of its own, output to the end of `log`, and return its process id.

        A shell starts it in the background and ends, so that the server is nobody's child here: it outlives the
        launcher and never becomes this process's zombie.
        """
        with log.open("ab") as sink:
            shell = subprocess.run(
                ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *(str(part) for part in argv)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=sink,
                text=True,
                cwd="/",
                env=environment(),
                check=True,
                umask=0o077,
                start_new_session=True,
                user=self.uid if self.switch else None,
                group=self.gid if self.switch else None,
                extra_groups=[] if self.switch else None,
            )
        return int(shell.stdout)

    def give(self, path: Path) -> None:
        """Make the account owner of one file or folder (not of what is in it)."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, folder: Path) -> bool:
        """True if the account can work inside the folder, which needs every folder above it to let it pass."""
        return not self.switch or self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", folder], timeout=30).returncode == 0


def environment() -> dict[str, str]:
    """The caller's environment without what would steer or reach the server: PG*, locale, loader paths, secrets."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "TMPDIR", "SYSTEMROOT"}}
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **kept}


def account_for(data: Path) -> Account:
    """The account for a data folder: its owner where it exists, oneself, or, for root, the service account."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(owner.st_uid, owner.st_gid, switch=True)
    entry = _service_entry()
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def _service_entry() -> pwd.struct_passwd:
    for name in (SERVICE_ACCOUNT, FALLBACK_ACCOUNT):
        if name == SERVICE_ACCOUNT:
            _create_service_account()
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return pwd.struct_passwd((FALLBACK_ACCOUNT, "x", 65534, 65534, "", "/", ""))


def _create_service_account() -> None:
    """Best effort: on a system without useradd, or with a read-only /etc, the fallback account serves."""
    try:
        pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        tool = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if tool:
            subprocess.run(
                [
                    tool,
                    "--system",
                    "--user-group",
                    "--no-create-home",
                    "--home-dir",
                    "/nonexistent",
                    "--shell",
                    "/usr/sbin/nologin",
                    SERVICE_ACCOUNT,
                ],
                check=False,
                capture_output=True,
                timeout=60,
            )
