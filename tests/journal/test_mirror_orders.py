"""The mirror's store side."""

from dataclasses import replace
from datetime import timedelta

from syncd.domain.observation import StoreRead
from syncd.journal import mirror
from syncd.journal.database import Database
from tests.journal.builders import NOW, POLICY, fulfilled, order


async def test_only_new_and_changed_orders_are_named(db: Database) -> None:
    first = await db.run(mirror.record_orders, store="main", orders=[order(1), order(2)], now=NOW)
    again = await db.run(
        mirror.record_orders, store="main", orders=[order(1), order(2, closed=True)], now=NOW + timedelta(minutes=5)
    )
    assert first == {order(1).id, order(2).id}
    assert again == {order(2).id}


async def test_what_is_read_back_is_what_was_recorded(db: Database) -> None:
    kept = fulfilled(1, tags=frozenset({"b", "a"}), links=(("syncd.ali", "77"),))
    await db.run(mirror.record_orders, store="main", orders=[kept], now=NOW)
    (view,) = await db.run(mirror.views, store="main", order_ids=[kept.id], policy=POLICY, reads={})
    assert view.order == kept
    assert view.observed_at == NOW
    assert view.order.created_at.tzinfo is not None


async def test_an_unchanged_order_costs_no_write(db: Database) -> None:
    orders = [order(number) for number in range(50)]
    await db.run(mirror.record_orders, store="main", orders=orders, now=NOW)

    def write_count(conn) -> int:
        before = conn.connection.driver_connection.total_changes
        mirror.record_orders(conn, store="main", orders=orders, now=NOW + timedelta(minutes=5))
        return conn.connection.driver_connection.total_changes - before

    if db.is_sqlite:
        assert await db.run(write_count) == 0


async def test_a_cut_read_never_replaces_a_whole_one(db: Database) -> None:
    later = NOW + timedelta(minutes=1)
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    cut = order(1, cut=("fulfillments",), closed=True, updated_at=later)
    assert await db.run(mirror.record_orders, store="main", orders=[cut], now=later) == frozenset()
    (view,) = await db.run(mirror.views, store="main", order_ids=[cut.id], policy=POLICY, reads={})
    assert replace(view.order, cut=()) == order(1)


async def test_what_is_kept_counts_as_cut_and_due_once_a_newer_read_was_cut(db: Database) -> None:
    later = NOW + timedelta(minutes=1)
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    await db.run(mirror.set_due, store="main", due={order(1).id: None})
    await db.run(mirror.record_orders, store="main", orders=[order(1, cut=("fulfillments",))], now=later)
    (view,) = await db.run(mirror.views, store="main", order_ids=[order(1).id], policy=POLICY, reads={})
    assert not view.order.is_complete
    assert view.observed_at == NOW
    assert await db.run(mirror.due, store="main", now=later) == [order(1).id]
    assert await db.run(mirror.record_orders, store="main", orders=[order(1)], now=later) == {order(1).id}
    (view,) = await db.run(mirror.views, store="main", order_ids=[order(1).id], policy=POLICY, reads={})
    assert view.order == order(1)


async def test_a_view_shows_what_was_read_right_now_whatever_the_mirror_keeps(db: Database) -> None:
    read_at = NOW + timedelta(minutes=1)
    await db.run(mirror.record_orders, store="main", orders=[order(1, closed=True)], now=read_at + timedelta(seconds=1))
    fresh = StoreRead(store="main", observed_at=read_at, complete=True, orders=(order(1),))
    (view,) = await db.run(mirror.views, store="main", order_ids=[order(1).id], policy=POLICY, reads={}, fresh=fresh)
    assert (view.order, view.observed_at) == (order(1), read_at)


async def test_a_read_older_than_what_is_kept_leaves_the_order_in_doubt(db: Database) -> None:
    newer = order(1, updated_at=NOW + timedelta(minutes=1), closed=True)
    await db.run(mirror.record_orders, store="main", orders=[newer], now=NOW)
    fresh = StoreRead(store="main", observed_at=NOW + timedelta(minutes=2), complete=True, orders=(order(1),))
    (view,) = await db.run(mirror.views, store="main", order_ids=[order(1).id], policy=POLICY, reads={}, fresh=fresh)
    assert not view.order.is_complete
    assert view.observed_at == NOW


async def test_a_whole_read_replaces_a_cut_one(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1, cut=("lines",))], now=NOW)
    assert await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW) == {order(1).id}


async def test_an_older_read_changes_nothing(db: Database) -> None:
    newer = order(1, updated_at=NOW + timedelta(minutes=1), closed=True)
    await db.run(mirror.record_orders, store="main", orders=[newer], now=NOW)
    assert await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW) == frozenset()


async def test_the_order_of_lines_and_sets_leaves_no_trace(db: Database) -> None:
    two = replace(order(1), lines=(*order(1).lines, *order(2).lines))
    turned = replace(two, lines=two.lines[::-1])
    await db.run(mirror.record_orders, store="main", orders=[two], now=NOW)
    assert await db.run(mirror.record_orders, store="main", orders=[turned], now=NOW) == frozenset()


async def test_due_orders_are_named_once_their_time_has_come(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1), order(2), order(3)], now=NOW)
    hour = timedelta(hours=1)
    due = {order(1).id: NOW + 2 * hour, order(2).id: NOW + hour, order(3).id: None}
    await db.run(mirror.set_due, store="main", due=due)
    assert await db.run(mirror.due, store="main", now=NOW) == []
    assert await db.run(mirror.due, store="main", now=NOW + hour) == [order(2).id]
    assert await db.run(mirror.due, store="main", now=NOW + 3 * hour) == [order(2).id, order(1).id]
    await db.run(mirror.set_due, store="main", due={order(2).id: None})
    assert await db.run(mirror.due, store="main", now=NOW + 3 * hour) == [order(1).id]


async def test_what_changed_is_due_until_it_was_judged(db: Database) -> None:
    """A pass may die between reading and judging: the next one reads the same and must still know that it is news."""
    await db.run(mirror.record_orders, store="main", orders=[order(1), order(2)], now=NOW)
    assert await db.run(mirror.due, store="main", now=NOW) == [order(1).id, order(2).id]
    await db.run(mirror.set_due, store="main", due={order(1).id: None, order(2).id: None})
    later = NOW + timedelta(minutes=5)
    changed = replace(order(2), tags=frozenset({"vip"}), updated_at=later)
    await db.run(mirror.record_orders, store="main", orders=[order(1), changed], now=later)
    await db.run(mirror.record_orders, store="main", orders=[order(1), changed], now=later)
    assert await db.run(mirror.due, store="main", now=later) == [order(2).id]
