"""Puts a letter into a language: from what is the case to a page of words."""

from __future__ import annotations

from typing import assert_never

from syncd.alerts.digests import digest_page, hides_rows_of_digest
from syncd.alerts.languages import Tongue
from syncd.alerts.letters import AtOnce, Digest, IncidentState, Letter, Resolved, Test
from syncd.alerts.page import Page, Section
from syncd.alerts.parts import ROWS_AT_ONCE, about_line, button, explained, footer, settled, subject_line
from syncd.alerts.words import kind_words


def page(letter: Letter, tongue: Tongue) -> Page:
    """The letter in this language."""
    match letter:
        case AtOnce():
            return _at_once(letter, tongue)
        case Resolved():
            return _resolved(letter, tongue)
        case Digest():
            return digest_page(letter, tongue)
        case Test():
            return _test(letter, tongue)
        case _:
            assert_never(letter)


def hides_rows(letter: Letter) -> bool:
    """Whether the mail shows fewer rows than the letter has."""
    match letter:
        case AtOnce() | Resolved():
            return any(len(one.rows) > ROWS_AT_ONCE for one in letter.incidents)
        case Digest():
            return hides_rows_of_digest(letter)
        case Test():
            return False
        case _:
            assert_never(letter)


def _at_once(letter: AtOnce, tongue: Tongue) -> Page:
    first = letter.incidents[0]
    words = kind_words(first.kind, tongue)
    about = about_line(letter.incidents, words, tongue)
    if letter.reminder:
        subject = tongue.say("Still open: {about}", about=about)
    elif first.state is IncidentState.REGRESSED:
        subject = tongue.say("Back again: {about}", about=about)
    else:
        subject = about
    parts = tuple(explained(one, letter.shop, tongue) for one in letter.incidents)
    return Page(
        kind="at_once",
        lang=tongue.name,
        subject=subject_line(letter.shop, subject),
        preheader=words.means,
        store=letter.shop.name,
        colon=tongue.named("sign", ": "),
        date=tongue.moment(letter.at),
        headline=words.title,
        summary=words.means,
        role=first.severity,
        button=button(letter.shop, letter.incidents, tongue),
        sections=(Section(parts=parts),),
        footer=footer(letter.shop, tongue, attached=hides_rows(letter)),
    )


def _resolved(letter: Resolved, tongue: Tongue) -> Page:
    first = letter.incidents[0]
    words = kind_words(first.kind, tongue)
    about = about_line(letter.incidents, words, tongue)
    rows = sum(len(one.rows) for one in letter.incidents)
    summary = tongue.count(
        "What syncd wrote to you about is right again. You need not do anything.",
        "The {n} matters that syncd wrote to you about are right again. You need not do anything.",
        max(1, rows),
    )
    parts = tuple(settled(one, letter.shop, tongue) for one in letter.incidents)
    return Page(
        kind="resolved",
        lang=tongue.name,
        subject=subject_line(letter.shop, tongue.say("Settled: {about}", about=about)),
        preheader=summary,
        store=letter.shop.name,
        colon=tongue.named("sign", ": "),
        date=tongue.moment(letter.at),
        headline=tongue.say("Settled: {about}", about=words.title),
        summary=summary,
        role="good",
        sections=(Section(parts=parts),),
        footer=footer(letter.shop, tongue, attached=hides_rows(letter)),
    )


def _test(letter: Test, tongue: Tongue) -> Page:
    summary = tongue.say("Mails from syncd arrive here. Nothing is wrong, and you need not do anything.")
    return Page(
        kind="test",
        lang=tongue.name,
        subject=subject_line(letter.shop, tongue.say("A test mail from syncd")),
        preheader=summary,
        store=letter.shop.name,
        colon=tongue.named("sign", ": "),
        date=tongue.moment(letter.at),
        headline=tongue.say("It works."),
        summary=summary,
        role="good",
        footer=footer(letter.shop, tongue, attached=False),
    )
