"""Collect the words people see into each app's catalogue, compile the catalogues, and tell what is untranslated.

    python tools/messages.py                 collect new words in apps whose source changed, then compile
    python tools/messages.py --compile       only compile (needs no GNU gettext)
    python tools/messages.py --check         change nothing; fail on a word untranslated, doubtful, no longer used or
                                             not yet collected, on placeholders that differ, and where
                                             two apps translate one word differently

Collecting needs xgettext (apt-packages.txt); compiling and reading use polib.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/orderloop"
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")
HEADER = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Plural-Forms": "nplurals=1; plural=0;",
}
Key = tuple[str | None, str]


def apps(only: list[str]) -> list[Path]:
    """The packages that hold words, all of them or those named."""
    found = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))
    return [app for app in found if not only or app.name in only]


def key(entry: polib.POEntry) -> Key:
    return (entry.msgctxt, entry.msgid)


def collected(app: Path) -> list[polib.POEntry]:
    """The words in the app's source as makemessages finds them; the tree itself is not touched."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / app.name
        shutil.copytree(app, copy, ignore=shutil.ignore_patterns("locale", "static", "migrations", "__pycache__"))
        (copy / "locale").mkdir()
        subprocess.run(
            # -P: a module of the app, such as numbers.py, must not stand for the library's
            [
                sys.executable,
                "-P",
                "-m",
                "django",
                "makemessages",
                "--locale=zh_Hans",
                "--no-location",
                "--verbosity=0",
            ],
            cwd=copy,
            check=True,
            timeout=120,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
        )
        made = copy / CATALOGUE
        found = list(polib.pofile(str(made))) if made.exists() else []
    return [*found, *_of_command_line({entry.msgid for entry in found})] if app.name == "entrypoints" else found


def _of_command_line(known: set[str]) -> list[polib.POEntry]:
    """What commands and their options are told by: it stands in their docstrings and is marked nowhere."""
    import typer

    from orderloop.entrypoints.cli import app
    from orderloop.entrypoints.cli.words import words_of_help

    words = words_of_help(typer.main.get_command(app))
    return [polib.POEntry(msgid=text) for text in words if text not in known]


def opened(app: Path) -> polib.POFile:
    """The app's catalogue, or an empty one."""
    path = app / CATALOGUE
    catalogue = polib.pofile(str(path), wrapwidth=110) if path.exists() else polib.POFile(wrapwidth=110)
    catalogue.metadata = dict(HEADER)
    return catalogue


def is_stale(app: Path) -> bool:
    """Whether any source of the app is newer than its catalogue."""
    path = app / CATALOGUE
    sources = [*app.rglob("*.py"), *app.rglob("templates/**/*.html"), *app.rglob("templates/**/*.txt")]
    written = path.stat().st_mtime if path.exists() else 0.0
    return any(source.stat().st_mtime > written for source in sources)


def collect(app: Path) -> None:
    """Bring the catalogue in step with the source: new words empty, gone words out, translations kept."""
    catalogue, words = opened(app), collected(app)
    if not words and not catalogue:
        return
    kept = {key(entry): entry for entry in catalogue if not entry.obsolete}
    catalogue[:] = []
    catalogue.extend(_with_translation(found, kept.get(key(found))) for found in words)
    path = app / CATALOGUE
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))


def _with_translation(found: polib.POEntry, old: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(msgid=found.msgid, msgid_plural=found.msgid_plural, msgctxt=found.msgctxt)
    entry.flags = [flag for flag in found.flags if flag != "fuzzy"]
    known = old if old is not None and bool(old.msgid_plural) == bool(found.msgid_plural) else polib.POEntry()
    if found.msgid_plural:
        entry.msgstr_plural = {0: known.msgstr_plural.get(0, "")}
    else:
        entry.msgstr = known.msgstr
    return entry


def compile_catalogue(app: Path) -> None:
    """Write the .mo beside the .po when the .po is newer."""
    source = app / CATALOGUE
    target = source.with_suffix(".mo")
    if source.exists() and (not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
        half_written = target.with_suffix(f".{os.getpid()}.part")
        polib.pofile(str(source)).save_as_mofile(str(half_written))
        half_written.replace(target)  # at once, for whoever reads it meanwhile


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def placeholders(text: str | None) -> set[str]:
    return {match.group() for match in PLACEHOLDER.finditer(text or "")}


def faults_of(entry: polib.POEntry) -> list[str]:
    """What is wrong with one translation."""
    if entry.obsolete:
        return ["no longer used"]
    faults = ["doubtful (fuzzy)"] if entry.fuzzy else []
    if not all(translations(entry)):
        return [*faults, "not translated"]
    allowed = placeholders(entry.msgid) | placeholders(entry.msgid_plural)
    for text in translations(entry):
        used = placeholders(text)
        missing = set() if entry.msgid_plural else allowed - used
        if used - allowed or missing:
            faults.append(f"placeholders differ: {sorted((used - allowed) | missing)}")
    return faults


def faults_in(app: Path, *, collecting: bool = True) -> list[str]:
    """All faults of an app's catalogue, against its source as well when `collecting`."""
    catalogue = opened(app)
    faults = [f"{app.name}: {entry.msgid!r}: {fault}" for entry in catalogue for fault in faults_of(entry)]
    if collecting:
        found = {key(entry) for entry in collected(app)}
        known = {key(entry) for entry in catalogue if not entry.obsolete}
        faults += [f"{app.name}: {words!r}: not collected" for _context, words in sorted(found - known, key=str)]
        faults += [f"{app.name}: {words!r}: not in the source" for _context, words in sorted(known - found, key=str)]
    return faults


def disagreements(entries: Mapping[str, Iterable[polib.POEntry]]) -> list[str]:
    """Words that apps translate differently: Django merges all catalogues, and one app's Chinese would silently stand
    in another's pages. Such a word needs a context."""
    said: dict[Key, dict[str, str]] = {}
    for app, own in entries.items():
        for entry in own:
            said.setdefault(key(entry), {})[app] = " / ".join(translations(entry))
    return [
        f"{words!r}: " + ", ".join(f"{text} in {app}" for app, text in by_app.items())
        for (_context, words), by_app in said.items()
        if len({text for text in by_app.values() if text}) > 1
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("apps", nargs="*", help="names of apps; all when none is named")
    parser.add_argument("--compile", action="store_true", help="only compile")
    parser.add_argument("--check", action="store_true", help="change nothing, fail on any fault")
    parser.add_argument("--all", action="store_true", help="collect in apps that did not change too")
    chosen = parser.parse_args()
    if chosen.check:
        faults = [fault for app in apps(chosen.apps) for fault in faults_in(app)]
        faults += disagreements({app.name: opened(app) for app in apps([])})
        print("\n".join(faults) or "every word is translated")
        return 1 if faults else 0
    for app in apps(chosen.apps):
        if not chosen.compile and (chosen.all or chosen.apps or is_stale(app)):
            collect(app)
        compile_catalogue(app)
    return 0


if __name__ == "__main__":
    sys.exit(main())
