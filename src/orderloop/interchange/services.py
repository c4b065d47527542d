"""Reads documents of unknown origin, each in a child process of its own; whatever goes wrong there is a named fault."""

import gc
import importlib.util
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from orderloop.interchange.facts import Fault, FaultCode, Format, Hints, Reading
from orderloop.interchange.readers import reader_module
from orderloop.interchange.rules.forms import hints_body, reading_of
from orderloop.interchange.rules.sniff import format_of
from orderloop.platform import sandbox
from orderloop.platform.sandbox import NO_HOST, Ending, Limits, Outcome

MOST_BYTES = 25 * 1024**2
_MB = 1024**2

# By the clock far longer than by the processor: what takes long gets only what time the machine has left.
_USUAL = Limits()
_LIMITS: Mapping[Format, Limits] = {
    Format.PDF: Limits(memory=1024 * _MB, cpu_seconds=30, wall_seconds=120),
    # Recognising a page takes seconds on every processor there is, and the models their memory.
    Format.IMAGE: Limits(memory=4096 * _MB, cpu_seconds=600, wall_seconds=900, open_files=256, may_thread=True),
    Format.SHEET: Limits(memory=1024 * _MB, cpu_seconds=15, wall_seconds=90),
    Format.CSV: Limits(memory=1024 * _MB, cpu_seconds=15, wall_seconds=90),
}
_READERS = "orderloop.interchange.readers"
_READ = f"{_READERS}:read_as_json"
_READ_SCANS = f"{_READERS}.image_scans:read_as_json"
# What recognition needs is slow to import; its models are loaded by each child, for loading them starts threads.
_RECOGNITION = (f"{_READERS}.image_words", "cv2", "rapidocr")


class NeedsRecognition(Exception):
    """A document that is read by recognising its pages, which its caller leaves to a process with more time."""


def read_at_once(content: bytes, hints: Hints | None = None) -> Reading:
    """What the document says, if that takes no recognition; else raises NeedsRecognition. Where recognition is not
    installed nobody has more time for it, and a fault says so."""
    return _read_document(content, hints or Hints(), None, can_wait=recognition_installed())


def recognition_installed() -> bool:
    """Whether the extra `ocr` is there."""
    return importlib.util.find_spec("rapidocr") is not None


def read_document(content: bytes, hints: Hints | None = None, *, limits: Limits | None = None) -> Reading:
    """What the document says. Never raises for what stands in it: damage, bombs and crashes are faults of the reading,
    and so is what our readers do wrong, as a fault of its own (INTERNAL).

    Documents within it (`parts`) are not read; give each of them to this function again.
    """
    return _read_document(content, hints or Hints(), limits, can_wait=False)


def _read_document(content: bytes, hints: Hints, limits: Limits | None, *, can_wait: bool) -> Reading:
    if not content:
        return Reading(Format.UNKNOWN, faults=(Fault(FaultCode.EMPTY),))
    if len(content) > MOST_BYTES:
        return Reading(
            Format.UNKNOWN, faults=(Fault(FaultCode.TOO_LARGE, params={"limit": f"{MOST_BYTES // _MB} MB"}),)
        )
    format = format_of(content, hints.filename, hints.content_type)
    if can_wait and format is Format.IMAGE:
        raise NeedsRecognition
    reading = _read(_READ, content, hints, format, limits)
    if format is Format.PDF and any(page.is_scan and not page.words for page in reading.pages):
        if can_wait:
            raise NeedsRecognition
        # Pages without text are recognised, which takes so much that only documents that need it are allowed it.
        return _with_scans(reading, _read(_READ_SCANS, content, hints, Format.IMAGE, limits))
    return reading


def _with_scans(reading: Reading, recognised: Reading) -> Reading:
    """What was recognised; where that came to nothing, what was read before and the reason."""
    if recognised.pages:
        return recognised
    return replace(reading, faults=(*reading.faults, *recognised.faults))


def _read(function: str, content: bytes, hints: Hints, format: Format, limits: Limits | None) -> Reading:
    modules = _RECOGNITION if format is Format.IMAGE else ()
    outcome = sandbox.run(
        function,
        content,
        json.dumps(hints_body(hints)).encode(),
        limits=limits or _LIMITS.get(format, _USUAL),
        preload=() if format is Format.UNKNOWN else (reader_module(format), *modules),
    )
    if outcome.ending is not Ending.OK:
        return Reading(format, faults=(_fault(outcome),))
    try:
        with _no_pauses():
            return reading_of(json.loads(outcome.answer))
    except (ValueError, TypeError, KeyError, RecursionError):
        # Only a child that something has taken over answers what is no reading.
        return Reading(format, faults=(Fault(FaultCode.DAMAGED, params={"detail": "answer"}),))


@contextmanager
def _no_pauses() -> Iterator[None]:
    """Half a million new objects, none of them garbage: the collector would look at all of them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _fault(outcome: Outcome) -> Fault:
    if outcome.ending in (Ending.MEMORY, Ending.CPU, Ending.TIME):
        return Fault(FaultCode.TOOK_TOO_LONG, params={"detail": outcome.ending.value})
    if outcome.ending is Ending.ANSWER_TOO_LARGE:
        return Fault(FaultCode.TOO_COMPLEX, params={"detail": outcome.ending.value})
    if outcome.ending is Ending.RAISED or outcome == NO_HOST:
        # No reader raises, whatever stands in the document.
        return Fault(FaultCode.INTERNAL, params={"detail": outcome.detail})
    return Fault(FaultCode.DAMAGED, params={"detail": outcome.detail or outcome.ending.value})
