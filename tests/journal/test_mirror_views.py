"""What the decisions are given: whole, fresh, and in few queries."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, text

from syncd.domain.orders import FulfillmentStatus, Order
from syncd.domain.periods import elapsed
from syncd.journal import cursors, links, mirror
from syncd.journal.database import Database
from syncd.journal.mirror import Counts
from syncd.reconcile.lines import claims_line
from syncd.reconcile.policy import LineRule, Policy, SupplierRules
from syncd.reconcile.view import NumberUse
from tests.journal.builders import NOW, POLICY, bought, fulfilled, order
from tests.journal.test_mirror_suppliers import MINUTE, read, record, side, view_of

DAY = elapsed(days=1).elapsed


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


async def test_views_of_many_orders_cost_as_many_queries_as_of_one(db: Database) -> None:
    numbers = range(1, 201)
    await db.run(mirror.record_orders, store="main", orders=[order(number) for number in numbers], now=NOW)
    await record(db, read(*(bought(number, tracking=f"T{number}") for number in numbers)))
    costs = []
    for several in ([order(1).id], [order(number).id for number in numbers]):
        with statements(db) as seen:
            views = await db.run(mirror.views, store="main", order_ids=several, policy=POLICY, reads={})
        assert [view.order.id for view in views] == several
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 16


async def test_a_pass_in_which_nothing_changed_writes_one_row(db: Database) -> None:
    """Ten thousand orders would cost the same: the row says how the source's read went."""
    numbers = range(1, 301)
    await db.run(mirror.record_orders, store="main", orders=[order(number) for number in numbers], now=NOW)
    await record(db, read(*(bought(number) for number in numbers), lists_everything=True))
    judged: dict[str, datetime | None] = {order(number).id: None for number in numbers}
    await db.run(mirror.set_due, store="main", due=judged)
    with statements(db) as seen:
        await db.run(mirror.record_orders, store="main", orders=[order(number) for number in numbers], now=NOW + MINUTE)
        again = read(*(bought(number) for number in numbers), lists_everything=True, at=NOW + MINUTE)
        await record(db, again)
        await db.run(mirror.set_due, store="main", due=judged)
        assert await db.run(mirror.due, store="main", now=NOW) == []
    writes = [statement for statement in seen if statement.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [statement.split()[2] for statement in writes] == ["sources"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda conn: mirror.due(conn, store="main", now=NOW),
        lambda conn: mirror.record_orders(conn, store="main", orders=[order(1)], now=NOW),
        lambda conn: mirror.views(conn, store="main", order_ids=[order(1).id], policy=POLICY, reads={}),
        lambda conn: mirror.find(conn, store="main", text="T1"),
    ],
    ids=["due", "record", "views", "find"],
)
async def test_hot_questions_are_answered_by_an_index(
    db: Database, ask: Callable[..., object], engine_name: str
) -> None:
    if engine_name != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole, whatever the indices")
    await db.run(mirror.record_orders, store="main", orders=[order(n) for n in range(50)], now=NOW)
    await record(db, read(*(bought(n, tracking=f"T{n}") for n in range(50))))
    asked: list[tuple[str, object]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    await db.run(ask)
    event.remove(db.engine, "before_cursor_execute", note)
    for statement, parameters in asked:
        if statement.startswith("SELECT") and "json" not in statement:
            plan = await db.run(
                lambda conn, s=statement, p=parameters: conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {s}", p).all()
            )
            scans = [row[-1] for row in plan if row[-1].startswith("SCAN ") and "CONSTANT ROW" not in row[-1]]
            assert not [scan for scan in scans if "INDEX" not in scan], f"{statement}: {scans}"


async def test_numbers_that_other_orders_carry_are_named(db: Database) -> None:
    other = fulfilled(2, tracking="lx-1", address_hash="a", customer_hash="c")
    third = fulfilled(3, tracking="LX1")
    undone = replace(third, fulfillments=(replace(third.fulfillments[0], status=FulfillmentStatus.CANCELLED),))
    await db.run(mirror.record_orders, store="main", orders=[order(1), other, undone, order(4)], now=NOW)
    await record(db, read(bought(1, tracking="LX 1"), bought(4, tracking="LX1"), bought(5, tracking="LX1")))
    view = await view_of(db, 1)
    expected = {"number": "LX1", "address_hash": None, "customer_hash": None}
    assert view.number_uses == (
        NumberUse(**{**expected, "address_hash": "a", "customer_hash": "c"}, order_id=order(2).id, order="#1002", where="store"),
        NumberUse(**expected, order_id=order(4).id, order="#1004", where="cj"),
    )  # fmt: skip


async def test_how_whole_a_read_was_is_told_for_each_order(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1), order(2)], now=NOW)
    await record(db, read(bought(1)))
    assert side(await view_of(db, 1)).complete, "the kept read counts where this pass has none"
    later = NOW + MINUTE
    cut = read(bought(1), complete=False, at=later)
    by_id = replace(cut, asked=frozenset({"S1", "S2"}))
    answered = replace(by_id, answered=frozenset({order(2).id}))
    failed = read(complete=False, at=later, error="down")
    whole = [
        (side(await view_of(db, 1, one)).complete, side(await view_of(db, 2, one)).complete)
        for one in (cut, by_id, answered, failed)
    ]
    assert whole == [(False, False), (True, False), (False, True), (False, False)]
    assert side(await view_of(db, 1, failed)).error == "down"


async def test_what_this_pass_showed_unchanged_is_as_fresh_as_this_pass(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    await record(db, read(bought(1)))
    again = read(bought(1), at=NOW + DAY)
    await record(db, again)
    assert side(await view_of(db, 1, again)).orders[0].observed_at == NOW + DAY
    observed = {order(1).id: NOW + DAY}
    (view,) = await db.run(
        mirror.views, store="main", order_ids=[order(1).id], policy=POLICY, reads={}, observed=observed
    )
    assert view.observed_at == NOW + DAY


async def test_a_late_answer_does_not_set_back_a_newer_one(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    await record(db, read(bought(1, raw_status="new"), at=NOW + MINUTE))
    delta = await record(db, read(bought(1, raw_status="old"), at=NOW))
    assert delta.changed == frozenset()
    assert side(await view_of(db, 1)).orders[0].order.raw_status == "new"


async def test_a_gap_in_the_units_is_remembered_from_its_first_sight(db: Database) -> None:
    async def since() -> datetime | None:
        return (await view_of(db, 1)).quantity_gap_since

    lost = order(1, fulfillment_orders=(), updated_at=NOW + MINUTE)
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    assert await since() is None
    await db.run(mirror.record_orders, store="main", orders=[lost], now=NOW + MINUTE)
    await db.run(
        mirror.record_orders, store="main", orders=[replace(lost, updated_at=NOW + 2 * MINUTE)], now=NOW + 2 * MINUTE
    )
    assert await since() == NOW + MINUTE
    await db.run(
        mirror.record_orders, store="main", orders=[order(1, updated_at=NOW + 3 * MINUTE)], now=NOW + 3 * MINUTE
    )
    assert await since() is None


def delivered(number: int) -> Order:
    base = fulfilled(number)
    return replace(base, fulfillments=(replace(base.fulfillments[0], delivered_at=NOW),))


@pytest.mark.parametrize(
    ("kept", "days", "is_open"),
    [
        (order(1), 0, True),
        (order(1), 400, True),
        (fulfilled(1), 59, True),
        (fulfilled(1), 61, False),
        (delivered(1), 0, False),
        (order(1, open_units=0, cancelled_at=NOW), 59, True),
        (order(1, open_units=0, cancelled_at=NOW), 61, False),
    ],
    ids=["open", "open for long", "on its way", "on its way for long", "delivered", "cancelled", "cancelled long ago"],
)
async def test_an_order_is_open_while_something_may_still_happen(
    db: Database, kept: Order, days: int, *, is_open: bool
) -> None:
    await db.run(mirror.record_orders, store="main", orders=[kept], now=NOW)
    await db.run(mirror.record_orders, store="main", orders=[], now=NOW + timedelta(days=days))
    assert await db.run(mirror.counts, store="main") == Counts(orders=1, open=int(is_open), incomplete=0)


async def test_an_order_is_found_by_whatever_people_have_at_hand(db: Database) -> None:
    kept = [fulfilled(1, tracking="LX 1"), order(2), order(3)]
    await db.run(mirror.record_orders, store="main", orders=kept, now=NOW)
    await db.run(mirror.record_orders, store="other", orders=[order(9)], now=NOW)
    await record(db, read(bought(2, tracking="ZZ9")))
    for text_, number in {
        "#1001": 1, "1001": 1, order(1).id: 1, "3": 3, "S2": 2, "lx1": 1, "zz-9": 2,
    }.items():  # fmt: skip
        found = await db.run(mirror.find, store="main", text=text_)
        assert found == [(order(number).id, f"#{1000 + number}")], text_
    assert await db.run(mirror.find, store="main", text="#1009") == []
    assert await db.run(mirror.find, store="main", text="-") == []


async def test_a_mirror_that_was_thrown_away_is_rebuilt_by_reading(db: Database) -> None:
    await db.run(cursors.put, store="main", name="orders_changed", at=NOW)
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    await record(db, read(bought(1)))
    await db.run(
        links.link, store="main", store_order="#1001", supplier="cj", supplier_order_id="S9", actor="kim", now=NOW
    )
    before = await view_of(db, 1)
    await db.run(mirror.forget, store="main")
    assert await db.run(mirror.counts, store="main") == Counts(orders=0, open=0, incomplete=0)
    assert await db.run(cursors.get, store="main", name="orders_changed") is None
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    await record(db, read(bought(1)))
    assert await view_of(db, 1) == before


async def test_ten_thousand_orders_pass_through_in_chunks(db: Database, engine_name: str) -> None:
    if engine_name != "sqlite":
        pytest.skip("the same statements; once is enough for the time they take")
    several = (order(number) for number in range(10_000))
    assert len(await db.run(mirror.record_orders, store="main", orders=several, now=NOW)) == 10_000
    tables = await db.run(lambda conn: conn.execute(text("SELECT count(*) FROM order_lines")).scalar_one())
    assert tables == 10_000


RULES = [
    LineRule(),
    LineRule(sku_prefix="CJ-"),
    LineRule(sku_prefix="cj-"),
    LineRule(vendor="Acme"),
    LineRule(location="Depot"),
    LineRule(location="7"),
    LineRule(location="gid://shopify/Location/7"),
    LineRule(tag="syncd:cj"),
    LineRule(sku_prefix="CJ-", tag="syncd:cj"),
    LineRule(sku_prefix="CJ-", vendor="Acme", location="Depot", tag="syncd:cj"),
]


@pytest.mark.parametrize("rule", RULES, ids=repr)
async def test_the_mirror_claims_lines_as_the_decisions_do(db: Database, rule: LineRule) -> None:
    plain = order(1)
    vendor = replace(order(2), lines=(replace(order(2).lines[0], vendor=" Acme "),))
    tagged = replace(order(3, sku=" CJ-9"), tags=frozenset({"syncd:cj "}))
    both = replace(vendor, id="gid://shopify/Order/4", name="#1004", tags=frozenset({"syncd:cj"}))
    several = [plain, vendor, tagged, both, order(5, sku="x")]
    await db.run(mirror.record_orders, store="main", orders=several, now=NOW)
    policy = Policy(suppliers=(SupplierRules(name="cj", lines=rule),))
    wanted = await db.run(mirror.wanted, store="main", supplier="cj", policy=policy)
    expected = {kept.id for kept in several if any(claims_line(rule, line=line, order=kept) for line in kept.lines)}
    assert {one.order_id for one in wanted} == expected
