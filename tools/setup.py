"""Build the virtual environment: everything locked with hashes, the project itself editable, translations compiled.

    python3 tools/setup.py .venv

Uses uv where it is installed, else venv and pip. Needs nothing but the standard library, so any Python can run it.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = "requirements-dev.lock"
OLDEST, NEWEST = (3, 11), (3, 13)
PACKAGES_PER_SIGN = 20


def main(target: Path) -> int:
    """Build the environment in `target`; return the exit code."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        found = ".".join(map(str, sys.version_info[:3]))
        print(
            f"Orderloop needs Python 3.11, 3.12 or 3.13, this is {found}: make PYTHON=/path/to/python3.11",
            file=sys.stderr,
        )
        return 1
    python = target / "bin" / "python"
    uv = shutil.which("uv")
    steps = _with_uv(uv, target, python) if uv and _works(uv) else _with_pip(target, python)
    steps.append(("Compiling translations", [str(python), "tools/messages.py", "--compile"]))
    for words, command in steps:
        print(f"{words} ...", flush=True)
        if _run(command, _environment(target)) != 0:
            print(f"Setting up failed at: {words}", file=sys.stderr)
            return 1
    return 0


def _with_uv(uv: str, target: Path, python: Path) -> list[tuple[str, list[str]]]:
    install = [uv, "pip", "install", "--quiet", "--python", str(python)]
    return [
        (
            f"Building {target} with uv",
            [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(target)],
        ),
        ("Installing what is locked", [*install, "--require-hashes", "-r", LOCK]),
        ("Installing Orderloop", [*install, "--no-deps", "--editable", "."]),
    ]


def _with_pip(target: Path, python: Path) -> list[tuple[str, list[str]]]:
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    # The lock names all there is, so that nothing need be worked out; compiling is left to the first import.
    install = [*pip, "install", "--progress-bar", "off", "--no-compile", "--no-deps"]
    return [
        (f"Building {target}", [sys.executable, "-m", "venv", str(target)]),
        ("Installing what is locked (uv would be quicker)", [*install, "--require-hashes", "-r", LOCK]),
        ("Installing Orderloop", [*install, "--editable", "."]),
        ("Checking that nothing is missing", [*pip, "check"]),
    ]


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Run one step and return its exit code. Of what it says the packages are counted, as a sign of life; the rest is
    shown only where the step fails."""
    packages = len(re.findall(r"^[\w.-]+(?:\[.*\])?==", (ROOT / LOCK).read_text(encoding="utf-8"), re.MULTILINE))
    said: list[str] = []
    seen = 0
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None
    with process.stdout as stream:
        for line in stream:
            said.append(line)
            if line.startswith("Collecting "):
                seen += 1
                if seen % PACKAGES_PER_SIGN == 0:
                    print(f"  {seen} of {packages} packages looked up", flush=True)
            elif seen and line.startswith("Installing collected packages"):
                print(f"  installing {seen} packages", flush=True)
    if process.wait() != 0:
        sys.stderr.writelines(said)
    return process.returncode


def _works(uv: str) -> bool:
    """A shim of a version manager may stand in the path with nothing behind it."""
    return subprocess.run([uv, "--version"], capture_output=True).returncode == 0


def _environment(target: Path) -> dict[str, str]:
    return {**os.environ, "VIRTUAL_ENV": str(target.resolve())}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".venv")))
