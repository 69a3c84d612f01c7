"""What was done is neither done twice nor taken for done when it is not: several places, repeated commands, crashes."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from adapters.sandbox.shopify.world.world import NewLine
from syncd import cycle
from syncd.cli import manual as typed
from syncd.domain.orders import Order
from syncd.domain.ports import Call
from syncd.domain.steps import Action, Effect, EffectState, Step
from syncd.errors import GuardRefused, Transient
from syncd.journal import intents
from syncd.reconcile.view import OrderView
from tests.cycle.shopworld import ShopWorld, shop_world, states

NUMBER = "YT2229521272164446"


class Died(BaseException):
    """The process ends here."""


@dataclass
class Port:
    """The store's port, of which single calls can be replaced."""

    real: Any
    answers: Callable[[Step, Call], Any] | None = None
    reads: Callable[[str], Any] | None = None

    async def perform(self, step: Step, call: Call) -> Effect:
        effect: Effect = await (self.answers(step, call) if self.answers else self.real.perform(step, call))
        return effect

    async def order(self, order_id: str) -> Order:
        if self.reads:
            self.reads(order_id)
        order: Order = await self.real.order(order_id)
        return order

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def through(world: ShopWorld, **calls: Any) -> ShopWorld:
    port: Any = Port(world.shop.port, **calls)
    return replace(world, shop=replace(world.shop, port=port))


async def by_hand(world: ShopWorld, order: Any, ask: typed.Ask) -> cycle.Run:
    world.later(minutes=1)

    def decide(view: OrderView, only: Step | None = None) -> Sequence[Step]:
        return typed._steps(ask(view, world.shop.policy, world.clock.now(), only))

    return await cycle.act_by_hand(world.shop, order.id, decide=decide, again=decide, agree=lambda _: True)


def over_two_places(world: ShopWorld) -> Any:
    """One line of two units, one in each of two locations."""
    other = world.store.world.add_location("Second room")
    order = world.order("DP-HAT", quantity=2)
    part = world.store.world.merchant.split(order, lines={"DP-HAT": 1})
    world.store.world.merchant.move(order, to=other, fulfillment_order=part.id)
    return order


@pytest.mark.parametrize("answer", ["refused", "died"])
async def test_each_place_gets_its_own_fulfillment_when_the_first_attempt_came_to_nothing(
    url: str, tmp_path: Path, answer: str
) -> None:
    async with shop_world(tmp_path, url=url) as world:
        world.with_policy(notify_customer="once")
        order = over_two_places(world)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="2")
        steps = (await world.look()).plan.steps
        assert [step.notify_customer for step in steps].count(True) == 1
        tried = []

        async def answers(step: Step, call: Call) -> Effect:
            tried.append(step)
            if len(tried) > 1:
                return await world.shop.port.perform(step, call)
            if answer == "refused":
                return Effect(state=EffectState.REFUSED, code="no", text="Not now.")
            await world.shop.port.perform(step, call)
            raise Died

        with pytest.RaisesGroup(Died) if answer == "died" else nullcontext():
            await through(world, answers=answers).pass_()
        for _ in range(3):
            await world.pass_()
        assert [len(one.lines) for one in world.fulfillments(order)] == [1, 1]
        assert len({one.location.id for one in world.fulfillments(order)}) == 2
        # Told by the first alone: once the second place shows the parcel it is no news any more.
        assert len(world.store.ledger.notifications()) == (answer == "died")
        assert (await world.look()).plan.steps == ()
        # What a row says was done is what was sent under its id.
        by_id = {step.id: step for step in steps}
        assert all(step.target.place == by_id[step.id].target.place for step in tried if step.id in by_id)


async def test_a_command_typed_again_after_it_was_taken_back_is_carried_out_again(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("CJ-MUG")
        hold, release = typed.holding(reason="OTHER", note=""), typed.releasing(note="")
        for ask, held in ((hold, 1), (release, 0), (hold, 1), (release, 0), (hold, 1)):
            assert states(await by_hand(world, order, ask)) == {"verified": 1}
            assert [len(work.holds) for work in order.fulfillment_orders] == [held]


async def test_each_of_two_like_parts_of_an_order_is_held(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = over_two_places(world)
        run = await by_hand(world, order, typed.holding(reason="OTHER", note=""))
        assert states(run) == {"verified": 2}
        assert [len(work.holds) for work in order.fulfillment_orders] == [1, 1]


async def test_lines_named_by_hand_over_two_places_are_all_fulfilled(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        other = world.store.world.add_location("Second room")
        order = world.store.world.create_order(NewLine(sku="DP-HAT"), NewLine(sku="DP-CAP", location=other))
        ask = typed.fulfilling(numbers=[NUMBER], carrier=None, lines=["DP-HAT=1", "DP-CAP=1"], note="")
        assert states(await by_hand(world, order, ask)) == {"verified": 2}
        assert len(world.fulfillments(order)) == 2


async def test_a_command_that_no_longer_fits_half_way_is_told_and_its_run_is_finished(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        order = world.order("DP-HAT")
        asked = []

        def ask(view: OrderView, policy: Any, now: Any, only: Step | None) -> Any:
            asked.append(only)
            if only is not None:
                raise GuardRefused("Not any more.")
            return typed.fulfilling(numbers=[NUMBER], carrier=None, lines=[], note="")(view, policy, now, None)

        run = await by_hand(world, order, ask)
        assert [(one.state, one.code, one.text) for one in run.outcomes] == [("refused", "stale", "Not any more.")]
        assert len(asked) == 2
        assert world.fulfillments(order) == []


async def test_nothing_is_done_by_hand_beside_an_effect_that_nobody_has_seen(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("DP-HAT", quantity=2)
        await world.pass_()
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")

        async def dies(step: Step, call: Call) -> Effect:
            await world.shop.port.perform(step, call)
            raise Died

        with pytest.RaisesGroup(Died):
            await through(world, answers=dies).pass_()
        failed: list[str] = []

        def reads(order_id: str) -> None:
            if not failed:
                failed.append(order_id)
                raise Transient("The store is away for a moment.")

        ask = typed.fulfilling(numbers=["OTHER12345"], carrier=None, lines=[], note="")
        with pytest.raises(GuardRefused, match="not settled"):
            await by_hand(through(world, reads=reads), order, ask)
        assert len(world.fulfillments(order)) == 1
        assert states(await by_hand(world, order, ask)) == {"verified": 1}
        assert len(world.fulfillments(order)) == 2


async def test_it_is_so_already_stays_unknown_until_it_is_read_back(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        sent = []

        async def already(step: Step, call: Call) -> Effect:
            await world.shop.port.perform(step, call)
            sent.append(step)
            return Effect(state=EffectState.REFUSED, code="already", text="It is so.", already=True)

        def reads(_: str) -> None:
            if sent:
                raise Died

        with pytest.raises(Died):
            await through(world, answers=already, reads=reads).pass_()
        (row,) = await world.db.run(intents.of_order, store="main", order_id=order.id)
        assert row.state == "unknown"
        run = await world.pass_()
        assert [(one.state, one.code) for one in run.settled] == [("verified", "settled")]
        assert len(world.fulfillments(order)) == 1


async def test_what_was_done_and_is_gone_again_is_never_a_quiet_success(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        order = world.order("DP-HAT")
        ask = typed.holding(reason="OTHER", note="")
        steps: list[Step] = []

        def same(view: OrderView, policy: Any, now: Any, only: Step | None) -> Any:
            steps.extend(ask(view, policy, now, only) if not steps else ())  # type: ignore[arg-type]
            return (steps[0],)

        assert states(await by_hand(world, order, same)) == {"verified": 1}
        await by_hand(world, order, typed.releasing(note=""))
        run = await by_hand(world, order, same)
        assert [(one.state, one.code) for one in run.outcomes] == [("refused", "undone")]


async def test_what_breaks_with_one_order_stops_no_other(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        orders = [world.order("DP-HAT") for _ in range(3)]
        for n, order in enumerate(orders):
            world.depot.ship(order.name, f"YT222952127216444{n}", sku="DP-HAT", quantity="1")

        async def answers(step: Step, call: Call) -> Any:
            # No effect at all: what records it breaks.
            return None if step.order == orders[1].name else await world.shop.port.perform(step, call)

        run = await through(world, answers=answers).pass_()
        assert states(run) == {"verified": 2, "unknown": 1}
        world.later(minutes=2)
        await world.pass_()
        assert [len(world.fulfillments(order)) for order in orders] == [1, 1, 1]
        assert all(step.action is Action.CREATE_FULFILLMENT for step in run.plan.steps)
