"""Where webhooks may be sent, and what the service says of an address that it does not take."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
TOPIC = re.compile(r"(?!goog)[A-Za-z][\w.~+%-]{2,254}")
"""Google's rules for ids of projects and topics."""
_ARN = re.compile(r"arn:aws:events:[a-z0-9-]+::event-source/aws\.partner/shopify\.com(?:\.test)?/(?P<client>\d+)/[^/]+")


def problems(address: str, *, client: int) -> list[str]:
    """Why the address is refused; empty when it is fine. `client` is the app's number."""
    if not address:
        return ["Address can't be blank"]
    if address.startswith("arn:"):
        wrong = arn_problem(address, client=client)
        return ["Address is invalid", wrong] if wrong else []
    scheme, _, rest = address.partition("://")
    match scheme:
        case "https":
            return [] if urlsplit(address).hostname else ["Address is invalid"]
        case "pubsub":
            return _pubsub_problems(rest)
        case "kafka":
            return [_unsupported(scheme), "Address is not a valid kafka topic"]
        case _:
            return [_unsupported(scheme)]


def _unsupported(scheme: str) -> str:
    return f"Address protocol {scheme}:// is not supported"


def _pubsub_problems(rest: str) -> list[str]:
    project, _, topic = rest.partition(":")
    if not project or not topic:
        text = "Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic"
        return [_unsupported("pubsub"), text]
    if not PROJECT.fullmatch(project):
        return ["Address is invalid", "Address is not a valid GCP project id."]
    if not TOPIC.fullmatch(topic):
        return ["Address is invalid", "Address is not a valid GCP topic id."]
    return []


def arn_problem(arn: str, *, client: int) -> str | None:
    """What is wrong with the name of an event source."""
    found = _ARN.fullmatch(arn)
    if found is None:
        return "Address is not a valid AWS ARN"
    if int(found["client"]) != client:
        return f"Address is an AWS ARN and includes api_client_id '{found['client']}' instead of '{client}'"
    return None


def is_cloud(address: str) -> bool:
    """Whether it is a bus of a cloud, which takes JSON only."""
    return address.startswith(("arn:", "pubsub://"))
