"""What rows of an export mean as orders."""

from datetime import UTC, datetime

import pytest

from adapters.stores.orders_export.orders import UNTOLD, Reading, read_orders
from adapters.stores.orders_export.table import read_table
from syncd.domain.orders import DeliveryMethod, FinancialStatus, FulfillmentOrderStatus
from syncd.reconcile.units import count
from tests.orders_export.files import further, row, text

EXPORTED = datetime(2026, 9, 25, tzinfo=UTC)


def read(*rows: dict[str, str]) -> Reading:
    table = read_table(text(rows).encode(), file="orders.csv")
    assert table.complete
    assert not table.problems
    return read_orders(table.rows, exported_at=EXPORTED, zone=UTC)


def test_a_pending_line_is_open_work_with_which_nothing_may_be_done():
    (order,) = read(row()).orders
    (work,) = order.fulfillment_orders
    assert (work.status, work.supported_actions) == (FulfillmentOrderStatus.OPEN, frozenset())
    assert [(part.line_id, part.remaining) for part in work.lines] == [(order.lines[0].id, 1)]
    assert order.fulfillments == ()


def test_a_fulfilled_line_is_a_fulfillment_of_that_date_without_a_number():
    (order,) = read(row(lineitem_fulfillment_status="fulfilled", fulfilled_at="2026-09-22 10:00:00 +0000")).orders
    (done,) = order.fulfillments
    assert (done.is_live, done.tracking) == (True, ())
    assert done.created_at == datetime(2026, 9, 22, 10, tzinfo=UTC)
    assert order.fulfillment_orders == ()


def test_an_undated_fulfillment_is_as_young_as_the_export_allows():
    (order,) = read(row(lineitem_fulfillment_status="fulfilled")).orders
    assert order.fulfillments[0].created_at == EXPORTED


def test_what_an_export_never_tells_is_named_in_every_order():
    (order,) = read(row()).orders
    assert order.untold == UNTOLD
    assert order.is_complete


def test_further_rows_belong_to_the_order_of_the_first_and_line_ids_are_stable():
    reading = read(row(), further(), further(lineitem_sku="CJ-MUG"), row("#1002"))
    first, second = reading.orders
    assert [line.id.rpartition("/")[2] for line in first.lines] == [
        "530000001001-CJ-MUG-1", "530000001001-DP-LAMP-1", "530000001001-CJ-MUG-2",
    ]  # fmt: skip
    assert (first.number, second.number) == ("530000001001", "530000001002")
    assert first.financial is FinancialStatus.PAID
    assert reading.complete


def test_rows_of_an_order_that_were_sorted_apart_still_find_it():
    reading = read(row(), row("#1002"), further("#1001"))
    assert [len(order.lines) for order in reading.orders] == [2, 1]


def test_order_cells_on_every_row_make_no_second_order():
    (order,) = read(row(), row(lineitem_sku="DP-LAMP")).orders
    assert len(order.lines) == 2


def test_an_order_that_two_exports_put_into_one_file_counts_once_as_the_later_one():
    again = row(lineitem_fulfillment_status="fulfilled")
    reading = read(row(), further(), row("#1002"), again)
    assert [(order.name, len(order.lines)) for order in reading.orders] == [("#1001", 1), ("#1002", 1)]
    assert reading.orders[0].fulfillments


@pytest.mark.parametrize(
    ("cells", "because"),
    [
        ({"lineitem_quantity": "0"}, "a line of nothing is no line"),
        ({"lineitem_quantity": "two"}, "a quantity is a number"),
        ({"lineitem_quantity": "5", "lineitem_fulfillment_status": "partial"}, "some of five is not a number"),
        ({"lineitem_fulfillment_status": "teleported"}, "an unknown word is never guessed"),
    ],
)
def test_a_line_that_cannot_be_read_is_reported_and_its_order_says_that_a_line_is_missing(cells, because):
    reading = read(row(), further(**cells), row("#1002"))
    first, second = reading.orders
    assert "lines" in first.cut, because
    assert len(first.lines) == 1
    assert "lines" not in second.cut
    (problem,) = reading.problems
    assert problem.place == "line 3"
    assert "#1001" in problem.text


@pytest.mark.parametrize(
    ("first", "says"),
    [
        (row(id="5.3E+12"), "exponent"),
        (row(id="abc"), "no order id"),
        (row(name=""), "without an order name"),
        (row(created_at="yesterday"), "no time"),
        (row(created_at=""), "creation time"),
    ],
)
def test_an_order_that_cannot_be_told_is_left_out_and_the_others_count(first, says):
    reading = read(first, row("#1002"))
    assert [order.name for order in reading.orders] == ["#1002"]
    assert says in reading.problems[0].text
    assert reading.problems[0].place == "line 2"


def test_lines_of_an_order_without_a_first_row_are_reported_and_the_file_is_not_whole():
    reading = read(further("#1001"), row("#1002"))
    assert [order.name for order in reading.orders] == ["#1002"]
    assert not reading.complete


def test_lines_after_an_unreadable_first_row_do_not_fall_to_an_older_order_of_that_name():
    reading = read(row("#1001"), row("#1001", id="9.9E+12"), further("#1001"))
    assert [len(order.lines) for order in reading.orders] == [1]
    assert len(reading.problems) == 2


def test_an_unknown_payment_word_is_unknown_and_reported():
    reading = read(row(financial_status="bartered"))
    assert reading.orders[0].financial is FinancialStatus.UNKNOWN
    assert "bartered" in reading.problems[0].text


def test_cancelled_orders_have_no_open_work():
    (order,) = read(row(cancelled_at="2026-09-21 08:00:00 +0000")).orders
    assert order.cancelled_at == datetime(2026, 9, 21, 8, tzinfo=UTC)
    assert order.fulfillment_orders == ()


def test_a_till_sale_was_carried_away_and_one_with_shipping_was_not():
    carried, sent = read(row(source="pos"), row("#1002", source="pos", shipping_method="Standard")).orders
    assert carried.fulfillment_orders[0].delivery_method is DeliveryMethod.RETAIL
    assert sent.fulfillment_orders[0].delivery_method is DeliveryMethod.SHIPPING


@pytest.mark.parametrize("word", ["pending", "", "fulfilled", "restocked", "partial", "unfulfilled"])
@pytest.mark.parametrize("cancelled", ["", "2026-09-21 08:00:00 +0000"])
def test_units_add_up_whatever_the_status(word, cancelled):
    cells = {"lineitem_quantity": "2", "lineitem_fulfillment_status": word, "cancelled_at": cancelled}
    (order,) = read(row(**cells)).orders
    assert [units.surplus for units in count(order).values()] == [0]


def test_tags_and_vendor_are_read_for_the_rules_that_claim_lines():
    (order,) = read(row(tags="syncd:manual, vip", vendor="Acme")).orders
    assert order.tags == {"syncd:manual", "vip"}
    assert order.lines[0].vendor == "Acme"


def test_the_customers_name_and_address_are_never_taken_in():
    (order,) = read(row(email="ada@example.com", notes="ring twice at Ada's")).orders
    assert "ada" not in repr(order).lower()
