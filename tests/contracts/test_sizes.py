"""Files and functions stay readable at one sitting; the report sees what does not."""

import subprocess
import sys
from pathlib import Path

import pytest
import size_report

ROOT = Path(__file__).resolve().parents[2]


def function(lines: int, docstring: int = 0) -> str:
    doc = '    """' + "\n".join(["word"] * docstring) + '"""\n' if docstring else ""
    return "def f() -> None:\n" + doc + "    x = 1\n" * (lines - 1)


def faults_of(root: Path, text: str, name: str = "src/thing.py") -> list[str]:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")
    return size_report.breaches(size_report.report(root, "src"))


def test_the_tree_keeps_its_limits() -> None:
    found = [size_report.report(ROOT, folder) for folder in size_report.MEASURED if (ROOT / folder).is_dir()]
    assert [fault for each in found for fault in size_report.breaches(each)] == []


def test_a_function_of_61_lines_is_named(tmp_path: Path) -> None:
    short = "".join(function(5) for _ in range(10))
    assert faults_of(tmp_path, short + function(61)) == ["src/thing.py:51 f: 61 lines, a function may have 60"]
    assert faults_of(tmp_path, short + function(60)) == []


def test_a_docstring_is_not_counted(tmp_path: Path) -> None:
    assert faults_of(tmp_path, function(25, docstring=40)) == []


def test_many_long_functions_are_too_much_together(tmp_path: Path) -> None:
    text = "".join(function(5) for _ in range(8)) + function(26) * 2
    assert faults_of(tmp_path, text) == ["src: 90 % of functions have up to 26 lines, not 25"]
    text = "".join(function(5) for _ in range(9)) + function(26)
    assert faults_of(tmp_path, text) == []


@pytest.mark.parametrize(
    ("name", "lines", "limit"), [("src/a/pages.py", 501, 500), ("src/a/rules.py", 301, 300)], ids=["any file", "rules"]
)
def test_a_file_too_long_is_named(tmp_path: Path, name: str, lines: int, limit: int) -> None:
    assert faults_of(tmp_path, "x = 1\n" * lines, name) == [f"{name}: {lines} lines, a file may have {limit}"]
    assert faults_of(tmp_path, "x = 1\n" * limit, name) == []


@pytest.mark.parametrize("name", ["src/a/migrations/0001_initial.py", "src/a/data/rates.py", "src/a/calendar_data.py"])
def test_migrations_and_tables_of_data_are_not_measured(tmp_path: Path, name: str) -> None:
    assert faults_of(tmp_path, "x = 1\n" * 501, name) == []


def test_the_command_fails_on_a_breach_and_passes_without(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "tools" / "size_report.py"), str(tmp_path)]
    faults_of(tmp_path, function(61))
    failed = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (failed.returncode, "src/thing.py:1 f: 61 lines" in failed.stdout) == (1, True)
    faults_of(tmp_path, function(5))
    assert subprocess.run(command, capture_output=True, text=True, timeout=60).returncode == 0
