"""Times of the week: what is in them, also across midnight and where clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.windows import parse_window

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day", "at", "is_in"),
    [
        ("Mon 02:00-04:00", 0, "02:00", True),
        ("Mon 02:00-04:00", 0, "03:59", True),
        ("Mon 02:00-04:00", 0, "04:00", False),
        ("Mon 02:00-04:00", 0, "01:59", False),
        ("Mon 02:00-04:00", 1, "03:00", False),
        ("02:00-04:00", 5, "03:00", True),
        ("Mon-Fri 22:00-06:00", 4, "22:00", True),
        ("Mon-Fri 22:00-06:00", 5, "05:59", True),
        ("Mon-Fri 22:00-06:00", 5, "06:00", False),
        ("Mon-Fri 22:00-06:00", 5, "22:00", False),
        ("Mon-Fri 22:00-06:00", 0, "05:00", False),
        ("sat,sun 00:00-24:00", 6, "23:59", True),
        ("sat,sun 00:00-24:00", 5, "00:00", True),
        ("sat,sun 00:00-24:00", 0, "00:00", False),
        ("Fri-Mon 8:00-9:00", 0, "08:30", True),
        ("Fri-Mon 8:00-9:00", 6, "08:30", True),
        ("Fri-Mon 8:00-9:00", 3, "08:30", False),
        ("Fri-Mon 8:00-9:00", 1, "08:30", False),
        ("12:00-12:00", 3, "11:59", True),
        ("Mon 23:00-01:00", 1, "00:30", True),
        ("Mon 23:00-01:00", 2, "00:30", False),
        ("Sun 23:00-01:00", 0, "00:30", True),
        ("02:30-04:00", 3, "02:29", False),
        ("02:30-04:00", 3, "02:30", True),
        ("22:59-23:01", 3, "23:00", True),
    ],
)
def test_a_window_holds_its_times_and_no_others(text: str, day: int, at: str, *, is_in: bool) -> None:
    hour, minute = map(int, at.split(":"))
    assert parse_window(text).covers(MONDAY + timedelta(days=day, hours=hour, minutes=minute)) is is_in


@pytest.mark.parametrize(
    "text", ["", "soon", "Mon", "Mon 02:00", "Sunday 02:00-04:00", "Mon 25:00-26:00", "Mon 02:60-03:00", "24:00-02:00"]
)
def test_what_is_no_time_of_the_week_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match="Sun 02:00-04:00"):
        parse_window(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x" * 50, f"'{'x' * 40}' is no time of the week"),
        ("Son 02:00-04:00", "'son' is no day of the week"),
        ("Mon-Fre 02:00-04:00", "'fre' is no day of the week"),
        ("24:00-02:00", "'24:00' is no time of day"),
        ("02:00-24:01", "'24:01' is no time of day"),
        ("02:60-03:00", "'02:60' is no time of day"),
    ],
)
def test_what_cannot_be_read_of_it_is_named(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}; write it as Sun 02:00-04:00"):
        parse_window(text)


def test_a_window_keeps_how_it_was_written_and_knows_its_days() -> None:
    window = parse_window(" Sun,Fri 02:00-04:00 ")
    assert (window.text, window.days) == ("Sun,Fri 02:00-04:00", {4, 6})
    assert parse_window("02:00-04:00").days == set(range(7))


def test_in_the_night_when_clocks_go_back_the_hour_that_comes_twice_counts_twice() -> None:
    zone, window = ZoneInfo("Europe/Copenhagen"), parse_window("Sun 02:00-03:00")
    hours = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC).astimezone(zone) for hour in range(4)]
    assert [window.covers(hour) for hour in hours] == [True, True, False, False]


@given(at=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)), days=st.sampled_from(["", "Tue ", "Sat-Tue "]))  # fmt: skip
def test_a_window_and_its_complement_share_no_moment(at: datetime, days: str) -> None:
    day, night = parse_window(f"{days}06:00-22:00"), parse_window("22:00-06:00")
    assert not (day.covers(at) and night.covers(at))
