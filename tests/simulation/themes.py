"""What a world may be about: swarm testing draws each feature alone, and rare trouble often needs several at once.

Three of four worlds have a theme: they have that theme's features for sure, and few others; what belongs to it happens most often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from syncd.domain.periods import elapsed
from syncd.domain.shipments import Rung
from syncd.domain.steps import Approval

PATIENCE = (
    "unacknowledged_after",
    "stale_after",
    "fulfilled_without_shipment_after",
    "cancellation_unanswered_after",
)
"""Periods that are days by default: in worlds that last some days, half of the merchants are less patient."""

_IMPATIENT: Mapping[str, Any] = dict.fromkeys(PATIENCE, elapsed(hours=1))
_LETS_IT = {
    "cancel_stale_requests": Approval.AUTO,
    "unfulfill": Approval.AUTO,
    "fulfill_on": Rung.HANDED_OVER,
    "max_changes_per_run": 500,
}
QUIET: Mapping[str, Any] = {
    "fault_rate": 0.0,
    "write_fault_rate": 0.0,
    "slow_rate": 0.0,
    "crash_rate": 0.0,
    "pause_rate": 0.0,
    "two_workers": False,
    "index_lag": timedelta(0),
    "lock_rate": 0.0,
    "faults": frozenset(),
}
"""Most worlds with a theme have no trouble of other kinds, behind which theirs would not be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """`often`: happenings that come up more often than others. `acts`: what processes mostly do, `rests`: and how long after."""

    features: frozenset[str] = frozenset()
    often: tuple[str, ...] = ()
    weight: int = 3
    """How much more often."""
    acts: tuple[str, ...] = ("pass",) * 8
    rests: tuple[float, ...] = ()
    at_once: float = 0.7
    """How often a process looks again at once while a request is on its way for whose answer nobody waits."""
    orders: int = 6
    """The most orders that there are: the fewer, the more befalls each."""
    rounds: float = 0.8
    """How often a round of trouble is there."""
    deaths: tuple[str | None, ...] = ()
    pauses: tuple[str | None, ...] = ()
    """Places at which processes die, or are stopped, more often than at others."""
    shape: Mapping[str, Any] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)


def _theme(*often: str, traits: tuple[str, ...] = (), **more: Any) -> Theme:
    return Theme(features=frozenset({*often, *traits}), often=often, **more)


_LATE = frozenset({"no answer, arrives half way", "no answer, arrives at the deadline", "no answer before"})

THEMES: Mapping[str, Theme] = {
    "": Theme(rounds=0.6),
    "late writes": _theme(
        "ships",
        traits=("in parts", "one line"),
        orders=3,
        rests=(1, 60, 1, 20),
        at_once=1.0,
        deaths=("before CreateFulfillment",) * 4,
        shape={"write_fault_rate": 0.5, "faults": _LATE, "crash_rate": 0.6},
    ),
    "several places": _theme(
        "splits work",
        "ships",
        traits=("one line", "in one parcel"),
        orders=2,
        weight=5,
        rests=(60, 600),
        shape={"write_fault_rate": 0.5, "faults": frozenset({"no answer before", "dropped before"})},
    ),
    "long pauses": _theme(
        "ships",
        orders=4,
        rests=(60, 600),
        pauses=("after views", "after sent", "after views", "after sent", "after views"),
        shape={"pause_rate": 0.9, "two_workers": True},
    ),
    "old plans": _theme(
        "fulfills a parcel by hand",
        "corrects by hand",
        "renumbers",
        "cancels at supplier",
        traits=("in parts", "one line"),
        acts=("apply",) * 20,
        orders=2,
        rests=(90, 600, 1_200),
        shape={"meanwhile": 0.1},
    ),
    "half feeds": _theme(
        "feed breaks off",
        "asks a service",
        "fulfills without a number",
        traits=("one line of the depot", "in parts"),
        orders=3,
        weight=6,
        rests=(7_200, 600),
        shape={"snapshot_feed": True},
        policy={**_LETS_IT, **_IMPATIENT},
    ),
    "failing lists": _theme(
        "orders are not answered",
        "lists fail",
        "asks a service",
        "fulfills without a number",
        traits=("one line of cj", "in parts"),
        orders=2,
        weight=6,
        rests=(600, 7_200, 90),
        policy={**_LETS_IT, **_IMPATIENT},
    ),
    "taken back": _theme(
        "fulfills without a number",
        "shows an older answer",
        "ships without a number",
        traits=("one line of cj",),
        orders=2,
        weight=5,
        rests=(7_200, 7_200, 600),
        policy={**_LETS_IT, **_IMPATIENT},
    ),
    "stale requests": _theme(
        "asks a service",
        "service answers",
        traits=("one line of cj",),
        orders=2,
        weight=8,
        rests=(7_200, 600, 90_000),
        policy={**_LETS_IT, **_IMPATIENT},
    ),
    "corrected": _theme(
        "corrects by hand",
        "sends one more parcel",
        "splits work",
        "renumbers",
        traits=("locations",),
        orders=2,
        rests=(60, 600),
    ),
}
"""By name. The first is none, and comes up as often as three others together."""
