"""Plans as values and as documents."""

import json
from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.periods import Calendar, elapsed
from syncd.domain.steps import Action, Allocation, Approval, Plan, Refusal, Step, Target
from syncd.domain.tracking import Tracking
from syncd.errors import UsageError
from syncd.reconcile.plan import effects, make_plan, plan_document, plan_from_document, policy_hash
from syncd.reconcile.policy import LineRule, Policy, SupplierRules
from tests.plan.steps import NOW, REFUSALS, STEPS, step, steps

POLICY = Policy()
EFFECTS = """
    fulfillments_created tracking_updated events_added fulfillments_cancelled requests_cancelled cancellations_requested
    holds_added holds_released orders_tagged orders_closed orders_reopened supplier_cancels customers_notified
"""


def plan_of(*planned, seen: str = "seen", policy: Policy = POLICY, now: datetime = NOW) -> Plan:
    return make_plan("main", planned, policy=policy, seen=seen, now=now)


@given(planned=st.lists(STEPS, max_size=6), data=st.data())
def test_the_order_in_which_steps_were_found_does_not_change_the_fingerprint(planned, data) -> None:
    shuffled = data.draw(st.permutations(planned))
    one, other = plan_of(*planned), plan_of(*shuffled)
    assert (one.fingerprint, one.id) == (other.fingerprint, other.id)
    assert {each.id for each in one.steps} == {each.id for each in planned}


@given(planned=st.lists(STEPS, max_size=4), refused=st.lists(REFUSALS, max_size=2))
def test_a_plan_comes_back_from_its_document_as_it_was(planned, refused) -> None:
    plan = replace(plan_of(*planned), refused=tuple(refused))
    assert plan_from_document(json.loads(json.dumps(plan_document(plan)))) == plan


def test_the_fingerprint_covers_what_was_seen_what_was_decided_and_under_which_policy() -> None:
    plan = plan_of(step(1))
    others = [
        plan_of(step(1), seen="something else"),
        plan_of(step(1, approval=Approval.REQUIRED)),
        plan_of(step(2)),
        plan_of(step(1), policy=Policy(max_changes_per_run=1)),
        plan_of(),
    ]
    assert plan.fingerprint not in {other.fingerprint for other in others}
    assert plan_of(step(1), now=NOW + timedelta(minutes=5)).fingerprint == plan.fingerprint
    assert plan_of(step(1), now=NOW + timedelta(minutes=5)).id != plan.id


def test_a_plan_that_sets_every_key_comes_back_from_its_document_as_it_was() -> None:
    """What the law above finds by chance, once for certain."""
    target = Target(
        fulfillment_id="f",
        fulfillment_order_id="fo",
        allocations=(
            Allocation(fulfillment_order_id="w", fulfillment_order_line_id="p", line_item_id="l", quantity=2),
        ),
        hold_id="h",
        hold_handle="syncd",
        hold_reason="OTHER",
        event_status="DELIVERED",
        event_at=NOW,
        tag="late",
        supplier="cj",
        supplier_order_id="S1",
        place="gid://shopify/Location/1:SHIPPING",
    )
    whole = step(
        1,
        tracking=(Tracking(number="N1", company="UPS", url="https://track.example.com/1"),),
        target=target,
        drift_id="d",
        notify_customer=True,
        parcels=("cj/S1/N1", "cj/S1/N2"),
        supplier="cj",
        message="m",
    )
    refusal = Refusal(guard="share", scope="cj", seen=0.5, limit=0.3, text="t", remedy="r")
    for each, empty in ((whole, Step), (target, Target)):
        bare = {one.name: one.default for one in fields(empty) if one.default is not MISSING}
        unset = {name for name, default in bare.items() if getattr(each, name) == default}
        assert unset <= {"existing"}, "every key has a value of its own"
    plan = replace(plan_of(whole), refused=(refusal,))
    assert plan_from_document(json.loads(json.dumps(plan_document(plan)))) == plan


def test_which_of_two_steps_was_found_first_does_not_matter() -> None:
    """Neither for two steps of one order, nor for two versions of one step."""
    one, two = step(1, order_id="o"), step(2, order_id="o")
    assert plan_of(one, two).fingerprint == plan_of(two, one).fingerprint
    said, told = step(1, why="it left"), step(1, why="it was scanned")
    assert plan_of(said, told).steps == plan_of(told, said).steps


def test_the_same_step_twice_is_one_step_under_the_stricter_approval() -> None:
    lenient, strict = step(1), step(1, approval=Approval.REQUIRED)
    assert plan_of(lenient, strict).steps == plan_of(strict, lenient).steps == (strict,)


def test_the_steps_of_one_order_stay_in_their_order() -> None:
    hold, cancel = step(8, Action.HOLD, order_id="o"), step(7, Action.CANCEL_FULFILLMENT, order_id="o")
    assert plan_of(hold, step(1), cancel).steps == (hold, cancel, step(1))


def test_the_policy_hash_changes_with_every_setting_and_not_with_the_order_of_suppliers() -> None:
    cj = SupplierRules(name="cj", lines=LineRule(sku_prefix="CJ-"))
    ali = SupplierRules(name="ali", lines=LineRule(sku_prefix="AE-"))
    holiday = replace(cj, calendar=Calendar(holidays=frozenset({NOW.date()})))
    policies = [
        Policy(),
        Policy(stale_after=elapsed(days=6)),
        Policy(unfulfill=Approval.REPORT),
        Policy(suppliers=(cj,)),
        Policy(suppliers=(holiday,)),
        Policy(suppliers=(cj, ali)),
    ]
    assert len({policy_hash(policy) for policy in policies}) == len(policies)
    assert policy_hash(Policy(suppliers=(cj, ali))) == policy_hash(Policy(suppliers=(ali, cj)))


def test_effects_count_what_would_change_once_all_were_approved() -> None:
    planned = [
        step(1, notify_customer=True),
        step(2, approval=Approval.REQUIRED),
        step(3, approval=Approval.REPORT, notify_customer=True),
        step(4, Action.CANCEL_FULFILLMENT_ORDER),
        step(5, Action.SUPPLIER_CANCEL),
    ]
    counted = {key: count for key, count in effects(planned).items() if count}
    assert counted == {
        "fulfillments_created": 2,
        "requests_cancelled": 1,
        "supplier_cancels": 1,
        "customers_notified": 1,
    }


def test_every_action_has_an_effect_of_its_own() -> None:
    keys = {action: [key for key, count in effects([step(1, action)]).items() if count] for action in Action}
    assert all(len(each) == 1 for each in keys.values())
    assert len({each[0] for each in keys.values()}) == len(Action)


def test_the_document_has_the_published_keys_even_when_nothing_is_known() -> None:
    document = plan_document(plan_of(step(1, supplier=None)))
    assert {"schema", "store", "plan_id", "fingerprint", "created_at", "steps", "effects", "refused"} <= set(document)
    assert set(EFFECTS.split()) <= set(effects([])) == set(document["effects"])
    assert document["created_at"] == "2026-11-22T08:00:00Z"
    assert document["steps"][0]["lines"] == [{"line_item_id": "gid://shopify/LineItem/1", "sku": "CJ-1", "quantity": 1}]
    assert document["steps"][0]["customer_visible"] is True


def test_keys_of_a_later_version_are_ignored() -> None:
    plan = plan_of(*steps(2))
    document = json.loads(json.dumps(plan_document(plan)))
    document["later"] = 1
    document["steps"][0]["later"] = {"x": 1}
    assert plan_from_document(document) == plan


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda doc: doc.pop("store"), "store is missing"),
        (lambda doc: doc["steps"][1].pop("action"), "steps[1].action is missing"),
        (lambda doc: doc["steps"][1].update(action="explode"), "steps[1].action should be one of create_fulfillment, "),
        (
            lambda doc: doc["steps"][0]["lines"][0].update(quantity="1"),
            "steps[0].lines[0].quantity should be a whole number",
        ),
        (
            lambda doc: doc["steps"][0]["target"].update(event_at="yesterday"),
            "steps[0].target.event_at should be a time",
        ),
        (lambda doc: doc["steps"][0].update(notify_customer=1), "steps[0].notify_customer should be true or false"),
        (lambda doc: doc.update(steps={}), "steps should be a list"),
        (lambda doc: doc["steps"].append(None), "steps[2] should be an object"),
        (lambda doc: doc.update(created_at="2026-11-22T08:00:00"), "created_at should be a time"),
        (lambda doc: doc.update(refused=[{"guard": "x"}]), "refused[0].scope is missing"),
        (lambda doc: doc.update(schema=2), "has schema 2, and this version reads 1"),
    ],
)
def test_a_damaged_document_is_refused_with_the_place(damage, said: str) -> None:
    document = json.loads(json.dumps(plan_document(plan_of(*steps(2)))))
    damage(document)
    with pytest.raises(UsageError) as caught:
        plan_from_document(document)
    assert said in str(caught.value)


def test_times_in_other_zones_come_back_as_the_same_instant() -> None:
    document = plan_document(plan_of())
    document["created_at"] = "2026-11-22T09:00:00+01:00"
    assert plan_from_document(document).created_at == datetime(2026, 11, 22, 8, tzinfo=UTC)
