"""What the rows of a feed mean: rungs, parcels, lines, and rows that cannot be read."""

from datetime import UTC, datetime

import pytest

from syncd.domain.ports import SupplierQuery, Wanted
from syncd.domain.shipments import Rung, SupplierLine, SupplierState
from tests.suppliers.worlds import STATES, FeedWorld

NUMBER = "1Z999AA10123456784"
OTHER = "9400111899223818218407"


def _world(text: str, **stanza) -> FeedWorld:
    """A feed with just this text, columns proposed from its header."""
    world = FeedWorld(**{"columns": None, "states": {}, **stanza})
    world.twin.raw = text.encode()
    return world


async def _orders(text: str, **stanza):
    read = await _world(text, **stanza).port.orders(SupplierQuery())
    return {order.id: order for order in read.orders}


def _rung(order) -> Rung:
    return max((parcel.rung for parcel in order.parcels), default=Rung.ORDERED)


# Rungs.


@pytest.mark.parametrize(
    ("ship_date", "rung"),
    [
        ("2026-11-19", Rung.HANDED_OVER),
        ("2026-11-20 08:00:00", Rung.HANDED_OVER),
        ("2026-11-20 08:00:01", Rung.LABEL),
        ("", Rung.LABEL),
        ("soon", Rung.LABEL),
        ("03/04/2026", Rung.LABEL),
        ("19/11/2026", Rung.HANDED_OVER),
        ("11/19/2026", Rung.HANDED_OVER),
        ("19.11.2026 07:30", Rung.HANDED_OVER),
        ("2026-11-20T09:30:00+02:00", Rung.HANDED_OVER),
        ("2026-11-20 03:30:00 -0400", Rung.HANDED_OVER),
        ("2026-11-20 04:30:00 -0400", Rung.LABEL),
    ],
)
async def test_a_ship_date_decides_where_there_is_no_status(ship_date, rung) -> None:
    orders = await _orders(f"Order,Tracking Number,Ship Date\n#1001,{NUMBER},{ship_date}\n")
    assert _rung(orders["1001"]) is rung


async def test_a_date_that_can_be_read_in_two_ways_is_reported_until_its_form_is_told() -> None:
    text = f"Order,Tracking Number,Ship Date\n#1001,{NUMBER},03/04/2026\n"
    (problem,) = (await _orders(text))["1001"].problems
    assert "line 2" in problem
    assert "set date_format" in problem
    order = (await _orders(text, date_format="%d/%m/%Y"))["1001"]
    assert order.parcels[0].shipped_at == datetime(2026, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize(("zone", "rung"), [("UTC", Rung.LABEL), ("Asia/Shanghai", Rung.HANDED_OVER)])
async def test_a_time_without_a_zone_is_in_the_stanza_s(zone, rung) -> None:
    text = f"Order,Tracking Number,Ship Date\n#1001,{NUMBER},2026-11-20 15:00\n"
    assert _rung((await _orders(text, timezone=zone))["1001"]) is rung


@pytest.mark.parametrize(("word", "rung"), [("handed_over", Rung.HANDED_OVER), ("label", Rung.LABEL)])
async def test_without_a_ship_date_column_the_stanza_says_what_a_number_proves(word, rung) -> None:
    assert _rung((await _orders(f"Order,Tracking Number\n#1001,{NUMBER}\n", rung=word))["1001"]) is rung


async def test_a_status_word_decides_before_the_ship_date() -> None:
    text = f"Order,Tracking Number,Ship Date,Status\n1,{NUMBER},2026-11-01,Labelled\n2,{OTHER},2026-11-01,\n"
    orders = await _orders(text, states=STATES)
    assert _rung(orders["1"]) is Rung.LABEL
    assert _rung(orders["2"]) is Rung.HANDED_OVER


@pytest.mark.parametrize(
    ("word", "state"),
    [("unpaid", SupplierState.UNPAID), ("CANCELLED ", SupplierState.CANCELLED), ("odd", SupplierState.UNKNOWN)],
)
async def test_a_number_on_a_row_that_is_not_alive_proves_nothing(word, state) -> None:
    text = f"Order,Tracking Number,Ship Date,Status\n1,{NUMBER},2026-11-01,{word}\n"
    order = (await _orders(text, states=STATES))["1"]
    assert (order.state, _rung(order)) == (state, Rung.ORDERED)


async def test_shipped_without_a_number_stays_ordered_and_is_reported() -> None:
    text = "Order,Tracking Number,Status\n1,,shipped\n"
    order = (await _orders(text, states=STATES))["1"]
    assert (order.parcels, order.problems) == ((), ("line 2: says shipped, but has no tracking number",))


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["shipped", "shipped"], SupplierState.SHIPPED),
        (["shipped", "processing"], SupplierState.PART_SHIPPED),
        (["shipped", "cancelled"], SupplierState.SHIPPED),
        (["delivered", "shipped"], SupplierState.SHIPPED),
        (["delivered", "delivered"], SupplierState.DELIVERED),
        (["cancelled", "cancelled"], SupplierState.CANCELLED),
        (["shipped", "odd"], SupplierState.UNKNOWN),
        (["unpaid", "processing"], SupplierState.UNPAID),
    ],
)
async def test_an_order_s_state_from_its_rows(words, state) -> None:
    rows = "".join(f"1,A{place},{NUMBER[:-1]}{place},{word}\n" for place, word in enumerate(words))
    order = (await _orders(f"Order,SKU,Tracking Number,Status\n{rows}", states=STATES))["1"]
    assert order.state is state


# Parcels and lines.


async def test_rows_with_one_number_are_one_parcel() -> None:
    text = f"Order,SKU,Qty,Tracking\n#1,A,1,{NUMBER}\n#1,B,2,{NUMBER.lower()}\n#1,A,3,{OTHER}\n"
    order = (await _orders(text))["1"]
    assert [[(line.sku, line.quantity) for line in parcel.lines] for parcel in order.parcels] == [
        [("A", 1), ("B", 2)],
        [("A", 3)],
    ]
    assert {(line.sku, line.quantity) for line in order.lines} == {("A", 4), ("B", 2)}


async def test_a_repeated_key_is_one_row_and_the_last_wins() -> None:
    text = f"Order,SKU,Qty,Tracking\n#1,A,1,{NUMBER}\n1,A,5,{NUMBER}\n"
    order = (await _orders(text))["1"]
    assert order.lines == (SupplierLine(sku="A", quantity=5, state=SupplierState.SHIPPED),)
    assert len(order.parcels) == 1


async def test_orders_match_without_hash_and_case() -> None:
    orders = await _orders(f"Order,SKU,Tracking\n#ab-1,A,{NUMBER}\nAB-1,B,{OTHER}\n")
    assert set(orders) == {"ab-1"}
    assert orders["ab-1"].store_order_names == ("#ab-1", "AB-1")
    world = _world(f"Order,Tracking\nab-1,{NUMBER}\nab-2,{OTHER}\n")
    read = await world.port.orders(
        SupplierQuery(wanted=(Wanted(order_id="gid://shopify/Order/1", order_name="#AB-1"),))
    )
    assert [order.id for order in read.orders] == ["ab-1"]
    assert (await world.port.order("#AB-2")).id == "ab-2"


async def test_a_long_number_in_the_order_column_is_also_the_store_s_id() -> None:
    (order,) = (await _orders(f"Order ID,Tracking\n5300000000001,{NUMBER}\n")).values()
    assert order.store_order_ids == ("5300000000001",)


async def test_a_blank_quantity_with_two_numbers_is_ambiguous() -> None:
    text = f"Order,SKU,Qty,Tracking\n#1,A,,{NUMBER}\n#1,A,,{OTHER}\n#2,A,,{OTHER}\n"
    orders = await _orders(text)
    assert "which parcel holds what is not told" in orders["1"].problems[0]
    assert orders["2"].problems == ()
    assert orders["2"].parcels[0].lines == (SupplierLine(sku="A", quantity=None, state=SupplierState.SHIPPED),)


async def test_units_seen_with_and_without_a_number_are_not_added() -> None:
    order = (await _orders(f"Order,SKU,Qty,Tracking\n#1,A,2,\n#1,A,2,{NUMBER}\n"))["1"]
    assert {(line.sku, line.quantity) for line in order.lines} == {("A", None)}


async def test_several_numbers_in_a_cell_are_one_parcel_with_both() -> None:
    order = (await _orders(f'Order,SKU,Qty,Tracking\n#1,A,2,"{NUMBER}, {OTHER}"\n'))["1"]
    (parcel,) = order.parcels
    assert [tracking.number for tracking in parcel.tracking] == [NUMBER, OTHER]
    assert parcel.lines == (SupplierLine(sku="A", quantity=2, state=SupplierState.SHIPPED),)


async def test_a_row_without_a_sku_is_about_the_whole_order() -> None:
    order = (await _orders(f"Order,SKU,Tracking\n#1,,{NUMBER}\n"))["1"]
    assert order.lines is None
    assert order.parcels[0].lines is None


async def test_carrier_and_link_come_along_and_the_stanza_fills_in() -> None:
    text = f"Order,Tracking,Carrier,Tracking URL\n1,{NUMBER},UPS,https://x.example/1\n2,{OTHER},,\n"
    orders = await _orders(text, carrier="USPS")
    first, second = orders["1"].parcels[0].tracking[0], orders["2"].parcels[0].tracking[0]
    assert (first.company, first.url) == ("UPS", "https://x.example/1")
    assert (second.company, second.url) == ("USPS", None)


@pytest.mark.parametrize("cell", ["9.4001E+21", "9,40011E+21", "940011189922381821840.0", "#N/A", "0", "tba"])
async def test_a_spoiled_number_is_reported_and_proves_nothing(cell) -> None:
    order = (await _orders(f'Order,Tracking\n1,"{cell}"\n'))["1"]
    assert order.parcels == ()
    assert order.problems[0].startswith("line 2: ")


@pytest.mark.parametrize("cell", [f'="{NUMBER}"', f"'{NUMBER}", f" {NUMBER}\u00a0", f"\ufeff{NUMBER}"])
async def test_what_spreadsheets_put_around_a_number_is_taken_off(cell) -> None:
    quoted = cell.replace('"', '""')
    order = (await _orders(f'Order,Tracking\n1,"{quoted}"\n'))["1"]
    assert order.parcels[0].tracking[0].number == NUMBER


async def test_leading_zeros_are_kept() -> None:
    order = (await _orders("Order,Tracking\n1,0012345678905\n"))["1"]
    assert order.parcels[0].tracking[0].number == "0012345678905"


# Bad rows.


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f",A,1,{NUMBER}", "names no order"),
        (f"#,A,1,{NUMBER}", "names no order"),
        (f"1.001E+3,A,1,{NUMBER}", "power of ten"),
        (f"1,A,-1,{NUMBER}", "no number of units"),
        (f"1,A,0,{NUMBER}", "no number of units"),
        (f"1,A,two,{NUMBER}", "no number of units"),
        (f"1,A,{NUMBER}", "has 3 cells, the header has 4"),
        (f"1,A,1,{NUMBER},extra", "has 5 cells, the header has 4"),
        (f"1,A,1,\x00{NUMBER}", "NUL"),
        (f'1,"A,1,{NUMBER}', "never closed"),
        (f'1,"A"x,1,{NUMBER}', "no valid row"),
        ("1,A,1," + "9" * 5000, "more than 4096 characters"),
        ("1," * 40000, "longer than 65536 characters"),
    ],
    ids=lambda value: value[:24],
)
async def test_a_bad_row_is_named_with_its_line_and_the_others_count(row, reason) -> None:
    world = _world(f"Order,SKU,Qty,Tracking\n1000,A,1,{OTHER}\n{row}\n1002,A,1,{NUMBER}\n", snapshot=True)
    read = await world.port.orders(SupplierQuery())
    assert [order.id for order in read.orders] == ["1000", "1002"]
    (problem,) = read.problems
    assert problem.place == "line 3"
    assert reason in problem.text
    assert read.complete
    assert not read.lists_everything  # the order of the bad row may be the one that is missing


async def test_a_quoted_cell_may_hold_line_breaks_and_lines_are_still_counted() -> None:
    text = f'Order,Note,Tracking\n1,"two\nlines",{NUMBER}\n,x,{OTHER}\n'
    read = await _world(text).port.orders(SupplierQuery())
    assert [problem.place for problem in read.problems] == ["line 4"]
    assert [order.id for order in read.orders] == ["1"]


async def test_very_many_bad_rows_are_counted_not_listed() -> None:
    read = await _world("Order,Tracking\n" + ",x1234567\n" * 1000 + f"1,{NUMBER}\n").port.orders(SupplierQuery())
    assert len(read.problems) == 201
    assert read.problems[-1].text == "800 more rows could not be read"
