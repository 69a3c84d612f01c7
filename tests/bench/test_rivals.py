"""The race of the clients counts what the shop shows; what others lose or double is not asserted, what syncd does is."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.bench.rivals import table
from tests.bench.rivals.clients import CLIENTS, Client
from tests.bench.rivals.load import Load
from tests.bench.rivals.race import Figures, race
from tests.reference import ROOT

SMALL = Load(orders=8, maximum=1000, per_s=1000, one_fault_in=2)
BY_NAME = {client.name: client for client in CLIENTS}


def raced(name: str, folder: Path) -> Figures:
    return asyncio.run(race(BY_NAME[name], SMALL, with_faults=True, folder=folder))


def test_a_pass_of_syncd_loses_and_doubles_nothing_when_answers_are_lost(tmp_path: Path) -> None:
    found = raced("syncd, a whole pass", tmp_path)
    assert (found.lost, found.doubled, found.unclear) == (0, 0, 0)
    assert found.lost_at_first == 2  # those whose write never came to work wait for the next pass


def test_a_client_that_sends_again_blindly_doubles_what_had_left_in_part(tmp_path: Path) -> None:
    found = raced("httpx + tenacity", tmp_path)
    assert (found.lost, found.doubled, found.unclear) == (0, 1, 1)


def test_the_same_faults_strike_the_same_parcels_for_every_client() -> None:
    struck = SMALL.faults()
    assert struck == SMALL.faults()
    assert len(struck) == 4
    assert len(set(struck.values())) == 2


def test_a_client_that_cannot_run_here_says_so_in_its_row(tmp_path: Path) -> None:
    absent = Client(name="absent", module="by_shopifyapi", needs="no_such_package")
    broken = Client(name="broken", module="by_nobody")
    said: list[str] = []
    table.table(SMALL, say=said.append, clients=[absent, broken])
    assert "not installed here" in said[-2]
    assert "No module named" in said[-1]


def test_the_table_goes_between_its_marks_and_nowhere_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- rivals -->\nold\n<!-- /rivals -->\nafter\n")
    table.write(page, ["| new |"], on="Made today.")
    assert page.read_text() == "before\n<!-- rivals -->\n| new |\n\nMade today.\n<!-- /rivals -->\nafter\n"


def test_the_readme_shows_every_client_of_the_race() -> None:
    part = (ROOT / "README.md").read_text(encoding="utf-8").partition("<!-- rivals -->")[2].partition("<!-- /rivals")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    assert tuple(lines[:2]) == table.HEAD
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines[2:]] == [client.name for client in CLIENTS]
