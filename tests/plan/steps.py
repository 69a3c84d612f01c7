"""Steps and facts for the tests of plans and guards."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from syncd.domain.steps import Action, Allocation, Approval, Refusal, Step, StepLine, Target
from syncd.domain.tracking import Tracking
from syncd.reconcile.guard import GuardFacts, SourceState

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def step(number: int = 1, action: Action = Action.CREATE_FULFILLMENT, **changes: Any) -> Step:
    """A step about order `#100{number}` that rests on the supplier `cj`."""
    values: dict[str, Any] = {
        "id": f"{number:016x}",
        "store": "main",
        "action": action,
        "order": f"#{1000 + number}",
        "order_id": f"gid://shopify/Order/{number}",
        "lines": (StepLine(line_item_id=f"gid://shopify/LineItem/{number}", sku="CJ-1", quantity=1),),
        "tracking": (),
        "target": Target(),
        "basis": "seen",
        "drift": "shipped_not_fulfilled",
        "drift_id": None,
        "why": "the parcel left",
        "approval": Approval.AUTO,
        "supplier": "cj",
    }
    return Step(**{**values, **changes})


def steps(count: int, action: Action = Action.CREATE_FULFILLMENT, *, start: int = 1, **changes: Any) -> list[Step]:
    return [step(number, action, **changes) for number in range(start, start + count)]


def facts(*, mode: str = "act", open_orders: int = 100, now: datetime = NOW, **sources: SourceState) -> GuardFacts:
    """Everything read whole a minute ago, unless `sources` say otherwise."""
    fresh = SourceState(complete=True, observed_at=NOW - timedelta(minutes=1))
    names = {"main", "cj", "ali", *sources}
    return GuardFacts(
        mode=mode,
        open_orders=dict.fromkeys(("cj", "ali"), open_orders),
        sources={name: sources.get(name, fresh) for name in names},
        now=now,
    )


_TEXT = st.text(max_size=8)
_MAYBE = st.none() | _TEXT
_COUNT = st.integers(min_value=0, max_value=10**6)
_INSTANTS = st.datetimes(
    min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)
)  # the strategy wants its bounds without a zone
_TRACKING = st.builds(Tracking, number=st.text(min_size=1, max_size=8), company=_MAYBE, url=_MAYBE)
_LINES = st.builds(StepLine, line_item_id=_TEXT, sku=_MAYBE, quantity=_COUNT)
_TARGETS = st.builds(
    Target,
    fulfillment_id=_MAYBE,
    fulfillment_order_id=_MAYBE,
    allocations=st.lists(
        st.builds(
            Allocation,
            fulfillment_order_id=_TEXT,
            fulfillment_order_line_id=_TEXT,
            line_item_id=_TEXT,
            quantity=_COUNT,
        ),
        max_size=2,
    ).map(tuple),
    hold_id=_MAYBE,
    hold_handle=_MAYBE,
    hold_reason=_MAYBE,
    event_status=_MAYBE,
    event_at=st.none() | _INSTANTS,
    tag=_MAYBE,
    supplier=_MAYBE,
    supplier_order_id=_MAYBE,
    place=_MAYBE,
)
STEPS = st.builds(
    Step,
    id=st.text("0123456789abcdef", min_size=1, max_size=4),
    store=st.just("main"),
    action=st.sampled_from(Action),
    order=_TEXT,
    order_id=_TEXT,
    lines=st.lists(_LINES, max_size=2).map(tuple),
    tracking=st.lists(_TRACKING, max_size=2).map(tuple),
    target=_TARGETS,
    basis=_TEXT,
    drift=st.sampled_from(["shipped_not_fulfilled", "manual"]),
    drift_id=_MAYBE,
    why=_TEXT,
    approval=st.sampled_from(Approval),
    notify_customer=st.booleans(),
    parcels=st.lists(_TEXT, max_size=2).map(tuple),
    supplier=st.sampled_from([None, "cj", "ali"]),
    message=_MAYBE,
)
REFUSALS = st.builds(
    Refusal,
    guard=_TEXT,
    scope=_TEXT,
    seen=st.floats(min_value=0, max_value=1e6) | st.integers(min_value=0, max_value=10**6),
    limit=st.floats(min_value=0, max_value=1e6),
    text=_TEXT,
    remedy=_TEXT,
)
