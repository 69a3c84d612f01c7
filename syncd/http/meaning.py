"""What a status code means for the one who has to act."""

from __future__ import annotations

from datetime import datetime

from syncd.errors import AuthRejected, InvalidResponse, NotFound, OutcomeUnknown, PortError, Refused, Transient
from syncd.http.response import Response, retry_after_s

_COME_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530})
_CERTAINLY_NOT_DONE = frozenset({425, 429})
"""Statuses that say of a write that it was not even begun."""
_CODES = {400: "bad_request", 402: "frozen", 409: "conflict", 422: "invalid", 423: "locked", 430: "blocked"}


def error_of(response: Response, *, write: bool, now: datetime) -> PortError | None:
    """The error that a status stands for; None when the answer may be read.

    A write that met a server error may have been carried out: OutcomeUnknown.
    """
    status, source = response.status, response.source
    if 200 <= status < 300:
        return None
    text = f"{source} answered {status}: {response.excerpt!r}."
    if status in {401, 403}:
        return AuthRejected(f"{source} rejected the credentials ({status}): {response.excerpt!r}.")
    if status == 404:
        return NotFound(text)
    if write and (status >= 500 or status == 408):
        return OutcomeUnknown(f"{text} Whether the request was carried out is not known.")
    if status in _COME_AGAIN:
        wait = retry_after_s(response.headers.get("retry-after"), now=now)
        return Transient(text, retry_after_s=wait)
    if 300 <= status < 400:
        return InvalidResponse(f"{source} redirects ({status}) to another place; it was not followed.", path="location")
    if status >= 500:
        return Transient(text)
    return Refused(text, code=_CODES.get(status, f"http_{status}"), remedy=_REMEDIES.get(status, ""))


_REMEDIES = {
    402: "The account is frozen until a bill is paid; open the other side's admin.",
    423: "The account is locked; its owner has to contact the other side's support.",
}
