"""`make fuzz`: feed every parser what nobody would send, led by what of its code that reaches.

    python -m tests.fuzz [target ...] [--seconds N]     N seconds of the processor for each, 300 unless told otherwise

Needs the extra `fuzz` (Linux). What was reached is kept in .local/fuzz and gone on from; what a parser did wrong is
printed with the file that shows it, and the exit code is 1. Make the smallest such input a test in test_findings.py.
"""

import argparse
import importlib
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".local" / "fuzz"
PARSERS = ("orderloop.interchange", "orderloop.foundation")
SLOWEST, MOST_MEMORY, LONGEST = 25, 2_048, 20_000  # seconds and megabytes an input may take; its bytes


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("targets", nargs="*", help="which parsers; all unless told otherwise")
    parser.add_argument("--seconds", type=int, default=300, help="of the processor, for each")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: pip install --require-hashes -r requirements-fuzz.lock", file=sys.stderr)
        return 2
    if given.one:
        return _fuzz(given.one, given.seconds)
    from tests.fuzz.targets import TARGETS

    bad = [name for name in given.targets or TARGETS if not _in_a_process(name, given.seconds)]
    print(f"found something in: {', '.join(bad)}" if bad else "found nothing")
    return bool(bad)


def _in_a_process(name: str, seconds: int) -> bool:
    """One target in a process of its own, for a crash ends it; whether nothing was found."""
    from tests.fuzz.targets import seeds

    folder = KEPT / name
    (folder / "kept").mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (folder / "kept" / f"seed-{number}").write_bytes(seed)
    command = [sys.executable, "-m", "tests.fuzz", "--one", name, "--seconds", str(seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    lines = done.stderr.splitlines()
    runs = next((line for line in reversed(lines) if line.startswith("#")), "").split("\t")[0]
    print(f"{name:10s} {'nothing' if not done.returncode else 'FOUND'}   inputs {runs}", flush=True)
    if done.returncode:
        print("\n".join(line for line in (done.stdout.splitlines() + lines)[-40:] if not line.startswith("#")))
    return not done.returncode


def _fuzz(name: str, seconds: int) -> int:
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=list(PARSERS)):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]

    def one(content: bytes) -> None:
        if time.process_time() > seconds:
            os._exit(0)  # the fuzzer itself knows the clock on the wall only
        target(content)

    folder = KEPT / name
    options = [f"-artifact_prefix={folder}/", f"-timeout={SLOWEST}", f"-rss_limit_mb={MOST_MEMORY}"]
    atheris.Setup([sys.argv[0], *options, f"-max_len={LONGEST}", "-verbosity=1", str(folder / "kept")], one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
