"""A pass may die anywhere: nothing is done twice, and the lives after it bring everything about.

Three scenarios are swept whole, of the others some points drawn by seed; `python -m tests.crash` sweeps all.
"""

from random import Random

import pytest

from tests.crash.edges import Crashed, Edge
from tests.crash.scenarios import SCENARIOS
from tests.crash.sweep import Point, count, crash

WHOLE = ("notify-once", "unfulfill", "update-tracking")
SAMPLED = tuple(name for name in SCENARIOS if name not in WHOLE)
DRAWN = 3
SEED = 20261102


async def _wrong(name: str, drawn: int | None) -> dict[Point, list[str]]:
    counted = await count(SCENARIOS[name])
    points = counted.different
    if drawn is not None:
        points = tuple(Random(f"{SEED} {name}").sample(points, drawn))
    found = {point: await crash(SCENARIOS[name], point, like=counted.ending) for point in points}
    return {point: wrong for point, wrong in found.items() if wrong}


@pytest.mark.parametrize("name", WHOLE)
async def test_wherever_a_pass_dies_the_next_ones_end_as_if_it_had_not(name: str) -> None:
    assert await _wrong(name, None) == {}


@pytest.mark.parametrize("name", SAMPLED)
async def test_wherever_a_pass_was_seen_to_die_the_next_ones_end_as_if_it_had_not(name: str) -> None:
    assert await _wrong(name, DRAWN) == {}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_every_scenario_comes_to_its_write_and_to_the_points_around_it(name: str) -> None:
    """Else its sweep would prove nothing."""
    scenario = SCENARIOS[name]
    passed = {(point.what, point.arrives_after) for point in (await count(scenario)).points}
    around = {(f"before {scenario.write}", share) for share in (None, 0.0, 0.5, 1.0)}
    assert passed >= {*around, (f"after {scenario.write}", None), ("in sent", None), ("after outcome", None)}


def test_the_dead_touch_nothing() -> None:
    edge = Edge(dies_at=1)
    with pytest.raises(Crashed):
        edge.touch("once")
    with pytest.raises(Crashed):
        edge.must_live()
    assert not issubclass(Crashed, Exception)
