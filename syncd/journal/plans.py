"""Plans as documents, kept so that they can be carried out, or looked up, by their id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from syncd.journal.coding import canonical
from syncd.journal.rows import insert_new
from syncd.journal.schema import plans


def save(conn: Connection, *, store: str, plan_id: str, document: Mapping[str, Any], now: datetime) -> None:
    """Keep a plan's document. A plan that is kept already stays as it is: the id says what is in it."""
    row = {"plan_id": plan_id, "store": store, "created_at": now, "document": canonical(document)}
    insert_new(conn, plans, [row])


def load(conn: Connection, plan_id: str) -> dict[str, Any] | None:
    """The document of a kept plan, or None."""
    text = conn.execute(select(plans.c.document).where(plans.c.plan_id == plan_id)).scalar_one_or_none()
    return None if text is None else json.loads(text)


def drop(conn: Connection, *, store: str, before: datetime) -> int:
    """Throw away plans made before then; returns how many."""
    return conn.execute(delete(plans).where(plans.c.store == store, plans.c.created_at < before)).rowcount
