"""Orders that the store shows as fulfilled: the words of the tables about what it shows."""

from dataclasses import replace

from tests.reconcile.world import (
    CJ,
    A,
    B,
    ago,
    closed,
    done,
    line,
    order,
    placed,
    policy,
    side,
    view,
)

P1, P2, P3 = "LX100000001CN", "LX100000002CN", "LX100000003CN"
HAND = "HAND99999999"
OLD = {"created_at": ago(hours=49)}
BEFORE = ago(days=2, hours=12)
F1 = "gid://shopify/Fulfillment/1"
DP = replace(CJ, name="dp", lines=replace(CJ.lines, sku_prefix="DP-"))
BOTH = policy(suppliers=(CJ, DP))


def shown(*fulfillments, lines=None, **more):
    """An order whose units are all fulfilled by these fulfillments."""
    more.setdefault("created_at", BEFORE)
    more.setdefault("fulfillment_orders", (closed({A: 1}),))
    return order(*(lines or (line(A),)), fulfillments=fulfillments, **more)


def shared(*numbers, cj, dp, frozen=(), **more):
    """A fulfillment of two lines, one of each supplier."""
    given = done({A: 1, B: 1}, *numbers, **more)
    lines = (line(A), line(B, sku="DP-B"))
    there = (side(placed(*cj)), side(placed(*dp, supplier="dp", n=2), name="dp"))
    found = shown(given, lines=lines, fulfillment_orders=(closed({A: 1, B: 1}),))
    return view(found, *there, frozen_sources=frozenset(frozen))
