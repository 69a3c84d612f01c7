"""Steps as mutations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.stores.shopify.documents import operation
from adapters.stores.shopify.faults import raise_for
from adapters.stores.shopify.fields import Json, items, maybe_obj, maybe_text
from adapters.stores.shopify.graphql import Reply, Session
from adapters.stores.shopify.refusals import meaning_of
from syncd.clock import Clock, rfc3339
from syncd.domain.carriers import page, resolve
from syncd.domain.ports import Call
from syncd.domain.steps import Action, Allocation, Effect, EffectState, Step
from syncd.domain.tracking import Tracking
from syncd.errors import InvalidResponse, NotFound, OutcomeUnknown, Refused
from syncd.http import Lane

_MESSAGE_LIMIT = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One mutation that carries out a step. `made` are the payload's objects whose id is the effect, best first."""

    file: str
    variables: Mapping[str, Any]
    made: tuple[str, ...]
    lane: Lane = Lane.FULFILL


async def perform(step: Step, call: Call, *, session: Session, clock: Clock) -> Effect:
    """Send one step. Raises Transient when certainly nothing was sent, AuthRejected when a scope is missing."""
    if step.action not in ACTIONS:
        return _refused("unsupported", f"A shopify store cannot {step.action}.")
    try:
        mutation = mutation_for(step, call)
    except ValueError as exc:
        return _refused("invalid_step", str(exc))
    try:
        reply = await session.write(mutation.file, mutation.variables, lane=mutation.lane, deadline_s=call.deadline_s)
    except OutcomeUnknown as exc:
        return Effect(state=EffectState.UNKNOWN, code="unknown", text=exc.text)
    except NotFound as exc:
        return _refused("not_found", exc.text)
    except (Refused, InvalidResponse) as exc:
        return _refused(exc.code if isinstance(exc, Refused) else "invalid_request", exc.text)
    effect = effect_of(reply, mutation)
    if step.action is Action.CANCEL_ORDER and effect.state is EffectState.DONE:
        await _await_job(effect.effect_id, session=session, clock=clock, deadline_s=call.deadline_s)
    return effect


def effect_of(reply: Reply, mutation: Mutation) -> Effect:
    """What an answered mutation says: done, or refused in words that are looked up."""
    payload = maybe_obj(reply.data, operation(mutation.file).root)
    if payload is None:
        if reply.denied:
            raise_for(reply.denied, name=mutation.file, write=True)
        return Effect(
            state=EffectState.UNKNOWN,
            code="unknown",
            text=f"{mutation.file}: shopify answered without a result.",
            request_id=reply.request_id,
        )
    errors = [*items(payload, "userErrors"), *items(payload, "orderCancelUserErrors")]
    if errors:
        return _user_error(errors, reply)
    made = next((each for each in map(payload.get, mutation.made) if isinstance(each, Mapping)), None)
    if made is None and not reply.denied:
        return Effect(
            state=EffectState.UNKNOWN,
            code="unknown",
            text=f"{mutation.file}: shopify names neither an effect nor an error.",
            request_id=reply.request_id,
        )
    return Effect(state=EffectState.DONE, effect_id=maybe_text(made or {}, "id"), request_id=reply.request_id)


def _user_error(errors: Sequence[Json], reply: Reply) -> Effect:
    texts = list(dict.fromkeys(maybe_text(error, "message") or "no words" for error in errors))
    meaning = meaning_of(texts[0])
    return Effect(
        state=EffectState.REFUSED,
        code=meaning.code,
        text=f"{' / '.join(texts)} {meaning.remedy}".strip(),
        request_id=reply.request_id,
        already=meaning.already,
    )


def _refused(code: str, text: str) -> Effect:
    return Effect(state=EffectState.REFUSED, code=code, text=text)


async def _await_job(job: str | None, *, session: Session, clock: Clock, deadline_s: float) -> None:
    """Give an order's cancellation, which Shopify does in the background (about 2 s), until the deadline to finish."""
    while job is not None and clock.monotonic() + 1 < deadline_s:
        await clock.sleep(1)
        reply = await session.read("job", {"id": job}, lane=Lane.READ_BACK)
        found = maybe_obj(reply.data, "job")
        if found is None or found.get("done") is not False:
            return


def _need(value: str | None, name: str) -> str:
    if not value:
        raise ValueError(f"the step has no {name}")
    return value


def _id(value: str | None, kind: str) -> str:
    """An id as Shopify writes it. Raises ValueError for another kind's, and for what is none: it never leaves."""
    if not value or not re.fullmatch(rf"gid://shopify/{kind}/[0-9]{{1,20}}", value, re.ASCII):
        raise ValueError(f"the step has no id of a {kind}, but {value!r}")
    return value


def message_of(step: Step, call: Call) -> str:
    """A sentence for Shopify's records that ends with the attempt, so that it can be found in ours."""
    mark = f" (syncd {call.attempt_id})"
    words = (step.message or step.why or "Synchronised").strip()
    return words[: _MESSAGE_LIMIT - len(mark)] + mark


def tracking_input(tracking: Sequence[Tracking]) -> dict[str, Any]:
    """The whole list of numbers. URLs are matched by position, so they go along only if every number has one.

    The list has room for one carrier. Where its numbers have several, none is named and each gets its own page, since a number
    under another's carrier leads nowhere. For a carrier that Shopify knows, Shopify makes the missing pages itself.
    """
    companies = list(dict.fromkeys(each.company for each in tracking if each.company))
    result: dict[str, Any] = {"numbers": [each.number for each in tracking]}
    if len(companies) == 1:
        result["company"] = companies[0]
        made = [resolve(companies[0], number=each.number).url for each in tracking]
    else:
        made = [page(each.number, company=each.company or "") if companies else None for each in tracking]
    urls = [each.url or own for each, own in zip(tracking, made, strict=True)]
    if urls and all(urls) and (len(companies) > 1 or any(each.url for each in tracking)):
        result["urls"] = urls
    return result


def lines_by_fulfillment_order(allocations: Sequence[Allocation]) -> list[dict[str, Any]]:
    """Allocations as `lineItemsByFulfillmentOrder`; the lines are always named, since none means all of them."""
    if not allocations:
        raise ValueError("the step takes no units from any fulfillment order")
    grouped: dict[str, dict[str, int]] = {}
    for each in allocations:
        if each.quantity < 1:
            raise ValueError(f"the step takes {each.quantity} units of {each.line_item_id}")
        lines = grouped.setdefault(_id(each.fulfillment_order_id, "FulfillmentOrder"), {})
        line = _id(each.fulfillment_order_line_id, "FulfillmentOrderLineItem")
        lines[line] = lines.get(line, 0) + each.quantity
    return [
        {
            "fulfillmentOrderId": order,
            "fulfillmentOrderLineItems": [{"id": line, "quantity": quantity} for line, quantity in lines.items()],
        }
        for order, lines in grouped.items()
    ]


def _create_fulfillment(step: Step, call: Call) -> Mutation:
    fulfillment: dict[str, Any] = {
        "lineItemsByFulfillmentOrder": lines_by_fulfillment_order(step.target.allocations),
        "notifyCustomer": step.notify_customer,
    }
    if step.tracking:
        fulfillment["trackingInfo"] = tracking_input(step.tracking)
    variables = {"fulfillment": fulfillment, "message": message_of(step, call)}
    return Mutation(file="create_fulfillment", variables=variables, made=("fulfillment",))


def _update_tracking(step: Step, _call: Call) -> Mutation:
    if not step.tracking:
        raise ValueError("the step names no tracking number; an empty list could clear what the customer sees")
    variables = {
        "id": _id(step.target.fulfillment_id, "Fulfillment"),
        "tracking": tracking_input(step.tracking),
        "notify": step.notify_customer,
    }
    return Mutation(file="update_tracking", variables=variables, made=("fulfillment",))


def _add_event(step: Step, _call: Call) -> Mutation:
    event = {
        "fulfillmentId": _id(step.target.fulfillment_id, "Fulfillment"),
        "status": _need(step.target.event_status, "event_status"),
    }
    if step.target.event_at is not None:
        event["happenedAt"] = rfc3339(step.target.event_at.replace(microsecond=0))
    return Mutation(file="add_event", variables={"event": event}, made=("fulfillmentEvent",))


def _cancel_fulfillment(step: Step, _call: Call) -> Mutation:
    variables = {"id": _id(step.target.fulfillment_id, "Fulfillment")}
    return Mutation(file="cancel_fulfillment", variables=variables, made=("fulfillment",), lane=Lane.CANCEL)


def _cancel_fulfillment_order(step: Step, _call: Call) -> Mutation:
    variables = {"id": _id(step.target.fulfillment_order_id, "FulfillmentOrder")}
    made = ("replacementFulfillmentOrder", "fulfillmentOrder")
    return Mutation(file="cancel_fulfillment_order", variables=variables, made=made, lane=Lane.CANCEL)


def _submit_cancellation_request(step: Step, call: Call) -> Mutation:
    variables = {
        "id": _id(step.target.fulfillment_order_id, "FulfillmentOrder"),
        "message": message_of(step, call),
    }
    made = ("fulfillmentOrder",)
    return Mutation(file="submit_cancellation_request", variables=variables, made=made, lane=Lane.CANCEL)


def _submit_fulfillment_request(step: Step, call: Call) -> Mutation:
    order = _id(step.target.fulfillment_order_id, "FulfillmentOrder")
    lines = [
        {"id": _id(each.fulfillment_order_line_id, "FulfillmentOrderLineItem"), "quantity": each.quantity}
        for each in step.target.allocations
        if each.fulfillment_order_id == order
    ]
    variables = {"id": order, "lines": lines or None, "message": message_of(step, call), "notify": step.notify_customer}
    return Mutation(file="submit_fulfillment_request", variables=variables, made=("submittedFulfillmentOrder",))


def _hold(step: Step, call: Call) -> Mutation:
    hold: dict[str, Any] = {
        "reason": step.target.hold_reason or "OTHER",
        "reasonNotes": message_of(step, call),
        "handle": _need(step.target.hold_handle, "hold_handle"),
        "notifyMerchant": False,
    }
    if step.target.allocations:
        hold["fulfillmentOrderLineItems"] = [
            {"id": _id(one.fulfillment_order_line_id, "FulfillmentOrderLineItem"), "quantity": one.quantity}
            for one in step.target.allocations
        ]
    order = _id(step.target.fulfillment_order_id, "FulfillmentOrder")
    return Mutation(file="hold", variables={"id": order, "hold": hold}, made=("fulfillmentHold",), lane=Lane.CANCEL)


def _release_hold(step: Step, _call: Call) -> Mutation:
    # Always by id: without ids Shopify releases everybody's holds.
    variables = {
        "id": _id(step.target.fulfillment_order_id, "FulfillmentOrder"),
        "holdIds": [_id(step.target.hold_id, "FulfillmentHold")],
    }
    return Mutation(file="release_hold", variables=variables, made=("fulfillmentOrder",))


def _tag(step: Step, _call: Call) -> Mutation:
    file = "tag" if step.action is Action.TAG else "untag"
    variables = {"id": _id(step.order_id, "Order"), "tags": [_need(step.target.tag, "tag")]}
    return Mutation(file=file, variables=variables, made=("node",))


def _close_or_reopen(step: Step, _call: Call) -> Mutation:
    file = "close_order" if step.action is Action.CLOSE_ORDER else "reopen_order"
    return Mutation(file=file, variables={"id": _id(step.order_id, "Order")}, made=("order",))


def _cancel_order(step: Step, call: Call) -> Mutation:
    """No refund: money stays a person's decision. The units go back to stock, since they never left."""
    variables = {
        "id": _id(step.order_id, "Order"),
        "reason": "OTHER",
        "restock": True,
        "notify": step.notify_customer,
        "note": message_of(step, call),
    }
    return Mutation(file="cancel_order", variables=variables, made=("job",), lane=Lane.CANCEL)


_BUILDERS: Mapping[Action, Callable[[Step, Call], Mutation]] = {
    Action.CREATE_FULFILLMENT: _create_fulfillment,
    Action.UPDATE_TRACKING: _update_tracking,
    Action.ADD_EVENT: _add_event,
    Action.CANCEL_FULFILLMENT: _cancel_fulfillment,
    Action.CANCEL_FULFILLMENT_ORDER: _cancel_fulfillment_order,
    Action.SUBMIT_CANCELLATION_REQUEST: _submit_cancellation_request,
    Action.SUBMIT_FULFILLMENT_REQUEST: _submit_fulfillment_request,
    Action.HOLD: _hold,
    Action.RELEASE_HOLD: _release_hold,
    Action.TAG: _tag,
    Action.UNTAG: _tag,
    Action.CLOSE_ORDER: _close_or_reopen,
    Action.REOPEN_ORDER: _close_or_reopen,
    Action.CANCEL_ORDER: _cancel_order,
}
"""Every action but supplier_cancel, which is not the store's; a test holds this against `Action`."""

ACTIONS = frozenset(_BUILDERS)


def mutation_for(step: Step, call: Call) -> Mutation:
    """The mutation for a step. Raises ValueError when the step lacks what its action needs."""
    return _BUILDERS[step.action](step, call)
