"""Values as plain JSON ones: equal values have equal forms, whatever they were made of."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from hashlib import sha256

import pytest

from syncd.domain.steps import Action
from syncd.reconcile.plain import digest, plain


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Box:
    at: datetime
    held: frozenset[Action]


AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (Colour.RED, "red"),
        (AT, "2026-11-22T08:00:00Z"),
        (AT.date(), "2026-11-22"),
        (timedelta(minutes=1, milliseconds=500), 60.5),
        ((1, Colour.RED), [1, "red"]),
        ([AT, None], ["2026-11-22T08:00:00Z", None]),
        ({date(2026, 1, 2), date(2026, 1, 1)}, ["2026-01-01", "2026-01-02"]),
        (frozenset({Action.TAG, Action.HOLD}), ["hold", "tag"]),
        ({10, 9, "b"}, [10, 9, "b"]),
        ({1: {"at": AT}}, {"1": {"at": "2026-11-22T08:00:00Z"}}),
        (Box(at=AT, held=frozenset({Action.TAG})), {"at": "2026-11-22T08:00:00Z", "held": ["tag"]}),
        ("text", "text"),
    ],
    ids=[
        "a member of an enumeration",
        "a moment",
        "a day",
        "a span",
        "a tuple",
        "a list",
        "a set",
        "a frozen set",
        "a set of several kinds",
        "a mapping",
        "a record",
        "a text",
    ],
)
def test_every_kind_of_value_has_one_plain_form(value, form):
    assert plain(value) == form


def test_a_word_of_an_enumeration_becomes_the_bare_word():
    assert type(plain(Action.HOLD)) is str


def test_the_digest_is_of_the_shortest_json_in_ascii_with_the_keys_in_order():
    text = b'{"a":[1,2],"b":"\\u00e9"}'
    assert digest({"b": "é", "a": [1, 2]}) == digest({"a": [1, 2], "b": "é"}) == sha256(text).hexdigest()
