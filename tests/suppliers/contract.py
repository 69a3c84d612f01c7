"""What every supplier adapter promises. A test module inherits `SupplierContract` and says how to make its world.

The laws run against the adapter through a real HTTP door and a wire that can be spoiled. `test_contract_itself.py`
runs them against adapters that are broken on purpose.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.domain.numbers import normalise
from syncd.domain.observation import SupplierRead
from syncd.domain.ports import SupplierQuery
from syncd.domain.shipments import DEAD, Rung, SupplierOrder, SupplierState
from syncd.domain.steps import Effect, EffectState
from syncd.errors import AuthRejected, InvalidResponse, NotFound, OutcomeUnknown, PortError, Transient
from tests.suppliers.mutations import mutated
from tests.suppliers.rig import Calls, Placed, Spoiler, World, answer, broken, cut, dead, login_page, query, says

NO_NUMBERS = ["0", "-", "n/a", "#N/A", "none", "TBA", "pending", "9.4001E+21", " "]
GARBAGE = [b"", b"null", b"[]", b"{}", b'"x"', b"\x00\xff\xfe", b'{"code": "x"}', b"{" * 5000]
SHIPPED_STATES = frozenset({SupplierState.SHIPPED, SupplierState.PART_SHIPPED, SupplierState.DELIVERED})
NUMBER = "1Z999AA10123456784"


SPOILERS = {
    "dead": dead,
    "broken": broken,
    "login page": login_page,
    "empty": cut(0.0),
    "cut at 30 %": cut(0.3),
    "cut at 70 %": cut(0.7),
    "cut at 97 %": cut(0.97),
}
"""What may happen to a source's answers, by a name that is the same in every process."""


class SupplierContract:
    """The laws. `many` orders need more than one page where the supplier has pages."""

    many: ClassVar[int] = 30
    per_second: ClassVar[float | None] = 1.0
    """Requests that the supplier allows; None = no limit is stated."""
    mutates_words: ClassVar[bool] = True
    """Whether any part of an answer may be spoiled without the truth being lost beyond noticing."""

    def make_world(self) -> World:
        raise NotImplementedError

    # Whole answers.

    async def test_every_order_asked_for_is_shown_whole(self) -> None:
        world = self.make_world()
        placed = [world.place(1001 + place) for place in range(self.many)]
        read = await world.port.orders(query(*placed))
        assert read.complete, read.error
        assert read.error is None
        assert {order.id for order in read.orders} >= {each.ref for each in placed}

    async def test_everything_is_read_to_the_last_page(self) -> None:
        world = self.make_world()
        placed = [world.place(1001 + place) for place in range(self.many)]
        read = await world.port.orders(SupplierQuery())
        assert {order.id for order in read.orders} == {each.ref for each in placed}
        assert read.complete, read.error

    async def test_an_order_is_found_by_the_store_s_reference_alone(self) -> None:
        world = self.make_world()
        placed = [world.place(number) for number in (1001, 1002)]
        read = await world.port.orders(query(placed[0], is_known=False))
        assert placed[0].ref in {order.id for order in read.orders}

    async def test_an_order_says_which_store_order_it_is_for(self) -> None:
        world = self.make_world()
        placed = world.place(1001)
        order = await world.port.order(placed.ref)
        names = {name.lstrip("#") for name in order.store_order_names}
        assert placed.order_id.rpartition("/")[2] in order.store_order_ids or "1001" in names

    async def test_ids_are_text_and_times_are_aware_utc(self) -> None:
        world = self.make_world()
        placed = world.place(1001)
        world.ship(placed, NUMBER)
        read = await world.port.orders(query(placed))
        _assert_well_formed(read)
        for order in read.orders:
            assert type(order.id) is str
            assert order.supplier == read.supplier == world.port.name
        assert abs(read.observed_at - world.clock.now()) < timedelta(hours=1)

    async def test_the_same_world_reads_the_same_twice(self) -> None:
        world = self.make_world()
        placed = [world.place(1001 + place) for place in range(7)]
        world.ship(placed[3], NUMBER)
        first = await world.port.orders(query(*placed))
        second = await world.port.orders(query(*placed))
        assert set(first.orders) == set(second.orders)

    async def test_a_change_is_seen_by_the_next_read(self) -> None:
        world = self.make_world()
        placed = [world.place(1001 + place) for place in range(7)]
        await world.port.orders(query(*placed))
        world.ship(placed[3], NUMBER)
        read = await world.port.orders(query(*placed))
        assert _rung_of(_order(read, placed[3])) is Rung.HANDED_OVER

    # What counts as shipped.

    async def test_a_number_without_dispatch_is_a_label(self) -> None:
        world = self.make_world()
        placed = world.place(1001)
        world.label(placed, NUMBER)
        assert _rung_of(await world.port.order(placed.ref)) is Rung.LABEL

    async def test_dispatch_with_a_number_is_handed_over_and_delivery_delivered(self) -> None:
        world = self.make_world()
        placed = world.place(1001)
        world.ship(placed, NUMBER)
        order = await world.port.order(placed.ref)
        assert _rung_of(order) is Rung.HANDED_OVER
        assert [tracking.number for parcel in order.parcels for tracking in parcel.tracking] == [NUMBER]
        world.deliver(placed)
        assert _rung_of(await world.port.order(placed.ref)) is Rung.DELIVERED

    @pytest.mark.parametrize("shown", NO_NUMBERS)
    async def test_what_is_no_number_proves_nothing(self, shown: str) -> None:
        world = self.make_world()
        placed = world.place(1001)
        world.ship(placed, shown)
        order = await world.port.order(placed.ref)
        assert _rung_of(order) is Rung.ORDERED
        assert not [tracking for parcel in order.parcels for tracking in parcel.tracking]
        assert order.problems or not shown.strip()

    @pytest.mark.parametrize("shown", [" 1Z999AA10123456784 ", "1z 999 aa 1 0123 456784", "1Z999AA10123456784\t"])
    async def test_a_number_is_cleaned(self, shown: str) -> None:
        world = self.make_world()
        placed = world.place(1001)
        world.ship(placed, shown)
        (parcel,) = (await world.port.order(placed.ref)).parcels
        assert normalise(parcel.tracking[0].number) == NUMBER
        assert parcel.tracking[0].number == parcel.tracking[0].number.strip()

    @pytest.mark.parametrize("word", ["TELEPORTED", "shiped", "Fulfilled!", "已出貨"])
    async def test_a_word_that_nobody_explained_is_unknown_and_reported(self, word: str) -> None:
        world = self.make_world()
        placed = world.place(1001)
        world.ship(placed, NUMBER)
        world.say(placed, word)
        order = await world.port.order(placed.ref)
        assert order.state is SupplierState.UNKNOWN
        assert _rung_of(order) < Rung.HANDED_OVER
        assert any(word in problem for problem in order.problems)

    async def test_a_cancelled_order_is_dead_and_proves_no_shipment(self) -> None:
        world = self.make_world()
        placed = world.place(1001)
        world.label(placed, NUMBER)
        world.cancel(placed)
        order = await world.port.order(placed.ref)
        assert order.state in DEAD
        assert _rung_of(order) < Rung.HANDED_OVER

    # Absence.

    async def test_an_order_that_never_was_is_not_found(self) -> None:
        world = self.make_world()
        world.place(1001)
        with pytest.raises(NotFound):
            await world.port.order("999999999")

    @pytest.mark.parametrize("after", [0, 1, 2, 5])
    @pytest.mark.parametrize("spoiler", SPOILERS.values(), ids=SPOILERS)
    async def test_a_failing_source_is_never_an_empty_one(self, spoiler: Spoiler, after: int) -> None:
        world = self.make_world()
        placed = [world.place(1001 + place) for place in range(12)]
        world.wire.spoil(spoiler, after=after)
        for each in (query(*placed), query(*placed, is_known=False), query(placed[0]), SupplierQuery()):
            world.wire.spares = after
            read = await _look(world, each)
            _assert_claims_no_absence(read, placed)
        world.wire.heal()

    @pytest.mark.parametrize("body", GARBAGE, ids=lambda body: repr(body[:12]))
    async def test_garbage_is_the_adapter_s_error_and_no_absence(self, body: bytes) -> None:
        world = self.make_world()
        placed = [world.place(1001 + place) for place in range(3)]
        world.wire.spoil(says(body))
        _assert_claims_no_absence(await _look(world, query(*placed)), placed)
        try:
            await world.port.order(placed[0].ref)
        except PortError as exc:
            assert not isinstance(exc, NotFound)  # noqa: PT017 - any other PortError will do

    async def test_a_failed_read_of_one_order_is_not_not_found(self) -> None:
        for spoiler in (dead, broken, login_page, cut(0.5)):
            world = self.make_world()
            placed = world.place(1001)
            world.wire.spoil(spoiler)
            with pytest.raises((Transient, InvalidResponse)):
                await world.port.order(placed.ref)

    # Who must act.

    @pytest.mark.parametrize(
        ("status", "expected"), [(401, AuthRejected), (403, AuthRejected), (429, Transient), (503, Transient)]
    )
    async def test_an_error_says_who_must_act(self, status: int, expected: type[PortError]) -> None:
        world = self.make_world()
        placed = world.place(1001)
        world.wire.spoil(says(b"no", status=status, kind="text/plain"))
        with pytest.raises(expected):
            await world.port.order(placed.ref)
        with pytest.raises(expected):
            await world.port.orders(query(placed))

    async def test_a_server_that_never_answers_is_transient(self) -> None:
        world = self.make_world()
        placed = world.place(1001)
        world.wire.slow_s = 30.0
        with pytest.raises(Transient):
            await world.port.orders(query(placed))

    async def test_a_source_that_failed_is_asked_little(self) -> None:
        world = self.make_world()
        placed = [world.place(1001 + place) for place in range(self.many)]
        world.wire.spoil(broken)
        await _look(world, query(*placed))
        assert len(world.wire.sent) <= 10

    async def test_secrets_never_come_out(self) -> None:
        world = self.make_world()
        placed = world.place(1001)
        await world.port.order(placed.ref)

        def echo(request: httpx.Request, response: httpx.Response, _body: bytes) -> httpx.Response:
            said = " ".join([*world.secrets, *request.headers.values()])
            status = Random(len(world.wire.sent)).choice([200, 400, 401, 404, 500])
            return answer(response, said.encode(), status=status, kind="text/plain")

        world.wire.spoil(echo)
        for _ in range(4):
            try:
                await world.port.order(placed.ref)
            except PortError as exc:
                shown = [str(exc), repr(exc), exc.remedy, *map(repr, _causes(exc))]
                assert not [secret for secret in world.secrets for text in shown if secret in text]
            read = await _look(world, query(placed))
            assert not [secret for secret in world.secrets if read and secret in repr(read)]

    # Limits.

    async def test_the_stated_limit_is_kept(self) -> None:
        world = self.make_world()
        placed = [world.place(1001 + place) for place in range(8)]
        for _ in range(2):
            await world.port.orders(query(*placed))
        await world.port.orders(SupplierQuery())
        await world.port.order(placed[0].ref)
        stated = world.port.capabilities().requests_per_second
        assert stated == self.per_second
        if stated:
            gaps = [later.at_s - sooner.at_s for sooner, later in pairwise(world.wire.sent)]
            assert min(gaps, default=9.0) >= 1 / stated - 1e-6

    # Cancelling.

    async def test_a_cancel_happens_once_and_its_repetition_says_so(self) -> None:
        world = self.make_world()
        placed = world.place_unpaid(1001)
        calls = Calls(world.clock)
        if not world.port.capabilities().can_cancel:
            await _assert_cannot_cancel(world, placed, calls)
            return
        first = await world.port.cancel(placed.ref, calls.next())
        assert (first.state, first.already) == (EffectState.DONE, False)
        assert (await world.port.order(placed.ref)).state is SupplierState.CANCELLED
        second = await world.port.cancel(placed.ref, calls.next())
        assert second.already or second.state is EffectState.REFUSED
        assert world.cancelled() == 1

    async def test_what_is_on_its_way_is_not_cancelled(self) -> None:
        world = self.make_world()
        placed = world.place(1001)
        world.ship(placed, NUMBER)
        effect = await world.port.cancel(placed.ref, Calls(world.clock).next())
        assert effect.state is EffectState.REFUSED
        assert effect.code
        assert (await world.port.order(placed.ref)).state not in DEAD

    async def test_a_cancel_whose_answer_is_lost_is_unknown_and_not_sent_again(self) -> None:
        world = self.make_world()
        if not world.port.capabilities().can_cancel:
            return
        placed = world.place_unpaid(1001)
        await world.port.order(placed.ref)
        for spoiler in (_lost, broken, login_page, cut(0.4)):
            world = self.make_world()
            placed = world.place_unpaid(1001)
            world.wire.spoil(_only_writes(spoiler))
            effect = await _cancel(world, placed)
            assert effect is None or effect.state is EffectState.UNKNOWN
            assert len([sent for sent in world.wire.sent if _is_write(sent.method, sent.path)]) == 1

    async def test_a_cancel_after_its_deadline_is_not_sent(self) -> None:
        world = self.make_world()
        if not world.port.capabilities().can_cancel:
            return
        placed = world.place_unpaid(1001)
        with pytest.raises(Transient):
            await world.port.cancel(placed.ref, Calls(world.clock).next(within_s=0.0))
        assert not [sent for sent in world.wire.sent if _is_write(sent.method, sent.path)]

    # Chance.

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(seed=st.integers(min_value=0, max_value=2**32), after=st.integers(min_value=0, max_value=6))
    def test_no_mutation_looks_shipped_cancelled_or_absent(self, seed: int, after: int) -> None:
        asyncio.run(self.survives(seed=seed, after=after))

    async def survives(self, *, seed: int, after: int) -> None:
        """One example of the law above."""
        world = self.make_world()
        placed = [world.place(1001 + place) for place in range(3)]
        world.wire.spoil(mutated(Random(seed), words=self.mutates_words), after=after)
        read = await _look(world, query(*placed))
        _assert_claims_no_absence(read, placed)
        for order in read.orders if read else ():
            assert order.state not in DEAD | SHIPPED_STATES
            assert _rung_of(order) < Rung.HANDED_OVER
        if read:
            _assert_well_formed(read)


def _lost(request: httpx.Request, _response: httpx.Response, _body: bytes) -> httpx.Response:
    raise httpx.ReadError("connection reset", request=request)


def _only_writes(spoiler: Spoiler) -> Spoiler:
    def spoil(request: httpx.Request, response: httpx.Response, body: bytes) -> httpx.Response:
        return spoiler(request, response, body) if request.method != "GET" else answer(response, body)

    return spoil


def _is_write(method: str, path: str) -> bool:
    return method != "GET" and "authentication" not in path


async def _cancel(world: World, placed: Placed) -> Effect | None:
    """The effect; None where the adapter raised OutcomeUnknown, which says the same."""
    try:
        return await world.port.cancel(placed.ref, Calls(world.clock).next())
    except OutcomeUnknown:
        return None


async def _assert_cannot_cancel(world: World, placed: Placed, calls: Calls) -> None:
    for _ in range(2):
        effect = await world.port.cancel(placed.ref, calls.next())
        assert (effect.state, effect.code) == (EffectState.REFUSED, "unsupported")
    assert not [sent for sent in world.wire.sent if _is_write(sent.method, sent.path)]


async def _look(world: World, asked: SupplierQuery) -> SupplierRead | None:
    """The read; None when nothing at all could be read. Anything but a PortError is a defect and comes through."""
    try:
        return await world.port.orders(asked)
    except PortError as exc:
        assert str(exc)  # noqa: PT017 - which error it is, is the caller's business
        return None


def _assert_claims_no_absence(read: SupplierRead | None, placed: list[Placed]) -> None:
    """Every order exists, so whatever the read does not show it must not claim to have looked at wholly."""
    if read is None:
        return
    shown = {order.id for order in read.orders}
    named = {name.lstrip("#") for order in read.orders for name in order.store_order_names}
    for each in placed:
        if each.ref in shown:
            continue
        assert not read.lists_everything
        assert each.ref not in read.asked
        assert each.order_id not in read.answered or each.order_name.lstrip("#") in named


def _assert_well_formed(value: Any) -> None:
    if isinstance(value, datetime):
        assert value.utcoffset() == timedelta(0)
    elif is_dataclass(value):
        for each in fields(value):
            _assert_well_formed(getattr(value, each.name))
    elif isinstance(value, tuple | frozenset):
        for each in value:
            _assert_well_formed(each)


def _order(read: SupplierRead, placed: Placed) -> SupplierOrder:
    return next(order for order in read.orders if order.id == placed.ref)


def _rung_of(order: SupplierOrder) -> Rung:
    return max((parcel.rung for parcel in order.parcels), default=Rung.ORDERED)


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        exc = exc.__cause__
