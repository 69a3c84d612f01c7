"""Which IP addresses may be connected to: the public internet, and what the configuration allows besides.

An address that comes from outside (a feed's, a redirect's, one that an answer names) must not make syncd ask the machine
it runs on, its neighbours, or the cloud's metadata service. Networks: IANA's registries of special-purpose addresses (IPv4 and
IPv6, read 2026-11-22). A table of our own, since what Python calls private changed between its patch releases.
"""

from __future__ import annotations

from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address


class Place(Enum):
    """Where an address leads."""

    PUBLIC = "a public address"
    PRIVATE = "an address of a private network"
    LOOPBACK = "this machine"
    NOWHERE = "an address that no service has"
    """Link-local ones with the metadata services of clouds, tunnels, multicast, reserved and unspecified ones."""


class Reach(Enum):
    """Where a connection may lead."""

    PUBLIC = frozenset({Place.PUBLIC})
    PRIVATE = frozenset({Place.PUBLIC, Place.PRIVATE})
    LOOPBACK = frozenset({Place.LOOPBACK})

    def covers(self, address: str) -> bool:
        """Whether it may be connected to."""
        return place_of(ip_address(address)) in self.value


_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
_PRIVATE = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),  # shared by carriers; overlay networks use it too
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("198.18.0.0/15"),  # benchmarks; some proxies answer every name with one of these
    IPv6Network("fc00::/7"),
)
_METADATA = frozenset(
    map(ip_address, ("100.100.100.200", "168.63.129.16", "169.254.169.254", "fd00:ec2::254", "fd20:ce::254"))
)
"""Where clouds hand out credentials to whoever asks from inside; some lie in private or even in public networks."""
_NOWHERE_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "169.254.0.0/16",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
        ),
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")
_NOWHERE_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
"""Inside the global block: protocol assignments with Teredo, documentation, and 6to4."""
_NAT64 = IPv6Network("64:ff9b::/96")


def place_of(address: Address) -> Place:
    """Where an address leads; one that only wraps another, where the inner one leads."""
    address = _unwrapped(address)
    if address in _METADATA:
        return Place.NOWHERE
    if any(address in network for network in _LOOPBACK):
        return Place.LOOPBACK
    if any(address in network for network in _PRIVATE):
        return Place.PRIVATE
    return Place.PUBLIC if _is_global(address) else Place.NOWHERE


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else address


def _is_global(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOWHERE_4)
    return address in _GLOBAL_6 and not any(address in network for network in _NOWHERE_6)
