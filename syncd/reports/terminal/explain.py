"""`syncd explain ORDER`: what each side says, what follows, and why nothing happens where nothing happens."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import RenderableType
from rich.text import Text

from syncd.domain.orders import Fulfillment, FulfillmentOrder, FulfillmentOrderStatus
from syncd.domain.shipments import Parcel
from syncd.domain.steps import Approval, Step
from syncd.reconcile.lines import claim
from syncd.reconcile.units import FINISHED
from syncd.reconcile.view import Drift, Skip, SupplierView
from syncd.reports.answers import advice, title
from syncd.reports.evidence import facts_text
from syncd.reports.facts import OrderStory
from syncd.reports.matrix import matrix
from syncd.reports.questions import RUNGS, Question, store_questions, supplier_questions
from syncd.reports.terminal.history import history
from syncd.reports.terminal.style import SEVERITY, columns, heading, indent, stack, text
from syncd.reports.words import ago, day, moment, span, step_text, tracking_text

_MARKS = {True: ("yes", "green"), False: ("no ", "yellow"), None: ("?  ", "dim")}

SKIPS = {
    "not_ours": "no configured supplier claims them",
    "pickup": "the customer picks them up",
    "unpaid": "the order is not paid",
    "manual": "the order carries the tag syncd:manual, so syncd keeps its hands off",
    "not_shippable": "nothing is to be shipped",
    "cancelled": "the order is cancelled",
    "on_hold": "they are on hold",
    "scheduled": "they are scheduled for later",
}
"""Why lines are left alone, by the reason's word; a reason's own text goes before."""


def explain_order(story: OrderStory) -> RenderableType:
    """The order's whole story, from what was seen to what is done about it."""
    parts: list[RenderableType] = [_head(story), Text(), *_store(story), Text(), *_suppliers(story), Text()]
    parts += [*_lines(story), Text(), *_decision(story), Text(), *_drifts(story), Text(), *_steps(story)]
    if story.events:
        parts += [Text(), heading("History"), indent(history(story.events, zone=story.zone))]
    return stack(parts)


def _head(story: OrderStory) -> Text:
    order, view = story.view.order, story.view
    state = "cancelled" if order.cancelled_at else "archived" if order.closed else "open"
    line = heading(f"Order {order.name}", aside=order.id)
    line.append(f"\n{view.store}: {order.financial.value.lower().replace('_', ' ')}, {state}, ")
    line.append(f"placed {moment(order.created_at, zone=story.zone)}; read {ago(view.observed_at, now=story.now)}")
    return line


def _store(story: OrderStory) -> Iterable[RenderableType]:
    order = story.view.order
    yield heading("What the store says")
    table = columns("", "", "", ratio=(None, None, 1), header=False)
    for work in (one for one in order.fulfillment_orders if one.status not in FINISHED):
        table.add_row(text("to do", "dim"), text(work.status.value), text(_work(work, story=story)))
    for done in order.fulfillments:
        style = "" if done.is_live else "dim"
        table.add_row(text("done", "dim"), text(done.status.value, style), text(_done(done, story=story), style))
    if not table.row_count:
        table.add_row(text("nothing", "dim"), "", text("no work planned and none done"))
    yield indent(table)


def _work(work: FulfillmentOrder, *, story: OrderStory) -> str:
    where = work.location_name or "an unnamed location"
    parts = [f"{_units((part.line_id, part.remaining) for part in work.lines)} open at {where}"]
    if work.service:
        parts.append(f"request {work.request_status.value.lower().replace('_', ' ')}")
    if work.fulfill_at and work.status is FulfillmentOrderStatus.SCHEDULED:
        parts.append(f"scheduled for {day(work.fulfill_at, zone=story.zone)}")
    parts += [
        f"held: {hold.reason.lower().replace('_', ' ')}{' (by syncd)' if hold.is_ours else ''}" for hold in work.holds
    ]
    return ", ".join(_named(part, story=story) for part in parts)


def _done(done: Fulfillment, *, story: OrderStory) -> str:
    numbers = tracking_text(done.tracking) or "no tracking number"
    units = _units((part.line_id, part.quantity) for part in done.lines)
    delivered = ", delivered" if done.delivered_at else ""
    return _named(f"{units}, {numbers}, since {day(done.created_at, zone=story.zone)}{delivered}", story=story)


def _units(parts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{quantity} x {line_id}" for line_id, quantity in parts if quantity) or "0 units"


def _named(words: str, *, story: OrderStory) -> str:
    for line in story.view.order.lines:
        words = words.replace(line.id, line.sku or line.title or line.id.rpartition("/")[2])
    return words


def _concerned(story: OrderStory) -> tuple[SupplierView, ...]:
    """The suppliers that have to do with the order: a line is theirs, or an order of theirs is linked. None: all."""
    claims = claim(story.view.order, policy=story.policy)
    names = {*claims.ours.values(), *(name for several in claims.twice.values() for name in several)}
    found = tuple(one for one in story.view.suppliers if one.name in names or one.orders or one.unknown_links)
    return found or story.view.suppliers


def _suppliers(story: OrderStory) -> Iterable[RenderableType]:
    yield heading("What the suppliers say")
    if not story.view.suppliers:
        yield indent(text("no configured supplier has anything to do with this order", "dim"))
    for supplier in _concerned(story):
        yield indent(_supplier(supplier, story=story))


def _supplier(supplier: SupplierView, *, story: OrderStory) -> RenderableType:
    whole = "complete" if supplier.complete else "not read whole"
    head = text(supplier.name, "bold").append(f"  {whole}, {ago(supplier.observed_at, now=story.now)}", style="dim")
    if supplier.error:
        head.append(f"  {supplier.error}", style="red")
    table = columns("", "", "", ratio=(None, None, 1), header=False)
    for linked in supplier.orders:
        how = ", ".join(dict.fromkeys(link.origin for link in linked.links))
        said = f"{linked.order.state.value.replace('_', ' ')}; linked by {how or 'nothing'}"
        table.add_row(text("order", "dim"), text(linked.order.id), text(said))
        for parcel in linked.order.parcels:
            table.add_row(
                text("parcel", "dim"), text(tracking_text(parcel.tracking) or parcel.key), _parcel(parcel, story)
            )
        for problem in linked.order.problems:
            table.add_row("", "", text(problem, "yellow"))
    return stack([head, indent(table)])


def _parcel(parcel: Parcel, story: OrderStory) -> Text:
    enough = parcel.rung >= story.policy.fulfill_on
    line = text(RUNGS[parcel.rung], "green" if enough else "yellow")
    if not enough:
        line.append(f"; counts as shipped from: {RUNGS[story.policy.fulfill_on]}", style="dim")
    if parcel.shipped_at:
        line.append(f", shipped {day(parcel.shipped_at, zone=story.zone)}")
    if parcel.exception:
        line.append_text(text(f", trouble: {parcel.exception}", "red"))
    return line


def _lines(story: OrderStory) -> Iterable[RenderableType]:
    yield heading("Line by line", aside="units")
    table = columns(
        "line", "supplier", "ordered", "taken off", "fulfilled", "open", "at supplier", "shipped", ratio=(None,) * 8
    )
    for column in table.columns[2:]:
        column.justify = "right"
    for row in matrix(story.view, policy=story.policy):
        numbers = (row.ordered, row.removed, row.fulfilled, row.open)
        theirs = [text(_number(one, claimed=bool(row.supplier))) for one in (row.placed, row.shipped)]
        table.add_row(text(row.name), text(row.supplier or "-", "dim"), *[text(str(one)) for one in numbers], *theirs)
    yield indent(table)


def _number(units: int | None, *, claimed: bool) -> str:
    return str(units) if units is not None else "?" if claimed else "-"


def _decision(story: OrderStory) -> Iterable[RenderableType]:
    yield heading("Question by question")
    asked = list(store_questions(story.view))
    for supplier in _concerned(story):
        asked += supplier_questions(story.view, supplier=supplier, policy=story.policy)
    yield indent(_questions(asked))
    for skip in story.judgement.skips:
        yield indent(Text.assemble(("left alone  ", "dim"), text(_skip(skip, story=story))))


def _questions(asked: Iterable[Question]) -> RenderableType:
    table = columns("", "", "", ratio=(None, None, 1), header=False)
    for one in asked:
        mark, style = _MARKS[one.yes]
        table.add_row(Text(mark, style=style), text(one.asks), text(one.says, "dim" if one.says == "yes" else ""))
    return table


def _skip(skip: Skip, *, story: OrderStory) -> str:
    which = _named(", ".join(skip.lines), story=story) if skip.lines else "the order"
    return f"{which}: {skip.text or SKIPS.get(skip.reason, skip.reason.replace('_', ' '))}"


def _drifts(story: OrderStory) -> Iterable[RenderableType]:
    yield heading("What is wrong")
    if not story.judgement.drifts:
        yield indent(text("nothing: both sides agree", "green"))
    for drift in story.judgement.drifts:
        yield indent(_drift(drift, story=story))


def _drift(drift: Drift, *, story: OrderStory) -> RenderableType:
    head = Text.assemble((f"{drift.severity:<8} ", SEVERITY.get(drift.severity, "")), text(title(drift.kind), "bold"))
    head.append(f"  {drift.kind}", style="dim")
    known = next((one for one in story.records if one.drift.id == drift.id), None)
    since = drift.since or (known.first_seen if known else None)
    lasted = f"for {span(story.now - since)}; " if since else ""
    seen = text(lasted + facts_text(drift.evidence, zone=story.zone, limit=None))
    parts: list[RenderableType] = [head, indent(seen, 9)]
    if not any(step.drift_id == drift.id for step in story.judgement.steps):
        parts.append(
            indent(
                Text.assemble(("do  ", "bold yellow"), text(f"{advice(drift.kind).you} {advice(drift.kind).mind}")), 9
            )
        )
    return stack(parts)


def _steps(story: OrderStory) -> Iterable[RenderableType]:
    yield heading("What syncd does")
    if not story.judgement.steps:
        yield indent(text(_why_none(story)))
    for step in story.judgement.steps:
        yield indent(_step(step, story=story))
    if story.judgement.due_at:
        yield indent(text(f"looks again at the latest {moment(story.judgement.due_at, zone=story.zone)}", "dim"))


def _step(step: Step, *, story: OrderStory) -> RenderableType:
    how = {
        Approval.AUTO: "by itself" if story.mode == "act" else 'not yet: the store is in mode "observe"',
        Approval.REQUIRED: f"after your yes: syncd approve {step.id}",
        Approval.REPORT: "only shown: the policy leaves it to you",
    }[step.approval]
    line = text(step_text(step), "bold").append(f"  {how}", style="dim")
    if step.notify_customer:
        line.append(", and tells the customer", style="bold")
    return stack([line, indent(text(step.why, "dim"))])


def _why_none(story: OrderStory) -> str:
    if "syncd:manual" in story.view.order.tags:
        return "nothing: the order carries the tag syncd:manual"
    if story.judgement.drifts:
        return "nothing by itself: what is wrong needs a person"
    if story.judgement.due_at:
        return "nothing now: it waits"
    return "nothing: there is nothing to do"
