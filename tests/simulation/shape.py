"""What kind of world a seed makes: which features it has, and how often what goes wrong (swarm testing)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from syncd.domain.periods import elapsed
from syncd.domain.shipments import Rung
from syncd.domain.steps import Approval
from syncd.reconcile.policy import Policy
from tests.crash.troubles import SPOILINGS
from tests.simulation.choices import Choices
from tests.simulation.scene import CJ_RULES, DEPOT
from tests.simulation.themes import PATIENCE, QUIET, THEMES, Theme

ORDERS, ROUNDS, EVENTS = 4, 5, 10
"""The most that there are: orders of a world, rounds of trouble, happenings between two of them."""
_DRAWN = ("", "", *THEMES, "late writes", "several places")
"""Those of which much depends on where exactly trouble strikes come up more often. New ones go to the end: kept worlds say the place."""
FAULT_NAMES = tuple(spoiling.name for spoiling in SPOILINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Drawn first; everything else is drawn within it."""

    theme: Theme
    stores: int
    policy: Policy
    features: frozenset[str]
    faults: frozenset[str]
    fault_rate: float
    write_fault_rate: float
    slow_rate: float
    crash_rate: float
    pause_rate: float
    two_workers: bool
    index_lag: timedelta
    lock_rate: float
    """The share of transactions that meet another process's lock."""
    meanwhile: float
    """The share of requests while which something may happen in the world."""
    snapshot_feed: bool
    """Whether the depot's feed shows all that it has: then a row that is missing means something."""


def draw(choices: Choices, features: tuple[str, ...]) -> Shape:
    """The shape of this seed's world. `features` are the happenings that it may have."""
    scope = choices.within("shape")
    theme = THEMES[scope.among("theme", _DRAWN)]
    share = 0.1 if theme.features else 0.4
    pauses = scope.among("pause_rate", (0.0, 0.0, 0.7))
    rate, writes = scope.among("fault_rate", (0.0, 0.0, 0.02, 0.06, 0.2)), scope.among("writes", (0.0, 0.3, 0.6))
    snapshot = scope.chance("snapshot_feed", 0.3)
    drawn = Shape(
        theme=theme,
        stores=1 + scope.chance("two_stores", 0.05 if theme.features else 0.2),
        policy=_policy(choices),
        features=theme.features | {name for name in features if scope.chance(f"has {name}", share)},
        faults=frozenset(name for name in FAULT_NAMES if scope.chance(f"fault {name}", 0.3))
        if rate + writes
        else frozenset(),
        fault_rate=rate,
        write_fault_rate=writes,
        slow_rate=scope.among("slow_rate", (0.0, 0.0, 0.1)),
        crash_rate=scope.among("crash_rate", (0.0, 0.3, 0.7)),
        pause_rate=pauses,
        # A pause hurts where somebody else goes on meanwhile.
        two_workers=scope.chance("two_workers", 0.7 if pauses else 0.25),
        index_lag=timedelta(seconds=scope.among("index_lag_s", (0, 0, 3, 40))),
        lock_rate=scope.among("lock_rate", (0.0, 0.0, 0.0, 0.05)),
        meanwhile=scope.among("meanwhile", (0.0, 0.02, 0.1)),
        snapshot_feed=snapshot,
    )
    calm = QUIET if theme.features and scope.chance("quiet", 0.8) else {}
    shaped = replace(drawn, **{**calm, **theme.shape})
    policy = replace(shaped.policy, **theme.policy)
    if shaped.snapshot_feed:
        policy = replace(policy, suppliers=(CJ_RULES, replace(DEPOT, snapshot=True)))
    return replace(shaped, policy=policy)


def _policy(choices: Choices) -> Policy:
    scope = choices.within("policy")
    destructive = (Approval.AUTO, Approval.REQUIRED)
    policy = Policy(
        suppliers=(CJ_RULES, DEPOT),
        notify_customer=scope.among("notify", ("never", "once")),
        cancel_stale_requests=scope.among("cancel_stale_requests", destructive),
        unfulfill=scope.among("unfulfill", destructive),
        supplier_cancel=scope.among("supplier_cancel", destructive),
        holds=scope.among("holds", (Approval.REPORT, Approval.AUTO)),
    )
    if scope.chance("impatient", 0.5):
        policy = replace(policy, **dict.fromkeys(PATIENCE, elapsed(hours=1)))
    if scope.chance("label", 0.1):
        policy = replace(policy, fulfill_on=Rung.LABEL)
    elif scope.chance("delivered", 0.05):
        policy = replace(policy, fulfill_on=Rung.DELIVERED)
    if scope.chance("capped", 0.1):
        policy = replace(policy, max_changes_per_run=1)
    return policy
