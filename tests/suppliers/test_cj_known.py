"""What the mirror knows spares CJ's detail calls, and hides nothing."""

from __future__ import annotations

from datetime import timedelta

from syncd.domain.observation import SupplierRead
from syncd.domain.ports import SupplierQuery, Wanted
from tests.suppliers.rig import Placed
from tests.suppliers.worlds import CjWorld

NUMBER = "CJPKL0000000001YQ"


async def seen(world: CjWorld, placed: list[Placed], last: SupplierRead | None = None) -> tuple[SupplierRead, int]:
    """What a new process sees that is told what the `last` one saw, and how many details it asked for."""
    known = {order.id: order for order in (last.orders if last else ())}
    wanted = tuple(
        Wanted(
            order_id=one.order_id,
            order_name=one.order_name,
            supplier_order_ids=(one.ref,),
            known=(known[one.ref],) if one.ref in known else (),
        )
        for one in placed
    )
    before = len(world.wire.sent)
    read = await world.another().orders(SupplierQuery(wanted=wanted))
    return read, sum(sent.path.endswith("/getOrderDetail") for sent in world.wire.sent[before:])


def placed_orders() -> tuple[CjWorld, list[Placed]]:
    world = CjWorld()
    return world, [world.place(1001 + number) for number in range(12)]


async def test_a_new_process_asks_for_no_details_of_what_is_known_and_shows_the_same() -> None:
    world, placed = placed_orders()
    first, asked = await seen(world, placed)
    assert asked == 12
    world.clock.advance(timedelta(minutes=7))
    again, asked = await seen(world, placed, first)
    assert asked <= 1  # one whose turn it is
    assert again.complete
    assert (set(again.orders), again.asked, again.answered) == (set(first.orders), first.asked, first.answered)


async def test_whatever_the_list_shows_anew_is_asked_for() -> None:
    world, placed = placed_orders()
    world.ship(placed[5], NUMBER)
    first, _ = await seen(world, placed)
    world.ship(placed[0], "CJPKL0000000002YQ")
    world.say(placed[1], "OTHER")
    world.label(placed[2], NUMBER)
    world.ship(placed[5], "CJPKL0000000003YQ")
    again, asked = await seen(world, placed, first)
    truth, _ = await seen(world, placed)
    assert asked >= 4
    assert set(again.orders) == set(truth.orders) != set(first.orders)


async def test_without_what_is_known_everything_is_read_anew() -> None:
    world, placed = placed_orders()
    await seen(world, placed)
    assert (await seen(world, placed))[1] == 12


async def test_an_order_that_is_gone_is_not_shown_because_it_was_known() -> None:
    world, placed = placed_orders()
    first, _ = await seen(world, placed)
    world.forget(placed[3])
    again, _ = await seen(world, placed, first)
    assert placed[3].ref not in {order.id for order in again.orders}
    assert placed[3].ref in again.asked


async def test_once_a_day_details_are_asked_for_all_the_same() -> None:
    """A dispute shows nowhere else."""
    world, placed = placed_orders()
    last, _ = await seen(world, placed)
    world.twin.dispute(placed[4].ref, "D-17")
    asked = 0
    for _ in range(288):
        world.clock.advance(timedelta(minutes=5))
        last, details = await seen(world, placed, last)
        asked += details
    assert asked == 12
    assert [order.id for order in last.orders if order.problems] == [placed[4].ref]
