"""By what orders and lines are found: names without `#` and case, ids without their gid."""

from __future__ import annotations


def name_key(name: str) -> str:
    """`#1001`, ` 1001` and `1001` are one name."""
    return name.strip().removeprefix("#").strip().casefold()


def tail(gid: str) -> str:
    """The part of an id that a supplier may give back instead of the gid: `gid://shopify/Order/1` -> `1`."""
    return gid.strip().rpartition("/")[2].partition("?")[0]
