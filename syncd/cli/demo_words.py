"""What the demo says: one sentence for each thing that happens and why it matters, and no wall of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from syncd.cli.demo_story import Day, Today
from syncd.domain.sandbox import Truth
from syncd.domain.steps import Action, Approval, Step, StepOutcome, StepState
from syncd.reconcile.catalogue import KINDS
from syncd.reconcile.plan import effects
from syncd.reports.answers import Turn, title
from syncd.reports.digest import Digest, Group, natural
from syncd.reports.facts import OrderStory
from syncd.reports.terminal.explain import explain_order
from syncd.reports.terminal.run import summary_text
from syncd.reports.terminal.style import SEVERITY, ByWidth, columns, indent, stack, text
from syncd.reports.words import count, effects_text, listed, step_text

_TURNS = (
    (Turn.SYNCD, "syncd puts right", "green"),
    (Turn.YOU, "left for you, with a runbook each", "yellow"),
    (Turn.WATCH, "being watched", "dim"),
)


DAYS = (
    "syncd passes over the shop once a day, and once for each trouble. Nothing that goes wrong on the way may double "
    "or destroy anything. (F12 and the like are kinds of drift; `syncd explain F12` tells what one means.)"
)
OBSERVED = "One look at every side. What was not read whole could not make syncd take anything away."
PLAN = "Nothing is sent yet. A plan can be read, saved and refused as a whole; here its effects are counted first."
OUTCOME = "Each step is decided again on fresh reads, written down, sent once, and read back."
SECOND = "Whoever repairs must come to rest: a minute later everything is looked at once more."
EXPLAIN = (
    "Every decision can be asked for its reasons. This one waits for a person, because it would take something away."
)
CLOSING = "All of it is kept in the journal, so it can be read and proved later."


def opening(*, days: int) -> RenderableType:
    """What is about to be seen."""
    line = Text.assemble(("syncd demo", "bold"), (f"  one shop, two suppliers, a warehouse, {days} days", "dim"))
    words = (
        "A store says what happened to an order; a supplier knows. syncd compares the two, says where they disagree, "
        "and puts right what is safe. This shop is a twin of Shopify on your machine that speaks its API; nothing "
        "leaves it."
    )
    return stack([line, text(words), Text()])


def drift_sentence(numbers: Digest, *, orders: int) -> str:
    """How much disagrees."""
    return (
        f"{count(numbers.drifts, 'disagreement')} in {numbers.orders} of {count(orders, 'order')}; "
        f"{numbers.number(Turn.SYNCD)} that syncd may put right alone. The others are in sync, or none of its business."
    )


def section(number: int, name: str, sentence: str) -> RenderableType:
    """A section's head: its name, and what happens and why it matters."""
    return stack([Text.assemble((f"{number}  {name}", "bold cyan")), indent(text(sentence), 3), Text()])


def day_line(day: Day, *, zone: tzinfo) -> RenderableType:
    """One pass of the days before today."""
    when = day.moment.at.astimezone(zone)
    table = columns("", "", ratio=(None, 1), header=False)
    table.add_row(text(f"{when:%a %d %b %H:%M}", "dim"), _what_happened(day))
    return stack([indent(table, 3)])


def _what_happened(day: Day) -> Text:
    did = _did(day)
    if not day.moment.trouble:
        found = f"{count(len(day.new), 'new drift')}; " if day.new else ""
        return text(f"{found}{did or 'nothing to do'}")
    line = Text.assemble(("trouble: ", "yellow"), text(day.moment.trouble))
    own = dict.fromkeys(record.drift.kind for record in day.new if KINDS[record.drift.kind].code.startswith("F"))
    told = listed(_as_drift(kind, in_words=place == 0) for place, kind in enumerate(own))
    parts = [f"told as {told}" if own else "", did or "nothing was changed on such evidence"]
    return line.append(f"\n{'; '.join(part for part in parts if part)}", style="dim")


def _as_drift(kind: str, *, in_words: bool) -> str:
    name = title(kind)
    return f"{KINDS[kind].code} ({name[:1].lower()}{name[1:]})" if in_words else KINDS[kind].code


def _did(day: Day) -> str:
    """What the pass did, what it left open, and what it found out about effects of the pass before."""
    unknown = sum(one.state is StepState.UNKNOWN for one in day.run.outcomes)
    settled = sum(one.state is not StepState.UNKNOWN for one in day.run.settled)
    parts = [
        f"{count(settled, 'unknown effect')} settled by reading back" if settled else "",
        _done(day.run.outcomes),
        f"{count(unknown, 'effect')} unknown and not sent again" if unknown else "",
    ]
    return ", ".join(part for part in parts if part)


def _done(outcomes: Iterable[StepOutcome]) -> str:
    """What was certainly done, in the words of a plan's effects."""
    done = [one.step for one in outcomes if one.state is StepState.VERIFIED]
    return effects_text(effects(done)).rpartition(", ")[0] if done else ""


def observed(today: Today) -> RenderableType:
    """Which source showed how much, and whether it was whole."""
    table = columns("", "", "", ratio=(None, None, 1), header=False)
    for source in today.look.sources:
        what = "changed since yesterday" if source.kind == "store" else "shown, of those that the store waits for"
        whole = "read whole" if source.complete else "cut off"
        table.add_row(
            text(f"{source.kind} {source.name}", "bold"),
            text(f"{count(source.seen, 'order')} {what}"),
            text(whole, "dim"),
        )
    return stack([indent(table, 3), Text()])


def drift(numbers: Digest) -> RenderableType:
    """The open drift by kind, with who has to act."""
    parts: list[RenderableType] = []
    for turn, name, style in _TURNS:
        groups = numbers.of(turn)
        if groups:
            parts += [indent(text(name, f"bold {style}"), 3), indent(_groups(groups), 3), Text()]
    return stack(parts)


def _groups(groups: Sequence[Group]) -> RenderableType:
    wide = columns("", "", "", "", ratio=(None, None, 1, None), header=False)
    narrow = columns("", "", "", ratio=(None, 1, None), header=False)
    for group in groups:
        style, code = SEVERITY.get(group.severity, ""), KINDS[group.kind].code
        orders = sorted({row.finding.record.drift.order or "" for row in group.rows} - {""}, key=natural)
        wide.add_row(text(group.severity, style), text(code, "dim"), text(group.title), _names(orders, most=4))
        narrow.add_row(text(code, style), text(group.title), _names(orders, most=2))
    return ByWidth(wide, narrow, limit=92)


def _names(orders: Sequence[str], *, most: int) -> Text:
    """The first orders by name; the others are counted."""
    rest = len(orders) - most
    return text(" ".join(orders[:most]) + (f" +{rest}" if rest > 0 else ""), "dim")


def plan(today: Today) -> RenderableType:
    """The plan's effects counted, and an example of each kind of step."""
    steps = today.look.plan.steps
    going = [step for step in steps if step.approval is Approval.AUTO]
    asking = [step for step in steps if step.approval is Approval.REQUIRED]
    line = Text.assemble("Applying it ", (f"{effects_text(effects(going))}.", "bold"))
    table = columns("", "", ratio=(None, 1), header=False)
    for step in _examples(going):
        table.add_row(text(step.order, "dim"), _example(step))
    parts: list[RenderableType] = [indent(line, 3), indent(table, 3)]
    if asking:
        wait = f"{count(len(asking), 'more step')} would take something away, and wait for your yes (syncd approve)."
        parts.append(indent(text(wait, "yellow"), 3))
    return stack([*parts, Text()])


def _examples(steps: Sequence[Step]) -> list[Step]:
    """One step of each action, in the order of the plan."""
    first: dict[Action, Step] = {}
    for step in steps:
        first.setdefault(step.action, step)
    return list(first.values())


def _example(step: Step) -> Text:
    return Text.assemble(text(step_text(step)), "\n", text(step.why, "dim"))


def outcome(today: Today) -> RenderableType:
    """What became of the plan, and what the store's own ledger says."""
    done = [one for one in today.run.outcomes if one.state is not StepState.AWAITING_APPROVAL]
    agrees = ledger_agrees(today)
    said = text(f"{count(len(done), 'step')}: {summary_text(done)}.", "bold")
    truth = Text.assemble("The store's own ledger: ", (f"{_truth(today.truth)}.", "green" if agrees else "bold red"))
    parts = [said, truth]
    if not agrees:
        parts.append(text("That is not what syncd says it did. Please report this.", "bold red"))
    return stack([*(indent(part, 3) for part in parts), Text()])


def _truth(truth: Truth) -> str:
    parts = [
        count(truth.fulfillments, "fulfillment") + " created",
        count(truth.numbers, "number") + " updated",
        count(truth.requests, "request") + " withdrawn or asked back",
        count(truth.holds, "hold") + " placed",
    ]
    return f"{', '.join(parts)}, {truth.doubled} doubled, {count(truth.mails, 'mail')}"


def ledger_agrees(today: Today) -> bool:
    """Whether the store did what syncd says that it did, once each, and told no customer."""
    said = effects([one.step for one in today.run.outcomes if one.state is StepState.VERIFIED])
    truth = today.truth
    return (
        truth.fulfillments == said["fulfillments_created"]
        and truth.numbers == said["tracking_updated"]
        and truth.requests == said["requests_cancelled"] + said["cancellations_requested"]
        and truth.holds == said["holds_added"]
        and truth.mails == said["customers_notified"]
        and truth.doubled == 0
    )


def second(today: Today) -> RenderableType:
    """What a second pass finds."""
    ends = Counter(one.state for one in today.second.outcomes)
    waits = ends.pop(StepState.AWAITING_APPROVAL, 0)
    words = "nothing left to do" if not ends else summary_text(today.second.outcomes)
    line = Text.assemble((words[:1].upper() + words[1:], "bold"), f"; {count(waits, 'step')} still wait for your yes.")
    return stack([indent(line, 3), Text()])


def explained(story: OrderStory) -> RenderableType:
    """`syncd explain`, as it is."""
    return stack([explain_order(story), Text()])


def closing(
    *, folder: Path, past: str, kinds: str, took_s: float, command: str, kept: bool
) -> Iterator[RenderableType]:
    """Where the report is, and what to do next."""
    config = folder / "syncd.toml"
    here = f"--config {config}"
    tries = (
        [
            (f"{command} drift {here}", "everything that is open, looked at afresh"),
            (f"{command} reconcile {here}", "one pass: plan, your yes, apply"),
            (f"{command} approvals {here}", "what waits for your yes; then: approve ID, reconcile"),
        ]
        if kept
        else [
            (f"{command} history '{past}' {here}", "an order that gave trouble: who did what to it, when and why"),
            (f"{command} explain C02", "what one kind of drift means, and what to do about it"),
            (f"{command} demo --keep", "the same, and the sandbox stays for you to play with"),
        ]
    )
    report = Text.assemble("The report for a merchant, a page for any browser: ", (str(folder / "report.html"), "bold"))
    told = text(f"Which order shows what: {folder / 'stories.txt'}. {kinds}. All this took {took_s:.0f} s.", "dim")
    yield stack([indent(report, 3), indent(told, 3), Text()])
    for line, why in tries:
        yield command_line(line)
        yield stack([indent(text(why, "dim"), 7)])


def command_line(line: str) -> Text:
    """A command to be copied: never broken by us, however narrow the terminal."""
    return Text(f"   {line}", style="bold")
