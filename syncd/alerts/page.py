"""A letter in one language, as plain values: all words and numbers, no markup. Both templates show the same."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.alerts.words import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One order, parcel or source. `url` leads to the order in the store's admin."""

    thing: str
    url: str | None = None
    note: str = ""
    facts: tuple[Fact, ...] = ()
    turn: str = ""
    role: str = "quiet"
    does: str = ""
    answer: str = ""
    command: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One matter: what it is, what is to be known about it, and its orders. `paragraphs` are (heading, text)."""

    title: str
    severity: str = ""
    severity_word: str = ""
    notes: tuple[str, ...] = ()
    paragraphs: tuple[tuple[str, str], ...] = ()
    items: tuple[Item, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A small table of numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A stretch of the mail. At once it has no title."""

    title: str = ""
    parts: tuple[Part, ...] = ()
    items: tuple[Item, ...] = ()
    more: str = ""
    grid: Grid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One big number."""

    name: str
    value: str
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """The one thing to do first: a link into the store's admin, or a command."""

    text: str
    url: str | None = None
    command: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole mail. `kind` is at_once, digest, resolved or test; `role` colours the headline."""

    kind: str
    lang: str
    subject: str
    preheader: str
    store: str
    date: str
    headline: str
    summary: str
    colon: str
    """What stands between a name and its value."""
    role: str = ""
    tiles: tuple[Tile, ...] = ()
    button: Button | None = None
    sections: tuple[Section, ...] = ()
    footer: tuple[str, ...] = ()
