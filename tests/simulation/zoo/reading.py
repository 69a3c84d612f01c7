"""Mistakes in how the sides are read, and in what is taken for read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from adapters.stores.shopify import searching
from adapters.suppliers.feed import supplier as feed
from syncd import observe
from syncd.journal import cursors
from syncd.journal.mirror import keys, linking
from tests.simulation.zoo.bug import Bugs, Patcher, everywhere, planted

BUGS: Bugs = {}


@planted(BUGS, "searches in local time", breaks="L1")
def searches_in_local_time(patcher: Patcher) -> None:
    """The search for changes is given the time of a machine in Beijing, which the store reads as UTC."""

    def local(at: datetime) -> str:
        return (at + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%SZ")

    everywhere(patcher, searching.since_text, local)


@planted(BUGS, "forgets that the index lags", breaks="L1")
def forgets_that_the_index_lags(patcher: Patcher) -> None:
    """The watermark is the moment of the search, and the next search begins right there."""
    patcher.setattr(observe, "INDEX_LAG", timedelta(0))
    everywhere(patcher, searching.OVERLAP, timedelta(0))


@planted(BUGS, "moves the watermark first", breaks="L1")
def moves_the_watermark_first(patcher: Patcher) -> None:
    """A store counts as read up to now as soon as the look at it begins, also when the look fails."""
    look = observe._observe_store

    async def seen(shop: Any) -> Any:
        started = shop.clock.now()
        found = await look(shop)
        await shop.db.run(cursors.put, store=shop.name, name=observe.WATERMARK, at=started - observe.INDEX_LAG)
        return found

    patcher.setattr(observe, "_observe_store", seen)


@planted(BUGS, "believes half a feed", breaks="S2 S3 S7 L1")
def believes_half_a_feed(patcher: Patcher) -> None:
    """A feed that broke off counts as whole: rows that are not there are orders that are not there. (Half a row counts for none.)"""
    original = feed.read

    def read(body: Any, settings: Any) -> Any:
        reading = original(body, settings)
        if reading.table is None:
            return reading
        return replace(reading, trouble=None, table=replace(reading.table, bad=0))

    patcher.setattr(feed, "read", read)
    patcher.setattr(feed.ShrinkGuard, "objection", lambda *_, **__: None)


@planted(BUGS, "takes a failed list for an empty one", breaks="S2 S7 L1")
def takes_a_failed_list_for_an_empty_one(patcher: Patcher) -> None:
    """A supplier that answers with an error counts as one that was asked, and has none of the orders."""
    ask = observe._ask

    async def nothing(shop: Any, supplier: Any, query: Any) -> Any:
        read, error = await ask(shop, supplier, query)
        if error is None:
            return read, error
        wanted = query.wanted or ()
        refs = frozenset(ref for one in wanted for ref in one.supplier_order_ids)
        answered = frozenset(one.order_id for one in wanted)
        return replace(read, complete=True, error=None, asked=refs, answered=answered), None

    patcher.setattr(observe, "_ask", nothing)


@planted(BUGS, "links by the end of a name", breaks="S3 S1")
def links_by_the_end_of_a_name(patcher: Patcher) -> None:
    """Suppliers write prefixes as they like, so only a name's last two digits count; the first order that fits is it."""
    whole, found_by = keys.name_key, linking._orders_by
    everywhere(patcher, whole, lambda name: whole(name)[-2:])

    def first(*asked: Any) -> Any:
        found = found_by(*asked)
        found.update({value: orders[:1] for value, orders in found.items()})
        return found

    patcher.setattr(linking, "_orders_by", first)
