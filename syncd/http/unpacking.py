"""Bodies of answers as they come, unpacked in small pieces: what a bomb unpacks to is never in memory at once."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, AsyncIterator

from syncd.errors import InvalidResponse

ACCEPTED = "gzip, deflate"
"""What is asked for in Accept-Encoding; anything else is not unpacked."""
_PIECE = 1 << 16
_GZIP = 16 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_PLAIN = frozenset({"", "identity"})


async def unpacked(chunks: AsyncIterable[bytes], encoding: str, *, source: str) -> AsyncIterator[bytes]:
    """The body in pieces of at most 64 KiB where it was packed.

    Raises InvalidResponse when it is packed in another way than was asked for, twice over, damaged, or cut off.
    """
    name = encoding.strip().lower()
    if name in _PLAIN:
        async for chunk in chunks:
            yield chunk
        return
    if name not in {"gzip", "x-gzip", "deflate"}:
        raise InvalidResponse(f"{source}: the answer is packed as {encoding[:40]!r}; {ACCEPTED} was asked for.")
    try:
        async for piece in _Unpacking(is_gzip=name != "deflate").pieces(chunks):
            yield piece
    except zlib.error as exc:
        raise InvalidResponse(f"{source}: the answer cannot be unpacked: {exc}.") from None


class _Unpacking:
    """One packed body. Several gzip members one after the other are one body; blanks after the last are none."""

    def __init__(self, *, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._inflating = zlib.decompressobj(_GZIP if is_gzip else zlib.MAX_WBITS)
        self._is_begun = False

    async def pieces(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            rest = chunk
            while rest:
                piece, rest = self._piece(rest)
                yield piece
        while self._is_begun and not self._inflating.eof:
            piece, _ = self._piece(b"")
            if not piece and not self._inflating.eof:
                raise zlib.error("it ends too early")
            yield piece

    def _piece(self, packed: bytes) -> tuple[bytes, bytes]:
        """The next piece, and what is still packed."""
        if self._inflating.eof:
            packed = packed.lstrip(b"\0") if self._is_gzip else b""
            if not packed:
                return b"", b""
            self._inflating = zlib.decompressobj(_GZIP)
        piece = self._inflated(packed)
        self._is_begun = True
        return piece, self._inflating.unconsumed_tail or self._inflating.unused_data

    def _inflated(self, packed: bytes) -> bytes:
        try:
            return self._inflating.decompress(packed, _PIECE)
        except zlib.error:
            if self._is_gzip or self._is_begun:
                raise
        # Some servers leave out the wrapping that `deflate` stands for.
        self._inflating = zlib.decompressobj(_RAW)
        return self._inflating.decompress(packed, _PIECE)
