"""One recorded reply held against the twin's: ids, cursors, times and request ids by shape, all else exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
GID = re.compile(r"gid://shopify/([A-Za-z]+)/([\w.-]+)(\?.*)?")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(-\d+)?")
NUMBER = re.compile(r"\d{6,}")
CURSORS = frozenset({"cursor", "startCursor", "endCursor"})
FILES = frozenset({"url", "partialDataUrl", "fileSize"})
"""Where the file of a bulk operation lies, and how big it is: that depends on what the recorded shop called its things."""
LEVELS = frozenset({"currentlyAvailable"})
"""How full the bucket was: what other clients of the recorded shop left of it."""
ABSENT = "absent"


@dataclass(slots=True)
class Pairs:
    """Recorded ids, cursors and numbers with those that stand for them here."""

    ours: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)

    def learn(self, theirs: str, ours: str) -> bool:
        """Remember the pair; False when either one is paired otherwise already."""
        known, back = self.ours.setdefault(theirs, ours), self.theirs.setdefault(ours, theirs)
        if known != ours or back != theirs:
            return False
        one, other = GID.fullmatch(theirs), GID.fullmatch(ours)
        if one and other:
            self.ours.setdefault(one[2], other[2])
            plain = theirs.partition("?")[0]
            if plain != theirs:
                self.ours.setdefault(plain, ours.partition("?")[0])
        return True

    def translated(self, value: Any) -> Any:
        """Recorded values in our ids."""
        match value:
            case dict():
                return {key: self.translated(one) for key, one in value.items()}
            case list():
                return [self.translated(one) for one in value]
            case str() if value in self.ours:
                return self.ours[value]
            case str():
                return NUMBER.sub(lambda found: self.ours.get(found[0], found[0]), value)
            case _:
                return value


@dataclass(frozen=True, slots=True)
class Difference:
    """A place in the reply, with what was recorded there and what the twin says."""

    path: str
    theirs: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.path}: {self.theirs!r} | {self.ours!r}"


def differences(theirs: Mapping[str, Any], ours: Mapping[str, Any], pairs: Pairs, *, priced: bool) -> list[Difference]:
    """Everything that differs. Prices and places in the text count only where the text is the recorded one."""
    left = {key: one for key, one in ours.items() if key in theirs or key != "extensions"}
    return list(_Comparison(pairs, priced).of(theirs, left, ""))


@dataclass(frozen=True, slots=True)
class _Comparison:
    pairs: Pairs
    priced: bool

    def of(self, theirs: Any, ours: Any, path: str) -> Iterator[Difference]:
        match theirs, ours:
            case dict(), dict():
                for key in dict.fromkeys([*theirs, *ours]):
                    if not self.is_left_out(key, path):
                        yield from self.at(key, theirs.get(key, ABSENT), ours.get(key, ABSENT), f"{path}.{key}")
            case list(), list() if len(theirs) == len(ours):
                for at, (one, other) in enumerate(zip(theirs, ours, strict=True)):
                    if not self.is_name_of_text(path, at):
                        yield from self.of(one, other, f"{path}[{at}]")
            case str(), str():
                if not self.is_same_text(theirs, ours):
                    yield Difference(path, theirs, ours)
            case _ if theirs != ours or isinstance(theirs, bool) != isinstance(ours, bool):
                yield Difference(path, theirs, ours)

    def at(self, key: str, theirs: Any, ours: Any, path: str) -> Iterator[Difference]:
        is_text = isinstance(theirs, str) and isinstance(ours, str) and ABSENT not in {theirs, ours}
        if is_text and (key in CURSORS or key in FILES):
            self.pairs.learn(theirs, ours)
        elif not (key in LEVELS and isinstance(theirs, int | float) and isinstance(ours, int | float)):
            yield from self.of(theirs, ours, path)

    def is_left_out(self, key: str, path: str) -> bool:
        is_price = key == "cost" and path == ".extensions"
        return not self.priced and (is_price or (key == "locations" and path.startswith(".errors")))

    def is_name_of_text(self, path: str, at: int) -> bool:
        """The first step of an error's path can be the operation's name, which is ours where the text is."""
        return not self.priced and at == 0 and path.startswith(".errors") and path.endswith(".path")

    def is_same_text(self, theirs: str, ours: str) -> bool:
        one, other = GID.fullmatch(theirs), GID.fullmatch(ours)
        if one and other:
            is_alike = one[1] == other[1] and bool(one[3]) == bool(other[3])
            # Jobs that were started together were recorded with one id.
            return is_alike and (one[1] == "Job" or self.pairs.learn(theirs, ours))
        if TIME.fullmatch(theirs) and TIME.fullmatch(ours):
            return True
        return UUID.sub("U", self.pairs.translated(theirs)) == UUID.sub("U", ours)
