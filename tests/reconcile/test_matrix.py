"""Every situation of a store with every situation of a supplier: where each parcel goes, in one line each.

The tables of scenarios say why; this says that nothing in between was overlooked. `told/matrix_*.txt` is read when it
changes: a line that moves is a parcel that goes elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from syncd.domain.orders import DeliveryMethod, FulfillmentOrderStatus
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action, Step
from syncd.reconcile.catalogue import KINDS
from syncd.reconcile.decide import reconcile
from syncd.reconcile.view import Drift, Judgement
from tests.reconcile.world import (
    NOW,
    POLICY,
    A,
    B,
    ago,
    closed,
    done,
    intent,
    line,
    linked,
    order,
    parcel,
    placed,
    side,
    undone,
    view,
    work,
)

P1, P2, P3 = "LX100000001CN", "LX100000002CN", "LX100000003CN"
OLD, OLDER, HAND = "LX000000008CN", "LX000000009CN", "HAND99999999"
NAMES = {P1: "P1", P2: "P2", P3: "P3", OLD: "old", OLDER: "older", HAND: "hand", A: "A", B: "B"}
SECOND = {"location_id": "gid://shopify/Location/2"}
HELD = {"status": FulfillmentOrderStatus.ON_HOLD}
PART = {"state": SupplierState.PART_SHIPPED}
LABEL = {"rung": Rung.LABEL}
LINES = (line(A, 2), line(B, 1))


def store(*works, shown=()):
    return order(*LINES, fulfillment_orders=works, fulfillments=shown, created_at=ago(hours=30))


def fulfilled(units, *numbers, n=1):
    return done(units, *numbers, n=n, created_at=ago(hours=20), updated_at=ago(hours=20))


STORES = {
    "open": {
        "all open": store(work({A: 2, B: 1})),
        "B at another place": store(work({A: 2}, 1), work({B: 1}, 2, **SECOND)),
        "A at two places": store(work({A: 1}, 1), work({A: 1, B: 1}, 2, **SECOND)),
        "A in two works of one place": store(work({A: 1}, 2), work({A: 1, B: 1}, 1)),
        "one A on hold": store(work({A: 1}, 1, **HELD), work({A: 1, B: 1}, 2)),
        "B is picked up": store(work({A: 2}, 1), work({B: 1}, 2, delivery_method=DeliveryMethod.PICK_UP)),
        "one A is picked up": store(work({A: 1}, 1, delivery_method=DeliveryMethod.PICK_UP), work({A: 1, B: 1}, 2)),
        "at no place": store(work({A: 2, B: 1}, location_id=None)),
        "A at two places, and the other came first": store(work({A: 1}, 1, **SECOND), work({A: 1, B: 1}, 2)),
        "A at a place and at none": store(work({A: 1}, 1), work({A: 1, B: 1}, 2, location_id=None)),
        "A by parcel and by courier": store(
            work({A: 1}, 1), work({A: 1, B: 1}, 2, delivery_method=DeliveryMethod.LOCAL)
        ),
    },
    "bare": {
        "all, without a number": store(closed({A: 2, B: 1}), shown=(fulfilled({A: 2, B: 1}),)),
        "one A, without a number": store(work({A: 2, B: 1}, remaining={A: 1, B: 1}), shown=(fulfilled({A: 1}),)),
        "each A, without a number": store(work({A: 2, B: 1}, remaining={B: 1}), shown=(fulfilled({A: 1}), fulfilled({A: 1}, n=2))),
        "A, and B, without a number": store(closed({A: 2, B: 1}), shown=(fulfilled({A: 2}), fulfilled({B: 1}, n=2))),
        "one A without a number, one with P1": store(work({A: 2, B: 1}, remaining={B: 1}), shown=(fulfilled({A: 1}), fulfilled({A: 1}, P1, n=2))),
    },
    "numbered": {
        "one A with P1": store(work({A: 2, B: 1}, remaining={A: 1, B: 1}), shown=(fulfilled({A: 1}, P1),)),
        "each A with its own": store(work({A: 2, B: 1}, remaining={B: 1}), shown=(fulfilled({A: 1}, P1), fulfilled({A: 1}, P2, n=2))),
        "all with P1": store(closed({A: 2, B: 1}), shown=(fulfilled({A: 2, B: 1}, P1),)),
        "all with P1 and P2": store(closed({A: 2, B: 1}), shown=(fulfilled({A: 2, B: 1}, P1, P2),)),
        "A with P1, B with P2": store(closed({A: 2, B: 1}), shown=(fulfilled({A: 2}, P1), fulfilled({B: 1}, P2, n=2))),
    },
    "foreign": {
        "all, by hand": store(closed({A: 2, B: 1}), shown=(fulfilled({A: 2, B: 1}, HAND),)),
        "one A by hand": store(work({A: 2, B: 1}, remaining={A: 1, B: 1}), shown=(fulfilled({A: 1}, HAND),)),
        "all under an old number": store(closed({A: 2, B: 1}), shown=(fulfilled({A: 2, B: 1}, OLD),)),
        "each A under an old number": store(work({A: 2, B: 1}, remaining={B: 1}), shown=(fulfilled({A: 1}, OLD), fulfilled({A: 1}, OLDER, n=2))),
        "one A under an old number": store(work({A: 2, B: 1}, remaining={A: 1, B: 1}), shown=(fulfilled({A: 1}, OLD),)),
        "one A by hand, one under an old number": store(work({A: 2, B: 1}, remaining={B: 1}), shown=(fulfilled({A: 1}, HAND), fulfilled({A: 1}, OLD, n=2))),
        "one A under an old number, one with P1": store(work({A: 2, B: 1}, remaining={B: 1}), shown=(fulfilled({A: 1}, OLD), fulfilled({A: 1}, P1, n=2))),
        "by hand, and two places open": store(work({A: 1}, 1), work({B: 1}, 2, **SECOND), shown=(fulfilled({A: 1}, HAND),)),
    },
}  # fmt: skip

SUPPLIERS = {
    "all in P1": (placed(parcel(P1, units={A: 2, B: 1})),),
    "A in P1": (placed(parcel(P1, units={A: 2}), **PART),),
    "one A in P1": (placed(parcel(P1, units={A: 1}), **PART),),
    "each A in its own": (placed(parcel(P1, units={A: 1}), parcel(P2, units={A: 1}), **PART),),
    "three for two A": (placed(parcel(P1, units={A: 1}), parcel(P2, units={A: 1}), parcel(P3, units={A: 1}), **PART),),
    "A in P1 and in P2": (placed(parcel(P1, units={A: 2}), parcel(P2, units={A: 2}), **PART),),
    "all in P1 and P2": (placed(parcel(P1), parcel(P2), state=SupplierState.SHIPPED),),
    "P1 of who knows what": (placed(parcel(P1), **PART),),
    "P1 and P2 of who knows what": (placed(parcel(P1), parcel(P2), **PART),),
    "P3 of who knows what": (placed(parcel(P3), **PART),),
    "A in P1, P3 of who knows what": (placed(parcel(P1, units={A: 2}), parcel(P3), **PART),),
    "all in P1, P3 of who knows what": (placed(parcel(P1, units={A: 2, B: 1}), parcel(P3), **PART),),
    "label of A": (placed(parcel(P1, units={A: 2}, **LABEL)),),
    "label of one A, the other in P2": (placed(parcel(P1, units={A: 1}, **LABEL), parcel(P2, units={A: 1}), **PART),),
    "label of who knows what": (placed(parcel(P3, **LABEL)),),
    "a number before the label": (placed(parcel(P1, units={A: 2}, rung=Rung.ORDERED)),),
    "two orders of one A": (placed(parcel(P1, units={A: 1}), units={A: 1}), placed(parcel(P2, units={A: 1}), units={A: 1}, n=2)),
    "one parcel of two orders": (placed(parcel(P1, units={A: 1}), units={A: 1}), placed(parcel(P1, units={A: 1}), units={A: 1}, n=2)),
    "P2 further than P1": (placed(parcel(P1, units={A: 2}), parcel(P2, units={A: 1}, rung=Rung.IN_TRANSIT), **PART),),
}  # fmt: skip

RULES = {"": POLICY, " (labels count)": replace(POLICY, fulfill_on=Rung.LABEL)}


@pytest.mark.parametrize("group", STORES)
def test_every_parcel_goes_where_somebody_found_that_it_belongs(group, is_as_kept):
    lines = []
    for shown, given in STORES[group].items():
        for sent, orders in SUPPLIERS.items():
            for mark, rules in RULES.items():
                if mark and "label" not in sent:
                    continue
                past = [linked(one, past_numbers=frozenset({OLD, OLDER, P1, P2, P3})) for one in orders]
                judgement = reconcile(view(given, side(*past)), policy=rules, now=NOW)
                lines.append(f"{shown} / {sent}{mark}: {'; '.join(_told(judgement)) or '-'}")
    is_as_kept(f"matrix_{group}", [_named(line) for line in lines])


LEDGER = {
    "open": store(work({A: 2, B: 1})),
    "A with P1": store(work({A: 2, B: 1}, remaining={B: 1}), shown=(fulfilled({A: 2}, P1),)),
    "A with P1, cancelled": store(closed({A: 2}, 1), work({A: 2, B: 1}, 2), shown=(undone({A: 2}, P1, at=ago(minutes=30)),)),
    "A cancelled, and B fulfilled": store(
        closed({A: 2, B: 1}, 1), work({A: 2}, 2), shown=(undone({A: 2}, P1, at=ago(minutes=30)), fulfilled({B: 1}, P2, n=2))
    ),
}  # fmt: skip
STATES = ("pending", "sent", "done", "refused", "unknown", "verified")
OURS = (
    Action.CREATE_FULFILLMENT,
    Action.UPDATE_TRACKING,
    Action.CANCEL_FULFILLMENT,
    Action.CANCEL_FULFILLMENT_ORDER,
    Action.SUBMIT_CANCELLATION_REQUEST,
    Action.HOLD,
    Action.SUPPLIER_CANCEL,
)


@pytest.mark.parametrize("shown", LEDGER)
def test_what_we_did_before_counts_by_what_it_was_and_how_it_ended(shown, is_as_kept):
    lines = []
    for sent in ("A in P1", "label of A", "a number before the label"):
        for action in OURS:
            for state in STATES:
                ref = "gid://shopify/FulfillmentOrder/1" if action in _OF_WORK else "gid://shopify/Fulfillment/1"
                did = intent(action, {A: 2}, P1, state=state, effect_id=ref, supplier="cj", supplier_order_id="S1")
                given = view(LEDGER[shown], side(*SUPPLIERS[sent]), intents=(did,))
                told = "; ".join(_told(reconcile(given, policy=POLICY, now=NOW)))
                lines.append(f"{sent} / {action.value} {state}: {told or '-'}")
    is_as_kept(f"ledger_{shown.replace(' ', '_').replace(',', '')}", [_named(line) for line in lines])


_OF_WORK = {Action.CANCEL_FULFILLMENT_ORDER, Action.SUBMIT_CANCELLATION_REQUEST, Action.HOLD}


def _told(judgement: Judgement) -> Iterator[str]:
    for drift in judgement.drifts:
        yield f"{KINDS[drift.kind].code} {_thing(drift)}{_units(drift)} {drift.action if drift.action == 'report' else '!'}"
    for step in judgement.steps:
        yield f"{step.action.value}{_units(step)} [{' '.join(one.number for one in step.tracking)}] {_aim(step)}".rstrip()


def _thing(drift: Drift) -> str:
    among = drift.evidence.get("candidates")
    return drift.thing + (f" among {'+'.join(sorted(map(str, among)))}" if among else "")


def _units(value: Drift | Step) -> str:
    return "".join(f" {one.quantity}*{one.line_item_id}" for one in value.lines)


def _aim(step: Step) -> str:
    taken = "+".join(f"{one.quantity}*{one.line_item_id}@{one.fulfillment_order_id}" for one in step.target.allocations)
    parcels = " ".join(step.parcels)
    return f"{step.target.fulfillment_id or ''}{taken} for {parcels}"


def _named(text: str) -> str:
    for long, short in NAMES.items():
        text = text.replace(long, short)
    return text.replace("gid://shopify/FulfillmentOrder/", "W").replace("gid://shopify/Fulfillment/", "F")
