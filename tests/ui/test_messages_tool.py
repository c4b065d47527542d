"""The catalogues are whole, and the tool that says so can say no."""

import shutil
from pathlib import Path

import polib
import pytest
from tools import messages

needs_gettext = pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed here")


def entry(msgid: str, msgstr: str = "", **others: object) -> polib.POEntry:
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **others)


@pytest.mark.parametrize(
    ("found", "faults"),
    [
        (entry("Late", "已延误"), []),
        (entry("Late"), ["not translated"]),
        (entry("Late", "已延误", flags=["fuzzy"]), ["doubtful (fuzzy)"]),
        (entry("Late", "已延误", obsolete=True), ["no longer used"]),
        (entry("Copy %(text)s", "复制 %(txt)s"), ["placeholders differ: ['%(text)s', '%(txt)s']"]),
        (entry("{n} late", "延误"), ["placeholders differ: ['{n}']"]),
        (entry("%(n)d day", msgid_plural="%(n)d days", msgstr_plural={0: "%(n)d 天"}), []),
        (entry("%(n)d day", msgid_plural="%(n)d days", msgstr_plural={0: ""}), ["not translated"]),
    ],
)
def test_each_fault_of_a_translation_is_named(found: polib.POEntry, faults: list[str]) -> None:
    assert messages.faults_of(found) == faults


@needs_gettext
def test_collecting_adds_new_words_drops_gone_ones_and_keeps_translations(tmp_path: Path) -> None:
    app = tmp_path / "things"
    (app / "locale/zh_Hans/LC_MESSAGES").mkdir(parents=True)
    (app / "facts.py").write_text('from x import gettext_noop as _\nA = _("Late")\nB = _("New word")\n')
    catalogue = polib.POFile()
    catalogue.metadata = messages.HEADER
    catalogue.extend([entry("Late", "已延误"), entry("Gone", "已消失")])
    catalogue.save(str(app / messages.CATALOGUE))

    before = messages.faults_in(app)
    messages.collect(app)

    assert before == ["things: 'New word': not collected", "things: 'Gone': not in the source"]
    assert [(word.msgid, word.msgstr) for word in messages.opened(app)] == [("Late", "已延误"), ("New word", "")]
    assert messages.faults_in(app) == ["things: 'New word': not translated"]


def test_a_word_that_two_apps_translate_differently_is_named() -> None:
    both = {"orders": [entry("Date", "日期")], "ui": [entry("Date", "时间"), entry("Late", "已延误")]}

    assert messages.disagreements(both) == ["'Date': 日期 in orders, 时间 in ui"]
