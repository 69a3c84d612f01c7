"""One of every kind of mail, about the made-up shop: what the golden files show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syncd.alerts import sample
from syncd.alerts.letters import AtOnce, Envelope, IncidentState, Letter

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
ZONES = {"en": "UTC", "da": "Europe/Copenhagen", "fr": "Europe/Paris", "zh-TW": "Asia/Taipei"}


def again() -> AtOnce:
    """Something that was settled and came back, for the third time, with more orders than the mail shows."""
    letter = sample.at_once(NOW, kind="store_fulfilled_without_shipment", orders=[f"#{2001 + n}" for n in range(12)])
    first = replace(letter.incidents[0], state=IncidentState.REGRESSED, occurrence=3)
    other = sample.at_once(NOW, kind="ghost_shipment", orders=("#1017",)).incidents[0]
    return replace(letter, incidents=(first, replace(other, state=IncidentState.OPEN)))


def asleep() -> AtOnce:
    """A reminder, in a store that is only observed, without admin pages."""
    letter = sample.at_once(NOW, kind="supplier_unpaid", orders=("#1030",))
    first = replace(letter.incidents[0], state=IncidentState.SNOOZED, until=NOW + timedelta(days=7))
    return replace(
        letter, incidents=(first,), reminder=2, shop=replace(letter.shop, domain=None, mode="observe", name="archive")
    )


LETTERS: dict[str, Letter] = {
    "at_once": sample.at_once(NOW),
    "credentials": sample.at_once(NOW, kind="permission_or_token"),
    "mass_change": sample.at_once(NOW, kind="adapter_mass_change"),
    "again": again(),
    "reminder": asleep(),
    "resolved": sample.resolved(NOW),
    "digest": sample.digest(NOW),
    "quiet_digest": sample.quiet_digest(NOW),
    "test": sample.test(NOW),
}


def envelope(language: str = "en") -> Envelope:
    return Envelope(sender="syncd@example.com", to=("merchant@example.com",), language=language, zone=ZONES[language])
