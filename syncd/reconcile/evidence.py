"""Facts as they are shown beside a drift: JSON-ready, so that a person can check them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from syncd.domain.numbers import judge
from syncd.domain.shipments import Parcel, Rung
from syncd.domain.tracking import Tracking


def stamp(at: datetime | None) -> str | None:
    """A moment as RFC 3339 in UTC; None stays None. Moments are UTC already: they were made so at the rim."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def numbers_of(tracking: Iterable[Tracking]) -> list[str]:
    """The numbers alone, as the side wrote them."""
    return [one.number for one in tracking]


def parcel_facts(parcel: Parcel, *, rung: Rung) -> dict[str, Any]:
    """What is known of one parcel; `rung` is the highest one ever seen."""
    return {
        "parcel": parcel.key,
        "rung": rung.word,
        "numbers": numbers_of(parcel.tracking),
        "shipped_at": stamp(parcel.shipped_at),
        "delivered_at": stamp(parcel.delivered_at),
    }


def doubt(tracking: Iterable[Tracking]) -> str | None:
    """Why a number looks wrong for the carrier that was named with it: a warning, which blocks nothing. None = no reason."""
    judged = ((one, judge(one.number, company=one.company)) for one in tracking)
    texts = [f"{one.number} ({one.company}) {verdict.text}" for one, verdict in judged if verdict.is_suspect]
    return "; ".join(texts) or None


def with_doubt(why: str, tracking: Iterable[Tracking]) -> str:
    """The reason of a step that shows these numbers, with the doubt about them."""
    text = doubt(tracking)
    return f"{why} Check the number: {text}." if text else why
