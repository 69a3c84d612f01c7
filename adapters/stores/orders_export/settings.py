"""The stanza of an orders export."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"{name!r} is no encoding; write one like utf-8, utf-16 or cp1252") from None
    return name


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write one like Europe/Copenhagen or UTC") from None
    return name


class OrdersExportSettings(BaseModel):
    """Where the export lies and how to read it where it does not say so itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(min_length=1, description="the CSV file; a relative path counts from the configuration file")
    shop: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9][a-z0-9-]*\.myshopify\.com$",
        description="the shop's domain, so that reports can link to its orders",
    )
    encoding: Annotated[str, AfterValidator(_encoding)] | None = Field(
        default=None, description="the file's encoding; found out by itself when absent"
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="the zone of times that carry none, as after a detour through a spreadsheet"
    )
