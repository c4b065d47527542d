"""A file's name tells what it holds, also where no contract lists the names."""

from pathlib import Path

import check
import walls

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "orderloop"
DRAWERS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "core",
    "misc",
    "manager",
    "managers",
    "exceptions",
    "signals",
}


def drawers(source: Path) -> list[str]:
    paths = (path.relative_to(source) for path in source.rglob("*.py"))
    return sorted(path.as_posix() for path in paths if DRAWERS & {*path.parts[:-1], path.stem})


def test_nothing_is_called_a_drawer() -> None:
    assert drawers(SOURCE) == []


def test_a_drawer_is_found_as_file_and_as_folder(tmp_path: Path) -> None:
    for name in ("platform/utils.py", "ui/common/__init__.py", "platform/common_carrier.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert drawers(tmp_path) == ["platform/utils.py", "ui/common/__init__.py"]


def unseen_folders(source: Path) -> list[str]:
    folders = {path.parent for path in source.rglob("*.py")}
    return sorted(each.relative_to(source).as_posix() for each in folders if not (each / "__init__.py").exists())


def test_every_folder_with_code_is_a_package_because_the_walls_do_not_see_others() -> None:
    assert unseen_folders(SOURCE) == []


def test_a_folder_the_walls_would_not_see_is_named(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").touch()
    (tmp_path / "review" / "rules").mkdir(parents=True)
    (tmp_path / "review" / "__init__.py").touch()
    (tmp_path / "review" / "rules" / "credit.py").touch()
    assert unseen_folders(tmp_path) == ["review/rules"]


def test_types_are_strict_for_the_same_files_the_walls_call_pure() -> None:
    assert set(check.PURE_PARTS) == {*walls.PURE, "planner"}
    sources = list(check.pure_sources())
    assert sources[0] == "src/orderloop/foundation"
    assert {"src/orderloop/orders/facts.py", "src/orderloop/orders/rules.py"} <= set(sources)
