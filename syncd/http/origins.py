"""Where a URL leads, and whether credentials may go there."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what has to be the same for a credential to be sent along. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"not an http(s) address with a host: {parts.scheme}://{parts.hostname or ''}")
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine: a loopback IP or `localhost`."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """The host that a URL names, in lower case; empty when it names none."""
    return (urlsplit(url).hostname or "").rstrip(".")


def host_matches(host: str, patterns: Iterable[str]) -> bool:
    """Whether a host is among those named; `*.example.com` names every host below example.com, not itself."""
    bare = host.lower().rstrip(".")
    return any(bare.endswith(one[1:]) if one.startswith("*.") else bare == one for one in map(str.lower, patterns))
