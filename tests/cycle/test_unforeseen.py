"""What nobody foresaw about one order keeps no other waiting, and is told."""

from datetime import datetime
from pathlib import Path

from syncd.domain.periods import WEEKDAYS, Calendar, Period
from syncd.journal import drifts
from tests.cycle.shopworld import ShopWorld, shop_world, states

NUMBER = "YT2229521272164446"


class Trap(Period):
    """A length of time that cannot be added to one certain moment."""

    __slots__ = ()
    moments: tuple[datetime, ...] = ()

    def end(self, start: datetime, *, calendar: Calendar = WEEKDAYS) -> datetime:
        if start in Trap.moments:
            raise OverflowError("date value out of range")
        return super().end(start, calendar=calendar)


async def told(world: ShopWorld) -> list[tuple[str | None, str]]:
    found = await world.db.run(drifts.open_drifts, store="main", kind="observation_incomplete")
    return [(record.drift.order, str(record.drift.evidence["error"])) for record in found]


async def test_an_order_that_cannot_be_judged_is_told_and_the_others_are_put_right(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        world.with_policy(aging_after=tuple(Trap(elapsed=one.elapsed) for one in world.shop.policy.aging_after))
        strange = world.order("DP-HAT")
        world.later(minutes=1)
        other = world.order("DP-HAT")
        Trap.moments = (strange.created_at,)
        world.depot.ship(other.name, NUMBER, sku="DP-HAT", quantity="1")
        for done in ({"verified": 1}, {}):
            assert states(await world.pass_()) == done
            assert await told(world) == [
                (strange.name, "syncd could not judge it: OverflowError: date value out of range")
            ], "it is told as long as it is so"
        assert (len(world.fulfillments(strange)), len(world.fulfillments(other))) == (0, 1)
        Trap.moments = ()
        assert states(await world.pass_()) == {}
        assert await told(world) == []
