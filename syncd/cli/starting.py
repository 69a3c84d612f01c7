"""The first configuration of a newcomer: what they answered, with comments on what else there is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from syncd.errors import UsageError
from syncd.secrets import SecretRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What `syncd init` was told. Empty or None = that supplier is not there."""

    shop: str
    token: str
    cj_prefix: str | None = None
    feed: str | None = None
    feed_prefix: str | None = None

    def with_feed_prefix(self, prefix: str) -> Answers:
        return replace(self, feed_prefix=prefix)


def configuration(answers: Answers) -> str:
    """The file's text. Raises UsageError for answers that could not work."""
    parts = [_HEAD, _store(answers)]
    if answers.cj_prefix:
        parts.append(_CJ.format(prefix=json.dumps(answers.cj_prefix)))
    if answers.feed:
        prefix = json.dumps(answers.feed_prefix or "DP-")
        parts.append(_FEED.format(source=json.dumps(answers.feed), prefix=prefix))
    if not answers.cj_prefix and not answers.feed:
        parts.append(_NO_SUPPLIER)
    return "\n".join([*parts, _TAIL])


def _store(answers: Answers) -> str:
    shop = answers.shop.strip().lower().removeprefix("https://").rstrip("/")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*\.myshopify\.com", shop):
        raise UsageError(
            f'"{answers.shop}" is no permanent domain.',
            remedy="It looks like example.myshopify.com; see the admin's address.",
        )
    try:
        SecretRef.of(answers.token)
    except ValueError as error:
        raise UsageError(f"--token: {error}.") from None
    return _STORE.format(shop=json.dumps(shop), token=json.dumps(answers.token))


_HEAD = """\
# syncd's configuration. Every option: config/syncd.example.toml, or `syncd config explain KEY`.
# Secrets are never written here, only where they are: env:NAME, file:PATH, cred:NAME (systemd) or cmd:COMMAND.

[database]
url = "sqlite:///syncd.db"              # beside this file; or postgresql://USER@HOST/NAME
"""
_STORE = """\
[stores.main]
adapter = "shopify"
shop = {shop}
token = {token}          # Admin API access token of a custom app
mode = "observe"                        # nothing is ever written to the store. Change to "act" once the plan looks right.
notify_customer = "never"               # "once": the store mails the customer when a parcel is first shown

[stores.main.policy]
fulfill_on = "handed_over"              # what counts as shipped: label handed_over first_scan in_transit delivered
create_fulfillments = "auto"            # auto: alone | approve: after your yes | report: only told
update_tracking = "auto"
cancel_stale_requests = "approve"
unfulfill = "approve"
# unacknowledged_after = "24h"          # a submitted request without an answer
# stale_after = "5d"                    # an accepted request without progress; 5bd = business days
"""
_CJ = """\
[suppliers.cj]
adapter = "cj"
api_key = "env:CJ_API_KEY"
stores = ["main"]
lines = {{ sku_prefix = {prefix} }}       # which order lines are this supplier's
"""
_FEED = """\
[suppliers.depot]
adapter = "feed"
source = {source}                       # CSV or TSV
# columns = {{ order = "Order", sku = "SKU", quantity = "Qty", tracking = "Tracking Number", carrier = "Carrier", shipped_at = "Ship Date" }}
# states = {{ shipped = "handed_over", cancelled = "cancelled" }}    # what the words of its status column mean
stores = ["main"]
lines = {{ sku_prefix = {prefix} }}       # which order lines are this supplier's
"""
_NO_SUPPLIER = """\
# Who ships? Without a supplier there is nothing to compare the store with.
# [suppliers.cj]
# adapter = "cj"                        # see `syncd adapters`
# api_key = "env:CJ_API_KEY"
# stores = ["main"]
# lines = { sku_prefix = "CJ-" }
"""
_TAIL = """\
# [alerts.email]
# smtp = "smtps://mail.example.com"
# from = "syncd@example.com"
# to = ["you@example.com"]
"""
