"""Zip archives of unknown origin: what they claim is checked before, and what comes out is counted while unpacking."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

_CHUNK = 1024 * 1024
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PackedLimits:
    """The most entries, bytes of all and of one unpacked, and times the packed size; the last holds above `small`."""

    entries: int = 1_000
    unpacked: int = 200 * _MB
    ratio: int = 100
    small: int = 20 * _MB


class PackedFault(ValueError):
    """`code` is one of `damaged`, `encrypted`, `packed_too_tightly`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def open_zip(content: bytes, limits: PackedLimits) -> zipfile.ZipFile:
    """The archive, if its directory stays within the limits and nothing in it is encrypted. Raises `PackedFault`."""
    # Sizes of the directory are known before it is read; each entry of it becomes an object.
    if content.count(b"PK\x01\x02") > limits.entries:
        raise PackedFault("packed_too_tightly")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, OverflowError) as error:
        raise PackedFault("damaged") from error
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.entries or unpacked > limits.unpacked:
        raise PackedFault("packed_too_tightly")
    if unpacked > limits.small and unpacked > limits.ratio * len(content):
        raise PackedFault("packed_too_tightly")
    if any(entry.flag_bits & 1 for entry in entries):
        raise PackedFault("encrypted")
    return archive


def unpacked_chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: PackedLimits) -> Iterator[bytes]:
    """The entry piece by piece; the directory may have lied about its size. Raises `PackedFault`."""
    read = 0
    try:
        with archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                read += len(chunk)
                if read > entry.file_size or read > limits.unpacked:
                    raise PackedFault("packed_too_tightly")
                yield chunk
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError) as error:
        if isinstance(error, PackedFault):
            raise
        raise PackedFault("damaged") from error
    except Exception as error:  # zlib.error has no base of its own
        raise PackedFault("damaged") from error


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: PackedLimits) -> bytes:
    """The whole entry. Raises `PackedFault`."""
    return b"".join(unpacked_chunks(archive, entry, limits))


def beyond(most_row: int, most_columns: int) -> tuple["re.Pattern[bytes]", "re.Pattern[bytes]"]:
    """What finds, in the XML of a worksheet, a cell or row below `most_row`, and a cell right of `most_columns`.

    One such cell makes a parser lay out everything up to it.
    """
    before = rb"""\sr\s*=\s*["'](?:"""
    rows = b"[A-Za-z]{0,9}(?:%s)" % b"|".join(_numbers_above(most_row))
    return re.compile(before + rows + rb""")["']"""), re.compile(before + _letters_above(most_columns) + rb")[0-9]")


def _numbers_above(number: int) -> Iterator[bytes]:
    digits = str(number)
    yield b"[0-9]{%d,}" % (len(digits) + 1)
    for place, digit in enumerate(digits):
        if digit != "9":
            rest = len(digits) - place - 1
            yield f"{digits[:place]}[{int(digit) + 1}-9][0-9]{{{rest}}}".encode()


def _letters_above(columns: int) -> bytes:
    """Letters of a column beyond the given count, which is above 26 and below 702."""
    first, second = divmod(columns - 1, 26)
    upper, lower = chr(64 + first), chr(65 + second)
    tops = [b"[A-Za-z]{3,9}"]
    for a, b in ((upper, lower), (upper.lower(), lower.lower())):
        last = b"zZ"[a.isupper() :][:1].decode()
        if a != last:
            tops.append(f"[{chr(ord(a) + 1)}-{last}][A-Za-z]".encode())
        if b != last:
            tops.append(f"{a}[{chr(ord(b) + 1)}-{last}]".encode())
    return b"(?:" + b"|".join(tops) + b")"
