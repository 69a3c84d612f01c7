"""Plans: steps with a fingerprint of what was seen, what they would change counted, and their JSON form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from syncd.clock import rfc3339
from syncd.domain.steps import Action, Allocation, Approval, Plan, Refusal, Step, StepLine, Target
from syncd.domain.tracking import Tracking
from syncd.errors import UsageError
from syncd.reconcile.plain import digest, plain
from syncd.reconcile.policy import Policy
from syncd.reconcile.reading import Node

SCHEMA = 1
"""Rises when a key of the plan document changes its meaning."""

_COUNTED = {
    Action.CREATE_FULFILLMENT: "fulfillments_created",
    Action.UPDATE_TRACKING: "tracking_updated",
    Action.ADD_EVENT: "events_added",
    Action.CANCEL_FULFILLMENT: "fulfillments_cancelled",
    Action.CANCEL_FULFILLMENT_ORDER: "requests_cancelled",
    Action.SUBMIT_CANCELLATION_REQUEST: "cancellations_requested",
    Action.HOLD: "holds_added",
    Action.RELEASE_HOLD: "holds_released",
    Action.TAG: "orders_tagged",
    Action.CLOSE_ORDER: "orders_closed",
    Action.REOPEN_ORDER: "orders_reopened",
    Action.SUPPLIER_CANCEL: "supplier_cancels",
    Action.SUBMIT_FULFILLMENT_REQUEST: "requests_submitted",
    Action.UNTAG: "orders_untagged",
    Action.CANCEL_ORDER: "orders_cancelled",
}
_NOTIFIED = "customers_notified"


def make_plan(store: str, steps: Iterable[Step], *, policy: Policy, seen: str, now: datetime) -> Plan:
    """A plan of `steps` for one store, decided at `now` from observations whose hash is `seen`.

    Steps with one id are one step, under the strictest of their approvals. Orders are put in a fixed order, so that neither the plan nor its fingerprint depends
    on the order in which orders were read; the steps of one order stay in theirs, since they may build on one another.
    """
    ordered = sorted(_once(steps), key=lambda step: (len(step.order_id), step.order_id))
    policy_digest = policy_hash(policy)
    decided = sorted((step_document(step) for step in ordered), key=lambda each: str(each["id"]))
    fingerprint = digest([store, seen, policy_digest, decided])
    return Plan(
        id=plan_id(fingerprint, created_at=now),
        store=store,
        fingerprint=fingerprint,
        policy_hash=policy_digest,
        created_at=now,
        steps=tuple(ordered),
    )


def plan_id(fingerprint: str, *, created_at: datetime) -> str:
    """What a plan is called that was decided so at that moment: neither can be changed without its id."""
    return f"plan-{digest([fingerprint, rfc3339(created_at)])[:16]}"


def effects(steps: Iterable[Step]) -> dict[str, int]:
    """How much of each thing the steps would change once all approvals were given; every key is always there.

    Steps that are only reported change nothing and are not counted. `customers_notified` counts mails.
    """
    counts: Counter[str] = Counter()
    for step in steps:
        if step.approval is Approval.REPORT:
            continue
        counts[_COUNTED[step.action]] += 1
        counts[_NOTIFIED] += step.notify_customer
    return {key: counts[key] for key in (*_COUNTED.values(), _NOTIFIED)}


def policy_hash(policy: Policy) -> str:
    """A hash that is the same exactly as long as the policy is; the order of suppliers does not count."""
    values = plain(policy)
    values["suppliers"] = sorted(values["suppliers"], key=lambda rules: str(rules["name"]))
    return digest(values)


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON-ready values: the published form, with the keys that make it whole again."""
    return {
        "schema": SCHEMA,
        "store": plan.store,
        "plan_id": plan.id,
        "fingerprint": plan.fingerprint,
        "policy_hash": plan.policy_hash,
        "created_at": rfc3339(plan.created_at),
        "steps": [step_document(step) for step in plan.steps],
        "effects": effects(plan.steps),
        "refused": [plain(refusal) for refusal in plan.refused],
    }


def plan_from_document(doc: Mapping[str, Any]) -> Plan:
    """The plan that a document holds; unknown keys are ignored.

    Raises UsageError that names the place when a key is missing or has the wrong form, or the schema is not ours.
    """
    node = Node(doc)
    if node.get("schema").whole() != SCHEMA:
        raise UsageError(f"This plan has schema {doc['schema']}, and this version reads {SCHEMA}.")
    return Plan(
        id=node.get("plan_id").text(),
        store=node.get("store").text(),
        fingerprint=node.get("fingerprint").text(),
        policy_hash=node.get("policy_hash").text(),
        created_at=node.get("created_at").instant(),
        steps=tuple(_step(each) for each in node.get("steps").items()),
        refused=tuple(_refusal(each) for each in node.get("refused").items()),
    )


def line_document(line: StepLine) -> dict[str, Any]:
    """Units of a line, as every document shows them."""
    return {"line_item_id": line.line_item_id, "sku": line.sku, "quantity": line.quantity}


_STRICTNESS = {Approval.AUTO: 0, Approval.REQUIRED: 1, Approval.REPORT: 2}


def _once(steps: Iterable[Step]) -> Iterable[Step]:
    by_id: dict[str, Step] = {}
    for step in steps:
        rival = by_id.get(step.id, step)
        # The digest decides between equals, else the plan would depend on the order in which drifts were found.
        by_id[step.id] = max(rival, step, key=lambda each: (_STRICTNESS[each.approval], digest(step_document(each))))
    return by_id.values()


def step_document(step: Step) -> dict[str, Any]:
    """One step, as every document shows it."""
    document: dict[str, Any] = plain(step)
    del document["target"]["existing"]  # the journal's: nothing was sent when a plan is made
    document["lines"] = [line_document(line) for line in step.lines]
    document["customer_visible"] = step.customer_visible
    return document


def _step(node: Node) -> Step:
    return Step(
        id=node.get("id").text(),
        store=node.get("store").text(),
        action=node.get("action").word(Action),
        order=node.get("order").text(),
        order_id=node.get("order_id").text(),
        lines=tuple(_line(each) for each in node.get("lines").items()),
        tracking=tuple(_tracking(each) for each in node.get("tracking").items()),
        target=_target(node.get("target")),
        basis=node.get("basis").text(),
        drift=node.get("drift").text(),
        drift_id=node.get("drift_id").maybe(Node.text),
        why=node.get("why").text(),
        approval=node.get("approval").word(Approval),
        notify_customer=node.get("notify_customer").flag(),
        parcels=tuple(each.text() for each in node.get("parcels").items()),
        supplier=node.get("supplier").maybe(Node.text),
        message=node.get("message").maybe(Node.text),
    )


def _line(node: Node) -> StepLine:
    return StepLine(
        line_item_id=node.get("line_item_id").text(),
        sku=node.get("sku").maybe(Node.text),
        quantity=node.get("quantity").whole(),
    )


def _tracking(node: Node) -> Tracking:
    return Tracking(
        number=node.get("number").text(),
        company=node.get("company").maybe(Node.text),
        url=node.get("url").maybe(Node.text),
    )


def _target(node: Node) -> Target:
    return Target(
        fulfillment_id=node.get("fulfillment_id").maybe(Node.text),
        fulfillment_order_id=node.get("fulfillment_order_id").maybe(Node.text),
        allocations=tuple(_allocation(each) for each in node.get("allocations").items()),
        hold_id=node.get("hold_id").maybe(Node.text),
        hold_handle=node.get("hold_handle").maybe(Node.text),
        hold_reason=node.get("hold_reason").maybe(Node.text),
        event_status=node.get("event_status").maybe(Node.text),
        event_at=node.get("event_at").maybe(Node.instant),
        tag=node.get("tag").maybe(Node.text),
        supplier=node.get("supplier").maybe(Node.text),
        supplier_order_id=node.get("supplier_order_id").maybe(Node.text),
        place=node.get("place").maybe(Node.text),
    )


def _allocation(node: Node) -> Allocation:
    return Allocation(
        fulfillment_order_id=node.get("fulfillment_order_id").text(),
        fulfillment_order_line_id=node.get("fulfillment_order_line_id").text(),
        line_item_id=node.get("line_item_id").text(),
        quantity=node.get("quantity").whole(),
    )


def _refusal(node: Node) -> Refusal:
    return Refusal(
        guard=node.get("guard").text(),
        scope=node.get("scope").text(),
        seen=node.get("seen").number(),
        limit=node.get("limit").number(),
        text=node.get("text").text(),
        remedy=node.get("remedy").text(),
    )
