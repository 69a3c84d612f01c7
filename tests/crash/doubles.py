"""Double crashes drawn by seed: a run dies, and the one that is to mend it dies, too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from tests.crash.edges import Edge
from tests.crash.lives import new_lives
from tests.crash.scenario import Scenario
from tests.crash.sweep import Counted, Point, count, go_on
from tests.crash.truth import faults_of

SHARES = (None, 0.0, 0.5, 1.0)
"""When what a dying life was about to send arrives: never, or after this share of the time that it had."""
WAITS_S = (0, 1, 20, 55, 61, 300)
"""How long nobody lives after a death: less than a lease, less than a call has, more than both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Double:
    """Two deaths. The second life may end before it comes to its own: then it was only one."""

    first: Point
    second: int
    late: float | None
    waits_s: tuple[int, int]

    def __str__(self) -> str:
        late = "" if self.late is None else f" (arriving late: {self.late:.0%})"
        return f"{self.first}, then after {self.waits_s[0]} s at {self.second}{late}, then {self.waits_s[1]} s"


def drawn(counted: Counted, *, seed: str) -> Double:
    """The double crash of this seed."""
    rng = Random(seed)
    return Double(
        first=rng.choice(counted.points),
        second=rng.randint(1, len(counted.points)),
        late=rng.choice(SHARES),
        waits_s=(rng.choice(WAITS_S), rng.choice(WAITS_S)),
    )


async def crash_twice(scenario: Scenario, double: Double) -> tuple[int, list[str]]:
    """Run the scenario, die twice, let lives go on; how often it died, and what is wrong then."""
    like = await count(scenario)
    async with new_lives() as lives:
        await scenario.prepare(lives)
        deaths = 0
        places = ((double.first.number, double.first.arrives_after), (double.second, double.late))
        for (number, late), wait_s in zip(places, double.waits_s, strict=True):
            lives.wire.arrives_after = late
            deaths += not await lives.live(scenario.act, edge=Edge(dies_at=number))
            lives.world.clock.advance(timedelta(seconds=wait_s))
        lives.world.clock.advance(scenario.after)
        await lives.live(scenario.act)
        lives.world.clock.advance(scenario.rest)
        await go_on(lives, scenario)
        return deaths, await faults_of(lives, like=like.ending)
