"""Every wall is seen red once: each violation is planted in a copy of the tree, and the tool must name it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import walls

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent

STACK = "Imports go down the stack of capabilities only"
INSIDE = "Inside a capability imports go from the shell to the facts"
PURE = "Decisions reach no framework, database, clock or chance, not even indirectly"
PLANNERS = "Planners reach no framework, database or clock, not even indirectly"


class Copy:
    """A copy of the source tree in which something can be planted and taken out again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.before: dict[Path, str | None] = {}
        for path in (ROOT / "src").rglob("*.py"):
            target = root / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
        shutil.copy(ROOT / "pyproject.toml", root)

    def plant(self, path: str, line: str) -> None:
        """Put `line` on top of a file; make the file if need be."""
        target = self.root / "src" / "orderloop" / path
        old = target.read_text(encoding="utf-8") if target.exists() else None
        self.before.setdefault(target, old)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{line}\n{old or ''}", encoding="utf-8")

    def restore(self) -> None:
        """Take out whatever was planted."""
        for target, old in self.before.items():
            if old is None:
                target.unlink()
                if not any(target.parent.iterdir()):
                    target.parent.rmdir()
            else:
                target.write_text(old, encoding="utf-8")
        self.before.clear()

    def lint_imports(self) -> tuple[int, str]:
        """The exit code and words of import-linter, with walls written for the tree as it now is."""
        config = self.root / ".importlinter"
        config.write_text(walls.walls(self.root / "src" / "orderloop"), encoding="utf-8")
        return self._run([str(BIN / "lint-imports"), "--no-logo", "--cache-dir", str(self.root / "cache")])

    def lint_clock(self) -> tuple[int, str]:
        """The exit code and words of ruff about banned names."""
        return self._run(
            [str(BIN / "ruff"), "check", "--no-cache", "--select", "TID251", "--output-format", "concise", "."]
        )

    def _run(self, command: list[str]) -> tuple[int, str]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.root / "src"),
            "COLUMNS": "300",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("walls"))


@pytest.fixture
def tree(copied: Copy) -> Iterator[Copy]:
    yield copied
    copied.restore()


def broken(report: str) -> set[str]:
    return {line.removesuffix(" BROKEN") for line in report.splitlines() if line.endswith(" BROKEN")}


def test_the_tree_as_it_is_keeps_every_wall(tree: Copy) -> None:
    code, report = tree.lint_imports()
    assert (code, broken(report)) == (0, set()), report


def test_the_tree_as_it_is_takes_time_and_chance_as_arguments(tree: Copy) -> None:
    code, report = tree.lint_clock()
    assert code == 0, report


PLANTS = [
    ("a rule that imports Django", "review/rules.py", "import django.db", PURE, "django"),
    ("facts that import psycopg", "orders/facts.py", "import psycopg", PURE, "psycopg"),
    ("foundation that imports Django", "foundation/money.py", "from django.conf import settings", PURE, "django"),
    ("a rule that draws lots", "triage/rules.py", "import random", PURE, "random"),
    (
        "a rule that asks another's database",
        "review/rules.py",
        "import orderloop.customers.queries",
        PURE,
        "orderloop.customers.queries",
    ),
    (
        "a planner that reads tables",
        "inventory/planner.py",
        "import orderloop.inventory.models",
        PLANNERS,
        "orderloop.inventory.models",
    ),
    (
        "a sibling that looks aside",
        "triage/services.py",
        "import orderloop.review.services",
        STACK,
        "orderloop.review.services",
    ),
    (
        "a catalogue that looks at customers",
        "catalog/rules.py",
        "import orderloop.customers.facts",
        STACK,
        "orderloop.customers.facts",
    ),
    (
        "a lower capability that looks up",
        "orders/services.py",
        "import orderloop.tracking.services",
        STACK,
        "orderloop.tracking.services",
    ),
    (
        "a stock that knows reviews",
        "inventory/services.py",
        "import orderloop.review.facts",
        STACK,
        "orderloop.review.facts",
    ),
    (
        "a capability that knows its entry",
        "flow/services.py",
        "import orderloop.entrypoints.settings",
        STACK,
        "orderloop.entrypoints.settings",
    ),
    ("a layout with business in it", "ui/listing.py", "import orderloop.orders.facts", STACK, "orderloop.orders.facts"),
    ("a folder in no line", "wizardry/__init__.py", "", STACK, "orderloop.wizardry"),
    ("a drawer", "orders/helpers.py", "", INSIDE, "orderloop.orders.helpers"),
    (
        "a rule that calls services",
        "review/rules.py",
        "import orderloop.review.services",
        INSIDE,
        "orderloop.review.services",
    ),
    ("facts that know rules", "orders/facts.py", "import orderloop.orders.rules", INSIDE, "orderloop.orders.rules"),
    (
        "queries that know services",
        "orders/queries.py",
        "import orderloop.orders.services",
        INSIDE,
        "orderloop.orders.services",
    ),
    ("a page that calls a job", "orders/pages.py", "import orderloop.orders.jobs", INSIDE, "orderloop.orders.jobs"),
    (
        "tables that know queries",
        "orders/models.py",
        "import orderloop.orders.queries",
        INSIDE,
        "orderloop.orders.queries",
    ),
    (
        "another's tables",
        "review/services.py",
        "import orderloop.inventory.models",
        "Only inventory imports its models",
        "orderloop.inventory.models",
    ),
    (
        "the entry at a table",
        "entrypoints/urls.py",
        "import orderloop.orders.models",
        "Only orders imports its models",
        "orderloop.orders.models",
    ),
]


@pytest.mark.parametrize(
    ("path", "line", "contract", "named"), [plant[1:] for plant in PLANTS], ids=[plant[0] for plant in PLANTS]
)
def test_a_planted_violation_turns_its_wall_red(tree: Copy, path: str, line: str, contract: str, named: str) -> None:
    imported = line.split()[-1].removeprefix("orderloop.").split(".") if "orderloop" in line else []
    if imported and not walls.has(tree.root / "src" / "orderloop", imported[0], imported[1]):
        tree.plant(f"{imported[0]}/{imported[1]}.py", "")
    importer = "orderloop." + path.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
    tree.plant(path, line)
    code, report = tree.lint_imports()
    assert code == 1, report
    assert contract in broken(report), report
    culprits = [row for row in report.splitlines() if named in row and (importer in row or importer == named)]
    assert culprits, report


def test_a_way_round_through_another_file_is_seen(tree: Copy) -> None:
    tree.plant("orders/rules.py", "import orderloop.orders.lifecycle")
    tree.plant("orders/lifecycle.py", "import django.db")
    code, report = tree.lint_imports()
    assert (code, PURE in broken(report)) == (1, True), report
    assert "orderloop.orders.rules" in report


CLOCKS = [
    ("review/rules.py", "from datetime import datetime\n\nPLANTED = datetime.now()", "datetime.datetime.now"),
    ("triage/rules.py", "import datetime as dt\n\nPLANTED = dt.date.today()", "datetime.date.today"),
    ("orders/facts.py", "from uuid import uuid4", "uuid.uuid4"),
    ("orders/lifecycle.py", "import time", "time"),
    ("inventory/planner.py", "import random\n\nPLANTED = random.random()", "random.random"),
    ("foundation/money.py", "from django.utils import timezone", "django.utils.timezone"),
    ("review/rules/credit.py", "from datetime import datetime\n\nPLANTED = datetime.now()", "datetime.datetime.now"),
]


@pytest.mark.parametrize(("path", "line", "banned"), CLOCKS, ids=[f"{path} {banned}" for path, _, banned in CLOCKS])
def test_a_hidden_clock_or_chance_is_found_in_a_pure_file(tree: Copy, path: str, line: str, banned: str) -> None:
    tree.plant(path, line)
    code, report = tree.lint_clock()
    assert code == 1, report
    assert [row for row in report.splitlines() if path in row and f"`{banned}` is banned" in row], report


@pytest.mark.parametrize("path", ["review/services.py", "orders/jobs.py", "platform/models.py"])
def test_the_shell_may_look_at_the_clock(tree: Copy, path: str) -> None:
    tree.plant(path, "from datetime import datetime, UTC\n\nPLANTED = datetime.now(UTC)")
    assert tree.lint_clock()[0] == 0


def test_the_committed_walls_cover_the_folders_that_exist() -> None:
    expected = walls.walls(ROOT / "src" / "orderloop")
    assert (ROOT / ".importlinter").read_text(encoding="utf-8") == expected, "run python tools/walls.py"


def test_each_capability_has_its_walls() -> None:
    source, text = ROOT / "src" / "orderloop", walls.walls(ROOT / "src" / "orderloop")
    stack = {name.strip(" ()") for layer in walls.STACK for name in layer.split("|")}
    assert set(walls.folders(source)) - stack == set()
    for name in walls.capabilities(source):
        assert f"    orderloop.{name}\n" in text
        assert walls.has(source, name, "models") == (f"[importlinter:contract:tables-of-{name}]" in text)
        for part in (*walls.PURE, "planner"):
            assert not walls.has(source, name, part) or f"    orderloop.*.{part}\n" in text
