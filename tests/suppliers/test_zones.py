"""Times without a zone are read in the zone that the stanza names, also on the days when its clocks are set."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.stores.orders_export.cells import instant as read_export
from adapters.suppliers.cj.payload import instant as read_cj
from adapters.suppliers.feed.cells import instant as read_feed
from syncd.domain.ports import SupplierQuery
from tests.suppliers.worlds import FeedWorld

HOUR = timedelta(hours=1)
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu"]
).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2000, 1, 2), datetime(2037, 12, 30), timezones=st.just(UTC)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
# The hours around the days on which clocks are set, which chance would rarely meet.
NIGHTS = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from(
        [
            datetime(2026, 3, 28, 22, tzinfo=UTC),
            datetime(2026, 10, 24, 22, tzinfo=UTC),
            datetime(2026, 3, 8, 4, tzinfo=UTC),
            datetime(2026, 11, 1, 3, tzinfo=UTC),
        ]
    ),
    st.integers(0, 6 * 60),
)


def read_both(cell: str, zone: ZoneInfo) -> datetime:
    """What the feed and the orders export make of it: the same."""
    found = {read_feed(cell, zone=zone, form=None), read_export(cell, zone=zone)}
    (at,) = found
    assert at is not None
    assert at.tzinfo is UTC
    return at


@given(st.one_of(MOMENTS, NIGHTS), ZONES)
@example(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), BERLIN)
@example(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), NEW_YORK)
def test_what_a_clock_there_showed_is_read_as_the_moment_it_showed_it_first(at: datetime, zone: ZoneInfo) -> None:
    shown = at.astimezone(zone).replace(tzinfo=None)
    read = read_both(shown.isoformat(sep=" ", timespec="minutes"), zone)
    assert read.astimezone(zone).replace(tzinfo=None) == shown
    earlier = [before for before in (at - HOUR, at - HOUR / 2) if before.astimezone(zone).replace(tzinfo=None) == shown]
    assert read == min([at, *earlier])


@given(st.one_of(MOMENTS, NIGHTS), ZONES, ZONES)
def test_a_time_with_a_zone_of_its_own_is_that_moment_whatever_the_stanza_says(
    at: datetime, own: ZoneInfo, zone: ZoneInfo
) -> None:
    assert read_both(at.astimezone(own).isoformat(), zone) == at


@given(st.dates(date(2000, 1, 2), date(2037, 12, 30)), ZONES)
def test_a_day_alone_begins_when_it_begins_there(day: date, zone: ZoneInfo) -> None:
    first = read_both(day.isoformat(), zone)
    assert first.astimezone(zone).date() == day
    assert (first - timedelta(minutes=1)).astimezone(zone).date() == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("cell", "zone", "at"),
    [
        ("2026-03-29 01:59", BERLIN, datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29 02:00", BERLIN, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("2026-03-29 02:30", BERLIN, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-03-29 03:00", BERLIN, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("2026-10-25 01:59", BERLIN, datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-10-25 02:30", BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25 03:00", BERLIN, datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        ("2026-03-08 02:30", NEW_YORK, datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("2026-11-01 01:30", NEW_YORK, datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("2026-11-01 02:00", NEW_YORK, datetime(2026, 11, 1, 7, 0, tzinfo=UTC)),
    ],
)
def test_an_hour_that_never_was_is_read_by_the_clock_before_it_and_one_that_was_twice_as_its_first(
    cell: str, zone: ZoneInfo, at: datetime
) -> None:
    assert read_both(cell, zone) == at


@pytest.mark.parametrize(
    ("zone", "written", "at"),
    [
        ("Europe/Berlin", "2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Europe/Berlin", "29.03.2026 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("America/New_York", "2026/11/01 01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("America/New_York", "Mar 08, 2026", datetime(2026, 3, 8, 5, 0, tzinfo=UTC)),
        ("America/New_York", "2026-11-01 01:30:00 -0500", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
    ],
)
async def test_the_zone_of_the_stanza_reaches_the_parcel(zone: str, written: str, at: datetime) -> None:
    world = FeedWorld(columns=None, states={}, timezone=zone)
    world.twin.raw = f'Order,Tracking Number,Ship Date\n#1001,1Z999AA10123456784,"{written}"\n'.encode()
    (order,) = (await world.port.orders(SupplierQuery())).orders
    assert [parcel.shipped_at for parcel in order.parcels] == [at]


@pytest.mark.parametrize(
    "cell",
    [
        "0001-01-01",
        "0001-01-01 00:00",
        "1899-12-30",
        "1999-12-31 23:59",
        "3000-01-01",
        "9999-12-31 23:59",
        "9999-12-31T23:59:59-05:00",
    ],
)
@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK], ids=str)
def test_what_systems_write_where_there_is_no_time_is_none(cell: str, zone: ZoneInfo) -> None:
    with pytest.raises(ValueError, match=f"date '{cell}' is not of this millennium"):
        read_feed(cell, zone=zone, form=None)
    with pytest.raises(ValueError, match=f"time '{cell}' is not of this millennium"):
        read_export(cell, zone=zone)
    with pytest.raises(ValueError, match=f"'{cell}' is no time"):
        read_cj(cell, zone=zone)


@pytest.mark.parametrize("cell", ["2000-01-01", "2999-12-31 23:59"])
def test_the_millennium_is_read_from_its_first_day_to_its_last(cell: str) -> None:
    assert read_both(cell, NEW_YORK).astimezone(NEW_YORK).isoformat(sep=" ").startswith(cell)
    assert read_cj(cell, zone=NEW_YORK) == read_both(cell, NEW_YORK)
