"""Where in a TOML text each key stands. tomllib keeps no positions, and an error without a line is half an error."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""Way to a value: table and key names, and indices of arrays."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PLAIN_VALUE = re.compile(r"[^,\]}\n#]*")
_ESCAPES = re.compile(r'\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|["\\btnfre])')
_QUOTES = ('"""', "'''", '"', "'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in a file; both count from 1."""

    line: int
    column: int


def positions(text: str) -> dict[Path, Position]:
    """The position of every key, and of every element of an array, in `text`.

    `text` must be valid TOML (tomllib accepted it); for anything else the answer is unspecified.
    """
    scanner = _Scanner(text=text)
    scanner.document()
    return scanner.found


def nearest(found: dict[Path, Position], path: Path) -> Position | None:
    """The position of `path`, or of the innermost table around it that stands in the file."""
    for length in range(len(path), 0, -1):
        if path[:length] in found:
            return found[path[:length]]
    return None


@dataclass(slots=True)
class _Scanner:
    text: str
    at: int = 0
    found: dict[Path, Position] = field(default_factory=dict)
    counts: Counter[Path] = field(default_factory=Counter)
    """How many `[[tables]]` of each array were seen so far."""

    def document(self) -> None:
        table: Path = ()
        self._blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._blank()

    def _header(self) -> Path:
        start, is_array = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        keys = [key for key, _ in self._keys()]
        self.at += 2 if is_array else 1
        path = self._resolved(keys[:-1])
        self._mark_all(path, start)
        path = (*path, keys[-1])
        self._mark(path, start)
        if is_array:
            self.counts[path] += 1
        if self.counts[path]:
            path = (*path, self.counts[path] - 1)
            self._mark(path, start)
        return path

    def _resolved(self, keys: list[str]) -> Path:
        """The way to a table, through the newest element of every array of tables on it."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if self.counts[path]:
                path = (*path, self.counts[path] - 1)
        return path

    def _pair(self, table: Path) -> None:
        path = table
        for key, start in self._keys():
            path = (*path, key)
            self._mark(path, start)
        self._expect("=")
        self._value(path)

    def _keys(self) -> list[tuple[str, int]]:
        keys = []
        while True:
            self._blank()
            start = self.at
            keys.append((self._key(), start))
            self._blank()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _key(self) -> str:
        if self.text[self.at] in "\"'":
            quote, start = self.text[self.at], self.at + 1
            self._string()
            inner = self.text[start : self.at - 1]
            return inner if quote == "'" else _ESCAPES.sub(_unescaped, inner)
        match = _BARE.match(self.text, self.at)
        self.at = match.end() if match else self.at + 1
        return match.group() if match else ""

    def _value(self, path: Path) -> None:
        self._blank()
        first = self.text[self.at]
        if first == "[":
            self._items("]", lambda index: self._element((*path, index)))
        elif first == "{":
            self._items("}", lambda _: self._pair(path))
        elif first in "\"'":
            self._string()
        else:
            match = _PLAIN_VALUE.match(self.text, self.at)
            self.at = match.end() if match else len(self.text)

    def _element(self, path: Path) -> None:
        self._mark(path, self.at)
        self._value(path)

    def _items(self, end: str, read: Callable[[int], None]) -> None:
        self.at += 1
        index = 0
        while True:
            self._blank()
            if self.text[self.at] == end:
                self.at += 1
                return
            read(index)
            index += 1
            self._blank()
            if self.text[self.at] == ",":
                self.at += 1

    def _string(self) -> None:
        quote = next(mark for mark in _QUOTES if self.text.startswith(mark, self.at))
        self.at += len(quote)
        while not self.text.startswith(quote, self.at):
            self.at += 2 if self.text[self.at] == "\\" and quote[0] == '"' else 1
        self.at += len(quote)
        # `""""` at the end of a long string: up to two quotes belong to its content.
        while len(quote) == 3 and self.text.startswith(quote[0], self.at):
            self.at += 1

    def _blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _expect(self, char: str) -> None:
        self._blank()
        if self.text[self.at] != char:
            raise ValueError(f"expected {char!r} at {self._position(self.at)}")
        self.at += 1

    def _mark_all(self, path: Path, start: int) -> None:
        for length in range(1, len(path) + 1):
            self._mark(path[:length], start)

    def _mark(self, path: Path, start: int) -> None:
        self.found.setdefault(path, self._position(start))

    def _position(self, at: int) -> Position:
        line = self.text.count("\n", 0, at) + 1
        return Position(line=line, column=at - (self.text.rfind("\n", 0, at) + 1) + 1)


def _unescaped(match: re.Match[str]) -> str:
    form = match.group(1)
    if form[0] in "uU":
        return chr(int(form[1:], 16))
    return {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}.get(form, form)
