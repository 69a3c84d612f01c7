"""What a mail says, free of language: facts and kinds, no sentences. `syncd.alerts.page` finds the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from syncd.domain.steps import Action, StepLine
from syncd.domain.tracking import Tracking


class IncidentState(StrEnum):
    """Where an incident stands for the people who are told of it. Regressed = it was settled, and it is back."""

    NEW = "new"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    REGRESSED = "regressed"


class Turn(StrEnum):
    """What became of one matter, and whose turn it is."""

    DONE = "done"
    """syncd did it, and read it back."""
    WAITS = "waits"
    """A step waits for a yes: `Deed.command` gives it."""
    WILL = "will"
    """The next pass does it."""
    WOULD = "would"
    """It would be done, but the store is only observed."""
    SUGGESTED = "suggested"
    """The policy leaves it to a person."""
    REFUSED = "refused"
    """It was tried and not done."""
    UNKNOWN = "unknown"
    """It was sent, and whether it took effect is not known."""
    WATCHED = "watched"
    """syncd goes on looking; nobody has to act."""
    YOURS = "yours"
    """Only a person can settle it."""
    SETTLED = "settled"
    """It is right again, by whatever happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What syncd did about a matter, could not do, or waits for. `action` None = there is no step for it."""

    turn: Turn
    action: Action | None = None
    lines: tuple[StepLine, ...] = ()
    tracking: tuple[Tracking, ...] = ()
    text: str = ""
    """What the store or supplier answered; somebody else's words."""
    command: str | None = None
    """What a person may type to let it go: `syncd approve ID`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that is not right: an order, a parcel, or a source. `seen` is the evidence, by the journal's keys."""

    thing: str
    """The order's name, or what it is about where it is no order."""
    since: datetime
    order_id: str | None = None
    lines: tuple[StepLine, ...] = ()
    seen: Mapping[str, Any] = field(default_factory=dict)
    deed: Deed | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What people are told as one matter: everything of one kind, in one store, from one source."""

    kind: str
    severity: str
    state: IncidentState
    store: str
    since: datetime
    source: str | None = None
    rows: tuple[Row, ...] = ()
    occurrence: int = 1
    """Which time it is: rises when what was settled comes back."""
    until: datetime | None = None
    """When a snooze ends."""
    by: str = ""
    """Who acknowledged or snoozed it."""

    @property
    def key(self) -> str:
        """Names the matter, the same every time: its mails stand in one thread."""
        return f"{self.kind}/{self.source or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The store a mail is about. `domain` is its myshopify.com domain; None = a store without admin pages."""

    name: str
    domain: str | None = None
    mode: str = "act"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOnce:
    """What cannot wait for the digest; the first incident is what the mail is about. Raises ValueError without any.

    `reminder` counts how often it was told before without having changed.
    """

    shop: Shop
    at: datetime
    incidents: tuple[Incident, ...]
    reminder: int = 0

    def __post_init__(self) -> None:
        _need(self.incidents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What was told of is right again. Raises ValueError without an incident."""

    shop: Shop
    at: datetime
    incidents: tuple[Incident, ...]

    def __post_init__(self) -> None:
        _need(self.incidents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One thing that syncd did, or could not do, in the time of a digest."""

    at: datetime
    order: str
    order_id: str | None
    deed: Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTime:
    """How long one supplier took from order to tracking: half of the parcels were faster than `median`, 9 of 10 than `p90`."""

    supplier: str
    parcels: int
    median: timedelta
    p90: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week in numbers; None = not counted."""

    found: int | None = None
    resolved: int | None = None
    fulfilled: int | None = None
    retracked: int | None = None
    taken_back: int | None = None
    refused: int | None = None
    customers_told: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What happened since `since`, and what is open. Parts without anything in them are left out of the mail."""

    shop: Shop
    at: datetime
    since: datetime
    new: tuple[Incident, ...] = ()
    still_open: tuple[Incident, ...] = ()
    resolved: tuple[Incident, ...] = ()
    done: tuple[Done, ...] = ()
    not_done: tuple[Done, ...] = ()
    lead_times: tuple[LeadTime, ...] = ()
    week: Week | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """Shows that mails arrive."""

    __test__ = False  # pytest takes every class of this name for its own

    shop: Shop
    at: datetime


Letter = AtOnce | Resolved | Digest | Test


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who writes to whom, and how they read: all from the configuration, nothing from a store or supplier."""

    sender: str
    to: tuple[str, ...]
    language: str = "en"
    zone: str = "UTC"
    unsubscribe: str | None = None
    """The address that takes people off the list; None = the sender."""


def _need(incidents: tuple[Incident, ...]) -> None:
    if not incidents:
        raise ValueError("a mail about incidents needs at least one")
