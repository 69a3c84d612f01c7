"""The mirror's supplier side: what is kept, what is missed, what belongs to what."""

from dataclasses import replace
from datetime import datetime, timedelta

from syncd.domain.observation import SupplierRead
from syncd.domain.orders import Line
from syncd.domain.ports import Wanted
from syncd.domain.shipments import Rung, SupplierOrder, SupplierState
from syncd.journal import mirror
from syncd.journal.database import Database
from syncd.journal.mirror import SupplierDelta
from syncd.reconcile.view import OrderView, SupplierView
from tests.journal.builders import NOW, POLICY, bought, order

MINUTE = timedelta(minutes=1)


def read(
    *orders: SupplierOrder, at: datetime = NOW, complete: bool = True, supplier: str = "cj", **changes: object
) -> SupplierRead:
    name = orders[0].supplier if orders else supplier
    base = SupplierRead(supplier=name, observed_at=at, complete=complete, orders=orders)
    return replace(base, **changes)  # type: ignore[arg-type]


async def record(db: Database, one: SupplierRead, *, is_part: bool = False) -> SupplierDelta:
    return await db.run(
        mirror.record_supplier_read, read=one, store="main", policy=POLICY, now=one.observed_at, is_part=is_part
    )


async def view_of(db: Database, number: int, *reads: SupplierRead) -> OrderView:
    (view,) = await db.run(
        mirror.views,
        store="main",
        order_ids=[order(number).id],
        policy=POLICY,
        reads={one.supplier: one for one in reads},
    )
    return view


def side(view: OrderView, name: str = "cj") -> SupplierView:
    return next(supplier for supplier in view.suppliers if supplier.name == name)


async def test_a_supplier_order_is_linked_by_the_id_it_gave_back(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1), order(2)], now=NOW)
    delta = await record(db, read(bought(1)))
    assert delta.changed == {"S1"}
    assert delta.affected == {("main", order(1).id)}
    assert [linked.order for linked in side(await view_of(db, 1)).orders] == [bought(1)]
    assert side(await view_of(db, 2)).orders == ()


async def test_a_second_read_without_news_changes_nothing(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    await record(db, read(bought(1)))
    delta = await record(db, read(bought(1), at=NOW + MINUTE))
    assert delta.changed == frozenset()
    assert delta.affected == frozenset()


async def test_evidence_never_goes_down(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    await record(db, read(bought(1, tracking="LX 1")))
    lower = bought(1, tracking="LX 1")
    lower = replace(lower, parcels=(replace(lower.parcels[0], rung=Rung.LABEL, tracking=()),))
    await record(db, read(lower, at=NOW + MINUTE))
    (linked,) = side(await view_of(db, 1)).orders
    assert linked.max_rungs == {"LX 1": Rung.HANDED_OVER}
    assert linked.past_numbers == {"LX1"}
    assert linked.label_seen_at == NOW
    assert linked.first_seen_at == NOW
    assert linked.change_seen_at == NOW + MINUTE


async def test_misses_count_only_after_complete_reads_that_asked_a_minute_apart(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    await record(db, read(bought(1)))
    asked = {"asked": frozenset({"S1"})}
    await record(db, read(at=NOW + MINUTE, complete=False, **asked))
    await record(db, read(at=NOW + 2 * MINUTE))
    assert side(await view_of(db, 1)).orders[0].missing_reads == 0
    delta = await record(db, read(at=NOW + 3 * MINUTE, **asked))
    assert delta.affected == {("main", order(1).id)}
    await record(db, read(at=NOW + 3 * MINUTE + timedelta(seconds=59), **asked))
    assert side(await view_of(db, 1)).orders[0].missing_reads == 1
    await record(db, read(at=NOW + 4 * MINUTE, **asked))
    assert side(await view_of(db, 1)).orders[0].missing_reads == 2
    await record(db, read(bought(1), at=NOW + 5 * MINUTE, **asked))
    assert side(await view_of(db, 1)).orders[0].missing_reads == 0


async def test_empty_reads_are_counted_until_an_order_appears(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    answered = frozenset({order(1).id})
    await record(db, read(answered=answered))
    await record(db, read(at=NOW + MINUTE, answered=answered))
    await record(db, read(at=NOW + MINUTE, answered=answered))
    await record(db, read(at=NOW + 3 * MINUTE))
    assert side(await view_of(db, 1)).empty_reads == 2
    await record(db, read(bought(1), at=NOW + 4 * MINUTE, answered=answered))
    assert side(await view_of(db, 1)).empty_reads == 0


async def test_wanted_are_open_orders_with_a_claimed_line(db: Database) -> None:
    orders = [order(1), order(2, sku="DP-1"), order(3)]
    await db.run(mirror.record_orders, store="main", orders=orders, now=NOW)
    await record(db, read(bought(3)))
    wanted = await db.run(mirror.wanted, store="main", supplier="cj", policy=POLICY)
    assert wanted == (
        Wanted(order_id=order(1).id, order_name="#1001", units=1),
        Wanted(order_id=order(3).id, order_name="#1003", supplier_order_ids=("S3",), units=1),
    )
    assert await db.run(mirror.open_orders_by_supplier, store="main", policy=POLICY) == {"cj": 2, "ali": 0}


async def test_of_a_supplier_as_many_units_are_wanted_as_the_store_has_in_his_lines(db: Database) -> None:
    lines = (
        Line(id="gid://shopify/LineItem/1", sku="CJ-1", quantity=3, current_quantity=2),
        Line(id="gid://shopify/LineItem/2", sku="CJ-2", quantity=4, current_quantity=4),
        Line(id="gid://shopify/LineItem/3", sku="DP-1", quantity=9, current_quantity=9),
    )
    await db.run(mirror.record_orders, store="main", orders=[order(1, lines=lines)], now=NOW)
    wanted = await db.run(mirror.wanted, store="main", supplier="cj", policy=POLICY)
    assert [one.units for one in wanted] == [6]


async def test_units_of_an_order_that_is_the_supplier_s_by_its_link_alone_are_not_known(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1, sku="DP-1")], now=NOW)
    await record(db, read(bought(1)))
    wanted = await db.run(mirror.wanted, store="main", supplier="cj", policy=POLICY)
    assert [(one.supplier_order_ids, one.units) for one in wanted] == [(("S1",), None)]


async def test_a_mass_change_stays_one_until_the_orders_are_back(db: Database) -> None:
    numbers = range(1, 11)
    await db.run(mirror.record_orders, store="main", orders=[order(number) for number in numbers], now=NOW)
    first = await record(db, read(*(bought(number) for number in numbers)))
    assert first.first_pass
    dead = [bought(n, state=SupplierState.CANCELLED if n <= 5 else SupplierState.PROCESSING) for n in numbers]
    for minute in (1, 2, 3):
        delta = await record(db, read(*dead, at=NOW + minute * MINUTE))
        assert (delta.open_before, delta.became_dead, delta.first_pass) == (10, 5, False)
    back = await record(db, read(*(bought(number) for number in numbers), at=NOW + 4 * MINUTE))
    assert back.became_dead == 0


async def test_a_mass_change_told_by_reads_of_single_orders_is_one_all_the_same(db: Database) -> None:
    numbers = range(1, 11)
    await db.run(mirror.record_orders, store="main", orders=[order(number) for number in numbers], now=NOW)
    await record(db, read(*(bought(number) for number in numbers)))
    for number in range(1, 6):
        dead = read(bought(number, state=SupplierState.CANCELLED), at=NOW + number * MINUTE)
        delta = await record(db, dead, is_part=True)
        assert (delta.open_before, delta.became_dead) == (10, number)
    states = [SupplierState.CANCELLED if n <= 5 else SupplierState.PROCESSING for n in numbers]
    for minute in (7, 8):
        shown = [bought(n, state=state) for n, state in zip(numbers, states, strict=True)]
        delta = await record(db, read(*shown, at=NOW + minute * MINUTE))
        assert (delta.open_before, delta.became_dead, delta.first_pass) == (10, 5, False)


async def test_a_read_of_single_orders_says_nothing_of_the_source_as_a_whole(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    await record(db, read(bought(1), complete=False))
    before = await db.run(mirror.source_states, names=["cj"])
    await record(db, read(bought(1), at=NOW + MINUTE), is_part=True)
    assert await db.run(mirror.source_states, names=["cj"]) == before


async def test_an_order_of_another_store_that_a_read_shows_anew_is_due_there(db: Database) -> None:
    """A supplier that ships for two stores is read by the passes of both; to the second one nothing is new."""
    for store in ("main", "other"):
        await db.run(mirror.record_orders, store=store, orders=[order(1)], now=NOW)
        await db.run(mirror.record_supplier_read, read=read(bought(1)), store=store, policy=POLICY, now=NOW)
        await db.run(mirror.set_due, store=store, due={order(1).id: None})
    later = NOW + MINUTE
    shipped = bought(1, tracking="LX1")
    await db.run(mirror.record_supplier_read, read=read(shipped, at=later), store="main", policy=POLICY, now=later)
    assert await db.run(mirror.due, store="main", now=later) == [order(1).id]
    assert await db.run(mirror.due, store="other", now=later) == [order(1).id]
