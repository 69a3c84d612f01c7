"""Kinds of drift, steps and evidence in the words of one language; what others wrote is made harmless on the way."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.alerts.languages import Tongue
from syncd.alerts.letters import Deed, Incident, IncidentState, Row, Turn
from syncd.alerts.links import parcel_page, unlinked
from syncd.domain.shipments import Rung
from syncd.domain.steps import Action, StepLine
from syncd.domain.tracking import Tracking
from syncd.reconcile.catalogue import KINDS
from syncd.reports.answers import advice, title
from syncd.reports.words import action_text, clean, done_text, sentence

LONGEST = 160
"""Characters of somebody else's words that a mail repeats at a stretch."""
FACTS = 5
"""Facts shown of one row."""
_LISTED = 6
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """A kind of drift in one language; parts that the catalogue does not have are empty."""

    title: str
    means: str
    why: str
    syncd: str
    you: str
    mind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that was seen; `url` leads to the parcel."""

    label: str
    value: str
    url: str | None = None


def foreign(text: str) -> str:
    """Somebody else's words: on one line, without what hides or turns text, not too long, and with nothing to click on."""
    plain = unlinked(" ".join(clean(text).split()))
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1].rstrip() + "…"


def kind_messages(kind: str) -> KindWords:
    """The kind's English texts, as the catalogue has them: these are the messages that translators are given."""
    known = KINDS.get(kind)
    told = advice(kind)
    return KindWords(
        title=title(kind),
        means=told.means,
        why=known.detect if known else "",
        syncd=told.syncd,
        you=told.you,
        mind=told.mind,
    )


def kind_words(kind: str, tongue: Tongue) -> KindWords:
    """The kind in this language."""
    english = kind_messages(kind)

    def told(message: str) -> str:
        return tongue.messages.pgettext(kind, message) if message else ""

    return KindWords(
        title=told(english.title),
        means=told(english.means),
        why=told(english.why),
        syncd=told(english.syncd),
        you=told(english.you),
        mind=told(english.mind),
    )


def severity_word(severity: str, tongue: Tongue) -> str:
    """How urgent it is."""
    named = tongue.named
    words = {
        "critical": named("severity", "critical"),
        "high": named("severity", "high"),
        "medium": named("severity", "medium"),
        "low": named("severity", "low"),
        "info": named("severity", "info"),
    }
    return words.get(severity, severity)


def state_word(incident: Incident, tongue: Tongue) -> str:
    """Where it stands; empty for one that is simply open."""
    by = foreign(incident.by)
    match incident.state:
        case IncidentState.NEW:
            return tongue.named("state", "new")
        case IncidentState.REGRESSED:
            return tongue.named("state", "back again")
        case IncidentState.ACKNOWLEDGED:
            return tongue.say("seen by {name}", name=by) if by else tongue.named("state", "acknowledged")
        case IncidentState.SNOOZED:
            until = incident.until
            return tongue.say("asleep until {when}", when=tongue.moment(until)) if until else tongue.say("asleep")
        case IncidentState.RESOLVED:
            return tongue.named("state", "settled")
        case IncidentState.OPEN:
            return ""


def turn_word(turn: Turn, tongue: Tongue) -> str:
    """What became of a matter, in a few words."""
    named = tongue.named
    words = {
        Turn.DONE: named("turn", "Done"),
        Turn.WAITS: named("turn", "Waits for your yes"),
        Turn.WILL: named("turn", "In the next pass"),
        Turn.WOULD: named("turn", "Not done: the store is only observed"),
        Turn.SUGGESTED: named("turn", "Suggested"),
        Turn.REFUSED: named("turn", "Could not be done"),
        Turn.UNKNOWN: named("turn", "Not known yet"),
        Turn.WATCHED: named("turn", "Being watched"),
        Turn.YOURS: named("turn", "Needs you"),
        Turn.SETTLED: named("turn", "Settled"),
    }
    return words[turn]


def deed_text(deed: Deed, tongue: Tongue, *, known: Collection[str] = ()) -> str:
    """What the step does or did: `Mark as fulfilled: 2 x MUG, 1Z999 (UPS)`; without a step what syncd does meanwhile.

    Numbers that are `known` already are left out.
    """
    if deed.action is None:
        return _without_step(deed.turn, tongue)
    verb = step_word(deed.action, tongue, is_done=deed.turn is Turn.DONE)
    tracking = [one for one in deed.tracking if foreign(one.number) not in known]
    what = ", ".join(part for part in (lines_words(deed.lines, tongue), numbers_words(tracking)) if part)
    return tongue.say("{step}: {what}", step=verb, what=what) if what else verb


def step_word(action: Action, tongue: Tongue, *, is_done: bool) -> str:
    """The step by itself, to be done or done."""
    message = step_message(action, is_done=is_done)
    return tongue.named(*message)


def step_message(action: Action, *, is_done: bool) -> tuple[str, str]:
    """Context and English text of a step."""
    return ("done", sentence(done_text(action))) if is_done else ("step", sentence(action_text(action)))


def lines_words(lines: Iterable[StepLine], tongue: Tongue) -> str:
    """`2 x MUG, 1 x LAMP`."""
    parts = [f"{tongue.number(line.quantity)} x {foreign(line.sku or _last(line.line_item_id))}" for line in lines]
    return _some(parts)


def numbers_words(tracking: Iterable[Tracking]) -> str:
    """`1Z999 (UPS)`."""
    return _some([foreign(one.number) + (f" ({foreign(one.company)})" if one.company else "") for one in tracking])


def facts(row: Row, tongue: Tongue) -> tuple[Fact, ...]:
    """What was seen, as far as it says something to a merchant; the rest is in `syncd explain`."""
    found = [
        Fact(label=label, value=value, url=url)
        for key, label in _labels(tongue).items()
        for value, url in [_value(key, row.seen.get(key), row.seen, tongue)]
        if value
    ]
    # Two keys may say the same: what the supplier says now, and what it said last.
    return tuple({(one.label, one.value): one for one in found}.values())[:FACTS]


def _without_step(turn: Turn, tongue: Tongue) -> str:
    match turn:
        case Turn.WATCHED:
            return tongue.say("syncd looks again in every pass.")
        case Turn.UNKNOWN:
            return tongue.say("syncd reads back what happened, and sends nothing until it knows.")
        case Turn.SETTLED:
            return tongue.say("It is right again.")
        case _:
            return ""


def _labels(tongue: Tongue) -> Mapping[str, str]:
    """The evidence that mails show, in the order in which they show it."""
    named = tongue.named
    number, in_store, says = named("seen", "Number"), named("seen", "In the store"), named("seen", "Supplier says")
    return {
        "error": named("seen", "Answer"),
        "numbers": number,
        "number": number,
        "supplier_number": number,
        "store_numbers": in_store,
        "store_number": in_store,
        "used_by": named("seen", "Also on"),
        "supplier_order": named("seen", "Supplier's order"),
        "supplier_order_id": named("seen", "Supplier's order"),
        "supplier_status": says,
        "last_status": says,
        "supplier_state": says,
        "rung": named("seen", "Evidence"),
        "reason": named("seen", "Reason"),
        "exception": named("seen", "Reason"),
        "candidates": named("seen", "Could be"),
        "open_before": named("seen", "Orders open before"),
        "became_dead": named("seen", "Of these suddenly gone"),
        "ordered": named("seen", "Units ordered"),
        "fulfilled": named("seen", "Units fulfilled"),
        "cancelled_at": named("seen", "Cancelled"),
        "shipped_at": named("seen", "Shipped"),
        "delivered_at": named("seen", "Delivered"),
        "promised_by": named("seen", "Promised by"),
        "sent_at": named("seen", "Request sent"),
        "label_seen_at": named("seen", "Label since"),
        "last_event_at": named("seen", "Last news"),
        "last_shown_at": named("seen", "Last seen"),
        "ordered_at": named("seen", "Ordered"),
    }


def _rungs(tongue: Tongue) -> Mapping[str, str]:
    named = tongue.named
    return {
        Rung.ORDERED.word: named("rung", "ordered"),
        Rung.LABEL.word: named("rung", "label printed"),
        Rung.HANDED_OVER.word: named("rung", "handed over"),
        Rung.FIRST_SCAN.word: named("rung", "first scan"),
        Rung.IN_TRANSIT.word: named("rung", "on its way"),
        Rung.DELIVERED.word: named("rung", "delivered"),
    }


def _value(key: str, value: Any, seen: Mapping[str, Any], tongue: Tongue) -> tuple[str, str | None]:
    """One piece of evidence in words, and where its parcel can be followed."""
    if value is None or isinstance(value, bool | Mapping):
        return "", None
    if key == "rung":
        return _rungs(tongue).get(str(value), foreign(str(value))), None
    if key == "used_by":
        uses = value if isinstance(value, list | tuple) else ()
        return _some([foreign(str(one.get("order", ""))) for one in uses if isinstance(one, Mapping)]), None
    if isinstance(value, int | float):
        return tongue.number(value), None
    if key.endswith(("_at", "_by")):
        at = _instant(value)
        return (tongue.day(at) if at else ""), None
    texts = [str(one) for one in (value if isinstance(value, list | tuple) else [value])]
    url = _parcel(texts, seen) if "number" in key else None
    return _some([foreign(_last(text) if text.startswith("gid://") else text) for text in texts]), url


def _parcel(numbers: list[str], seen: Mapping[str, Any]) -> str | None:
    """Where one number can be followed; several have no page in common."""
    if len(numbers) != 1:
        return None
    company = seen.get("supplier_company") or seen.get("company")
    named = company if isinstance(company, str) else None
    return parcel_page(Tracking(number=numbers[0], company=named))


def _instant(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _MOMENT.match(value):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _some(parts: list[str]) -> str:
    """The first few, joined; the rest is counted."""
    shown = [part for part in parts if part]
    rest = len(shown) - _LISTED
    return ", ".join([*shown[:_LISTED], f"+{rest}"] if rest > 0 else shown)


def _last(text: str) -> str:
    return text.rpartition("/")[2]
