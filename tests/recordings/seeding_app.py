"""The app that the recorder was: its number, its settings, and the shop's address, from what a recording says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from adapters.sandbox.shopify import ShopifyTwin
from tests.recordings.dialogue import Recording

NUMBERS = (
    re.compile(r"instead of '(\d+)'"),
    re.compile(r"app--(\d+)--"),
    re.compile(r"shopify\.com/(\d{6,})/"),
)
"""Where the number of the calling app is said: in errors, and in the names of its cloud destinations."""
ELSEWHERE = "999"
"""How the recorder began the numbers of apps that it is not."""
DOMAIN = re.compile(r'"storeDomain": "([^"]+)"')
VERSION = re.compile(r'"apiVersion":\s*\{\s*"handle": "([^"]+)"')
REFUSED = "Callback url is not allowed"
MORE_SCOPES = frozenset({"write_customers", "write_locations"})
"""What the recorder's app could do beside the work with orders."""


def seed_app(twin: ShopifyTwin, recording: Recording) -> None:
    """Make the twin's app the recorded one."""
    text = recording.path.read_text(encoding="utf-8")
    app = twin.syncd
    app.scopes |= MORE_SCOPES
    for number in (found[1] for pattern in NUMBERS for found in pattern.finditer(text)):
        if not number.startswith(ELSEWHERE):
            app.number = int(number)
            break
    domain, version = DOMAIN.search(text), VERSION.search(text)
    if domain:
        twin.world.shop.domain = domain[1]
    if version:
        app.webhook_version = version[1]
    if REFUSED in text:
        app.callback_hosts = frozenset(_accepted([step.data for step in recording.steps]))


def _accepted(value: Any) -> Iterator[str]:
    """Hosts of the callbacks that the recorded services were given."""
    match value:
        case list():
            for one in value:
                yield from _accepted(one)
        case dict():
            if isinstance(value.get("callbackUrl"), str) and "serviceName" in value:
                yield urlsplit(value["callbackUrl"]).hostname or ""
            for one in value.values():
                yield from _accepted(one)
