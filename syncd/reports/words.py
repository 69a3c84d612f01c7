"""Words for people: counts, ages, times and effects, the same in every report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo

from syncd.domain.steps import Action, Step, StepLine
from syncd.domain.tracking import Tracking

SEVERITIES = ("critical", "high", "medium", "low", "info")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HALF_A_YEAR = timedelta(days=183)
# What foreign text must not do to a reader: drive the terminal, hide itself, or turn its direction around.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_HIDDEN = re.compile("[\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONE = re.compile("[\ud800-\udfff]")


def neutral(text: str) -> str:
    """`text` without control, escape, direction and invisible characters; line breaks become blanks."""
    text = _HIDDEN.sub("", _ESCAPES.sub("", text))
    return _LONE.sub("\ufffd", _CONTROL.sub(" ", text))


def clean(text: str) -> str:
    """`text` on one line, neutral, without blanks around it."""
    return neutral(text).strip()


def count(number: int, noun: str, *, plural: str | None = None) -> str:
    """`1 order`, `2 orders`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def span(length: timedelta) -> str:
    """A length of time in its largest sensible unit: `40 s`, `5 min`, `3 h`, `2 days`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 5400:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} days"


def ago(at: datetime | None, *, now: datetime) -> str:
    """`3 days ago`, `just now`, `in 2 h`, `never`."""
    if at is None:
        return "never"
    if at > now + timedelta(seconds=1):
        return f"in {span(at - now)}"
    if now - at < timedelta(seconds=10):
        return "just now"
    return f"{span(now - at)} ago"


def moment(at: datetime, *, zone: tzinfo) -> str:
    """`20 Nov 2026, 10:05 UTC`."""
    local = at.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} {local.tzname() or ''}".strip()


def day(at: datetime, *, zone: tzinfo, now: datetime | None = None) -> str:
    """`20 Nov 10:05`; `20 Nov 2025` where that is more than half a year from `now`."""
    local = at.astimezone(zone)
    if now is not None and abs(now - at) > _HALF_A_YEAR:
        return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{local.day} {_MONTHS[local.month - 1]} {local:%H:%M}"


def sentence(words: str) -> str:
    """`words` with a capital first letter; our own name keeps its small one."""
    return words if words.startswith("syncd") else words[:1].upper() + words[1:]


def listed(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *head, last = list(parts) or [""]
    return f"{', '.join(head)} and {last}" if head else last


def lines_text(lines: Iterable[StepLine]) -> str:
    """`2 x SKU-1, 1 x SKU-2`."""
    return ", ".join(f"{line.quantity} x {clean(line.sku or line.line_item_id.rpartition('/')[2])}" for line in lines)


def tracking_text(tracking: Iterable[Tracking]) -> str:
    """`1Z999 (UPS), LP001`."""
    return ", ".join(clean(one.number) + (f" ({clean(one.company)})" if one.company else "") for one in tracking)


_EFFECTS: Mapping[str, tuple[str, str]] = {
    "fulfillments_created": ("creates", "fulfillment"),
    "tracking_updated": ("updates", "number"),
    "events_added": ("adds", "delivery event"),
    "fulfillments_cancelled": ("cancels", "fulfillment"),
    "requests_cancelled": ("cancels", "request"),
    "cancellations_requested": ("asks for", "cancellation"),
    "requests_submitted": ("sends", "request"),
    "holds_added": ("places", "hold"),
    "holds_released": ("releases", "hold"),
    "orders_tagged": ("tags", "order"),
    "orders_untagged": ("untags", "order"),
    "orders_closed": ("archives", "order"),
    "orders_reopened": ("unarchives", "order"),
    "orders_cancelled": ("cancels", "order"),
    "supplier_cancels": ("cancels", "supplier order"),
}


def effects_text(effects: Mapping[str, int]) -> str:
    """`creates 14 fulfillments, cancels 2 requests, would notify 0 customers`; the last part is always there."""
    parts = [f"{verb} {count(effects[key], noun)}" for key, (verb, noun) in _EFFECTS.items() if effects.get(key)]
    told = f"would notify {count(effects.get('customers_notified', 0), 'customer')}"
    return ", ".join([*parts, told] if parts else ["changes nothing", told])


def step_text(step: Step, *, is_done: bool = False) -> str:
    """What the step does, to be read after `syncd will`, or did: `mark as fulfilled: 2 x SKU, 1Z999 (UPS)`."""
    what = ", ".join(part for part in (lines_text(step.lines), tracking_text(step.tracking)) if part)
    verb = done_text(step.action) if is_done else action_text(step.action)
    if step.action in {Action.TAG, Action.UNTAG} and step.target.tag:
        what = clean(step.target.tag)
    if step.action is Action.SUPPLIER_CANCEL and step.target.supplier_order_id:
        what = clean(f"{step.target.supplier or step.supplier or ''} {step.target.supplier_order_id}")
    return f"{verb}: {what}" if what else verb


_ACTIONS: Mapping[Action, tuple[str, str]] = {
    Action.CREATE_FULFILLMENT: ("mark as fulfilled", "marked as fulfilled"),
    Action.UPDATE_TRACKING: ("correct the tracking", "corrected the tracking"),
    Action.ADD_EVENT: ("add the delivery event", "added the delivery event"),
    Action.CANCEL_FULFILLMENT: ("take the fulfillment back", "took the fulfillment back"),
    Action.CANCEL_FULFILLMENT_ORDER: ("withdraw the request", "withdrew the request"),
    Action.SUBMIT_CANCELLATION_REQUEST: ("ask the service to cancel", "asked the service to cancel"),
    Action.SUBMIT_FULFILLMENT_REQUEST: ("send the request", "sent the request"),
    Action.HOLD: ("put on hold", "put on hold"),
    Action.RELEASE_HOLD: ("release the hold", "released the hold"),
    Action.TAG: ("tag the order", "tagged the order"),
    Action.UNTAG: ("remove the tag", "removed the tag"),
    Action.CLOSE_ORDER: ("archive the order", "archived the order"),
    Action.REOPEN_ORDER: ("unarchive the order", "unarchived the order"),
    Action.CANCEL_ORDER: ("cancel the order", "cancelled the order"),
    Action.SUPPLIER_CANCEL: ("cancel at the supplier", "cancelled at the supplier"),
}


def action_text(action: Action) -> str:
    """An action as a plain infinitive: `mark as fulfilled`."""
    return _ACTIONS[action][0]


def done_text(action: Action) -> str:
    """An action in the past: `marked as fulfilled`."""
    return _ACTIONS[action][1]
