"""A person says that a supplier's mass change is real: believed, told and acted on, or none of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from syncd.journal import drifts, history, mirror

_MASS_CHANGE = "adapter_mass_change"


def resume(
    conn: Connection, *, supplier: str, stores: Iterable[str], actor: str, now: datetime, reason: str = ""
) -> bool:
    """Believe the supplier again, tell the history of its stores, and let the next pass judge them anew.

    Returns whether it was frozen; nothing is done when it was not.
    """
    if not mirror.accept_mass_change(conn, supplier=supplier):
        return False
    for store in stores:
        for record in drifts.open_drifts(conn, store=store, kind=_MASS_CHANGE):
            if record.drift.source == supplier:
                drifts.decide(
                    conn, store=store, drift_id=record.drift.id, state=drifts.DriftState.RESOLVED, actor=actor, now=now
                )
        history.append(conn, store=store, at=now, actor=actor, what="source.resumed", why=reason, after=supplier)
        mirror.make_all_due(conn, store=store, now=now)
    return True
