"""The export as a Store: read-only, read again when it changes, tolerant of what spreadsheets do to files."""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.stores.orders_export import ADAPTER
from adapters.stores.orders_export.table import read_table
from syncd.clock import ManualClock
from syncd.domain.ports import AdapterPorts, Call
from syncd.domain.steps import EffectState
from syncd.errors import InvalidResponse, NotFound, SyncdError
from tests.orders_export.files import further, row, text
from tests.reference import REFERENCE, needs_reference
from tests.reports.sample import STEPS

NOW = datetime(2026, 9, 25, tzinfo=UTC)


def store(file: Path, **settings: str):
    ports = AdapterPorts(
        clock=ManualClock(at=NOW), rng=Random(1), http=None, credentials=None, secret=str, base_dir=file.parent
    )  # type: ignore[arg-type]
    return ADAPTER.build("shop", ADAPTER.settings(file=file.name, **settings), ports)


async def swept(shop):
    pages = [page async for page in shop.sweep()]
    assert [page.is_last for page in pages] == [*[False] * (len(pages) - 1), True]
    return pages


def export(folder: Path, data: str | bytes) -> Path:
    path = folder / "orders.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


ROWS = [row(lineitem_name="Tasse à café"), further(), row("#1002")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize(("separator", "ends"), [(",", "\n"), (";", "\r\n"), ("\t", "\r")])
async def test_encodings_separators_and_line_ends_are_found_out(tmp_path, encoding, separator, ends):
    path = export(tmp_path, text(ROWS, separator=separator, ends=ends).encode(encoding))
    (page,) = await swept(store(path))
    assert [order.name for order in page.items] == ["#1001", "#1002"]
    assert page.items[0].lines[0].title == "Tasse à café"
    assert page.complete
    assert page.problems == ()


async def test_a_note_with_line_breaks_separators_and_quotes_stays_one_cell_and_lines_are_still_counted(tmp_path):
    note = 'ring, "twice";\nthen\nwait'
    (page,) = await swept(store(export(tmp_path, text([row(notes=note), row("#1002", id="x1")]))))
    assert [order.name for order in page.items] == ["#1001"]
    assert page.problems[0].place == "line 5"


async def test_times_without_a_zone_are_in_the_stanzas_zone(tmp_path):
    path = export(tmp_path, text([row(created_at="2026-09-20 12:00:00")]))
    (page,) = await swept(store(path, timezone="Europe/Copenhagen"))
    assert page.items[0].created_at == datetime(2026, 9, 20, 10, tzinfo=UTC)


async def test_an_order_of_an_impossible_time_costs_itself_and_not_the_file(tmp_path):
    path = export(tmp_path, text([row(cancelled_at="9999-12-31 23:59:59"), row("#1002")]))
    (page,) = await swept(store(path, timezone="America/New_York"))
    assert [order.name for order in page.items] == ["#1002"]
    assert [problem.text for problem in page.problems] == [
        "#1001: time '9999-12-31 23:59:59' is not of this millennium"
    ]


async def test_it_is_read_anew_when_the_file_changes_and_only_then(tmp_path):
    path = export(tmp_path, text([row()]))
    shop = store(path)
    first = await shop.order("gid://shopify/Order/530000001001")
    assert await shop.order("gid://shopify/Order/530000001001") is first
    export(tmp_path, text([row(lineitem_fulfillment_status="fulfilled")]))
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert (await shop.order("gid://shopify/Order/530000001001")).fulfillments


async def test_orders_are_found_by_id_and_by_name_with_or_without_the_hash(tmp_path):
    shop = store(export(tmp_path, text(ROWS)))
    (found,) = await shop.find("1002")
    assert (await shop.find("#1002")) == (found,)
    assert await shop.orders([found.id, "gid://shopify/Order/9"]) == (found,)
    assert await shop.find("#9") == ()
    with pytest.raises(NotFound):
        await shop.order("gid://shopify/Order/9")


async def test_every_order_counts_as_changed_since_a_file_does_not_say(tmp_path):
    shop = store(export(tmp_path, text(ROWS)))
    pages = [page async for page in shop.orders_changed(NOW + timedelta(days=1))]
    assert len(pages[0].items) == 2


async def test_many_orders_come_in_pages_and_problems_with_the_last(tmp_path):
    rows = [row(f"#{number}") for number in range(1000, 1600)]
    pages = await swept(store(export(tmp_path, text([*rows, row("#1", id="?")]))))
    assert [len(page.items) for page in pages] == [250, 250, 100]
    assert [len(page.problems) for page in pages] == [0, 0, 1]


async def test_nothing_can_be_sent_to_a_file(tmp_path):
    shop = store(export(tmp_path, text(ROWS)))
    assert shop.capabilities().actions == frozenset()
    effect = await shop.perform(STEPS[0], Call(deadline_s=9.0, attempt_id="a1"))
    assert (effect.state, effect.code) == (EffectState.REFUSED, "read_only")


async def test_an_empty_export_is_a_shop_without_orders(tmp_path):
    (page,) = await swept(store(export(tmp_path, text([]))))
    assert (page.items, page.complete, page.problems) == ((), True, ())


async def test_another_kind_of_file_is_refused_with_what_is_missing_and_what_to_do(tmp_path):
    shop = store(export(tmp_path, "Order,Tracking Number\n#1001,1Z\n"))
    with pytest.raises(InvalidResponse, match="Financial status") as caught:
        await shop.find("1")
    assert "Export it anew" in caught.value.remedy
    (check,) = await shop.check()
    assert (check.state, check.remedy) == ("fail", caught.value.remedy)


async def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(NotFound, match="there is no file"):
        await store(tmp_path / "gone.csv").find("1")


async def test_the_check_counts_orders_states_the_limits_and_points_at_the_first_bad_row(tmp_path):
    good = await store(export(tmp_path, text(ROWS))).check()
    assert [check.state for check in good] == ["ok", "ok"]
    assert "2 orders" in good[0].text
    (bad,) = await store(export(tmp_path, text([*ROWS, row("#3", id="?")]))).check()
    assert bad.state == "warn"
    assert "line 5" in bad.text


@pytest.mark.parametrize(
    "settings",
    [
        {"file": ""},
        {"file": "a", "timezone": "Mars"},
        {"file": "a", "encoding": "x-1"},
        {"file": "a", "shop": "https://x"},
        {},
    ],
)
def test_a_wrong_stanza_is_refused(settings):
    with pytest.raises(ValidationError):
        ADAPTER.settings(**settings)


@given(st.binary(max_size=400))
def test_no_file_crashes_it(data):
    with suppress(SyncdError):
        read_table(data, file="x.csv")


@given(st.binary(max_size=200))
def test_garbage_at_the_end_of_an_export_loses_no_order_before_it(garbage):
    table = read_table(text([row()]).encode() + garbage, file="x.csv", encoding="utf-8")
    assert table.rows[0].get("name") == "#1001"


@needs_reference
@pytest.mark.reference
async def test_the_real_export_is_read_whole():
    (page,) = await swept(store(REFERENCE / "real/csv/shopify_orders_export_devstore.csv"))
    assert page.complete
    assert page.problems == ()
    assert len(page.items) == 51
    assert sum(len(order.lines) for order in page.items) == 121
    assert all(order.fulfillment_orders for order in page.items)
    first = page.items[0]
    assert (first.name, first.number, first.lines[0].sku) == ("#1051", "6798481555755", "CB-ETH-500")
    assert first.created_at == datetime(2025, 12, 6, 15, 37, 33, tzinfo=UTC)


@needs_reference
@pytest.mark.reference
def test_no_dirty_file_crashes_it():
    files = [path for path in (REFERENCE / "real/dirty").rglob("*") if path.is_file()]
    assert files
    for path in files:
        with pytest.raises(InvalidResponse):
            read_table(path.read_bytes(), file=path.name)
