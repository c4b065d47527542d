"""Help and tables of the command line come in the reader's language, and cost an English reader nothing."""

import re
import subprocess
import sys
from collections.abc import Iterator

import polib
import pytest
import typer
from tools import messages
from typer.testing import CliRunner

from orderloop.entrypoints.cli import app
from orderloop.entrypoints.cli.words import CATALOGUE, gettext, language, words_of_help

VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
# What stays as it is in a Chinese sentence: what is typed, names of settings, formats and products.
TYPED = re.compile(
    r"`[^`]+`|\bno-[a-z-]+|<[^>]*>"
    r"|\{\w+\}|--?[a-z][a-z-]*|[a-z]+:[A-Z]+|[A-Z][A-Z_]+\b|\[(?:OPTIONS|ARGS)\]|\d+<?=?x[<>=\d]*"
    r"|\b(?:orderloop|Orderloop|Adventure Works Cycles|Django|API|zh-hans|clerk|credit_reviewer|planner|orders:\w+"
    r"|mail|fax|edi|web|worker|en|x>=\d)\b"
)


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def told(*arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments, "--help"])
    assert done.exit_code == 0, done.output
    return done.output


def paths(command: object, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield above
    for name, below in getattr(command, "commands", {}).items():
        yield from paths(below, (*above, name))


COMMANDS = [path for path in paths(typer.main.get_command(app)) if path != ("django",)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LC_ALL": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh-hans"),
        ({"LC_ALL": "zh_CN.UTF-8", "LANGUAGE": "en:zh_CN"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_TW.UTF-8"}, "zh-hans"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_is_that_of_the_terminal(
    given: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert language() == expected
    assert gettext("Secrets") == {"en": "Secrets", "zh-hans": "密钥"}[expected]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_holds_no_english_for_a_chinese_reader(path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    text = told(*path)
    assert text.startswith("用法：orderloop")
    listed = re.sub(r"^  [a-z]+(?= )", "", text, flags=re.MULTILINE)  # names of commands
    left = TYPED.sub("", listed.partition("\n")[2])
    assert re.findall(r"[A-Za-z]{2,}", left.replace("PDF", "").replace("TOML", "")) == []


def test_the_list_of_commands_says_of_each_its_first_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    lines = [line.split() for line in told().splitlines()]
    assert ["import", "从文件导入另一家公司"] in lines
    assert ["token", "API", "令牌"] in lines


def test_headings_and_what_an_option_takes_are_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    text = told("up")
    for part in ("选项:", "[环境变量：ORDERLOOP_HOST; 默认：127.0.0.1]", "-h, --help", "显示本说明后退出。"):
        assert part in text, part
    assert "[必填]" in told("secret", "retire")


def test_an_english_reader_gets_english_after_a_chinese_one(monkeypatch: pytest.MonkeyPatch) -> None:
    before = told("up")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert told("up") != before
    monkeypatch.delenv("LANG")
    assert told("up") == before
    assert before.startswith("Usage: orderloop up [OPTIONS]\n\n  Start everything and keep it running")


def test_no_translation_is_read_for_an_english_reader() -> None:
    script = """
import sys
from orderloop.entrypoints.cli import app
from typer.testing import CliRunner
CliRunner().invoke(app, ["--help"])
print("polib" in sys.modules)
"""
    for given, is_read in ({"LANG": "C.UTF-8"}, "False"), ({"LANG": "zh_CN.UTF-8"}, "True"):
        ended = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, env={"PATH": "", **given}
        )
        assert ended.stdout.strip() == is_read, ended.stderr


def test_every_word_of_help_is_in_the_catalogue_and_collected_anew() -> None:
    words = set(words_of_help(typer.main.get_command(app)))
    translated = {entry.msgid for entry in polib.pofile(str(CATALOGUE)) if not messages.faults_of(entry)}
    assert words - translated == set()
    known = {"Answer as JSON."}
    assert {entry.msgid for entry in messages._of_command_line(known)} == words - known
