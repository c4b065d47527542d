"""Documents drawn or gathered from the code are the ones committed, and no link in the documents leads nowhere."""

import re
from pathlib import Path

import pytest
from tools import glossary, way_picture

from orderloop.access.facts import Role
from orderloop.flow.facts import Stage
from orderloop.orders.facts import OrderStatus

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)")


def test_the_glossary_is_current_and_knows_every_state_stage_and_role() -> None:
    text = glossary.PAGE.read_text(encoding="utf-8")
    assert text == glossary.page(), "run python tools/glossary.py"
    assert [code for code in (*OrderStatus, *Stage, *Role) if f"| `{code}` |" not in text] == []


def test_no_word_of_the_glossary_lacks_its_chinese() -> None:
    rows = re.findall(r"^\| ([^|]*) \| ([^|]*) \| `", glossary.page(), re.MULTILINE)
    assert [english for chinese, english in rows if not re.search("[\u4e00-\u9fff]|API|EDI", chinese)] == []


@pytest.mark.parametrize(("name", "language"), way_picture.PAGES.items())
def test_the_picture_of_an_orders_way_is_drawn_from_the_stages(name: str, language: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text == way_picture.drawn(text, language), "run python tools/way_picture.py"


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


TOLD_TO_PEOPLE = [
    ROOT / "docs/quickstart.md",
    *(ROOT / f"docs/reference/{name}.md" for name in ("commands", "edi", "figures", "mapping-files")),
    *sorted([*ROOT.glob("docs/how-to/*.md"), *ROOT.glob("docs/explanation/*.md")]),
]
ENGLISH = [page for page in TOLD_TO_PEOPLE if not page.name.endswith(".zh-CN.md")]
# What both languages share on pages of codes and figures: headings that are codes, code, and the figures of tables.
CODED = [page for page in ENGLISH if page.stem in ("edi", "figures", "mapping-files", "priority")]
CODE = re.compile(r"`([^`\n]+)`|^## ([a-z_]+)$", re.MULTILINE)
ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
FIGURE = re.compile(r"(?<![\w,.])-?\d[\d,.]*\b|(?<!-)\b[A-Z]{2,}\d*\b")
HEADING = re.compile(r"^#+ ", re.MULTILINE)
TO_TYPE = re.compile(
    r"\borderloop [a-z]+\b|\bmake (?:demo|test|check|bench|messages|setup|lock|clean)(?:-[a-z]+)*"
    r"|(?<!\w)--[a-z]+(?:-[a-z]+)*|\b(?:ORDERLOOP|DATABASE)_[A-Z_]+\b"
    r"|(?<=`)(?:[A-Z]+ )?/[a-z][^`]*(?=`)|\b[\w/.]+\.(?:py|toml)\b"
)


@pytest.mark.parametrize("page", ENGLISH, ids=[page.stem for page in ENGLISH])
def test_a_page_that_tells_people_what_to_do_does_so_in_chinese_too(page: Path) -> None:
    chinese = page.with_name(f"{page.stem}.zh-CN.md")
    said, told = (each.read_text(encoding="utf-8") for each in (page, chinese))
    assert f"]({chinese.name})" in said and f"]({page.name})" in told
    assert set(TO_TYPE.findall(said)) == set(TO_TYPE.findall(told))
    assert HEADING.findall(said) == HEADING.findall(told)


@pytest.mark.parametrize("page", CODED, ids=[page.stem for page in CODED])
def test_codes_and_figures_are_the_same_in_both_languages(page: Path) -> None:
    chinese = page.with_name(f"{page.stem}.zh-CN.md")
    said, told = (each.read_text(encoding="utf-8") for each in (page, chinese))
    assert set(CODE.findall(said)) == set(CODE.findall(told))
    rows = [
        (sorted(FIGURE.findall(a)), sorted(FIGURE.findall(b)))
        for a, b in zip(ROW.findall(said), ROW.findall(told), strict=True)
    ]
    assert [(a, b) for a, b in rows if a != b] == []
