"""The command line in the reader's language: its own sentences, and its help where help is shown.

Help is written in English where the command is, and turned into Chinese only when a Chinese reader calls; an English
reader pays nothing for it.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from typer.core import TyperGroup

CATALOGUE = Path(__file__).parents[1] / "locale/zh_Hans/LC_MESSAGES/django.po"
CHINESE = "zh-hans"
_BY_PRIORITY = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_TITLE_ENDS = re.compile(r"[。；]")
_EXTRAS = re.compile(r"\[[^\]]*\]\Z")


def language() -> str:
    """The reader's language by the usual variables: Chinese or English."""
    given = next((value for name in _BY_PRIORITY if (value := os.environ.get(name))), "")
    return CHINESE if given.lower().startswith("zh") else "en"


def gettext(text: str) -> str:
    """A text of the command line in the reader's language."""
    return _chinese().get(text, text) if language() == CHINESE else text


@cache
def _chinese() -> Mapping[str, str]:
    import polib

    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOGUE)) if entry.msgstr}


class Spoken(TyperGroup):
    """The commands, told in the reader's language."""

    def main(self, *arguments: Any, **settings: Any) -> Any:
        if language() == CHINESE:
            turn_to_chinese(self)
        return super().main(*arguments, **settings)


def turn_to_chinese(command: Any) -> None:
    """Have a command and all below it, as typer makes it, tell its help in Chinese."""
    command.context_class.formatter_class = _Formatter
    for part in _parts_of(command):
        if part.help:
            part.help = gettext(part.help)
            if hasattr(part, "short_help"):
                part.short_help = _TITLE_ENDS.split(part.help)[0]


def words_of_help(command: Any) -> list[str]:
    """Every text that the help of a command and of all below it shows, each once."""
    return list(dict.fromkeys(part.help for part in _parts_of(command) if part.help))


def _parts_of(command: Any, above: Any = None) -> Iterator[Any]:
    """Whatever has a `help` of its own: the command, its parameters and its option to ask for help, and all below."""
    yield command
    yield from command.params
    context = command.context_class(command, parent=above, **(command.context_settings or {}))
    if (asks := command.get_help_option(context)) is not None:
        yield asks
    for below in getattr(command, "commands", {}).values():
        yield from _parts_of(below, context)


_TypersOwn: Any = TyperGroup.context_class.formatter_class


class _Formatter(_TypersOwn):  # type: ignore[misc]  # typer names the class nowhere else
    """Help with its headings and remarks in the reader's language too."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, gettext("Usage: ") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        headings = {
            "Arguments": gettext("Arguments"),
            "Options": gettext("Options"),
            "Commands": gettext("Commands"),
        }
        super().write_heading(headings.get(heading, heading))

    def write_dl(self, rows: Sequence[tuple[str, str]], *arguments: Any, **settings: Any) -> None:
        told = [(name, _EXTRAS.sub(lambda found: _extras(found[0]), text)) for name, text in rows]
        super().write_dl(told, *arguments, **settings)


def _extras(text: str) -> str:
    """What stands in brackets behind an option: `[env var: NAME; default: 1; required]`."""
    words = {"default: ": gettext("default: "), "env var: ": gettext("env var: "), "required": gettext("required")}
    for english, said in words.items():
        text = text.replace(f"[{english}", f"[{said}").replace(f"; {english}", f"; {said}")
    return text
