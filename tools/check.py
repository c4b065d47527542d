"""Run every check that needs no database, each with its time; exit 1 if one fails.

python tools/check.py [name ...]   all, or only those named
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "orderloop"
PURE_PARTS = ("facts", "rules", "lifecycle", "planner")
BIN = Path(sys.executable).parent


def pure_sources() -> Iterator[str]:
    """The files and folders that are held to mypy --strict, relative to the project."""
    yield (PACKAGE / "foundation").relative_to(ROOT).as_posix()
    for part in PURE_PARTS:
        for path in sorted((*PACKAGE.glob(f"*/{part}.py"), *PACKAGE.glob(f"*/{part}/"))):
            yield path.relative_to(ROOT).as_posix()


def commands() -> dict[str, list[str]]:
    """The checks by name, in the order they run."""
    return {
        "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
        "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
        # Two caches, because each set of flags would throw the other's away.
        "types-pure": [str(BIN / "mypy"), "--cache-dir=.mypy_cache/strict", "--strict", *pure_sources(), "tools"],
        "types": [str(BIN / "mypy"), "--cache-dir=.mypy_cache/plain", "src/orderloop"],
        "walls-current": [sys.executable, "tools/walls.py", "--check"],
        "walls": [str(BIN / "lint-imports"), "--no-logo"],
        "sizes": [sys.executable, "tools/size_report.py"],
        "lifecycles": [sys.executable, "tools/lifecycle_pages.py", "--check"],
        "glossary": [sys.executable, "tools/glossary.py", "--check"],
        "way of an order": [sys.executable, "tools/way_picture.py", "--check"],
        "API description": [sys.executable, "tools/openapi.py", "--check"],
        "messages": [sys.executable, "tools/messages.py", "--check"],
    }


def main(arguments: list[str]) -> int:
    chosen = {name: command for name, command in commands().items() if not arguments or name in arguments}
    if unknown := sorted(set(arguments) - set(chosen)):
        print(f"no such check: {', '.join(unknown)}; there are {', '.join(commands())}")
        return 2
    failed = [name for name, command in chosen.items() if not _passes(name, command)]
    print(f"failed: {', '.join(failed)}" if failed else "every check passes")
    return 1 if failed else 0


def _passes(name: str, command: list[str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name:14}{time.monotonic() - began:6.1f} s", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
