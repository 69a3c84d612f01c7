"""The digest: what is new, what is still open, what was settled, what syncd did, and a week in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from syncd.alerts.languages import Tongue
from syncd.alerts.letters import Digest, Incident, IncidentState, Row, Turn
from syncd.alerts.page import Grid, Page, Part, Section, Tile
from syncd.alerts.parts import button, footer, item_about, item_of, more_line, notes_of, subject_line
from syncd.alerts.words import foreign, kind_words, severity_word, step_word
from syncd.domain.steps import Action

ROWS_IN_DIGEST = 5
"""Rows of one incident, and steps, that a digest shows; the rest is attached."""

_FACTS = 3
"""Facts that a digest shows of one row; a mail at once has more."""
_FOR_YOU = frozenset({Turn.WAITS, Turn.SUGGESTED, Turn.REFUSED, Turn.YOURS})


def digest_page(letter: Digest, tongue: Tongue) -> Page:
    """The digest in this language."""
    waiting = [row for one in (*letter.new, *letter.still_open) for row in one.rows if _is_for_you(row)]
    headline = _headline(waiting, tongue)
    new, settled = _rows(letter.new), _rows(letter.resolved)
    news = [
        *([tongue.count("{n} new", "{n} new", new)] if new else ()),
        *([tongue.count("{n} settled", "{n} settled", settled)] if settled else ()),
    ]
    said = tongue.say("{headline} ({news})", headline=headline, news=", ".join(news)) if news else headline
    summary = _summary(letter, tongue)
    open_ones = (*letter.new, *letter.still_open)
    return Page(
        kind="digest",
        lang=tongue.name,
        subject=subject_line(letter.shop, said),
        preheader=summary,
        store=letter.shop.name,
        colon=tongue.named("sign", ": "),
        date=tongue.long_day(letter.at),
        headline=headline,
        summary=summary,
        role="wait" if waiting else "good",
        tiles=_tiles(letter, tongue, waiting=_number(waiting)),
        button=button(letter.shop, open_ones, tongue) if open_ones else None,
        sections=tuple(_digest_sections(letter, tongue)),
        footer=footer(letter.shop, tongue, attached=hides_rows_of_digest(letter)),
    )


def _tiles(letter: Digest, tongue: Tongue, *, waiting: int) -> tuple[Tile, ...]:
    """The day in four numbers; none when all are nothing."""
    new, settled, done = _rows(letter.new), _rows(letter.resolved), len(letter.done)
    if not any((waiting, new, settled, done)):
        return ()
    return (
        Tile(name=tongue.say("Left for you"), value=tongue.number(waiting), role="wait" if waiting else ""),
        Tile(name=tongue.named("tile", "New"), value=tongue.number(new)),
        Tile(name=tongue.named("tile", "Settled"), value=tongue.number(settled)),
        Tile(name=tongue.say("Done by syncd"), value=tongue.number(done), role="good" if done else ""),
    )


def _digest_sections(letter: Digest, tongue: Tongue) -> Iterable[Section]:
    by_age = sorted(letter.still_open, key=lambda one: one.since)
    for name, incidents in (
        (tongue.named("section", "New"), letter.new),
        (tongue.named("section", "Still open, oldest first"), by_age),
        (tongue.named("section", "Settled"), letter.resolved),
    ):
        if incidents:
            yield Section(title=name, parts=tuple(_short(one, letter, tongue) for one in incidents))
    if letter.done:
        yield Section(title=tongue.named("section", "What syncd did"), grid=_done(letter, tongue))
    if letter.not_done:
        items = tuple(
            item_about(one.deed, one.order, one.order_id, letter.shop, tongue, note=tongue.moment(one.at))
            for one in letter.not_done[:ROWS_IN_DIGEST]
        )
        more = more_line(len(letter.not_done) - ROWS_IN_DIGEST, tongue)
        yield Section(title=tongue.named("section", "What syncd could not do"), items=items, more=more)
    if letter.lead_times:
        yield Section(title=tongue.say("From order to tracking number"), grid=_lead_times(letter, tongue))
    numbers = _week(letter, tongue)
    if numbers:
        yield Section(title=tongue.say("The week in numbers"), grid=Grid(columns=(), rows=numbers))


def _short(incident: Incident, letter: Digest, tongue: Tongue) -> Part:
    """One incident of a digest: its orders, and what can be done about them in one paragraph."""
    words = kind_words(incident.kind, tongue)
    is_open = incident.state is not IncidentState.RESOLVED
    needs_you = is_open and any(_is_for_you(row) for row in incident.rows)
    advice = ((tongue.say("What you can do"), words.you),) if needs_you and words.you else ()
    return Part(
        title=words.title,
        severity=incident.severity if is_open else "",
        severity_word=severity_word(incident.severity, tongue) if is_open else "",
        notes=notes_of(incident, tongue),
        paragraphs=advice,
        items=tuple(
            item_of(row, letter.shop, tongue, most=_FACTS if is_open else 0) for row in incident.rows[:ROWS_IN_DIGEST]
        ),
        more=more_line(len(incident.rows) - ROWS_IN_DIGEST, tongue),
    )


def _headline(waiting: Sequence[Row], tongue: Tongue) -> str:
    number = _number(waiting)
    if not number:
        return tongue.say("Nothing needs you")
    if all(row.order_id for row in waiting):
        return tongue.count("{n} order needs you", "{n} orders need you", number)
    return tongue.count("{n} matter needs you", "{n} matters need you", number)


def _number(rows: Sequence[Row]) -> int:
    """How many things these are: an order with several troubles is one."""
    return len({row.order_id or f"no order: {row.thing}" for row in rows})


def _summary(letter: Digest, tongue: Tongue) -> str:
    if letter.done:
        done = tongue.count(
            "syncd made {n} change, and read it back.",
            "syncd made {n} changes, and read each one back.",
            len(letter.done),
        )
    else:
        done = tongue.say("syncd had nothing to change.")
    return tongue.say("Since {when}: {what}", when=tongue.moment(letter.since), what=done)


def _done(letter: Digest, tongue: Tongue) -> Grid:
    """How often each step was taken; the orders are among what was settled."""
    counted = Counter(one.deed.action for one in letter.done if one.deed.action)
    rows = ((step_word(action, tongue, is_done=True), tongue.number(n)) for action, n in counted.most_common())
    return Grid(columns=(), rows=tuple(rows))


def _lead_times(letter: Digest, tongue: Tongue) -> Grid:
    slowest = sorted(letter.lead_times, key=lambda one: one.median, reverse=True)
    return Grid(
        columns=(
            tongue.say("Supplier"),
            tongue.say("Parcels"),
            tongue.say("Half of them within"),
            tongue.say("9 of 10 within"),
        ),
        rows=tuple(
            (foreign(one.supplier), tongue.number(one.parcels), tongue.days(one.median), tongue.days(one.p90))
            for one in slowest
        ),
    )


def _week(letter: Digest, tongue: Tongue) -> tuple[tuple[str, str], ...]:
    week = letter.week
    if week is None:
        return ()
    counted = (
        (tongue.say("Disagreements found"), week.found),
        (tongue.say("Settled again"), week.resolved),
        (tongue.say("Marked as fulfilled"), week.fulfilled),
        (tongue.say("Tracking numbers corrected"), week.retracked),
        (tongue.say("Taken back or withdrawn"), week.taken_back),
        (tongue.say("Steps that could not be done"), week.refused),
        (tongue.say("Customers told"), week.customers_told),
    )
    return tuple((name, tongue.number(number)) for name, number in counted if number is not None)


def _rows(incidents: Iterable[Incident]) -> int:
    return sum(max(1, len(one.rows)) for one in incidents)


def _is_for_you(row: Row) -> bool:
    """Whether a person has to act. Work that syncd only put on hold is stopped, not settled."""
    if row.deed is None or row.deed.turn in _FOR_YOU:
        return True
    return row.deed.turn is Turn.DONE and row.deed.action is Action.HOLD


def hides_rows_of_digest(letter: Digest) -> bool:
    """Whether the digest shows fewer rows than there are."""
    told = (*letter.new, *letter.still_open, *letter.resolved)
    return any(len(one) > ROWS_IN_DIGEST for one in (*(one.rows for one in told), letter.not_done))
