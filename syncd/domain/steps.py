"""What syncd intends to do: steps, the plan that holds them, and what came of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syncd.domain.tracking import Tracking


class Action(StrEnum):
    """Every effect that syncd can have."""

    CREATE_FULFILLMENT = "create_fulfillment"
    UPDATE_TRACKING = "update_tracking"
    ADD_EVENT = "add_event"
    CANCEL_FULFILLMENT = "cancel_fulfillment"
    CANCEL_FULFILLMENT_ORDER = "cancel_fulfillment_order"
    SUBMIT_CANCELLATION_REQUEST = "submit_cancellation_request"
    SUBMIT_FULFILLMENT_REQUEST = "submit_fulfillment_request"
    HOLD = "hold"
    RELEASE_HOLD = "release_hold"
    TAG = "tag"
    UNTAG = "untag"
    CLOSE_ORDER = "close_order"
    REOPEN_ORDER = "reopen_order"
    CANCEL_ORDER = "cancel_order"
    SUPPLIER_CANCEL = "supplier_cancel"


DESTRUCTIVE = frozenset(
    {
        Action.CANCEL_FULFILLMENT,
        Action.CANCEL_FULFILLMENT_ORDER,
        Action.SUBMIT_CANCELLATION_REQUEST,
        Action.CANCEL_ORDER,
        Action.SUPPLIER_CANCEL,
    }
)
"""Actions that take something away; the guard counts these apart."""


class Approval(StrEnum):
    """Who lets a step go: the policy (`auto`), a person (`required`), or nobody (`report`: shown, never sent)."""

    AUTO = "auto"
    REQUIRED = "required"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """Units of one order line that a step is about."""

    line_item_id: str
    sku: str | None
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Where units of a line are taken from: one line of one fulfillment order. Ids are a cache, renewed by re-reads."""

    fulfillment_order_id: str
    fulfillment_order_line_id: str
    line_item_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The store's objects that a step touches; only the fields that its action needs are set."""

    fulfillment_id: str | None = None
    fulfillment_order_id: str | None = None
    allocations: tuple[Allocation, ...] = ()
    hold_id: str | None = None
    hold_handle: str | None = None
    hold_reason: str | None = None
    event_status: str | None = None
    event_at: datetime | None = None
    tag: str | None = None
    supplier: str | None = None
    supplier_order_id: str | None = None
    place: str | None = None
    """Where its units are: location and delivery method, which stay while ids of fulfillment orders churn. None = anywhere."""
    existing: tuple[str, ...] | None = None
    """Ids of every fulfillment that the order had right before a create was sent: what is not among them came later,
    whatever the clocks say. None = not known (not sent yet)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One intended effect.

    `id` = hash(store, order, action, lines, tracking, basis). `basis` is the observed state that the step answers:
    a retry has the same id, a new situation a new one.
    """

    id: str
    store: str
    action: Action
    order: str
    """The order's name."""
    order_id: str
    lines: tuple[StepLine, ...]
    tracking: tuple[Tracking, ...]
    target: Target
    basis: str
    drift: str
    """Name of the drift kind that it answers; `manual` for a step that a person typed."""
    drift_id: str | None
    why: str
    approval: Approval
    notify_customer: bool = False
    parcels: tuple[str, ...] = ()
    """Keys of the parcels that it shows to the customer: `supplier/supplier order/parcel`."""
    supplier: str | None = None
    """The supplier on whose word it rests."""
    message: str | None = None
    """A sentence for the store's or service's records, where the action can carry one."""

    @property
    def customer_visible(self) -> bool:
        """Whether the customer may see a difference (order status page or mail)."""
        return self.notify_customer or self.action in _VISIBLE

    @property
    def is_destructive(self) -> bool:
        """Whether it takes something away."""
        return self.action in DESTRUCTIVE


_VISIBLE = frozenset(
    {
        Action.CREATE_FULFILLMENT,
        Action.UPDATE_TRACKING,
        Action.ADD_EVENT,
        Action.CANCEL_FULFILLMENT,
        Action.CANCEL_ORDER,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A guard's no, with its arithmetic. `scope` is the store, the source or the step that is held back."""

    guard: str
    scope: str
    seen: float
    limit: float
    text: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Steps for one store, decided from one set of observations.

    `fingerprint` covers what was seen and decided; `policy_hash` the policy under which it was decided.
    """

    id: str
    store: str
    fingerprint: str
    policy_hash: str
    created_at: datetime
    steps: tuple[Step, ...]
    refused: tuple[Refusal, ...] = ()


class StepState(StrEnum):
    """What came of a step."""

    VERIFIED = "verified"
    ALREADY_DONE = "already_done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    AWAITING_APPROVAL = "awaiting_approval"
    REPORTED = "reported"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """What came of one step. `code` is a stable word (`stale`, `user_error`, ...); `text` says it to a person."""

    step: Step
    state: StepState
    code: str = ""
    text: str = ""
    attempts: int = 0
    effect_id: str | None = None
    """Id of what was made or changed (fulfillment, hold, ...)."""


class EffectState(StrEnum):
    """A store's or supplier's answer to one write."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Answer to one write. `already`: the source says that it was so before, which proves nothing: read back."""

    state: EffectState
    code: str = ""
    text: str = ""
    effect_id: str | None = None
    request_id: str | None = None
    already: bool = False
