"""SIGKILL and two at once, with real processes, files and sockets."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.crash.processes import Town, new_town

NUMBERS = [f"YT222952127216444{digit}" for digit in range(6)]


def _is_done_once(town: Town) -> None:
    made = sorted(number for entry in town.store.ledger.created() for number in entry.detail["numbers"])
    told = sorted(number for entry in town.store.ledger.notifications() for number in entry.detail["numbers"])
    assert made == NUMBERS
    assert told == NUMBERS


@pytest.mark.parametrize("moment", ["before it is done", "before it is answered", "and it is lost"])
async def test_a_run_killed_while_it_writes_is_finished_by_the_next_and_doubles_nothing(
    tmp_path: Path, moment: str
) -> None:
    async with new_town(tmp_path) as town:
        for number in NUMBERS:
            town.order_shipped(number)

        async def die(town: Town) -> bool:
            await town.kill()
            return moment != "and it is lost"

        town.awaited = 3
        if moment == "before it is answered":
            town.after = die
        else:
            town.before = die
        code, said = await town.reconcile()
        assert code == -9, said
        # The dead run holds the store until its lease ends; what it sent may be settled by then.
        town.later(timedelta(seconds=61))
        code, said = await town.reconcile()
        assert code == 0, said
        _is_done_once(town)


async def test_of_two_runs_at_once_one_works_and_the_other_gives_up_with_75(tmp_path: Path) -> None:
    async with new_town(tmp_path) as town:
        for number in NUMBERS:
            town.order_shipped(number)
        codes: list[int] = []

        async def another(town: Town) -> bool:
            code, said = await town.reconcile("--wait", "1s")
            assert "another run holds the store" in said
            codes.append(code)
            return True

        town.awaited, town.before = 1, another
        assert (await town.reconcile())[0] == 0
        assert codes == [75]
        _is_done_once(town)


async def test_of_two_runs_at_once_the_second_waits_and_finds_nothing_to_do(tmp_path: Path) -> None:
    async with new_town(tmp_path) as town:
        for number in NUMBERS:
            town.order_shipped(number)

        async def another(town: Town) -> bool:
            await town.syncd("reconcile", "--yes", "--wait", "1m")
            return True

        town.awaited, town.before = 1, another
        code, said = await town.reconcile()
        assert code == 0, said
        code, said = await town.ended(town.processes[1])
        assert code == 0, said
        assert town.creates == len(NUMBERS)
        _is_done_once(town)
