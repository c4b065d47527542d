"""What a value shown in a document teaches, worked out where little can be lost: a page may be built to take long."""

import json

from orderloop.intake.rules.learning import lesson_of
from orderloop.interchange.rules.forms import place_of, reading_of


def lesson_at(content: bytes, argument: bytes) -> bytes:
    """`lesson_of` for a reading as JSON and what was shown (`path`, `text`, `raw`, `place`, `title`), as a list of
    kind, given and means; empty where nothing can be learnt. Runs in a limited child."""
    shown = json.loads(argument)
    reading = reading_of(json.loads(content))
    learnt = lesson_of(
        shown["path"], shown["text"], shown["raw"], place_of(shown["place"]), reading.pages, shown["title"],
        reading.text,
    )  # fmt: skip
    return json.dumps([learnt.kind, learnt.given, learnt.means]).encode() if learnt is not None else b""
