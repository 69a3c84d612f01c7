"""`python -m tests.simulation.zoo [NAME ...]`: plants each bug (or these), and tells how soon the simulation finds it.

`--refresh` also keeps a small world for each of them in `known.txt`, for the suite: needed when what a seed makes has
changed. `--stale` looks only for those whose kept world does not show them any more.
"""

# ruff: noqa: T201 - a program for people

from __future__ import annotations

import argparse
import multiprocessing
import sys

from tests.simulation.zoo import ALL, known
from tests.simulation.zoo.find import MINUTE, Search, planted, search_for

ROW = "{:<42} {:<5} {:>6} {:>8}  {}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.zoo", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="bugs to look for (default: all)")
    parser.add_argument("--seconds", type=float, default=MINUTE, help="of one core, for each (default: 60)")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default: 2)")
    parser.add_argument("--refresh", action="store_true", help="keep a small world of each for the suite")
    parser.add_argument("--stale", action="store_true", help="only those whose kept world does not show them any more")
    asked = parser.parse_args()
    if unknown := set(asked.names) - ALL.keys():
        parser.error(f"no such bug: {', '.join(sorted(unknown))}")
    names = [name for name in ALL if name in (asked.names or ALL) and not (asked.stale and _shows(name))]
    print(ROW.format("bug", "broke", "seeds", "seconds", "seen as"))
    found, kept = 0, known.read()
    with multiprocessing.get_context("spawn").Pool(asked.jobs) as pool:
        tasks = [(name, asked.first, asked.seconds, asked.refresh) for name in names]
        for search, world in pool.imap(search_for, tasks):
            _tell(search)
            found += search.outcome is not None
            if world is not None:
                kept[world.name] = world
    if asked.refresh:
        known.write(kept[name] for name in ALL if name in kept)
    print(f"{found} of {len(names)} found within {asked.seconds:.0f} s each")
    return 0 if found == len(names) else 1


def _shows(name: str) -> bool:
    world = known.read().get(name)
    if world is None or world.live().violations:
        return False
    with planted(ALL[name]):
        return world.promise in {one.code for one in world.live().violations}


def _tell(search: Search) -> None:
    broken = search.broken
    shown = (
        (broken.code, search.tried, f"{search.seconds:.1f}", broken.text[:70])
        if broken
        else ("-", search.tried, "", "")
    )
    print(ROW.format(search.bug.name, *shown), flush=True)


if __name__ == "__main__":
    sys.exit(main())
