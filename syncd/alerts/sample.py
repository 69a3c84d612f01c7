"""A made-up shop and its mails, for looking at mails before there is anything to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from syncd.alerts.letters import (
    AtOnce,
    Deed,
    Digest,
    Done,
    Incident,
    IncidentState,
    LeadTime,
    Resolved,
    Row,
    Shop,
    Test,
    Turn,
    Week,
)
from syncd.domain.steps import Action, StepLine
from syncd.domain.tracking import Tracking
from syncd.reconcile.catalogue import KINDS, Group, Kind

SHOP = Shop(name="main", domain="nordlys-home.myshopify.com")
URGENT = "supplier_cancelled_store_fulfilled"
"""What the sample of a mail at once is about unless a kind is asked for."""
ORDERS = ("#1041", "#1043", "#1047")
_OF_SOURCES = frozenset({"observation_incomplete", "adapter_mass_change", "permission_or_token", "clock_or_lag"})
_WITH_PARCELS = frozenset({Group.SUPPLIER_AHEAD, Group.CANCELS, Group.TRACKING})
_IDS = ("5f0c61a27be94d13", "a81d4e9903c5f276", "0b7e52d8c416a93f")


def at_once(now: datetime, *, kind: str = URGENT, orders: Sequence[str] = ORDERS) -> AtOnce:
    """What cannot wait; about these orders, or about a source where the kind is one of sources."""
    known = KINDS[kind]
    rows = _source_rows(known, now) if kind in _OF_SOURCES else _order_rows(known, now, orders)
    incident = Incident(
        kind=kind,
        severity=known.severity.value,
        state=IncidentState.NEW,
        store=SHOP.name,
        since=rows[0].since,
        source="cj",
        rows=rows,
    )
    return AtOnce(shop=SHOP, at=now, incidents=(incident,))


def resolved(now: datetime) -> Resolved:
    """What was told of is right again."""
    rows = tuple(
        _row(order, now - timedelta(hours=hours), deed=deed, resolved_at=now - timedelta(minutes=9))
        for order, hours, deed in (
            ("#1041", 30, _deed(Action.CANCEL_FULFILLMENT, Turn.DONE)),
            ("#1043", 27, Deed(turn=Turn.SETTLED)),
        )
    )
    return Resolved(shop=SHOP, at=now, incidents=(_incident(URGENT, IncidentState.RESOLVED, rows),))


def digest(now: datetime) -> Digest:
    """A full day with a bit of everything."""
    day = timedelta(days=1)
    return Digest(
        shop=SHOP,
        at=now,
        since=now - day,
        new=_new(now),
        still_open=_still_open(now),
        resolved=(
            _incident(
                "permission_or_token",
                IncidentState.RESOLVED,
                (Row(thing="depot", since=now - 2 * day, deed=Deed(turn=Turn.SETTLED), resolved_at=now - day / 3),),
                source="depot",
            ),
        ),
        done=_done(now),
        not_done=(
            Done(
                at=now - day / 4,
                order="#1022",
                order_id=_id("#1022"),
                deed=_deed(
                    Action.UPDATE_TRACKING, Turn.REFUSED, number="CJPKL8830017523YQ", text="Fulfillment is closed"
                ),
            ),
        ),
        lead_times=(
            LeadTime(supplier="cj", parcels=1284, median=2.4 * day, p90=5.1 * day),
            LeadTime(supplier="depot", parcels=96, median=0.9 * day, p90=1.6 * day),
        ),
        week=Week(found=41, resolved=37, fulfilled=212, retracked=18, taken_back=3, refused=1, customers_told=198),
    )


def quiet_digest(now: datetime) -> Digest:
    """A day on which nothing happened."""
    return Digest(shop=SHOP, at=now, since=now - timedelta(days=1))


def test(now: datetime) -> Test:
    """Shows that mails arrive."""
    return Test(shop=SHOP, at=now)


test.__test__ = False  # type: ignore[attr-defined]  # pytest takes every function of this name for its own


def _new(now: datetime) -> tuple[Incident, ...]:
    hour = timedelta(hours=1)
    shipped = tuple(
        _row(order, now - hours * hour, number=number, deed=_deed(Action.CREATE_FULFILLMENT, Turn.WILL, number=number))
        for order, hours, number in (("#1052", 3, "YT2412345678901234"), ("#1055", 1, "YT2412345678905678"))
    )
    return (
        at_once(now, orders=("#1041",)).incidents[0],
        _incident("shipped_not_fulfilled", IncidentState.NEW, shipped),
    )


def _still_open(now: datetime) -> tuple[Incident, ...]:
    day = timedelta(days=1)
    unclear = tuple(_row(f"#{1003 + place}", now - (9 - place) * day, deed=Deed(turn=Turn.YOURS)) for place in range(7))
    stale = _row(
        "#1028",
        now - 3 * day,
        seen={"supplier_status": "AWAITING_STOCK", "sent_at": now - 4 * day},
        deed=_deed(Action.CANCEL_FULFILLMENT_ORDER, Turn.WAITS, command=f"syncd approve {_IDS[1]}"),
    )
    return (
        _incident("unfulfilled_aging", IncidentState.OPEN, unclear),
        _incident("request_not_acknowledged", IncidentState.ACKNOWLEDGED, (stale,), by="ada"),
    )


def _done(now: datetime) -> tuple[Done, ...]:
    return tuple(
        Done(
            at=now - timedelta(hours=hours),
            order=order,
            order_id=_id(order),
            deed=_deed(action, Turn.DONE, number=number),
        )
        for order, hours, action, number in (
            ("#1050", 2, Action.CREATE_FULFILLMENT, "YT2412345678907777"),
            ("#1049", 2, Action.CREATE_FULFILLMENT, "YT2412345678907778"),
            ("#1019", 5, Action.UPDATE_TRACKING, "9400111899223100000002"),
        )
    )


def _source_rows(kind: Kind, now: datetime) -> tuple[Row, ...]:
    seen: dict[str, Any] = {"error": "401 Unauthorized: the access token is not valid any more"}
    if kind.name == "adapter_mass_change":
        seen = {"open_before": 61, "became_dead": 44}
    return (Row(thing="cj", since=now - timedelta(minutes=40), seen=seen, deed=Deed(turn=Turn.YOURS)),)


def _order_rows(kind: Kind, now: datetime, orders: Sequence[str]) -> tuple[Row, ...]:
    action = Action(kind.action) if kind.action in {one.value for one in Action} else None
    status = "CANCELLED" if kind.name.startswith("supplier_cancelled") else "AWAITING_SHIPMENT"
    rows = []
    for place, order in enumerate(orders):
        number = f"CJPKL88300174{55 + place}YQ"
        deed = Deed(turn=Turn.YOURS)
        if action:
            command = f"syncd approve {_IDS[place % len(_IDS)]}"
            deed = _deed(action, Turn.WAITS, command=command)
        seen: dict[str, Any] = {"supplier_order": f"SD26111{place}8841", "supplier_status": status}
        if kind.group in _WITH_PARCELS:
            seen["numbers"] = [number]
        rows.append(_row(order, now - timedelta(hours=5 - place % 5, minutes=12), seen=seen, deed=deed))
    return tuple(rows)


def _incident(
    kind: str, state: IncidentState, rows: tuple[Row, ...], *, source: str | None = "cj", by: str = ""
) -> Incident:
    return Incident(
        kind=kind,
        severity=KINDS[kind].severity.value,
        state=state,
        store=SHOP.name,
        since=min(row.since for row in rows),
        source=source,
        rows=rows,
        by=by,
    )


def _row(
    order: str,
    since: datetime,
    *,
    deed: Deed,
    number: str = "",
    seen: Mapping[str, Any] | None = None,
    resolved_at: datetime | None = None,
) -> Row:
    shown = dict(seen or ({"rung": "handed_over", "numbers": [number], "company": "YunExpress"} if number else {}))
    return Row(thing=order, since=since, order_id=_id(order), seen=shown, deed=deed, resolved_at=resolved_at)


def _deed(action: Action, turn: Turn, *, number: str = "", text: str = "", command: str | None = None) -> Deed:
    lines = (StepLine(line_item_id="gid://shopify/LineItem/1", sku="CJ-MUG", quantity=2),)
    tracking = (Tracking(number=number, company="YunExpress"),) if number else ()
    return Deed(turn=turn, action=action, lines=lines, tracking=tracking, text=text, command=command)


def _id(order: str) -> str:
    return f"gid://shopify/Order/{5_300_000_000_000 + int(order.strip('#') or 0)}"
