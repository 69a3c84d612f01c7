"""What came of a step is kept as a whole: the intent, the history, and what the order shows now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.domain.orders import FulfillmentOrderStatus, FulfillmentStatus, Hold
from syncd.domain.steps import StepOutcome, StepState
from syncd.domain.tracking import Tracking
from syncd.journal import fences, history, intents, mirror
from syncd.journal.database import Database
from syncd.journal.fences import Fence
from syncd.journal.intents import IllegalTransition, IntentState
from syncd.journal.outcomes import keep_outcome, shown
from tests.journal.builders import NOW, POLICY, fulfilled, order, step

LATER = NOW + timedelta(minutes=2)
VERIFIED = StepOutcome(step=step(), state=StepState.VERIFIED, code="ok", text="The store shows it.", effect_id="F18")


@pytest.fixture
async def fence(db: Database) -> Fence:
    """The store's, with one step of it under way."""
    got = await db.run(fences.acquire, store="main", owner="me", now=NOW, lease=timedelta(hours=1))
    assert got is not None
    await db.run(intents.begin, fence=got, step=step(), evidence={}, run_id="run", now=NOW)
    await db.run(intents.sent, fence=got, intent_id="a1", deadline_at=LATER, now=NOW)
    return got


async def keep(db: Database, fence: Fence, outcome: StepOutcome, *, known: bool = True) -> intents.IntentRow:
    await db.run(
        keep_outcome, fence=fence, outcome=outcome, before=order(1) if known else None, after=fulfilled(1), actor="syncd",
        run_id="run", now=LATER,
    )  # fmt: skip
    row = await db.run(intents.load, "a1")
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (StepState.VERIFIED, IntentState.VERIFIED),
        (StepState.REFUSED, IntentState.REFUSED),
        (StepState.UNKNOWN, IntentState.UNKNOWN),
    ],
)
async def test_the_intent_ends_as_the_step_did(
    db: Database, fence: Fence, outcome: StepState, state: IntentState
) -> None:
    row = await keep(db, fence, replace(VERIFIED, state=outcome))
    assert (row.state, row.code, row.text, row.effect_id) == (state, "ok", "The store shows it.", "F18")
    assert (row.touched_at, row.fence) == (LATER, fence.number)


async def test_what_the_intent_went_through_already_is_left_out(db: Database, fence: Fence) -> None:
    await keep(db, fence, replace(VERIFIED, state=StepState.UNKNOWN))
    assert (await keep(db, fence, VERIFIED)).state == IntentState.VERIFIED
    again = await keep(db, fence, replace(VERIFIED, text="Seen once more."))
    assert (again.state, again.text) == (IntentState.VERIFIED, "The store shows it."), "nothing is noted twice"
    with pytest.raises(IllegalTransition):
        await keep(db, fence, replace(VERIFIED, state=StepState.REFUSED))


async def test_an_answer_that_was_kept_is_only_confirmed(db: Database, fence: Fence) -> None:
    await db.run(
        intents.outcome, fence=fence, intent_id="a1", state="done", code="", text="", effect_id="F1", request_id="R1",
        now=NOW,
    )  # fmt: skip
    row = await keep(db, fence, replace(VERIFIED, effect_id=None))
    assert (row.state, row.effect_id, row.request_id) == (IntentState.VERIFIED, "F1", "R1")


async def test_the_history_tells_it_with_what_the_order_showed_before_and_after(db: Database, fence: Fence) -> None:
    await keep(db, fence, VERIFIED)
    (event,) = await db.run(history.events, store="main")
    assert (event.at, event.actor, event.what, event.run_id) == (LATER, "syncd", "create_fulfillment verified", "run")
    assert (event.order_id, event.order, event.why) == (order(1).id, "#1001", "it left The store shows it.")
    assert (event.before, event.after) == (shown(order(1)), shown(fulfilled(1)))


async def test_what_an_earlier_run_sent_has_no_before(db: Database, fence: Fence) -> None:
    await keep(db, fence, replace(VERIFIED, step=replace(step(), message="sent late"), text=""), known=False)
    (event,) = await db.run(history.events, store="main")
    assert (event.before, event.why) == (None, "it left sent late")


async def test_the_mirror_shows_the_order_as_it_is_now(db: Database, fence: Fence) -> None:
    await keep(db, fence, VERIFIED)
    (view,) = await db.run(mirror.views, store="main", order_ids=[order(1).id], policy=POLICY, reads={})
    assert (view.order, view.observed_at) == (fulfilled(1), LATER)


async def test_without_an_intent_the_history_is_not_written_either(db: Database, fence: Fence) -> None:
    with pytest.raises(LookupError, match="there is no intent b2"):
        await keep(db, fence, replace(VERIFIED, step=step("b2")))
    assert await db.run(history.events, store="main") == []


def test_an_order_is_shown_in_words() -> None:
    one, other = order(1), order(2, sku="CJ-2", open_units=3)
    mixed = replace(
        one,
        closed=True,
        tags=frozenset({"b", "a"}),
        lines=(*one.lines, replace(other.lines[0], sku=None, title="A scarf")),
        fulfillment_orders=(
            replace(one.fulfillment_orders[0], lines=(*one.fulfillment_orders[0].lines, *other.fulfillment_orders[0].lines)),
            replace(other.fulfillment_orders[0], status=FulfillmentOrderStatus.ON_HOLD, lines=(), holds=(_hold("FRAUD"), _hold("OTHER"))),
            replace(other.fulfillment_orders[0], status=FulfillmentOrderStatus.CLOSED),
        ),
        fulfillments=(
            replace(fulfilled(1).fulfillments[0], name="#1001-F1", tracking=(Tracking(number="LX1"), Tracking(number="LX2"))),
            replace(fulfilled(3).fulfillments[0], status=FulfillmentStatus.CANCELLED, tracking=()),
        ),
    )  # fmt: skip
    assert shown(mixed) == {
        "archived": True,
        "tags": ["a", "b"],
        "fulfilled": [
            "#1001-F1 SUCCESS: 1 x CJ-1, LX1 LX2",
            "gid://shopify/Fulfillment/38 CANCELLED: 1 x gid://shopify/LineItem/30, no number",
        ],
        "to do": [
            "Depot OPEN/UNSUBMITTED: 1 x CJ-1 + 3 x A scarf",
            "Depot ON_HOLD/UNSUBMITTED: 0 units, held: FRAUD, held: OTHER",
        ],
    }


def test_units_of_which_none_is_left_are_not_shown_and_a_line_without_a_name_by_its_id() -> None:
    one = order(1)
    part = one.fulfillment_orders[0].lines[0]
    bare = replace(
        one,
        lines=(replace(one.lines[0], sku=""),),
        fulfillment_orders=(
            replace(one.fulfillment_orders[0], lines=(part, replace(part, line_id="L9", remaining=0))),
        ),
    )
    assert shown(bare)["to do"] == ["Depot OPEN/UNSUBMITTED: 1 x gid://shopify/LineItem/10"]


def _hold(reason: str) -> Hold:
    return Hold(id=reason, reason=reason, handle=None)
