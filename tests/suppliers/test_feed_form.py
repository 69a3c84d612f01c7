"""In what form a feed may come, and when it is believed to be whole."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from adapters.suppliers.feed import ADAPTER
from syncd.domain.ports import SupplierQuery, Wanted
from syncd.domain.shipments import SupplierState
from syncd.errors import InvalidResponse, NotFound, Refused, Transient
from tests.suppliers.rig import query, says
from tests.suppliers.worlds import FeedWorld

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


# Form.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_encodings_line_ends_and_separators_are_told_apart(encoding, line_end, delimiter) -> None:
    world = FeedWorld(columns=None)
    world.twin.encoding, world.twin.line_end, world.twin.delimiter = encoding, line_end, delimiter
    for number in range(1001, 1009):
        world.twin.ship(f"#{number}", f"1Z999AA1012345{number}", sku=f"DP-{number}", carrier="Poste d'Été")
    read = await world.port.orders(SupplierQuery())
    assert read.complete, read.error
    assert {order.parcels[0].tracking[0].company for order in read.orders} == {"Poste d'Été"}
    assert len(read.orders) == 8


async def test_chinese_feeds_are_read_in_gb18030() -> None:
    world = _world("")
    world.twin.raw = f"订单号,运单号,物流公司,状态\n1001,{NUMBER},顺丰速运,已发货\n".encode("gb18030")
    (order,) = (await world.another(states={"已发货": "handed_over"}).orders(SupplierQuery())).orders
    assert (order.parcels[0].tracking[0].company, order.state) == ("顺丰速运", SupplierState.SHIPPED)


async def test_the_stanza_s_encoding_and_delimiter_win() -> None:
    world = _world("", encoding="cp1251", delimiter="semicolon")
    world.twin.raw = f"Order;Tracking;Carrier\n1;{NUMBER};Почта, России\n".encode("cp1251")
    (order,) = (await world.port.orders(SupplierQuery())).orders
    assert order.parcels[0].tracking[0].company == "Почта, России"


async def test_a_header_below_titles_and_blank_lines_is_found() -> None:
    text = f"Export of the depot,,\n\n,,\nOrder,Tracking,Note\n1,{NUMBER},\n\nOrder,Tracking,Note\n2,{OTHER},\n"
    orders = await _orders(text)
    assert set(orders) == {"1", "2"}


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("Order Number,Tracking #,Shipping Carrier", "order tracking carrier"),
        (
            "Name,Lineitem sku,Quantity,Tracking Company,Tracking Number,Tracking URL,Notify",
            "order sku quantity carrier tracking url",
        ),
        ("Order_ID,Shipping_Carrier,Tracking_Number,Tracking_Url", "order carrier tracking url"),
        ("OrderNumber;ShipmentTrackingNumber;Shipping Date", "order tracking shipped_at"),
        ("Bestellnummer;Sendungsnummer;Menge;Versanddatum", "order tracking quantity shipped_at"),
        ("ID,Name,Line: SKU,Line: Quantity,Fulfillment: Tracking Number", "order tracking sku quantity"),
    ],
)
async def test_columns_are_proposed_from_usual_names(header, fields) -> None:
    sign = ";" if ";" in header else ","
    world = _world(header + "\n" + sign.join(["x1"] * (header.count(sign) + 1)) + "\n")
    check = (await world.port.check())[0]
    proposed = {part.split(" = ")[0] for part in check.text.partition("; ")[2].split(", ")}
    assert proposed == set(fields.split())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("\n\n , \n", "empty"),
        ("1001,abc,1\n1002,def,2\n", "no header"),
        ("Order;SKU\n1;A\n", "no header"),
        (f"Order,Tracking,Tracking\n1,{NUMBER},\n", "2 columns are called 'Tracking'"),
    ],
)
async def test_a_feed_without_a_readable_header_is_no_empty_world(text, said) -> None:
    world = _world(text, snapshot=True)
    wanted = Wanted(order_id="gid://shopify/Order/1", order_name="#1", supplier_order_ids=("1",))
    read = await world.port.orders(SupplierQuery(wanted=(wanted,)))
    assert said in (read.error or "")
    assert not read.complete
    assert (read.asked, read.answered, read.lists_everything) == (frozenset(), frozenset(), False)
    with pytest.raises(Transient):
        await world.port.order("1")


async def test_a_mapped_column_that_is_missing_is_named() -> None:
    world = FeedWorld()
    world.twin.columns.remove("Ship Date")
    world.place(1001)
    read = await world.port.orders(SupplierQuery())
    assert not read.complete
    assert "'Ship Date' (columns.shipped_at)" in (read.error or "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"\x1f\x8brest", "gzip"),
        (b"  <!DOCTYPE html><p>Sign in", "login page"),
        (b'{"error": "no"}', "JSON"),
        (b"%PDF-1.4", "PDF"),
    ],
)
async def test_other_kinds_of_file_are_named(body, said) -> None:
    world = _world("")
    world.twin.raw = body
    with pytest.raises(InvalidResponse, match=said):
        await world.port.orders(SupplierQuery())


# Wholeness.


async def test_a_shrunken_feed_is_not_believed_before_a_day_has_passed() -> None:
    world = FeedWorld(snapshot=True)
    placed = [world.place(1001 + place) for place in range(10)]
    assert (await world.port.orders(query(*placed))).complete
    for each in placed[4:]:
        world.forget(each)
    for hours in (0, 1, 22):
        world.clock.advance(timedelta(hours=hours))
        read = await world.port.orders(query(*placed))
        assert "shrank from 10 to 4 rows (40 % < 50 %)" in (read.error or "")
        assert (read.complete, read.asked, read.answered) == (False, frozenset(), frozenset())
        assert len(read.orders) == 4
    world.clock.advance(timedelta(hours=2))
    read = await world.port.orders(query(*placed))
    assert read.complete
    assert read.asked == {each.ref for each in placed}


async def test_without_snapshot_a_missing_row_means_nothing() -> None:
    world = FeedWorld()
    placed = [world.place(1001 + place) for place in range(4)]
    world.forget(placed[0])
    read = await world.port.orders(query(*placed))
    assert read.complete
    assert (read.asked, read.answered, read.lists_everything) == (frozenset(), frozenset(), False)
    with pytest.raises(NotFound):
        await world.port.order(placed[0].ref)


async def test_with_snapshot_a_missing_row_is_absence() -> None:
    world = FeedWorld(snapshot=True)
    placed = [world.place(1001 + place) for place in range(4)]
    world.forget(placed[0])
    read = await world.port.orders(query(*placed))
    assert placed[0].ref in read.asked
    assert placed[0].order_id in read.answered
    assert (await world.port.orders(SupplierQuery())).lists_everything


async def test_other_orders_with_the_same_number_come_along() -> None:
    world = FeedWorld()
    placed = [world.place(1001 + place) for place in range(4)]
    world.ship(placed[0], NUMBER)
    world.ship(placed[3], NUMBER.lower())
    read = await world.port.orders(query(placed[0]))
    assert {order.id for order in read.orders} == {placed[0].ref, placed[3].ref}


async def test_a_feed_that_did_not_change_is_not_sent_again() -> None:
    world = FeedWorld()
    placed = world.place(1001)
    sent: list[int] = []
    for _ in range(3):
        order = await world.port.order(placed.ref)
        sent.append(len(world.twin.asked))
    assert sent == [1, 2, 3]
    world.ship(placed, NUMBER)
    assert (await world.port.order(placed.ref)) != order


async def test_a_redirect_is_not_taken_for_unchanged() -> None:
    world = FeedWorld()
    placed = world.place(1001)
    await world.port.order(placed.ref)
    world.wire.spoil(says(b"", status=303))
    with pytest.raises(InvalidResponse):
        await world.port.order(placed.ref)


async def test_size_caps_are_kept() -> None:
    rows = "".join(f"{number},1Z999AA10{number:08}\n" for number in range(50))
    read = await _world(f"Order,Tracking\n{rows}", max_rows=20, snapshot=True).port.orders(SupplierQuery())
    assert len(read.orders) == 20
    assert "max_rows = 20" in (read.error or "")
    assert not read.lists_everything
    with pytest.raises(InvalidResponse, match="more than 1024 bytes"):
        await _world(f"Order,Tracking\n{rows}" + " " * 2000, max_bytes=1024).port.orders(SupplierQuery())


# Files.


async def test_a_file_is_read_relative_to_the_configuration(tmp_path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds/depot.csv").write_text(f"Order,Tracking\n1,{NUMBER}\n")
    world = FeedWorld(source="feeds/depot.csv", authorization=None, columns=None, base_dir=tmp_path)
    assert [order.id for order in (await world.port.orders(SupplierQuery())).orders] == ["1"]
    (tmp_path / "feeds/depot.csv").write_text(f"Order,Tracking\n22,{NUMBER}\n")
    assert [order.id for order in (await world.port.orders(SupplierQuery())).orders] == ["22"]


async def test_a_missing_file_is_transient_and_a_folder_refused(tmp_path) -> None:
    world = FeedWorld(source="depot.csv", authorization=None, columns=None, base_dir=tmp_path)
    with pytest.raises(Transient, match=r"cannot read .*depot\.csv: No such file"):
        await world.port.orders(SupplierQuery())
    (tmp_path / "depot.csv").mkdir()
    with pytest.raises((Refused, Transient)):
        await world.port.orders(SupplierQuery())


async def test_a_file_that_ends_in_the_middle_of_a_row_is_not_whole(tmp_path) -> None:
    path = tmp_path / "depot.csv"
    path.write_text(f"Order,SKU,Tracking\n1,A,{NUMBER}\n2,")
    world = FeedWorld(source=str(path), authorization=None, columns=None, snapshot=True)
    read = await world.port.orders(SupplierQuery())
    assert "ends in the middle of a row" in (read.error or "")
    assert not read.lists_everything
    assert [order.id for order in read.orders] == ["1"]
    with pytest.raises(Transient, match="order 2 was not seen, but it ends in the middle of a row"):
        await world.port.order("2")


# The stanza.


@pytest.mark.parametrize(
    ("stanza", "said"),
    [
        ({"source": "sftp://host/x.csv"}, "not read yet"),
        ({"source": "https://user:pw@host/x.csv"}, "authorization"),
        ({"source": "x.csv", "states": {"sent": "gone"}}, "neither a rung nor a state"),
        ({"source": "x.csv", "rung": "shipped"}, "no rung"),
        ({"source": "x.csv", "timezone": "Mars/Olympus"}, "no time zone"),
        ({"source": "x.csv", "encoding": "utf-9"}, "no encoding"),
        ({"source": "x.csv", "delimiter": ",,"}, "no delimiter"),
        ({"source": "x.csv", "columns": {"order": "O"}}, "tracking"),
        ({"source": "x.csv", "colums": {}}, "colums"),
    ],
)
def test_a_wrong_stanza_is_refused_with_the_reason(stanza, said) -> None:
    with pytest.raises(ValidationError, match=said):
        ADAPTER.settings.model_validate(stanza)


async def test_the_check_shows_the_mapping_and_warns() -> None:
    world = _world(
        "Order,Tracking,Status\n1,,sent\n,,\n,x,\n",
        columns={"order": "Order", "tracking": "Tracking", "status": "Status"},
    )
    checks = await world.port.check()
    assert [check.state for check in checks] == ["ok", "warn", "warn"]
    assert 'tracking = "Tracking"' in checks[0].text
    assert "line 4 names no order" in checks[1].text
    assert "states" in checks[2].name
