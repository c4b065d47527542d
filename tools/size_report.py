"""Measure files and functions, and fail when one has grown past what can be read at one sitting.

python tools/size_report.py [root]   print the table; exit 1 when a limit is broken
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ("src", "tools", "tests", "bench")
FILE_LIMIT = 500
RULES_LIMIT = 300
FUNCTION_LIMIT = 60
FUNCTION_P90_LIMIT = 25

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Size:
    """A file or function and its number of lines; a function's docstring is not counted."""

    lines: int
    where: str


@dataclass(frozen=True, slots=True)
class Report:
    """The sizes of one folder's files and functions, smallest first."""

    folder: str
    files: tuple[Size, ...]
    functions: tuple[Size, ...]


def source_files(folder: Path) -> Iterator[Path]:
    """Python files written by hand: neither migrations nor tables of data."""
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.parts and "data" not in path.parts and not path.stem.endswith("_data"):
            yield path


def report(root: Path, folder: str) -> Report:
    """Measure every Python file under `root/folder`."""
    files: list[Size] = []
    functions: list[Size] = []
    for path in source_files(root / folder):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()
        files.append(Size(len(text.splitlines()), name))
        functions += [
            Size(_function_lines(node), f"{name}:{node.lineno} {node.name}")
            for node in ast.walk(ast.parse(text, name))
            if isinstance(node, Function)
        ]
    return Report(folder, tuple(sorted(files, key=_lines)), tuple(sorted(functions, key=_lines)))


def breaches(found: Report) -> list[str]:
    """What is too large, each in one line."""
    p90 = percentile(found.functions, 90)
    return [
        *(
            f"{size.where}: {size.lines} lines, a file may have {_file_limit(size)}"
            for size in found.files
            if size.lines > _file_limit(size)
        ),
        *(
            f"{size.where}: {size.lines} lines, a function may have {FUNCTION_LIMIT}"
            for size in found.functions
            if size.lines > FUNCTION_LIMIT
        ),
        *(
            [f"{found.folder}: 90 % of functions have up to {p90} lines, not {FUNCTION_P90_LIMIT}"]
            * (p90 > FUNCTION_P90_LIMIT)
        ),
    ]


def percentile(sizes: tuple[Size, ...], percent: int) -> int:
    """The smallest size that at least `percent` % do not exceed; 0 when there are none."""
    return sizes[ceil(len(sizes) * percent / 100) - 1].lines if sizes else 0


def _file_limit(size: Size) -> int:
    return RULES_LIMIT if size.where.endswith("/rules.py") else FILE_LIMIT


def _function_lines(node: Function) -> int:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def _lines(size: Size) -> int:
    return size.lines


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else ROOT
    found = [report(root, folder) for folder in MEASURED if (root / folder).is_dir()]
    print(
        f"{'':8}{'files':>7}{'lines':>8}{'p50':>6}{'p90':>6}{'max':>6}{'functions':>11}{'p50':>6}{'p90':>6}{'max':>6}"
    )
    for each in found:
        files = [percentile(each.files, percent) for percent in (50, 90, 100)]
        functions = [percentile(each.functions, percent) for percent in (50, 90, 100)]
        print(
            f"{each.folder:8}{len(each.files):>7}{sum(map(_lines, each.files)):>8}"
            + "".join(f"{value:>6}" for value in files)
            + f"{len(each.functions):>11}"
            + "".join(f"{value:>6}" for value in functions)
        )
    faults = [fault for each in found for fault in breaches(each)]
    print("\n".join(faults) or "every file and function is within its limit")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
