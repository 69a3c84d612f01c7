"""The contract suite is checked against adapters that are broken on purpose: each must be caught, by the law that is meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncd.domain.observation import SupplierRead
from syncd.domain.ports import Call, SupplierQuery
from syncd.domain.shipments import Parcel, Rung, SupplierOrder, SupplierState
from syncd.domain.steps import Effect, EffectState
from syncd.domain.tracking import Tracking
from syncd.errors import AuthRejected, NotFound, PortError, Transient
from tests.suppliers.contract import SupplierContract
from tests.suppliers.rig import World, broken
from tests.suppliers.worlds import CjWorld


class Wrapped:
    """An honest adapter with something around it; broken ones change one thing."""

    def __init__(self, world: CjWorld) -> None:
        self.world = world
        self.inner: Any = world.port
        self.name = "cj"

    async def orders(self, query: SupplierQuery) -> SupplierRead:
        read = await self.inner.orders(query)
        return replace(read, orders=tuple(map(self.changed, read.orders)))

    async def order(self, ref: str) -> SupplierOrder:
        return self.changed(await self.inner.order(ref))

    async def cancel(self, ref: str, call: Call) -> Effect:
        return await self.inner.cancel(ref, call)

    def changed(self, order: SupplierOrder) -> SupplierOrder:
        return order

    def capabilities(self) -> Any:
        return self.inner.capabilities()

    async def check(self) -> Any:
        return await self.inner.check()

    async def aclose(self) -> None:
        await self.inner.aclose()


class TakesFailureForEmpty(Wrapped):
    async def orders(self, query):
        try:
            return await super().orders(query)
        except PortError:
            return SupplierRead(supplier="cj", observed_at=self.world.clock.now(), complete=True, lists_everything=True)


class ClaimsToHaveAskedForAll(Wrapped):
    async def orders(self, query):
        read = await super().orders(query)
        ids = frozenset(ref for wanted in query.wanted or () for ref in wanted.supplier_order_ids)
        return replace(read, asked=ids, complete=True)


class StopsAtTheFirstPage(Wrapped):
    async def orders(self, query):
        read = await super().orders(query)
        return replace(read, orders=read.orders[:20])


class GuessesUnknownWords(Wrapped):
    def changed(self, order):
        return replace(order, state=SupplierState.SHIPPED) if order.state is SupplierState.UNKNOWN else order


class TakesAnyNumberForDispatch(Wrapped):
    def changed(self, order):
        return replace(order, parcels=tuple(replace(parcel, rung=Rung.HANDED_OVER) for parcel in order.parcels))


class TakesTheWordShippedForAParcel(Wrapped):
    def changed(self, order):
        if order.state is not SupplierState.SHIPPED or order.parcels:
            return order
        return replace(order, parcels=(Parcel(key="1", rung=Rung.HANDED_OVER, tracking=(Tracking(number="0"),)),))


class KeepsNaiveTimes(Wrapped):
    def changed(self, order):
        return replace(order, created_at=order.created_at.replace(tzinfo=None))


class KeepsIdsAsNumbers(Wrapped):
    def changed(self, order):
        return replace(order, id=int(order.id))


class ForgetsTheStoreOrder(Wrapped):
    def changed(self, order):
        return replace(order, store_order_ids=(), store_order_names=())


class TellsTheSecret(Wrapped):
    async def order(self, ref):
        try:
            return await super().order(ref)
        except PortError as exc:
            raise AuthRejected(f"{exc.text} with key {self.world.twin.api_key}") from exc


class TakesADeadServerForNotFound(Wrapped):
    async def order(self, ref):
        try:
            return await super().order(ref)
        except Transient as exc:
            raise NotFound(exc.text) from exc


class LetsItsOwnErrorsOut(Wrapped):
    async def order(self, ref):
        try:
            return await super().order(ref)
        except PortError as exc:
            raise KeyError("orderId") from exc


class RemembersTooLong(Wrapped):
    kept: SupplierRead | None = None

    async def orders(self, query):
        self.kept = self.kept or await super().orders(query)
        return self.kept


class KnowsNoLimit(Wrapped):
    def __init__(self, world: CjWorld) -> None:
        super().__init__(world)
        world.twin.requests_per_second = 10.0
        self.inner = world.another(requests_per_second=10.0)

    def capabilities(self):
        return replace(super().capabilities(), requests_per_second=1.0)


class ClaimsEveryCancel(Wrapped):
    async def cancel(self, ref, call):
        return Effect(state=EffectState.DONE, effect_id=ref)


class CancelsAgainWhenUnsure(Wrapped):
    async def cancel(self, ref, call):
        effect = await super().cancel(ref, call)
        return effect if effect.state is not EffectState.UNKNOWN else await super().cancel(ref, call)


class TakesALostAnswerForDone(Wrapped):
    async def cancel(self, ref, call):
        effect = await super().cancel(ref, call)
        return replace(effect, state=EffectState.DONE) if effect.state is EffectState.UNKNOWN else effect


class KeepsAskingADeadServer(Wrapped):
    async def orders(self, query):
        for _ in range(5):
            try:
                return await super().orders(query)
            except Transient:
                continue
        raise Transient("gave up")


CAUGHT = [
    (TakesFailureForEmpty, "test_garbage_is_the_adapter_s_error_and_no_absence", {"body": b"null"}),
    (ClaimsToHaveAskedForAll, "test_a_failing_source_is_never_an_empty_one", {"after": 5, "spoiler": None}),
    (StopsAtTheFirstPage, "test_every_order_asked_for_is_shown_whole", {}),
    (StopsAtTheFirstPage, "test_everything_is_read_to_the_last_page", {}),
    (GuessesUnknownWords, "test_a_word_that_nobody_explained_is_unknown_and_reported", {"word": "TELEPORTED"}),
    (TakesAnyNumberForDispatch, "test_a_number_without_dispatch_is_a_label", {}),
    (TakesAnyNumberForDispatch, "test_a_cancelled_order_is_dead_and_proves_no_shipment", {}),
    (TakesTheWordShippedForAParcel, "test_what_is_no_number_proves_nothing", {"shown": "0"}),
    (KeepsNaiveTimes, "test_ids_are_text_and_times_are_aware_utc", {}),
    (KeepsIdsAsNumbers, "test_ids_are_text_and_times_are_aware_utc", {}),
    (ForgetsTheStoreOrder, "test_an_order_says_which_store_order_it_is_for", {}),
    (TellsTheSecret, "test_secrets_never_come_out", {}),
    (TakesADeadServerForNotFound, "test_a_failed_read_of_one_order_is_not_not_found", {}),
    (LetsItsOwnErrorsOut, "test_an_order_that_never_was_is_not_found", {}),
    (RemembersTooLong, "test_a_change_is_seen_by_the_next_read", {}),
    (KnowsNoLimit, "test_the_stated_limit_is_kept", {}),
    (ClaimsEveryCancel, "test_a_cancel_happens_once_and_its_repetition_says_so", {}),
    (ClaimsEveryCancel, "test_what_is_on_its_way_is_not_cancelled", {}),
    (CancelsAgainWhenUnsure, "test_a_cancel_whose_answer_is_lost_is_unknown_and_not_sent_again", {}),
    (TakesALostAnswerForDone, "test_a_cancel_whose_answer_is_lost_is_unknown_and_not_sent_again", {}),
    (KeepsAskingADeadServer, "test_a_source_that_failed_is_asked_little", {}),
]


@pytest.mark.parametrize(
    ("adapter", "law", "given"), CAUGHT, ids=[f"{adapter.__name__}-{law[5:35]}" for adapter, law, _ in CAUGHT]
)
async def test_a_broken_adapter_is_caught(adapter, law, given) -> None:
    class Broken(SupplierContract):
        def make_world(self) -> World:
            world = CjWorld()
            world.port = adapter(world)
            return world

    details = {name: broken if value is None else value for name, value in given.items()}
    with pytest.raises((AssertionError, KeyError, PortError, pytest.fail.Exception)):
        await getattr(Broken(), law)(**details)


async def test_the_same_wrapping_without_a_defect_is_not_caught() -> None:
    class Honest(SupplierContract):
        def make_world(self) -> World:
            world = CjWorld()
            world.port = Wrapped(world)
            return world

    for _, law, given in CAUGHT:
        details = {name: broken if value is None else value for name, value in given.items()}
        await getattr(Honest(), law)(**details)


async def test_chance_finds_an_adapter_that_takes_a_missing_status_for_shipped() -> None:
    class Broken(SupplierContract):
        def make_world(self) -> World:
            world = CjWorld()
            world.port = TakesMissingStatusForShipped(world)
            return world

    async def search() -> None:
        for seed in range(2000):
            await Broken().survives(seed=seed, after=0)

    with pytest.raises(AssertionError):
        await search()


class TakesMissingStatusForShipped(Wrapped):
    def changed(self, order):
        return replace(order, state=SupplierState.SHIPPED) if not order.raw_status else order
