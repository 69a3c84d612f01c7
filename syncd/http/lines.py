"""Cutting a stream of bytes into lines."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

from syncd.errors import InvalidResponse

MAX_LINE = 16 * 2**20


async def lines_of(chunks: AsyncIterable[bytes], *, source: str) -> AsyncIterator[bytes]:
    """The non-empty lines in `chunks`, without line ends. Raises InvalidResponse at a line over 16 MiB."""
    rest: list[bytes] = []
    size = 0
    async for chunk in chunks:
        # Pieces of a line are joined when it ends: joining at each of many small ones would take for ever.
        *ended, last = chunk.split(b"\n")
        for line in ended:
            if stripped := (b"".join(rest) + line).strip():
                yield stripped
            rest, size = [], 0
        rest.append(last)
        size += len(last)
        if size > MAX_LINE:
            raise InvalidResponse(f"{source} sent a line of more than {MAX_LINE} bytes; reading was stopped.")
    if stripped := b"".join(rest).strip():
        yield stripped
