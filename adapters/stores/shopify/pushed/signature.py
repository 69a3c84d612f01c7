"""Whether a push comes from Shopify: base64 of HMAC-SHA256 over the raw bytes, with the app's client secret.

The headers are not covered by it, so whoever holds one signed body may send it again under another topic or time: a push is
believed to say where to look, and nothing more. During a rotation the old secret signs for up to an hour.
https://shopify.dev/docs/apps/build/webhooks/verify-deliveries, read 2026-11-22.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable


def is_signed(body: bytes, given: str, *, secrets: Iterable[str]) -> bool:
    """Whether one of the secrets made this signature. Takes as long for a wrong one as for a right one."""
    try:
        stated = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return False
    made = [hmac.digest(secret.encode(), body, "sha256") for secret in secrets]
    return sum(hmac.compare_digest(one, stated) for one in made) > 0
