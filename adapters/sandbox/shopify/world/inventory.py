"""What fulfilling, undoing and refunding do to stock. Simple on purpose; the real ledger is not fully known.

`available` goes down when an order is routed, `on_hand` when it leaves; cancelling a fulfillment brings the units
back to `committed` and `on_hand`. Only lines with a variant have stock.
"""

from __future__ import annotations

from adapters.sandbox.shopify.world.state import Line, Location

NAMES = ("available", "committed", "on_hand")


def quantities(line: Line, location: Location) -> dict[str, int] | None:
    """The stock record of a line's variant at a place, made at first use; None for custom items."""
    if line.variant is None:
        return None
    return line.variant.inventory_item.levels.setdefault(location.number, dict.fromkeys(NAMES, 0))


def shift(line: Line, location: Location, *, available: int = 0, committed: int = 0, on_hand: int = 0) -> None:
    """Move units between states."""
    level = quantities(line, location)
    if level is not None:
        level["available"] += available
        level["committed"] += committed
        level["on_hand"] += on_hand


def plan(line: Line, location: Location, quantity: int) -> None:
    """Units are promised to an order."""
    shift(line, location, available=-quantity, committed=quantity)


def leave(line: Line, location: Location, quantity: int) -> None:
    """Units are fulfilled."""
    shift(line, location, committed=-quantity, on_hand=-quantity)


def come_back(line: Line, location: Location, quantity: int) -> None:
    """A fulfillment of these units was cancelled."""
    shift(line, location, committed=quantity, on_hand=quantity)


def give_up(line: Line, location: Location, quantity: int) -> None:
    """Units are no longer promised: refunded with restock, or edited away, before fulfillment."""
    shift(line, location, available=quantity, committed=-quantity)


def restock(line: Line, location: Location, quantity: int) -> None:
    """Fulfilled units were returned to the shelf."""
    shift(line, location, available=quantity, on_hand=quantity)
