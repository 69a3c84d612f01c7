"""What a kind of drift is; the rows themselves stand in one module per group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from syncd.domain.steps import Action, Approval

REPORT = "report"
"""The action of a kind that is only told about."""

CORE = frozenset(
    "A01 A02 A03 A04 A06 B01 B02 B03 B04 B06 B08 B09 B10 C01 C02 C03 C04 C06 C10 C12 C14 D01 D02 D03 D04 D05 D07 "  # noqa: SIM905
    "E01 E03 E05 E06 F01 F02 F04 F07 F09 F10 F12 F13".split()
)
"""Kinds that a release must detect."""

DETECTED = CORE | frozenset("A05 A07 A08 B05 B07 B11 C11 C13 D08 D10 D11 F05".split())  # noqa: SIM905
"""Kinds that this version detects; the others are listed as not detected yet."""

_BARS_ORDER = frozenset("B08 B10 C10 D02 D04 D05 E06 F01 F04 F10 F12".split())  # noqa: SIM905
_BARS_LINE = frozenset({"F13"})


class Severity(StrEnum):
    """How urgent a drift is, most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the most urgent; for sorting."""
        return _ORDER.index(self)


_ORDER = tuple(Severity)


class Group(StrEnum):
    """Which side is ahead, or whose matter it is; the value is the first letter of the codes."""

    SUPPLIER_AHEAD = "A"
    STORE_AHEAD = "B"
    REQUESTS = "C"
    CANCELS = "D"
    TRACKING = "E"
    OWN_SIDE = "F"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What syncd does about a kind: a step of `action`, let go by `default` unless the policy's `policy_key` differs."""

    action: str = REPORT
    policy_key: str | None = None
    default: Approval = Approval.REPORT


REPORTED = Answer()
CREATES = Answer(action=Action.CREATE_FULFILLMENT, policy_key="create_fulfillments", default=Approval.AUTO)
RETRACKS = Answer(action=Action.UPDATE_TRACKING, policy_key="update_tracking", default=Approval.AUTO)
WITHDRAWS = Answer(
    action=Action.CANCEL_FULFILLMENT_ORDER, policy_key="cancel_stale_requests", default=Approval.REQUIRED
)
ASKS_BACK = Answer(
    action=Action.SUBMIT_CANCELLATION_REQUEST, policy_key="cancel_stale_requests", default=Approval.REQUIRED
)
UNFULFILLS = Answer(action=Action.CANCEL_FULFILLMENT, policy_key="unfulfill", default=Approval.REQUIRED)
HOLDS = Answer(action=Action.HOLD, policy_key="holds", default=Approval.REPORT)
CANCELS_AT_SUPPLIER = Answer(action=Action.SUPPLIER_CANCEL, policy_key="supplier_cancel", default=Approval.REQUIRED)
ADDS_EVENT = Answer(action=Action.ADD_EVENT, policy_key="delivery_events", default=Approval.REPORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of drift.

    `severity` is the one of a fresh drift; `severity_ageing` says what it becomes once it is older than each age.
    `severity_cases` names the cases of this kind that weigh differently, and how much (F04 `less`, E06 `combined`).
    `runbook` tells what it means, what syncd does about it, what a person can do, and what could go wrong.
    """

    code: str
    name: str
    title: str
    severity: Severity
    detect: str
    runbook: str
    answer: Answer = REPORTED
    severity_ageing: tuple[tuple[timedelta, Severity], ...] = ()
    severity_cases: Mapping[str, Severity] = field(default_factory=dict)

    @property
    def group(self) -> Group:
        return Group(self.code[0])

    @property
    def action(self) -> str:
        """The step that answers it, or `report`."""
        return str(self.answer.action)

    @property
    def policy_key(self) -> str | None:
        """The policy's option that decides over the step; None where there is no step."""
        return self.answer.policy_key

    @property
    def default_action(self) -> Approval:
        """Who lets the step go when the policy does not say."""
        return self.answer.default

    @property
    def is_core(self) -> bool:
        return self.code in CORE

    @property
    def is_detected(self) -> bool:
        """Whether this version looks for it; if not it is shown as "not detected yet"."""
        return self.code in DETECTED

    @property
    def bars_create(self) -> str:
        """`order`, `line` or empty: where no fulfillment is created while a drift of this kind is open.

        Of F04 only the case in which more than ordered is accounted for.
        """
        if self.code in _BARS_ORDER:
            return "order"
        return "line" if self.code in _BARS_LINE else ""

    def severity_at(self, *, since: datetime | None, now: datetime, case: str) -> Severity:
        """How urgent it is at `now` when it has been so since `since`; not known since when = fresh.

        `case`: one that has a severity of its own; empty = none of those.
        """
        severity = self.severity_cases.get(case, self.severity)
        if since is None:
            return severity
        reached = [aged for age, aged in self.severity_ageing if now - since > age]
        return min([severity, *reached], key=lambda each: each.rank)
