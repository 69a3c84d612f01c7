"""One answer, read whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from syncd.errors import InvalidResponse
from syncd.http.documents import TooDeep, read_json
from syncd.secrets import redact

_EXCERPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Status, headers (looked up without regard to case) and body of one answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    source: str = ""

    @property
    def text(self) -> str:
        """The body as UTF-8; bytes that are none are replaced."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def excerpt(self) -> str:
        """The beginning of the body on one line, without secrets: for error texts."""
        return redact(" ".join(self.text[:_EXCERPT].split()))

    @property
    def date(self) -> datetime | None:
        """The server's clock, to the second; None when it states none."""
        return http_date(self.headers.get("date", ""))

    def json(self) -> Any:
        """The body as JSON. Raises InvalidResponse; a login page in HTML is the usual reason.

        Signs that can be neither kept nor sent on (NUL, half a surrogate pair) are replaced by U+FFFD.
        """
        try:
            return read_json(self.body)
        except TooDeep as exc:
            raise InvalidResponse(f"{self.source} answered {self.status} with {exc}.", path="$") from None
        except ValueError as exc:
            kind = redact(self.headers.get("content-type", "no content type"))[:80]
            raise InvalidResponse(
                f"{self.source} answered {self.status} with {kind!r} instead of JSON: {self.excerpt!r}", path="$"
            ) from exc


def http_date(text: str) -> datetime | None:
    """An HTTP date as aware UTC; None when it is none."""
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def retry_after_s(text: str | None, *, now: datetime) -> float | None:
    """A Retry-After header in seconds: `4`, `4.0` (seen at Shopify) or an HTTP date; None when there is none."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        at = http_date(text)
        if at is None:
            return None
        seconds = (at - now).total_seconds()
    return max(0.0, seconds) if seconds < float("inf") else None
