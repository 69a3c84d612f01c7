"""Words for people: ages, counts, effects, and text that must not do anything."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.steps import Action
from syncd.reconcile.plan import effects
from syncd.reports.evidence import changes, facts, value_text
from syncd.reports.terminal.style import as_text, text
from syncd.reports.words import action_text, ago, clean, count, done_text, effects_text, listed, moment, sentence, span
from tests.reports.sample import NOW, STEPS


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=89), "89 s"),
        (timedelta(seconds=90), "1 min"),
        (timedelta(minutes=89), "89 min"),
        (timedelta(minutes=90), "1 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(hours=48), "2 days"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_sensible_unit(length, words):
    assert span(length) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [(None, "never"), (NOW, "just now"), (NOW - timedelta(hours=3), "3 h ago"), (NOW + timedelta(hours=3), "in 3 h")],
)
def test_moments_are_told_by_their_distance(at, words):
    assert ago(at, now=NOW) == words


def test_moments_are_told_in_the_readers_zone_and_name_it():
    at = datetime(2026, 1, 2, 23, 5, tzinfo=UTC)
    assert moment(at, zone=UTC) == "2 Jan 2026, 23:05 UTC"
    assert moment(at, zone=ZoneInfo("Asia/Taipei")) == "3 Jan 2026, 07:05 CST"


def test_counts_and_lists():
    assert (count(1, "order"), count(1200, "order"), count(2, "box", plural="boxes")) == (
        "1 order",
        "1,200 orders",
        "2 boxes",
    )
    assert (listed([]), listed(["a"]), listed(["a", "b", "c"])) == ("", "a", "a, b and c")
    assert (sentence("needs you"), sentence("syncd waits")) == ("Needs you", "syncd waits")


def test_effects_are_one_sentence_that_always_tells_about_mails():
    said = effects_text(
        {"fulfillments_created": 14, "tracking_updated": 3, "requests_cancelled": 2, "customers_notified": 0}
    )
    assert said == "creates 14 fulfillments, updates 3 numbers, cancels 2 requests, would notify 0 customers"
    assert effects_text({}) == "changes nothing, would notify 0 customers"


def test_every_effect_that_a_plan_counts_is_said():
    for key in effects(()):
        said = effects_text({key: 1})
        assert "1 " in said, key
        assert "changes nothing" not in said or key == "customers_notified", key
    assert effects_text(effects(STEPS)).startswith("creates 8 fulfillments")


@pytest.mark.parametrize("action", list(Action))
def test_every_action_has_words_for_before_and_after(action):
    assert action_text(action)
    assert done_text(action)


@given(st.text())
def test_clean_text_is_one_line_without_anything_that_acts(words):
    said = clean(words)
    assert said.isprintable() or all(ord(char) > 0x9F for char in said if not char.isprintable())
    assert "\x1b" not in said
    assert "\n" not in said
    assert clean(said) == said


@pytest.mark.parametrize(
    "bad", ["\x1b[2Jgone", "\x1b]0;title\x07gone", "go\u202ene", "go\x00ne", "\u2066gone", "gone\x9b31m"]
)
def test_foreign_text_cannot_drive_a_terminal(bad):
    shown = as_text(text(bad), color=True)
    assert not set(shown) & set("\x1b\x9b\x00\x07\u202e\u2066")


def test_markup_of_the_terminal_library_is_shown_not_obeyed():
    assert (
        as_text(text("[bold red]x[/] [link=http://x]y[/link] :smile:"))
        == "[bold red]x[/] [link=http://x]y[/link] :smile:\n"
    )


def test_evidence_is_told_without_what_says_nothing():
    told = dict(
        facts(
            {
                "observed_at": "2026-11-20T09:28:00Z", "parcel": "1Z9", "numbers": ["1Z9"], "rung": "handed_over",
                "moved": None, "taken_back": False, "store_numbers": [], "units": 0, "blocked": ["not_permitted"],
                "fulfillment": "gid://shopify/Fulfillment/7", "at": "2026-11-18T08:00:00Z", "nested": {"a": [1, 2]},
            },
            zone=UTC,
        )
    )  # fmt: skip
    assert told == {
        "number": "1Z9", "evidence": "handed over", "units": "0", "not possible": "the store does not permit it", "fulfillment": "7",
        "at": "18 Nov 08:00", "nested": "a 1, 2",
    }  # fmt: skip


def test_values_that_only_look_like_times_stay_as_they_are():
    assert value_text("2026-99-20T09:28:00ZZZZ", zone=UTC) == "2026-99-20T09:28:00ZZZZ"
    assert value_text(True, zone=UTC) == "yes"
    assert value_text(NOW, zone=UTC) == "20 Nov 09:30"


def test_a_day_long_ago_names_its_year():
    long_ago = {"observed_at": "2026-11-20T09:28:00Z", "ordered_at": "2025-12-06T15:26:00Z"}
    assert facts(long_ago, zone=UTC) == (("ordered", "6 Dec 2025"),)


def test_numbers_are_told_first_and_what_stands_in_the_way_last():
    told = facts({"blocked": ["on_hold"], "at": 1, "rung": "label", "numbers": ["1Z"]}, zone=UTC)
    assert [label for label, _ in told] == ["number", "evidence", "at", "not possible"]


def test_only_what_differs_is_a_change():
    assert changes({"a": 1, "b": 2}, {"a": 1, "b": 3, "c_d": "x"}, zone=UTC) == ("b: 2 -> 3", "c d: nothing -> x")
    assert changes(None, None, zone=UTC) == ()
