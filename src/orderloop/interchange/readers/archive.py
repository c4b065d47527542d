"""Documents packed together: a zip archive's files become the parts of a reading; other archives are named."""

import zipfile
from collections.abc import Iterator
from contextlib import suppress

from orderloop.foundation.packed import PackedFault, PackedLimits, open_zip, unpacked
from orderloop.interchange.facts import Fault, FaultCode, Format, Hints, Part, Place, Reading
from orderloop.interchange.rules.sniff import FORMAT_OF_KIND, kind_of

MOST_PARTS = 100
MOST_PART_BYTES = 25 * 1024 * 1024
LIMITS = PackedLimits(entries=1_000, unpacked=60 * 1024 * 1024, ratio=100, small=10 * 1024 * 1024)
_LONGEST_NAME = 150
_FAULTS = {
    "damaged": FaultCode.DAMAGED,
    "encrypted": FaultCode.ENCRYPTED,
    "packed_too_tightly": FaultCode.TOO_COMPLEX,
}


def read(content: bytes, hints: Hints) -> Reading:
    """The files in a zip archive as parts, none of them opened. Faults: ENCRYPTED, DAMAGED, TOO_COMPLEX (too many
    entries, too much when unpacked, an archive within the archive), UNSUPPORTED (7z, rar, tar …), EMPTY.
    """
    kind = kind_of(content)
    if kind != "zip":
        return _failed(FaultCode.UNSUPPORTED, name=kind)
    try:
        archive = open_zip(content, LIMITS)
        parts, faults = _unpacked(archive)
    except PackedFault as fault:
        return _failed(_FAULTS[fault.code], detail="zip")
    if not parts and not faults:
        faults.append(Fault(FaultCode.EMPTY))
    return Reading(Format.ARCHIVE, faults=tuple(faults), parts=tuple(parts))


def _unpacked(archive: zipfile.ZipFile) -> tuple[list[Part], list[Fault]]:
    parts: list[Part] = []
    faults: list[Fault] = []
    for entry in _files(archive):
        name = harmless_name(entry.filename)
        if len(parts) == MOST_PARTS:
            faults.append(Fault(FaultCode.TOO_COMPLEX, params={"detail": f"> {MOST_PARTS}"}))
            break
        if entry.file_size > MOST_PART_BYTES:
            limit = f"{MOST_PART_BYTES // 1024**2} MB"
            faults.append(Fault(FaultCode.TOO_LARGE, Place(name), {"limit": limit}))
            continue
        try:
            inner = unpacked(archive, entry, LIMITS)
        except PackedFault as fault:
            if fault.code != "damaged":
                raise
            faults.append(Fault(FaultCode.DAMAGED, Place(name), {"detail": name}))
            continue
        if FORMAT_OF_KIND.get(kind_of(inner, name)) is Format.ARCHIVE:
            # One level deep is how people send documents; deeper is how they hide them.
            faults.append(Fault(FaultCode.TOO_COMPLEX, Place(name), {"detail": name}))
        elif inner:
            parts.append(Part(name, "", inner))
    return parts, faults


def _files(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The entries that are documents; what programs add beside them is left out."""
    for entry in archive.infolist():
        last = entry.filename.replace("\\", "/").rpartition("/")[2]
        # The module's own question whether it is a folder fails for an entry without a name, which is a file.
        is_folder = bool(entry.filename) and not last
        if not is_folder and "__MACOSX" not in entry.filename and last not in (".DS_Store", "Thumbs.db"):
            yield entry


def harmless_name(name: str) -> str:
    """The last part of a path, without signs that mean something to a file system or a terminal.

    Names that were written in a Chinese code page without saying so are read as such.
    """
    with suppress(UnicodeError):
        # The archive's own code page when it states none; the bytes are those of GBK where it was made in China.
        name = name.encode("cp437").decode("gb18030") if not name.isascii() else name
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*')
    return kept.strip(". ")[-_LONGEST_NAME:] or "document"


def _failed(code: FaultCode, **params: str) -> Reading:
    return Reading(Format.ARCHIVE, faults=(Fault(code, params=params),))
