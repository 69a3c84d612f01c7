"""What mails are put together from: matters with their rows, lines, buttons and what stands below."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from syncd.alerts.languages import Tongue
from syncd.alerts.letters import Deed, Incident, Row, Shop, Turn
from syncd.alerts.links import order_page, orders_page
from syncd.alerts.page import Button, Item, Part
from syncd.alerts.words import (
    FACTS,
    Fact,
    KindWords,
    deed_text,
    facts,
    foreign,
    kind_words,
    severity_word,
    state_word,
    turn_word,
)

ROWS_AT_ONCE = 10
"""Rows of one incident that a mail about it shows; the rest is attached."""

ROLES = {
    Turn.DONE: "good",
    Turn.SETTLED: "good",
    Turn.WILL: "good",
    Turn.WAITS: "wait",
    Turn.SUGGESTED: "wait",
    Turn.YOURS: "wait",
    Turn.REFUSED: "bad",
    Turn.UNKNOWN: "bad",
    Turn.WOULD: "quiet",
    Turn.WATCHED: "quiet",
}
"""How what became of a matter is coloured."""


def explained(incident: Incident, shop: Shop, tongue: Tongue) -> Part:
    """One incident with all that is to be known about it."""
    words = kind_words(incident.kind, tongue)
    paragraphs = (
        (tongue.say("Why syncd says so"), words.why),
        (tongue.say("What syncd does"), words.syncd),
        (tongue.say("What you can do"), words.you),
        (tongue.say("Good to know"), words.mind),
    )
    return Part(
        title=words.title,
        severity=incident.severity,
        severity_word=severity_word(incident.severity, tongue),
        notes=notes_of(incident, tongue),
        paragraphs=tuple((heading, text) for heading, text in paragraphs if text),
        items=tuple(item_of(row, shop, tongue) for row in incident.rows[:ROWS_AT_ONCE]),
        more=more_line(len(incident.rows) - ROWS_AT_ONCE, tongue),
    )


def settled(incident: Incident, shop: Shop, tongue: Tongue) -> Part:
    """One incident that is right again."""
    words = kind_words(incident.kind, tongue)
    return Part(
        title=words.title,
        notes=notes_of(incident, tongue),
        items=tuple(item_of(row, shop, tongue) for row in incident.rows[:ROWS_AT_ONCE]),
        more=more_line(len(incident.rows) - ROWS_AT_ONCE, tongue),
    )


def notes_of(incident: Incident, tongue: Tongue) -> tuple[str, ...]:
    """Where it stands, how much of it there is, and whose it is, as far as there is something to say."""
    source = foreign(incident.source or "")
    size = _size(incident, tongue)
    return tuple(part for part in (state_word(incident, tongue), size, source if source != size else "") if part)


def item_of(row: Row, shop: Shop, tongue: Tongue, *, most: int = FACTS) -> Item:
    """One row of an incident, with at most so many facts."""
    if row.resolved_at:
        note = tongue.say("settled {when}", when=tongue.moment(row.resolved_at))
    else:
        note = tongue.say("since {when}", when=tongue.moment(row.since))
    return item_about(row.deed, row.thing, row.order_id, shop, tongue, note=note, seen=facts(row, tongue)[:most])


def item_about(
    deed: Deed | None,
    thing: str,
    order_id: str | None,
    shop: Shop,
    tongue: Tongue,
    *,
    note: str,
    seen: tuple[Fact, ...] = (),
) -> Item:
    """One order, parcel or source with what became of it."""
    return Item(
        thing=foreign(thing),
        url=order_page(shop.domain, order_id),
        note=note,
        facts=seen,
        turn=turn_word(deed.turn, tongue) if deed else "",
        role=ROLES[deed.turn] if deed else "quiet",
        does=deed_text(deed, tongue, known={fact.value for fact in seen}) if deed else "",
        answer=foreign(deed.text) if deed else "",
        command=deed.command if deed else None,
    )


def button(shop: Shop, incidents: Sequence[Incident], tongue: Tongue) -> Button | None:
    """Where to go first. A trouble with a source is looked at by a command, for no page of the store shows it."""
    orders = {row.order_id: row for one in incidents for row in one.rows if row.order_id}
    if not orders:
        return _source_button(shop, incidents[0], tongue)
    if len(orders) == 1:
        ((order_id, row),) = orders.items()
        name, url = foreign(row.thing), order_page(shop.domain, order_id)
        command = None if url else f"syncd explain {shlex.quote(name)} --store {shlex.quote(shop.name)}"
        return Button(text=tongue.say("Open order {order}", order=name), url=url, command=command)
    url = orders_page(shop.domain)
    command = None if url else f"syncd drift --store {shlex.quote(shop.name)}"
    return Button(text=tongue.say("Open the store's orders"), url=url, command=command)


def _source_button(shop: Shop, incident: Incident, tongue: Tongue) -> Button:
    if incident.kind == "adapter_mass_change" and incident.source:
        command = f"syncd resume {shlex.quote(foreign(incident.source))}"
        return Button(text=tongue.say("If it is true after all"), command=command)
    return Button(text=tongue.say("Look into it"), command=f"syncd check --store {shlex.quote(shop.name)}")


def about_line(incidents: Sequence[Incident], words: KindWords, tongue: Tongue) -> str:
    """What a mail is about in one line: `Shipped after it was called off: #1001`."""
    size = _size(incidents[0], tongue)
    about = tongue.say("{what}: {where}", what=words.title, where=size) if size else words.title
    more = len(incidents) - 1
    return about + (" " + tongue.count("(and {n} more matter)", "(and {n} more matters)", more) if more else "")


def _size(incident: Incident, tongue: Tongue) -> str:
    """The order, how many orders, or the source."""
    orders = list(dict.fromkeys(row.thing for row in incident.rows if row.order_id))
    if len(orders) == 1:
        return foreign(orders[0])
    if orders:
        return tongue.count("{n} order", "{n} orders", len(orders))
    return foreign(incident.source or next((row.thing for row in incident.rows), ""))


def footer(shop: Shop, tongue: Tongue, *, attached: bool) -> tuple[str, ...]:
    """What stands below every mail."""
    lines = [tongue.say("The attached table has every row.")] if attached else []
    if shop.mode == "observe":
        lines.append(tongue.say("syncd only observes this store; it changes nothing there."))
    lines.append(tongue.say("Times are those of {zone}.", zone=tongue.zone.key))
    lines.append(
        tongue.say(
            "Links lead to your store's admin and to carriers, nowhere else. Nothing was loaded to show this mail."
        )
    )
    return tuple(lines)


def more_line(rest: int, tongue: Tongue) -> str:
    """How many rows are not shown; empty when all are."""
    return (
        tongue.count("and {n} more, in the attached table", "and {n} more, in the attached table", rest)
        if rest > 0
        else ""
    )


def subject_line(shop: Shop, text: str) -> str:
    """The subject, with the store first."""
    return f"[{shop.name}] {text}"
