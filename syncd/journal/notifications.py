"""The ledger of what customers were told, or may have been told: one row per parcel, and no second one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Select, bindparam, delete, select

from syncd.errors import SyncdError
from syncd.journal.rows import among, insert_new
from syncd.journal.schema import notifications


class AlreadyNotified(SyncdError):
    """The customer heard, or may have heard, of this parcel before; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one intent tells, or may have told, the customer of one order."""

    store: str
    order_id: str
    parcels: tuple[str, ...]
    intent_id: str
    at: datetime


def claim(conn: Connection, told: Told) -> None:
    """Note that this intent tells the customer about these parcels.

    Raises AlreadyNotified when another one did for any of them, and LookupError when there is no parcel to count.
    """
    if not told.parcels:
        raise LookupError(f"intent {told.intent_id} notifies a customer but names no parcel to count it by")
    keep(conn, told)
    statement = select(notifications.c.parcel).where(
        notifications.c.store == told.store,
        notifications.c.parcel.in_(told.parcels),
        notifications.c.intent_id != told.intent_id,
    )
    before = sorted(conn.execute(statement).scalars())
    if before:
        raise AlreadyNotified(
            f"{told.store}: the customer was, or may have been, told about {', '.join(before)} before.",
            remedy="Plan again: the step comes back without a notification.",
        )


def keep(conn: Connection, told: Told) -> None:
    """Note it without asking; what is noted already stays."""
    rows = [
        {"store": told.store, "parcel": parcel, "order_id": told.order_id, "intent_id": told.intent_id, "at": told.at}
        for parcel in sorted(set(told.parcels))
    ]
    insert_new(conn, notifications, rows)


def give_back(conn: Connection, *, intent_id: str) -> None:
    """The intent certainly told nobody anything."""
    conn.execute(delete(notifications).where(notifications.c.intent_id == intent_id))


def notified_parcels(conn: Connection, *, store: str, order_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """By order: keys of the parcels about which its customer was told, or may have been."""
    found: dict[str, set[str]] = defaultdict(set)
    for order_id, parcel in conn.execute(_of_orders(), {"store": store, "ids": list(order_ids)}):
        found[order_id].add(parcel)
    return {order_id: frozenset(parcels) for order_id, parcels in found.items()}


@cache
def _of_orders() -> Select[str, str]:
    return select(notifications.c.order_id, notifications.c.parcel).where(
        notifications.c.store == bindparam("store"), among(notifications.c.order_id, "ids")
    )
