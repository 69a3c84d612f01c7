"""In which encoding a feed is written, told from its bytes."""

from __future__ import annotations

import codecs
from typing import IO

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""UTF-32's little-endian mark begins with UTF-16's, so it is asked first."""

_CHUNK = 1 << 16
_MOSTLY = 0.3
_HARDLY = 0.05
_PAIRED = 0.9


def encoding_of(file: IO[bytes]) -> str:
    """The encoding of `file`, which is left at its beginning.

    A mark decides; then UTF-16's pattern of zero bytes; then whether all of it is valid UTF-8; then whether its high
    bytes come in pairs, as in Chinese (gb18030), or alone, as in Western text (cp1252). Orders, SKUs and numbers are
    ASCII in all of them, so a wrong guess between the last two garbles names, never references.
    """
    file.seek(0)
    head = file.read(_CHUNK)
    found = _by_mark(head) or _by_zero_bytes(head)
    if found is None:
        found = "utf-8" if _decodes(file, "utf-8") else _legacy(file, head)
    file.seek(0)
    return found


def _by_mark(head: bytes) -> str | None:
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def _by_zero_bytes(head: bytes) -> str | None:
    even, odd = head[0::2], head[1::2]
    if len(odd) < 2:
        return None
    zeros = even.count(0) / len(even), odd.count(0) / len(odd)
    match zeros:
        case (few, many) if few < _HARDLY and many > _MOSTLY:
            return "utf-16-le"
        case (many, few) if few < _HARDLY and many > _MOSTLY:
            return "utf-16-be"
        case _:
            return None


def _decodes(file: IO[bytes], name: str) -> bool:
    """Whether all of the file is valid; a sign that the end of the file cuts in two is not held against it."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(name)(errors="strict")
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _legacy(file: IO[bytes], head: bytes) -> str:
    return "gb18030" if _share_paired(head) > _PAIRED and _decodes(file, "gb18030") else "cp1252"


def _share_paired(head: bytes) -> float:
    """The share of high bytes that stand in runs of even length: double-byte text has hardly any others."""
    paired = alone = run = 0
    for byte in head + b"\n":
        if byte >= 0x80:
            run += 1
        elif run:
            paired, alone = (paired + run, alone) if run % 2 == 0 else (paired, alone + run)
            run = 0
    return paired / (paired + alone) if paired + alone else 0.0
