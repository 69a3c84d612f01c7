"""The figures as the README shows them."""
# ruff: noqa: RUF001 (a times sign)

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.rivals.clients import CLIENTS, Client, Unavailable
from tests.bench.rivals.load import Load
from tests.bench.rivals.race import Figures, race

HEAD = (
    "| client | time (× the limit) | THROTTLED | lost | points per order | with faults: lost | doubled | unclear |",
    "|---|---|---|---|---|---|---|---|",
)


def row(name: str, clean: Figures, faulty: Figures) -> str:
    lost = f"{faulty.lost}"
    if faulty.lost_at_first != faulty.lost:
        lost += f" ({faulty.lost_at_first} until the next pass)"
    cells = (
        name,
        f"{clean.took_s:.1f} s ({clean.ratio:.2f})",
        f"{clean.throttled:,}",
        f"{clean.lost}",
        f"{clean.points_each:.1f}",
        lost,
        f"{faulty.doubled}",
        f"{faulty.unclear}",
    )
    return f"| {' | '.join(cells)} |"


async def rows(load: Load, clients: Sequence[Client] = CLIENTS) -> AsyncIterator[str]:
    """A line for each client, as soon as it is there; one that cannot run here says why."""
    with TemporaryDirectory(prefix="syncd-rivals-") as folder:
        for client in clients:
            try:
                clean = await race(client, load, with_faults=False, folder=Path(folder))
                faulty = await race(client, load, with_faults=True, folder=Path(folder))
            except Unavailable as why:
                yield f"| {client.name} | {why} | | | | | | |"
            else:
                yield row(client.name, clean, faulty)


def table(load: Load, *, say: Callable[[str], None], clients: Sequence[Client] = CLIENTS) -> list[str]:
    """The whole table; each line is said as soon as it is known."""

    async def all_of_it() -> list[str]:
        lines = list(HEAD)
        for line in HEAD:
            say(line)
        async for line in rows(load, clients):
            say(line)
            lines.append(line)
        return lines

    return asyncio.run(all_of_it())


def write(page: Path, lines: Sequence[str], *, on: str) -> None:
    """Put the table between its marks in `page`, with where it was made."""
    before, begin, rest = page.read_text(encoding="utf-8").partition("<!-- rivals -->\n")
    _, end, after = rest.partition("<!-- /rivals -->")
    if not end:
        raise ValueError(f"{page} has no part between <!-- rivals --> and <!-- /rivals -->")
    body = "\n".join(lines)
    page.write_text(f"{before}{begin}{body}\n\n{on}\n{end}{after}", encoding="utf-8")
