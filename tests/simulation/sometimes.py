"""What a run of many worlds must have come to, or it shows nothing: each kind of fault, drift, step, outcome and death."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from syncd.domain.steps import Action, StepState
from syncd.reconcile.catalogue import KINDS
from tests.simulation import happenings
from tests.simulation.commands import COMMANDS
from tests.simulation.shape import FAULT_NAMES

NOT_HERE = {
    # drift kinds that this version detects, and why no world here has them
    "drift last_mile_number_available": "the last mile is asked for only with `track`, which these worlds leave off",
    "drift tracking_format_only": "nobody writes a number in another form",
    "drift carrier_mismatch": "nobody names another carrier",
    "drift tracking_reused": "every number is given once",
    "drift returned_to_sender": "no feed here has a word for it",
    "drift adapter_mass_change": "needs five orders of a supplier; the most here are six, of two suppliers",
    "drift supplier_delay_vs_promise": "neither CJ nor the feed promises a date",
    "drift payment_not_captured": "every order is paid",
    "drift transit_expired": "these worlds last some days, not thirty",
    "drift label_only_stale": "as above: a week",
    "drift fulfilled_no_tracking_anywhere": "as above: a week",
    "drift store_not_marked_delivered": "not detected yet",
    # actions that this version plans by itself for nobody
    "step add_event": "no kind that is detected answers with it",
    "step submit_fulfillment_request": "no kind answers with it, and no command is here",
    "step tag": "as above",
    "step untag": "as above",
    "step close_order": "as above",
    "step reopen_order": "as above",
    "step cancel_order": "as above",
}
"""What cannot be reached, and why."""

_COMMON_DRIFTS = frozenset(
    {
        "shipped_not_fulfilled",
        "shipped_partial_not_reflected",
        "supplier_delivered_store_open",
        "supplier_unpaid",
        "observation_incomplete",
        "permission_or_token",
        "mapping_missing_or_ambiguous",
        "tracking_mismatch",
        "order_edited_after_placement",
        "store_cancelled_supplier_shipped",
    }
)
_COMMON_STEPS = frozenset({"create_fulfillment", "update_tracking", "hold"})
_DRIFTS = [f"drift {kind.name}" for kind in KINDS.values() if kind.is_detected]
_ACTIONS = [f"step {action}" for action in Action]
_STATES = [f"outcome {state}" for state in StepState]
_CODES = [
    f"code {code}" for code in ("approval", "report", "stale", "deferred", "no_answer", "not_sent", "not_read_back")
]
_ENDS = ["died before", "died after", "died in", "interrupted", "paused", "late request", "slow request"]
_ENDS += [f"error {name}" for name in ("FenceLost", "GuardRefused", "StoreUnreachable", "CredentialsRejected")]
_ENDS += ["error disk is full", "journal locked"]
_REST = ["settled verified", "settled failed", "settled unknown", "partial read", "approved", "rejected"]
_REST += ["dry run", "saved plan applied", "daemon round", "command carried out"]

EXPECTED: tuple[str, ...] = tuple(
    name
    for name in (
        *(f"fault {name}" for name in FAULT_NAMES),
        *happenings.ALL,
        *(f"command {name}" for name in COMMANDS),
        *_DRIFTS,
        *_ACTIONS,
        *_STATES,
        *_CODES,
        *_ENDS,
        *_REST,
    )
    if name not in NOT_HERE
)
"""What must be reached."""


RARE = frozenset(
    {
        "calls a service off",
        "service answers",
        "disk has room",
        "store token restored",
        "fulfills a parcel by hand",
        "ships under a known number",
        *(f"fault {name}" for name in FAULT_NAMES if name.endswith((" after", "half way", "at the deadline"))),
        *(name for name in _DRIFTS if name.removeprefix("drift ") not in _COMMON_DRIFTS),
        *(name for name in _ACTIONS if name.removeprefix("step ") not in _COMMON_STEPS),
        "outcome already_done",
        *(f"code {code}" for code in ("stale", "no_answer", "not_sent", "not_read_back")),
        *("settled unknown", "settled failed", "saved plan applied", "approved", "rejected"),
        "error FenceLost",
        "late request",
        "interrupted",
        *(f"command {name}" for name in COMMANDS),
    }
)
"""What some hundred worlds may miss, and a soak must not."""

OFTEN: tuple[str, ...] = tuple(name for name in EXPECTED if name not in RARE)
"""What the worlds of the suite must come to."""


def missing(reached: Counter[str], *, among: Iterable[str] = EXPECTED) -> list[str]:
    """What a run of many seeds did not come to."""
    return [name for name in among if not reached[name]]
