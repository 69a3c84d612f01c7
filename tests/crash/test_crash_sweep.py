"""A pass may die anywhere: nothing is done twice, and the lives after it bring everything about.

Three scenarios are swept whole, of the others a point drawn by seed; `python -m tests.crash --all` sweeps all.
"""

import json
from random import Random

import pytest

from tests.crash.commanded import command
from tests.crash.commands import configuration
from tests.crash.doubles import crash_twice, drawn
from tests.crash.edges import Crashed, Edge
from tests.crash.lives import Lives, new_lives
from tests.crash.scenarios import SCENARIOS
from tests.crash.sweep import Point, count, crash

WHOLE = ("fulfill-by-hand", "notify-once", "unfulfill-by-hand")
LIGHT = sorted(name for name, scenario in SCENARIOS.items() if not scenario.is_big)
SAMPLED = [name for name in LIGHT if name not in WHOLE]
DRAWN = 1
DOUBLES = 5
SEED = 20261102


async def _wrong(name: str, drawn: int | None) -> dict[Point, list[str]]:
    counted = await count(SCENARIOS[name])
    points = counted.different
    if drawn is not None:
        points = tuple(Random(f"{SEED} {name}").sample(points, drawn))
    found = {point: await crash(SCENARIOS[name], point, like=counted) for point in points}
    return {point: wrong for point, wrong in found.items() if wrong}


@pytest.mark.parametrize("name", WHOLE)
async def test_wherever_a_pass_dies_the_next_ones_end_as_if_it_had_not(name: str) -> None:
    assert await _wrong(name, None) == {}


@pytest.mark.parametrize("name", SAMPLED)
async def test_wherever_a_pass_was_seen_to_die_the_next_ones_end_as_if_it_had_not(name: str) -> None:
    assert await _wrong(name, DRAWN) == {}


async def test_the_run_that_is_to_mend_a_crash_may_die_too() -> None:
    names = Random(SEED).sample(LIGHT, DOUBLES)
    found = {}
    for name in names:
        double = drawn(await count(SCENARIOS[name]), seed=f"{SEED}/{name}")
        found[f"{name}: {double}"] = (await crash_twice(SCENARIOS[name], double))[1]
    assert {what: wrong for what, wrong in found.items() if wrong} == {}


async def test_those_who_type_and_those_who_do_not_have_one_policy() -> None:
    """Else every order would be judged anew between them, and nothing that was forgotten would show."""
    async with new_lives() as lives:
        lives.config = configuration("main")
        await lives.live(command("plan", "--output", str(lives.desk / "plan.json")))
        (typed,) = [json.loads(file.read_bytes())["policy_hash"] for file in lives.desk.iterdir()]
        looks: list[str] = []

        async def look(lives: Lives) -> None:
            looks.append((await lives.world.look()).plan.policy_hash)

        await lives.live(look)
        assert looks == [typed]


@pytest.mark.parametrize("name", LIGHT)
async def test_every_scenario_comes_to_its_write_and_to_the_points_around_it(name: str) -> None:
    """Else its sweep would prove nothing."""
    scenario = SCENARIOS[name]
    passed = {(point.what, point.arrives_after) for point in (await count(scenario)).points}
    around = {(f"before {scenario.write}", share) for share in (None, 0.0, 0.5, 1.0)}
    around |= {(f"after {scenario.write}", None), ("in sent", None), ("after outcome", None)}
    assert passed >= {(f"{where} {scenario.comes_to}", None) for where in ("in", "after")}
    assert passed >= (around if scenario.write else set())


def test_the_dead_touch_nothing() -> None:
    edge = Edge(dies_at=1)
    with pytest.raises(Crashed):
        edge.touch("once")
    with pytest.raises(Crashed):
        edge.must_live()
    assert not issubclass(Crashed, Exception)
