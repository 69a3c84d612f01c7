"""Cutting a stream of bytes into lines."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

from syncd.errors import InvalidResponse

MAX_LINE = 16 * 2**20


async def lines_of(chunks: AsyncIterable[bytes], *, source: str) -> AsyncIterator[bytes]:
    """The non-empty lines in `chunks`, without line ends. Raises InvalidResponse at a line over 16 MiB."""
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if stripped := line.strip():
                yield stripped
        if len(rest) > MAX_LINE:
            raise InvalidResponse(f"{source} sent a line of more than {MAX_LINE} bytes; reading was stopped.")
    if stripped := rest.strip():
        yield stripped
