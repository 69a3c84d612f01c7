"""A tracking number with its carrier."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """One tracking number as one side shows it.

    `number` is never empty; `company` is the carrier's name as that side spells it.
    """

    number: str
    company: str | None = None
    url: str | None = None
