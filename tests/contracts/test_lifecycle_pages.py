"""The page of lifecycles is drawn from the tables the services obey, and cannot lag behind them."""

from pathlib import Path
from types import ModuleType

import lifecycle_pages

from orderloop.foundation.state_table import StateTable

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "orderloop"


def test_the_committed_page_is_the_drawn_one() -> None:
    expected = lifecycle_pages.page(SOURCE)
    assert lifecycle_pages.PAGE.read_text(encoding="utf-8") == expected, "run python tools/lifecycle_pages.py"


def test_every_lifecycle_has_a_table_and_is_on_the_page() -> None:
    text = lifecycle_pages.page(SOURCE)
    for module in lifecycle_pages.lifecycles(SOURCE):
        assert f"## {module.__name__.split('.')[1]}\n" in text
        assert list(lifecycle_pages.tables(module)) != []


def test_the_page_uses_the_words_people_see() -> None:
    assert "    part_shipped : Partly shipped\n" in lifecycle_pages.page(SOURCE)


def test_a_table_changed_changes_its_drawing() -> None:
    module = ModuleType("orderloop.nowhere.lifecycle")
    module.LAMP = StateTable("off", {("off", "on"), ("on", "off")})  # type: ignore[attr-defined]
    (name, table), *others = lifecycle_pages.tables(module)
    assert (name, others, table.to_mermaid().count("-->")) == ("LAMP", [], 3)
