"""Where a check is told to look away, the line says why."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_EXCEPTION = re.compile(r"# (?:type: ignore|noqa)\b(?:\[[a-z, -]*\]|: [A-Z0-9]+(?:, [A-Z0-9]+)*)?(?P<reason>\s+# .+)?")


def silent(text: str) -> list[int]:
    lines = enumerate(text.splitlines(), start=1)
    return [n for n, line in lines if (found := _EXCEPTION.search(line)) and not found["reason"]]


def test_every_exception_from_a_check_has_its_reason_beside_it() -> None:
    paths = [path for folder in ("src", "tools", "bench") for path in sorted((ROOT / folder).rglob("*.py"))]
    found = [f"{path.relative_to(ROOT)}:{n}" for path in paths for n in silent(path.read_text("utf-8"))]
    assert found == []


def test_one_without_a_reason_is_found() -> None:
    text = "a = 1  # type: ignore[misc]\nb = 2  # noqa: E731\nc = 3  # type: ignore[misc]  # as it comes\nd = 4\n"
    assert silent(text) == [1, 2]
