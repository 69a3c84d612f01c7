"""`python -m tests.recordings [FOLDER]`: where the twin answers otherwise than the real service did."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path

from tests.recordings.dialogue import recordings
from tests.recordings.player import Outcome, Verdict, play
from tests.reference import REFERENCE

FOLDER = REFERENCE / "recordings"


def lines(name: str, outcomes: list[Outcome]) -> Iterator[str]:
    """What is printed of one recording."""
    counted = {verdict: sum(one.verdict is verdict for one in outcomes) for verdict in Verdict}
    compared = counted[Verdict.EQUAL] + counted[Verdict.DIFFERENT]
    yield (
        f"{name}: compared {compared} equal {counted[Verdict.EQUAL]} different {counted[Verdict.DIFFERENT]}"
        f" not compared {counted[Verdict.NOT_COMPARED]}"
    )
    for one in outcomes:
        if one.verdict is not Verdict.EQUAL:
            scope = "" if one.is_in_scope else " (out of scope)"
            yield f"  {one.verdict.value} {one.step.place or '.'} [{', '.join(one.step.roots)}]{scope}"
            yield from (f"    {why}" for why in one.why)


async def _all(folder: Path) -> tuple[int, int]:
    compared = equal = 0
    for recording in recordings(folder):
        outcomes = await play(recording)
        print("\n".join(lines(recording.name, outcomes)), flush=True)  # noqa: T201  # this is its answer
        compared += sum(one.verdict is not Verdict.NOT_COMPARED for one in outcomes)
        equal += sum(one.verdict is Verdict.EQUAL for one in outcomes)
    return compared, equal


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.recordings", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    compared, equal = asyncio.run(_all(folder if folder.exists() else FOLDER / folder))
    print(f"total: compared {compared} equal {equal}")  # noqa: T201


if __name__ == "__main__":
    main()
