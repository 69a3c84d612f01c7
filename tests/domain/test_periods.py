"""Lengths of time are read, written and counted as people mean them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.periods import Calendar, Period, elapsed, parse_period

FORMS = [
    ("90s", elapsed(seconds=90)),
    ("30m", elapsed(minutes=30)),
    ("24h", elapsed(hours=24)),
    ("5d", elapsed(days=5)),
    ("1.5h", elapsed(minutes=90)),
    ("5bd", Period(business_days=5)),
    ("1bd", Period(business_days=1)),
    (" 5 BD ", Period(business_days=5)),
]


@pytest.mark.parametrize(("text", "period"), FORMS, ids=[row[0].strip() for row in FORMS])
def test_every_form_is_understood(text, period):
    assert parse_period(text) == period


@pytest.mark.parametrize("text", ["", "5", "d", "-1d", "5w", "1.d", "5 d d", "5d and more"])
def test_what_is_no_length_of_time_says_how_to_write_one(text):
    with pytest.raises(ValueError, match=r"is no length of time; write it as 30m, 24h, 5d or 5bd"):
        parse_period(text)


@pytest.mark.parametrize("text", ["36501d", "876001h", "36501bd", "9999999999d", "9" * 400 + "s"])
def test_a_length_of_time_that_no_calendar_holds_is_refused(text):
    with pytest.raises(ValueError, match=f"'{text[:30]}' is longer than a hundred years"):
        parse_period(text)


@pytest.mark.parametrize("text", ["36500d", "36500bd"])
def test_a_hundred_years_are_understood(text):
    assert parse_period(text).text == text


@pytest.mark.parametrize("text", ["0bd", "1.5bd"])
def test_business_days_are_whole_and_at_least_one(text):
    with pytest.raises(ValueError, match=f"'{text}': business days are whole and at least 1"):
        parse_period(text)


WRITTEN = [
    (elapsed(seconds=0), "0s"),
    (elapsed(seconds=90), "90s"),
    (elapsed(seconds=0.5), "0.5s"),
    (elapsed(minutes=1), "1m"),
    (elapsed(minutes=90), "90m"),
    (elapsed(hours=1), "1h"),
    (elapsed(hours=24), "1d"),
    (elapsed(hours=36), "36h"),
    (elapsed(days=21), "21d"),
    (Period(business_days=3), "3bd"),
]


@pytest.mark.parametrize(("period", "text"), WRITTEN, ids=[row[1] for row in WRITTEN])
def test_a_period_is_written_in_the_largest_unit_that_fits(period, text):
    assert period.text == text


@given(
    st.one_of(
        st.integers(0, 10**9).map(lambda n: elapsed(seconds=n)), st.builds(Period, business_days=st.integers(1, 36_500))
    )
)
def test_what_was_written_is_read_back(period):
    # Seconds of more than six digits that fit no larger unit would be written rounded.
    if period.text.endswith("s") and period.elapsed >= timedelta(seconds=10**6):
        return
    assert parse_period(period.text) == period


FRIDAY = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
MONDAY = date(2026, 11, 23)


def test_elapsed_time_ends_after_that_much_of_it():
    assert elapsed(days=2).end(FRIDAY) == datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "holidays", "day"),
    [
        (1, frozenset(), 23),
        (2, frozenset(), 24),
        (5, frozenset(), 27),
        (6, frozenset(), 30),
        (1, frozenset({MONDAY}), 24),
        (2, frozenset({MONDAY}), 25),
    ],
)
def test_business_days_skip_weekends_and_holidays_and_keep_the_time_of_day(days, holidays, day):
    end = Period(business_days=days).end(FRIDAY, calendar=Calendar(holidays=holidays))
    assert end == FRIDAY.replace(day=day)


NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize("period", [elapsed(), elapsed(hours=1), elapsed(days=40), Period(business_days=1)])
@pytest.mark.parametrize("start", [NEVER, datetime.max.replace(tzinfo=UTC)], ids=["the day", "its last moment"])
def test_what_begins_on_the_day_that_stands_for_never_ends_on_it(period, start):
    assert period.end(start) == NEVER


def test_no_period_that_ends_before_that_day_is_cut_short():
    assert elapsed(hours=1).end(NEVER - timedelta(hours=2)) == NEVER - timedelta(hours=1)


def test_a_period_that_begins_on_a_weekend_counts_from_the_first_business_day():
    assert Period(business_days=1).end(FRIDAY + timedelta(days=1)).date() == MONDAY
