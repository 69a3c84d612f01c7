"""Which supplier order belongs to which store order, in whatever sequence the two become known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.domain.shipments import SupplierLine, SupplierOrder, SupplierState
from syncd.journal import links, mirror
from syncd.journal.database import Database
from syncd.journal.links import StatedLink
from syncd.reconcile.view import Link, Placement
from tests.journal.builders import NOW, POLICY, bought, order
from tests.journal.test_mirror_suppliers import MINUTE, read, record, side, view_of


async def linked(db: Database, number: int, name: str = "cj") -> dict[str, tuple[Link, ...]]:
    return {one.order.id: one.links for one in side(await view_of(db, number), name).orders}


def by_name(*names: str, id_: str = "S1") -> SupplierOrder:
    return replace(bought(1), id=id_, store_order_ids=(), store_order_names=names)


async def mirrored(db: Database, *numbers: int, store: str = "main") -> None:
    await db.run(mirror.record_orders, store=store, orders=[order(number) for number in numbers], now=NOW)


@pytest.mark.parametrize("ref", ["gid://shopify/Order/1", "1", " 1 "])
async def test_an_id_is_matched_with_and_without_its_gid(db: Database, ref: str) -> None:
    await mirrored(db, 1, 11)
    await record(db, read(replace(bought(1), store_order_ids=(ref,))))
    assert await linked(db, 1) == {"S1": (Link(origin="reference"),)}
    assert await linked(db, 11) == {}


@pytest.mark.parametrize("name", ["#1001", "1001", " #1001"])
async def test_a_name_is_matched_with_and_without_its_sign(db: Database, name: str) -> None:
    await mirrored(db, 1, 2)
    await record(db, read(by_name(name)))
    assert await linked(db, 1) == {"S1": (Link(origin="reference"),)}


async def test_case_makes_no_difference_to_a_name(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1, name="#Eu-1001")], now=NOW)
    await record(db, read(by_name("EU-1001")))
    assert await linked(db, 1) == {"S1": (Link(origin="reference"),)}


async def test_a_name_that_two_orders_have_links_neither(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1), order(2, name="#1001")], now=NOW)
    await record(db, read(by_name("#1001")))
    assert await linked(db, 1) == {}
    assert await linked(db, 2) == {}


async def test_a_name_becomes_ambiguous_when_a_second_order_takes_it(db: Database) -> None:
    await mirrored(db, 1)
    await record(db, read(by_name("#1001")))
    await db.run(mirror.record_orders, store="main", orders=[order(2, name="1001")], now=NOW + MINUTE)
    assert await linked(db, 1) == {}


async def test_a_name_in_a_store_that_the_supplier_does_not_serve_means_nothing(db: Database) -> None:
    await mirrored(db, 1)
    await mirrored(db, 1, store="other")
    await record(db, read(by_name("#1001")))
    assert await linked(db, 1) == {"S1": (Link(origin="reference"),)}


async def serve(db: Database, *stores: str) -> None:
    sharing = {rules.name: stores for rules in POLICY.suppliers}
    await db.run(mirror.serves, store="main", policy=POLICY, now=NOW, sharing=sharing)


async def was_read(db: Database, store: str) -> None:
    await db.run(mirror.store_was_read, store=store, until=NOW, now=NOW)


async def test_a_name_waits_until_every_store_that_may_have_it_was_read(db: Database) -> None:
    await serve(db, "main", "other")
    await mirrored(db, 1)
    await was_read(db, "main")
    await record(db, read(by_name("#1001")))
    assert await linked(db, 1) == {}
    assert side(await view_of(db, 1)).doubtful == {"S1": ("other (not read yet)",)}
    await mirrored(db, 2, store="other")
    await was_read(db, "other")
    assert await linked(db, 1) == {"S1": (Link(origin="reference"),)}
    assert side(await view_of(db, 1)).doubtful == {}
    assert await db.run(mirror.due, store="main", now=NOW) == [order(1).id]


async def test_a_name_that_two_stores_have_is_nobodys_and_says_whose_it_may_be(db: Database) -> None:
    await serve(db, "main", "other")
    await mirrored(db, 1)
    await mirrored(db, 1, store="other")
    await was_read(db, "main")
    await was_read(db, "other")
    await record(db, read(by_name("#1001")))
    assert await linked(db, 1) == {}
    assert side(await view_of(db, 1)).doubtful == {"S1": ("#1001 of other",)}


async def test_an_id_waits_for_no_other_store(db: Database) -> None:
    await serve(db, "main", "other")
    await mirrored(db, 1)
    await record(db, read(bought(1)))
    assert await linked(db, 1) == {"S1": (Link(origin="reference"),)}


async def test_a_row_that_names_no_store_waits_like_a_name(db: Database) -> None:
    await serve(db, "main", "other")
    await mirrored(db, 1)
    await record(db, read(replace(bought(1), store_order_ids=())))
    stated = StatedLink(supplier="cj", supplier_order_id="S1", store_order="#1001")
    await db.run(links.replace_file_links, supplier="cj", links=[stated], now=NOW)
    assert await linked(db, 1) == {}
    assert list(side(await view_of(db, 1)).doubtful) == ["S1"]
    await was_read(db, "other")
    assert await linked(db, 1) == {"S1": (Link(origin="file"),)}


async def test_a_link_by_name_stays_when_a_supplier_begins_to_ship_for_another_store(db: Database) -> None:
    await serve(db, "main")
    await mirrored(db, 1)
    await was_read(db, "main")
    await record(db, read(by_name("#1001")))
    await serve(db, "main", "other")
    assert await linked(db, 1) == {"S1": (Link(origin="reference"),)}


async def test_nobody_waits_for_a_store_that_was_taken_out_of_the_configuration(db: Database) -> None:
    await serve(db, "main", "other")
    await mirrored(db, 1)
    await record(db, read(by_name("#1001")))
    await serve(db, "main")
    assert await linked(db, 1) == {"S1": (Link(origin="reference"),)}


@pytest.mark.parametrize("state", [SupplierState.CANCELLED, SupplierState.FAILED])
async def test_a_dead_order_is_no_doubt(db: Database, state: SupplierState) -> None:
    await serve(db, "main", "other")
    await mirrored(db, 1)
    await record(db, read(replace(by_name("#1001"), state=state)))
    assert side(await view_of(db, 1)).doubtful == {}


async def test_an_id_that_is_not_ours_is_not_guessed_by_name(db: Database) -> None:
    await mirrored(db, 1)
    await record(db, read(replace(by_name("#1001"), store_order_ids=("999",))))
    assert await linked(db, 1) == {}


async def test_a_line_that_the_supplier_gave_back_links_that_line(db: Database) -> None:
    await mirrored(db, 1)
    line = SupplierLine(line_id="10", quantity=1)
    await record(db, read(replace(bought(1), store_order_ids=(), lines=(line,))))
    assert await linked(db, 1) == {"S1": (Link(origin="reference", line_id="gid://shopify/LineItem/10"),)}


async def test_an_order_that_comes_later_finds_its_supplier_order(db: Database) -> None:
    await record(db, read(bought(1), by_name("#1002", id_="S2")))
    await mirrored(db, 1, 2)
    assert await linked(db, 1) == {"S1": (Link(origin="reference"),)}
    assert await linked(db, 2) == {"S2": (Link(origin="reference"),)}


async def test_a_supplier_order_that_changes_its_mind_moves(db: Database) -> None:
    await mirrored(db, 1, 2)
    await record(db, read(bought(1)))
    delta = await record(db, read(replace(bought(1), store_order_ids=("2",)), at=NOW + MINUTE))
    assert delta.affected == {("main", order(1).id), ("main", order(2).id)}
    assert await linked(db, 1) == {}
    assert await linked(db, 2) == {"S1": (Link(origin="reference"),)}


async def test_a_supplier_order_in_two_orders_names_the_other_one(db: Database) -> None:
    await mirrored(db, 1, 2)
    await record(db, read(replace(bought(1), store_order_ids=("1", "2"))))
    (one,) = side(await view_of(db, 1)).orders
    (two,) = side(await view_of(db, 2)).orders
    assert (one.claimed_by, two.claimed_by) == (("#1002",), ("#1001",))


@pytest.mark.parametrize(
    ("value", "links_of"),
    [
        ("77", {"77": (Link(origin="metafield"),)}),
        (' "77" ', {"77": (Link(origin="metafield"),)}),
        ('{"AE-1": "77", "AE-2": 78}', {"77": (Link(origin="metafield", line_sku="AE-1"),), "78": (Link(origin="metafield", line_sku="AE-2"),)}),
        ("{broken", {}),
        ("", {}),
        ("[1, 2]", {}),
    ],
)  # fmt: skip
async def test_a_metafield_names_a_supplier_order_or_one_per_sku(
    db: Database, value: str, links_of: dict[str, tuple[Link, ...]]
) -> None:
    kept = order(1, sku="AE-1", links=(("syncd.ali", value), ("other.key", "99")))
    await db.run(mirror.record_orders, store="main", orders=[kept], now=NOW)
    foreign = [replace(bought(1, supplier="ali"), id=id_, store_order_ids=()) for id_ in ("77", "78", "99")]
    await record(db, read(*foreign))
    assert await linked(db, 1, "ali") == links_of


async def test_a_link_to_an_order_that_was_never_seen_is_told_apart(db: Database) -> None:
    await record(db, read(supplier="ali"))
    await db.run(mirror.record_orders, store="main", orders=[order(1, links=(("syncd.ali", "77"),))], now=NOW)
    view = side(await view_of(db, 1), "ali")
    assert (view.orders, view.unknown_links) == ((), ("77",))
    wanted = await db.run(mirror.wanted, store="main", supplier="ali", policy=POLICY)
    assert [one.supplier_order_ids for one in wanted] == [("77",)]


async def test_a_linked_order_that_is_asked_for_in_vain_counts_as_empty(db: Database) -> None:
    await record(db, read(supplier="ali"))
    await db.run(mirror.record_orders, store="main", orders=[order(1, links=(("syncd.ali", "77"),))], now=NOW)
    delta = await record(db, read(supplier="ali", asked=frozenset({"77"}), at=NOW + MINUTE))
    assert delta.affected == {("main", order(1).id)}
    assert side(await view_of(db, 1), "ali").empty_reads == 1


FILE = (
    StatedLink(supplier="ali", supplier_order_id="77", store_order="#1001"),
    StatedLink(supplier="ali", supplier_order_id="78", store_order="gid://shopify/Order/2", line_sku="AE-1"),
)


async def replace_file(db: Database, rows: Sequence[StatedLink]) -> frozenset[tuple[str, str]]:
    return await db.run(links.replace_file_links, supplier="ali", links=rows, now=NOW)


async def test_a_links_file_is_followed_as_it_changes(db: Database) -> None:
    await mirrored(db, 1, 2)
    foreign = [replace(bought(1, supplier="ali"), id=id_, store_order_ids=()) for id_ in ("77", "78")]
    await record(db, read(*foreign))
    assert await replace_file(db, FILE) == {("main", order(1).id), ("main", order(2).id)}
    assert await linked(db, 1, "ali") == {"77": (Link(origin="file"),)}
    assert await linked(db, 2, "ali") == {"78": (Link(origin="file", line_sku="AE-1"),)}
    assert await replace_file(db, FILE) == frozenset()
    assert await replace_file(db, FILE[1:]) == {("main", order(1).id)}
    assert await linked(db, 1, "ali") == {}


async def test_a_links_file_may_come_before_the_orders_it_names(db: Database) -> None:
    await record(db, read(replace(bought(1, supplier="ali"), id="77", store_order_ids=())))
    assert await replace_file(db, FILE) == frozenset()
    await mirrored(db, 1)
    assert await linked(db, 1, "ali") == {"77": (Link(origin="file"),)}


async def test_a_person_links_and_takes_it_back(db: Database) -> None:
    await mirrored(db, 1)
    await record(db, read(replace(bought(1), store_order_ids=())))
    said = {"store": "main", "store_order": "1001", "supplier": "cj", "supplier_order_id": "S1", "now": NOW}
    affected = await db.run(links.link, actor="kim", **said)
    assert affected == {("main", order(1).id)}
    assert await linked(db, 1) == {"S1": (Link(origin="person"),)}
    (kept,) = await db.run(links.all_links, store="main")
    assert (kept.added_by, kept.added_at, kept.origin) == ("kim", NOW, "person")
    await replace_file(db, ())
    assert await linked(db, 1) != {}, "a links file of another supplier, or none, takes nothing back"
    await db.run(links.unlink, actor="kim", **said)
    assert await linked(db, 1) == {}


async def test_a_new_metafield_key_links_what_was_there_before(db: Database) -> None:
    rules = replace(POLICY.suppliers[1], link_metafield="my.key")
    await db.run(mirror.record_orders, store="main", orders=[order(1, links=(("my.key", "77"),))], now=NOW)
    await record(db, read(replace(bought(1, supplier="ali"), id="77", store_order_ids=())))
    assert await linked(db, 1, "ali") == {}
    policy = replace(POLICY, suppliers=(POLICY.suppliers[0], rules))
    again = read(supplier="ali", at=NOW + MINUTE)
    delta = await db.run(mirror.record_supplier_read, read=again, store="main", policy=policy, now=NOW)
    assert delta.affected == {("main", order(1).id)}
    assert set(await linked(db, 1, "ali")) == {"77"}


async def test_the_order_is_remembered_as_it_looked_when_it_was_placed(db: Database) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1, address_hash="a")], now=NOW)
    assert (await view_of(db, 1)).placement is None
    await record(db, read(bought(1), at=NOW + MINUTE))
    moved = order(1, address_hash="b", updated_at=NOW + 2 * MINUTE)
    await db.run(mirror.record_orders, store="main", orders=[moved], now=NOW + 2 * MINUTE)
    await record(db, read(bought(1, raw_status="y"), at=NOW + timedelta(hours=1)))
    assert (await view_of(db, 1)).placement == Placement(
        at=NOW + MINUTE, address_hash="a", quantities=(("gid://shopify/LineItem/10", 1),)
    )


async def test_a_link_alone_places_nothing_until_the_supplier_order_is_seen(db: Database) -> None:
    await record(db, read(supplier="ali"))
    await db.run(mirror.record_orders, store="main", orders=[order(1, links=(("syncd.ali", "77"),))], now=NOW)
    assert (await view_of(db, 1)).placement is None
    seen = replace(bought(1, supplier="ali"), id="77", store_order_ids=())
    await record(db, read(seen, at=NOW + MINUTE))
    placement = (await view_of(db, 1)).placement
    assert placement is not None
    assert placement.at == NOW + MINUTE
