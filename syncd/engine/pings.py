"""Tells a dead man's switch after each pass: who hears nothing for too long raises the alarm, also when this machine is gone.

Healthchecks and what speaks like it (https://healthchecks.io/docs/http_api/): a POST to the address is a success, one to
`ADDRESS/fail` a failure, and the body is kept with it. A ping that fails is a warning: it must never fail what it tells of.
"""

from __future__ import annotations

import structlog

from syncd.engine.turns import Ended
from syncd.errors import PortError
from syncd.http import Http

log = structlog.get_logger(__name__)

TIMEOUT_S = 10.0
"""How long a ping may take. Our choice, as the service recommends."""
_LONGEST = 10_000
"""Characters of the body; the service keeps no more."""


async def ping(http: Http, *, address: str, store: str, ended: Ended) -> None:
    """Tell how a pass over `store` ended. One that was only partly right is a failure, too: somebody should look."""
    address = address.rstrip("/")
    is_well = ended.is_right
    text = "right" if is_well else ended.error or "not everything could be read or done"
    client = http.client(source=f"{store}: ping", base_url=address, timeout_s=TIMEOUT_S)
    deadline_s = http.clock.monotonic() + TIMEOUT_S
    try:
        await client.request(
            "POST",
            address if is_well else f"{address}/fail",
            content=f"{store}: {text}"[:_LONGEST].encode(),
            # Telling twice does no harm, but a write is never sent again by itself.
            write=True,
            deadline_s=deadline_s,
        )
    except PortError as error:
        log.warning("ping.failed", store=store, error=error.text)
