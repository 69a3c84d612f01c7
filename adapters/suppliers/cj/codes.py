"""CJ's envelope and business codes: they decide, the HTTP status comes second, texts may change.

Source: the code table of shopping.html and ps-code.html at developers.cjdropshipping.com (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.suppliers.cj.payload import BEIJING
from syncd.errors import AuthRejected, InvalidResponse, NotFound, PortError, Refused, Transient
from syncd.http import read_json
from syncd.secrets import redact

OK = 200
BUSY = 1600000
BAD_TOKEN = 1600001
NO_TOKEN = 1600002
BAD_REFRESH_TOKEN = 1600003
TOO_MANY = 1600200
QUOTA_USED = 1600201
PARAMETER = 1600300
READ_TIMEOUT = 1600301
DELETE_FAILED = 1603002
ORDER_NOT_FOUND = 1603100
NO_BALANCE = 1604000

TOKEN_REFUSED = frozenset({BAD_TOKEN, NO_TOKEN})
COME_AGAIN = frozenset({BUSY, TOO_MANY, READ_TIMEOUT})
"""Codes after which the same read may succeed within this call."""

_NOT_FOUND_TEXT = re.compile(r"order\s+(was\s+)?not\s+(found|exist)", re.IGNORECASE)
_STATED_CODE = re.compile(r'"code"\s*:\s*"?(\d{3,7})\b')
_EXCERPT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What CJ wraps around every answer."""

    code: int
    message: str
    data: Any
    request_id: str | None = None

    @property
    def is_ok(self) -> bool:
        return self.code == OK

    @property
    def is_not_found(self) -> bool:
        """1600300 means a bad parameter and also an unknown order: only the text tells which."""
        return self.code == ORDER_NOT_FOUND or (self.code == PARAMETER and bool(_NOT_FOUND_TEXT.search(self.message)))


def envelope(body: bytes) -> Envelope:
    """The envelope in a body. Raises InvalidResponse when there is none: a login page, a cut-off answer, ..."""
    try:
        data = read_json(body)
    except ValueError:
        raise InvalidResponse("CJ answered something that is no JSON", path="$") from None
    if not isinstance(data, Mapping):
        raise InvalidResponse("CJ answered JSON without its envelope", path="$")
    code = data.get("code")
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) < 10:
        code = int(code)
    if code == 0 and data.get("success") is True:
        code = OK  # a few product calls are wrapped like this
    if not isinstance(code, int) or isinstance(code, bool):
        raise InvalidResponse("CJ's answer states no code", path="code")
    if code == OK and data.get("result") is False:
        raise InvalidResponse("CJ's answer says 200 and failure at once", path="result")
    request_id = data.get("requestId")
    return Envelope(
        code=code,
        message=redact(" ".join(str(data.get("message") or "").split())[:_EXCERPT]),
        data=data.get("data"),
        request_id=request_id if isinstance(request_id, str) else None,
    )


def envelope_of(error: PortError) -> Envelope | None:
    """The envelope that came with a refusing HTTP status, from the excerpt that the error quotes; None when none did."""
    stated = _STATED_CODE.search(error.text)
    return Envelope(code=int(stated[1]), message=error.text, data=None) if stated else None


def failure(said: Envelope, *, source: str, now: datetime) -> PortError | None:
    """The error that a code stands for; None when the answer may be read."""
    if said.is_ok:
        return None
    text = f"{source}: CJ says {said.code} {said.message!r}."
    if said.is_not_found:
        return NotFound(text)
    match said.code:
        case _ if said.code in TOKEN_REFUSED or said.code == BAD_REFRESH_TOKEN:
            return AuthRejected(
                text, remedy=f"Check api_key of [suppliers.{source}] against My CJ > Authorization > API."
            )
        case _ if said.code in COME_AGAIN:
            return Transient(text, retry_after_s=None if said.code == READ_TIMEOUT else 10.0)
        case _ if said.code == QUOTA_USED:
            wait = _until_midnight(now)
            return Transient(f"{text} Today's calls are used up.", retry_after_s=wait.total_seconds())
        case _ if said.code == NO_BALANCE:
            return Refused(text, code="no_balance", remedy="Top up the CJ wallet.")
        case _ if said.code == PARAMETER:
            return Refused(text, code="bad_request")
        case _ if said.code == DELETE_FAILED:
            return Refused(text, code="not_cancellable", remedy="Confirmed orders: ask CJ's agent, or open a dispute.")
        case _:
            return Refused(text, code=f"cj_{said.code}")


def _until_midnight(now: datetime) -> timedelta:
    """The quota is per day. CJ does not say whose: Beijing's is assumed, as for its other times."""
    here = now.astimezone(BEIJING)
    return here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - here
