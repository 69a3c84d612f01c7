"""The table that goes with a mail when it has more rows than the mail shows: CSV that a spreadsheet cannot be tricked by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from syncd.alerts.languages import Tongue
from syncd.alerts.letters import AtOnce, Deed, Digest, Done, Incident, Letter, Resolved, Row, Shop, Test
from syncd.alerts.links import order_page
from syncd.alerts.words import deed_text, facts, foreign, kind_words, lines_words, severity_word, turn_word
from syncd.reports.csvtext import csv_text
from syncd.reports.tables import Cell, Sheet


def csv_of(letter: Letter, tongue: Tongue) -> str:
    """Every row of the letter, in its language; times in UTC, as in every CSV of syncd."""
    say = tongue.say
    columns = (
        say("Order or source"), say("What"), say("Severity"), say("Since"), say("Lines"), say("What was seen"),
        say("What became of it"), say("Step"), say("Answer"), say("Command"), say("Link"),
    )  # fmt: skip
    return csv_text(Sheet(name="syncd", columns=columns, rows=tuple(_rows(letter, tongue))))


def _rows(letter: Letter, tongue: Tongue) -> Iterable[tuple[Cell, ...]]:
    match letter:
        case AtOnce() | Resolved():
            yield from _of_incidents(letter.incidents, letter.shop, tongue)
        case Digest():
            yield from _of_incidents((*letter.new, *letter.still_open, *letter.resolved), letter.shop, tongue)
            for one in (*letter.done, *letter.not_done):
                yield _done(one, letter.shop, tongue)
        case Test():
            return
        case _:
            assert_never(letter)


def _of_incidents(incidents: Iterable[Incident], shop: Shop, tongue: Tongue) -> Iterable[tuple[Cell, ...]]:
    for incident in incidents:
        title = kind_words(incident.kind, tongue).title
        severity = severity_word(incident.severity, tongue)
        for row in incident.rows:
            yield _row(row, shop, tongue, title=title, severity=severity)


def _row(row: Row, shop: Shop, tongue: Tongue, *, title: str, severity: str) -> tuple[Cell, ...]:
    seen = "; ".join(f"{fact.label}{tongue.named('sign', ': ')}{fact.value}" for fact in facts(row, tongue))
    lines = lines_words(row.lines, tongue)
    return (
        foreign(row.thing), title, severity, row.since, lines, seen,
        *_deed(row.deed, tongue), order_page(shop.domain, row.order_id),
    )  # fmt: skip


def _done(one: Done, shop: Shop, tongue: Tongue) -> tuple[Cell, ...]:
    page = order_page(shop.domain, one.order_id)
    return (foreign(one.order), "", "", one.at, "", "", *_deed(one.deed, tongue), page)


def _deed(deed: Deed | None, tongue: Tongue) -> tuple[Cell, ...]:
    if deed is None:
        return ("", "", "", "")
    return (turn_word(deed.turn, tongue), deed_text(deed, tongue), foreign(deed.text), deed.command)
