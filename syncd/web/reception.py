"""Webhooks: believed only when they are signed, answered at once, and taken as hints where to look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from syncd.clock import Clock
from syncd.domain.ports import Listener, Push
from syncd.errors import AuthRejected, InvalidResponse, SyncdError
from syncd.journal import hints
from syncd.journal.database import Database

log = structlog.get_logger(__name__)

LARGEST = 2 * 2**20
"""Bytes of a body that are read. An order of 250 lines is some 400 KB. Our choice."""
_FORGET_EVERY = 500
"""Webhooks between two rounds of forgetting old ones."""


@dataclass(kw_only=True)
class Reception:
    """Takes webhooks for the stores that have a listener. `counts`: how many ended how, for the metrics."""

    listener: Callable[[str], Listener | None]
    """The store's port by its name; None = there is no such store, or it sends nothing."""
    db: Database
    clock: Clock
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def webhook(self, request: Request) -> Response:
        """`POST /webhooks/{store}`. What is signed is answered with 200 unless it cannot be kept; then it is sent again."""
        store = str(request.path_params["store"])
        try:
            return await self._heard(request, store)
        except SyncdError as error:  # the journal, or a secret that is not there any more
            log.warning("webhook.not_kept", store=store, error=error.text)
            return self._told(store, "not_kept", 503, "Not now; please send it again.")

    async def _heard(self, request: Request, store: str) -> Response:
        listener = self.listener(store)
        if listener is None:
            return self._told("", "unknown_store", 404, "There is no such store here.")
        body = await _body(request)
        if body is None:
            return self._told(store, "too_large", 413, f"More than {LARGEST} bytes.")
        try:
            heard = listener.hear(Push(headers=dict(request.headers), body=body))
        except AuthRejected as error:
            log.warning("webhook.refused", store=store, error=error.text, remedy=error.remedy)
            return self._told(store, "unsigned", 401, error.text)
        except InvalidResponse as error:
            log.warning(
                "webhook.not_understood", store=store, error=error.text, topic=request.headers.get("x-shopify-topic")
            )
            return self._told(store, "not_understood", 400, error.text)
        is_new = await self.db.run(hints.keep, store=store, heard=heard, now=self.clock.now())
        if self.counts.total() % _FORGET_EVERY == 0:
            await self.db.run(hints.forget, now=self.clock.now())
        log.debug("webhook.heard", store=store, topic=heard.topic, is_new=is_new, things=len(heard.things))
        return self._told(store, "heard" if is_new else "repeated", 200, "")

    def _told(self, store: str, end: str, status: int, text: str) -> Response:
        self.counts[store, end] += 1
        return PlainTextResponse(text, status_code=status)


async def _body(request: Request) -> bytes | None:
    """The raw bytes, or None when there are too many; what a header says of their number is not believed."""
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > LARGEST:
            return None
    return bytes(found)
