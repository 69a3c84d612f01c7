"""The kinds of value that configuration is written in: periods, rungs, approvals, addresses."""

from __future__ import annotations

from datetime import time, timedelta
from difflib import get_close_matches
from email.errors import MessageError
from email.headerregistry import Address
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema

from syncd.domain.periods import Period, parse_period
from syncd.domain.shipments import Rung
from syncd.domain.steps import Approval
from syncd.domain.windows import Window, parse_window
from syncd.secrets import FORMS

_APPROVALS = {"auto": Approval.AUTO, "approve": Approval.REQUIRED, "report": Approval.REPORT}
_SPELT = {approval: word for word, approval in _APPROVALS.items()}
_PERIOD = r"^\d+(\.\d+)?\s*(s|m|h|d|bd)$"


def is_loopback(host: str | None) -> bool:
    """Whether `host` is this machine and nothing else. Names are not looked up; only `localhost` counts."""
    if not host:
        return False
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def spelt(approval: Approval) -> str:
    """An approval as configuration writes it: auto, approve or report."""
    return _SPELT[approval]


def _period(value: Any) -> Period:
    if isinstance(value, Period):
        return value
    if not isinstance(value, str):
        raise ValueError("expected a length of time in quotes: 30m, 24h, 5d or 5bd (business days)")  # noqa: TRY004 - pydantic reports ValueError
    return parse_period(value)


def _elapsed(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    period = _period(value)
    if period.business_days:
        raise ValueError("business days make no sense here; write it as 30s, 5m or 24h")
    if not period.elapsed:
        raise ValueError("must be longer than nothing")
    return period.elapsed


def _rung(value: Any) -> Rung:
    if isinstance(value, Rung):
        return value
    words = [rung.word for rung in Rung if rung is not Rung.ORDERED]
    if value not in words:
        raise ValueError(f"expected one of {', '.join(words)}")
    return Rung[value.upper()]


def _approval(*words: str) -> BeforeValidator:
    def read(value: Any) -> Approval:
        if isinstance(value, Approval):
            return value
        if value not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return _APPROVALS[value]

    return BeforeValidator(read)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = _nearest_zone(value)
        hint = f'did you mean "{near}"?' if near else "they are spelt like Europe/Copenhagen"
        raise ValueError(f"expected an IANA time zone; found {value!r}; {hint}") from None
    return value


def _nearest_zone(value: str) -> str | None:
    """The zone that was probably meant: spelt almost so, or by its city alone."""
    zones = sorted(available_timezones())
    wanted = value.strip().lower().replace(" ", "_")
    cities = {zone.rpartition("/")[2].lower(): zone for zone in reversed(zones)}
    whole = {zone.lower(): zone for zone in zones}
    if wanted in whole or wanted in cities:
        return whole.get(wanted) or cities[wanted]
    near = get_close_matches(wanted, [*whole, *cities], n=1, cutoff=0.75)
    return (whole.get(near[0]) or cities[near[0]]) if near else None


def _time_of_day(value: Any) -> time:
    if isinstance(value, time):
        return value
    try:
        hour, minute = (int(part) for part in str(value).split(":"))
        return time(hour, minute)
    except ValueError:
        raise ValueError("expected a time of day in quotes, like 08:00") from None


def _quiet(value: str) -> str:
    start, dash, end = value.partition("-")
    if not dash:
        raise ValueError("expected two times of day, like 22:00-07:00")
    _time_of_day(start.strip())
    _time_of_day(end.strip())
    return value


def _window(value: Any) -> Window:
    return value if isinstance(value, Window) else parse_window(str(value))


def _listen(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("expected HOST:PORT, like 127.0.0.1:9750")
    return value


def _smtp(value: str) -> str:
    if value.partition(":")[0] in FORMS:
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("expected smtp://HOST:PORT or smtps://HOST:PORT")
    return value


def _address(value: str) -> str:
    # A line break here would let a name smuggle in further headers.
    if not value.isprintable() or value.count("@") != 1 or not all(value.split("@")) or " " in value.strip():
        raise ValueError("expected one mail address, like merchant@example.com")
    address = value.strip()
    local, _, domain = address.rpartition("@")
    try:
        Address(addr_spec=f"{local}@{domain.encode('idna').decode('ascii')}")
    except (ValueError, IndexError, MessageError):  # what the parser says of odd names, each in its own way
        hint = "" if local.isascii() else "; few servers take other letters than a to z before the @"
        raise ValueError(f"expected one mail address, like merchant@example.com{hint}") from None
    return address


def _ratio(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("expected a share between 0 and 1, like 0.3 for 30 %")
    return float(value)


PeriodField = Annotated[
    Period,
    PlainValidator(_period),
    PlainSerializer(lambda period: period.text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _PERIOD}),
]
Elapsed = Annotated[
    timedelta,
    PlainValidator(_elapsed),
    PlainSerializer(lambda length: Period(elapsed=length).text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?\s*(s|m|h|d)$"}),
]
RungField = Annotated[
    Rung,
    PlainValidator(_rung),
    PlainSerializer(lambda rung: rung.word, return_type=str),
    WithJsonSchema({"enum": [rung.word for rung in Rung if rung is not Rung.ORDERED]}),
]
ApprovalField = Annotated[
    Approval,
    _approval("auto", "approve", "report"),
    PlainSerializer(spelt, return_type=str),
    WithJsonSchema({"enum": ["auto", "approve", "report"]}),
]
NeverAlone = Annotated[
    Approval,
    _approval("approve", "report"),
    PlainSerializer(spelt, return_type=str),
    WithJsonSchema({"enum": ["approve", "report"]}),
]
"""An approval that the policy cannot give alone."""
Share = Annotated[float, PlainValidator(_ratio), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
Zone = Annotated[str, AfterValidator(_zone)]
TimeOfDay = Annotated[
    time,
    PlainValidator(_time_of_day),
    PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,2}:\d{2}$"}),
]
Quiet = Annotated[str, AfterValidator(_quiet)]
Listen = Annotated[str, AfterValidator(_listen)]
Smtp = Annotated[str, AfterValidator(_smtp)]
MailAddress = Annotated[str, AfterValidator(_address)]
WindowField = Annotated[
    Window,
    PlainValidator(_window),
    PlainSerializer(lambda window: window.text, return_type=str),
    WithJsonSchema({"type": "string"}),
]
RelativePath = Annotated[Path, WithJsonSchema({"type": "string"})]
