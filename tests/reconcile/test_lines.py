"""Which supplier a line belongs to, by every part of a rule, and which lines are nobody's."""

from dataclasses import replace

import pytest

from syncd.domain.orders import DeliveryMethod, FulfillmentOrderStatus
from syncd.reconcile.lines import claim, claims_line, is_sent, left_alone, places
from syncd.reconcile.policy import LineRule, SupplierRules
from syncd.reconcile.view import Skip
from tests.reconcile.world import A, B, C, closed, done, line, order, policy, undone, work

DEPOT = {"location_id": "gid://shopify/Location/7", "location_name": " Depot ", "service": "cj"}
AT_DEPOT = order(
    line(A, vendor=" Acme "),
    line(B),
    fulfillment_orders=(work({A: 1}, 1, **DEPOT), work({B: 1}, 2)),
    tags=frozenset({" vip ", "x"}),
)

CLAIMED = [
    ("the SKU begins so", LineRule(sku_prefix="CJ-"), True),
    ("blanks around the prefix do not count", LineRule(sku_prefix=" CJ- "), True),
    ("the SKU begins otherwise", LineRule(sku_prefix="J-A"), False),
    ("case counts", LineRule(sku_prefix="cj-"), False),
    ("the vendor", LineRule(vendor="Acme "), True),
    ("part of the vendor", LineRule(vendor="Acm"), False),
    ("a tag of the order", LineRule(tag="vip "), True),
    ("part of a tag", LineRule(tag="vi"), False),
    ("the location's name", LineRule(location=" Depot"), True),
    ("the location's id", LineRule(location="gid://shopify/Location/7"), True),
    ("the number in the location's id", LineRule(location="7"), True),
    ("the service there", LineRule(location="cj"), True),
    ("another location", LineRule(location="gid://shopify/Location/1"), False),
    ("all parts", LineRule(sku_prefix="CJ-", vendor="Acme", tag="vip", location="Depot"), True),
    ("all but the SKU", LineRule(sku_prefix="X", vendor="Acme", tag="vip", location="Depot"), False),
    ("all but the vendor", LineRule(sku_prefix="CJ-", vendor="X", tag="vip", location="Depot"), False),
    ("all but the tag", LineRule(sku_prefix="CJ-", vendor="Acme", tag="X", location="Depot"), False),
    ("all but the location", LineRule(sku_prefix="CJ-", vendor="Acme", tag="vip", location="X"), False),
    ("no part at all", LineRule(), False),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "is_claimed"), [row[1:] for row in CLAIMED], ids=[row[0] for row in CLAIMED])
def test_a_line_is_claimed_when_every_part_of_the_rule_holds(rule, is_claimed):
    assert claims_line(rule, line=AT_DEPOT.lines[0], order=AT_DEPOT) is is_claimed


def test_a_line_without_sku_or_vendor_is_claimed_by_neither():
    bare = line("gid://shopify/LineItem/77")
    assert not claims_line(LineRule(sku_prefix="X"), line=bare, order=order(bare))
    assert not claims_line(LineRule(vendor="X"), line=bare, order=order(bare))


def test_a_line_is_where_its_units_are_worked_on_and_were_fulfilled():
    second = {"location_id": "gid://shopify/Location/8", "location_name": "Shop"}
    assert places(AT_DEPOT.lines[0], order=AT_DEPOT) == {"gid://shopify/Location/7", "7", "Depot", "cj"}
    moved = replace(AT_DEPOT, fulfillment_orders=(closed({A: 1}, 1, **DEPOT), work({A: 1}, 2, **second)))
    assert places(moved.lines[0], order=moved) == {"gid://shopify/Location/8", "8", "Shop"}, "not where it came from"
    finished = replace(AT_DEPOT, fulfillment_orders=(closed({A: 1}, 1, **DEPOT),))
    assert "Depot" in places(finished.lines[0], order=finished), "where it was, when nothing is left to do"
    sent = order(
        fulfillment_orders=(),
        fulfillments=(
            done({A: 1}, location_id="gid://shopify/Location/9", service="dp"),
            undone({A: 1}, n=2, location_id="gid://shopify/Location/5"),
            done({B: 1}, n=3, location_id="gid://shopify/Location/6"),
        ),
    )
    assert places(sent.lines[0], order=sent) == {"gid://shopify/Location/9", "9", "dp"}


PICKED_UP, RETAIL, NONE = (
    {"delivery_method": one} for one in (DeliveryMethod.PICK_UP, DeliveryMethod.RETAIL, DeliveryMethod.NONE)
)
LEFT = [
    ("an ordinary line", order(), None),
    ("a gift card", order(line(A, is_gift_card=True)), "gift_card"),
    ("a gift card that needs no shipping", order(line(A, is_gift_card=True, requires_shipping=False)), "gift_card"),
    ("needs no shipping", order(line(A, requires_shipping=False)), "not_shippable"),
    ("picked up", order(fulfillment_orders=(work({A: 1}, **PICKED_UP),)), "pickup"),
    ("taken along", order(fulfillment_orders=(closed({A: 1}, **RETAIL),)), "carry_out"),
    ("not delivered", order(fulfillment_orders=(work({A: 1}, **NONE),)), "not_shippable"),
    ("picked up, or not delivered", order(fulfillment_orders=(work({A: 1}, 1, **PICKED_UP), work({A: 1}, 2, **NONE))), "not_shippable"),
    ("in every way that ends in no parcel", order(fulfillment_orders=(work({A: 1}, 1, **PICKED_UP), work({A: 1}, 2, **NONE), work({A: 1}, 3, **RETAIL))), "carry_out"),
    ("picked up in part", order(fulfillment_orders=(work({A: 1}, 1, **PICKED_UP), work({A: 1}, 2))), None),
    ("another line is sent", order(line(A), line(B), fulfillment_orders=(work({A: 1}, 1, **PICKED_UP), work({B: 1}, 2))), "pickup"),
    ("sent once, by work that was cancelled", order(fulfillment_orders=(work({A: 1}, 1, **PICKED_UP), work({A: 1}, 2, status=FulfillmentOrderStatus.CANCELLED))), "pickup"),
    ("sold in the shop, without work", order(fulfillment_orders=(), source="pos"), "carry_out"),
    ("sold in the shop, and sent", order(source="pos"), None),
    ("without work", order(fulfillment_orders=(), source="web"), None),
]  # fmt: skip


@pytest.mark.parametrize(("given", "reason"), [row[1:] for row in LEFT], ids=[row[0] for row in LEFT])
def test_a_line_that_ends_in_no_parcel_is_left_alone(given, reason):
    assert left_alone(given.lines[0], order=given) == reason


def test_what_is_sent_ends_in_a_parcel():
    sent = {one for one in DeliveryMethod if is_sent(one)}
    assert sent == {DeliveryMethod.SHIPPING, DeliveryMethod.LOCAL, DeliveryMethod.PICKUP_POINT, DeliveryMethod.UNKNOWN}


def test_every_line_is_somebodys_or_it_is_said_why_not():
    rules = tuple(
        SupplierRules(name=name, lines=LineRule(sku_prefix=prefix)) for name, prefix in (("b", "CJ-"), ("a", "CJ-B"))
    )
    extra = [
        line(f"gid://shopify/LineItem/{n}", sku=sku, is_gift_card=sku == "CJ-C")
        for n, sku in ((22, "CJ-C"), (21, "CJ-C"), (23, "X"))
    ]
    given = order(line(A), line(B), *extra)
    claims = claim(given, policy=policy(suppliers=rules))
    assert (claims.ours, claims.twice) == ({A: "b"}, {B: ("a", "b")})
    assert claims.skips == (
        Skip(
            reason="gift_card",
            lines=("gid://shopify/LineItem/21", "gid://shopify/LineItem/22"),
            text="gift cards are not shipped",
        ),
        Skip(reason="not_ours", lines=("gid://shopify/LineItem/23",), text="no supplier claims these lines"),
    )
    assert C not in claims.ours
