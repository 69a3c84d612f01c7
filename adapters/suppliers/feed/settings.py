"""The stanza of a feed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from syncd.domain.shipments import Rung, SupplierState
from syncd.secrets import SecretRef

RUNGS: Mapping[str, Rung] = {rung.word: rung for rung in Rung}
NO_RUNG: Mapping[str, SupplierState] = {
    "unpaid": SupplierState.UNPAID,
    "held": SupplierState.HELD,
    "cancelled": SupplierState.CANCELLED,
    "failed": SupplierState.FAILED,
}
"""What a status word may mean besides a rung."""

RETURNED = "returned"
"""A status word may also mean that the carrier brings the parcel back: it is under way, to the wrong end."""

DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|"}


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write one like Europe/Copenhagen or UTC") from None
    return name


def _rung(word: str) -> str:
    if word not in RUNGS:
        raise ValueError(f"{word!r} is no rung; one of {', '.join(RUNGS)}")
    return word


def _meaning(word: str) -> str:
    known = [*RUNGS, *NO_RUNG, RETURNED]
    if word not in known:
        raise ValueError(f"{word!r} is neither a rung nor a state; one of {', '.join(known)}")
    return word


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"{name!r} is no encoding; write one like utf-8, utf-16, cp1252 or gb18030") from None
    return name


def _delimiter(text: str) -> str:
    sign = DELIMITERS.get(text.lower(), text)
    if len(sign) != 1 or sign in '"\r\n\0':
        raise ValueError(f"{text!r} is no delimiter; write one sign, or {', '.join(DELIMITERS)}")
    return sign


def _source(text: str) -> str:
    scheme, mark, rest = text.partition("://")
    if not mark or not scheme.replace("+", "").isalnum():
        return text
    if scheme.lower() not in {"http", "https"}:
        raise ValueError(f"{scheme}:// is not read yet; give a path that something else fetches it to, or http(s)://")
    if "@" in rest.partition("/")[0]:
        raise ValueError("an address holds no user and password; write authorization = a secret reference")
    return text


class Columns(BaseModel):
    """Header names by what they hold. Without this table they are proposed from the header itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: str = Field(min_length=1, description="The store's order: name or number.")
    tracking: str = Field(min_length=1, description="Tracking numbers.")
    sku: str | None = Field(None, description="SKU of the line; absent = the whole order.")
    quantity: str | None = Field(None, description="Units in the parcel; blank = all open ones.")
    carrier: str | None = Field(None, description="Name of the carrier.")
    url: str | None = Field(None, description="Link to the carrier's page.")
    shipped_at: str | None = Field(None, description="When it was handed over.")
    status: str | None = Field(None, description="A word that `states` explains.")

    def named(self) -> dict[str, str]:
        """The columns that are mapped: what they hold -> their name."""
        return {field: name for field, name in self.model_dump().items() if name}


class FeedSettings(BaseModel):
    """A table of orders and tracking numbers that the supplier writes: CSV or TSV, a file or a web address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, AfterValidator(_source)] = Field(
        min_length=1, description="A path (relative to the configuration file) or an http(s) address."
    )
    columns: Columns | None = Field(None, description="Header names; absent = proposed from the header itself.")
    states: dict[str, Annotated[str, AfterValidator(_meaning)]] = Field(
        default_factory=dict,
        description="What each word of the status column means: a rung, or unpaid, held, cancelled, failed, returned.",
    )
    rung: Annotated[str, AfterValidator(_rung)] = Field(
        "handed_over", description="What a number proves where the feed has no ship-date column."
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field("UTC", description="For dates without a zone.")
    date_format: str | None = Field(
        None, description="How dates are written, where 03/04/2026 could be read in two ways: `%d/%m/%Y`."
    )
    snapshot: bool = Field(
        False, description="The feed always shows everything, so that a missing row may mean absence."
    )
    delimiter: Annotated[str, AfterValidator(_delimiter)] | None = Field(
        None, description="One sign, or comma, semicolon, tab, bar; absent = told from the header."
    )
    encoding: Annotated[str, AfterValidator(_encoding)] | None = Field(
        None, description="Absent = told from the bytes."
    )
    carrier: str | None = Field(None, description="The carrier of rows that name none.")
    authorization: SecretRef | None = Field(None, description="Reference to the whole Authorization header.")
    requests_per_second: float = Field(1.0, gt=0, le=100, description="How often the address may be asked.")
    timeout_s: float = Field(30.0, gt=0, le=300, description="Seconds to wait for one answer.")
    max_bytes: int = Field(64 * 1024 * 1024, ge=1024, description="A larger feed is not read.")
    max_rows: int = Field(500_000, ge=1, description="Rows beyond it are not read.")

    @model_validator(mode="before")
    @classmethod
    def _trimmed_states(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("states"), dict):
            return {**data, "states": {str(word).strip().casefold(): to for word, to in data["states"].items()}}
        return data

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def is_web(self) -> bool:
        return self.source.lower().startswith(("http://", "https://"))
