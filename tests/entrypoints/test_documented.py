"""Every command and every setting is in the reference, and the reference names no other."""

import re
from pathlib import Path

import typer

from orderloop.entrypoints.cli import app

ROOT = Path(__file__).resolve().parents[2]
SETTING = re.compile(r"\b(?:ORDERLOOP|DATABASE)_[A-Z]+(?:_[A-Z]+)*\b")
READ_BY = ("src/**/*.py", "tests/browser/*.py", "tests/faults/*.py", "tests/conftest.py", "bench/*.py")


def commands() -> set[str]:
    found = set()
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]  # typer's groups have them
        below = {f"{name} {sub}" for sub in getattr(command, "commands", {})}
        if not command.hidden:
            found |= below | ({name} if not below or getattr(command, "invoke_without_command", False) else set())
    return found


def test_every_command_is_in_the_reference() -> None:
    rows = re.findall(
        r"^\| `([a-z ]+?)(?: [A-Z]+)?` \|", (ROOT / "docs/reference/commands.md").read_text(), re.MULTILINE
    )
    assert set(rows) == commands()


def test_every_setting_is_in_the_reference() -> None:
    text = "".join(path.read_text() for pattern in READ_BY for path in sorted(ROOT.glob(pattern)))
    used = set(SETTING.findall(text))
    told = set(SETTING.findall((ROOT / "docs/reference/settings.md").read_text()))
    assert used - told == set()
    assert told - used == set()
