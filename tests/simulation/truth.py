"""What is so in the world, as those know it who made it so: goods that left, and what people did by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any


class Stage(IntEnum):
    """How far goods are, as their supplier shows."""

    PLACED = 0
    LABEL = 1
    SHIPPED = 2
    DELIVERED = 3


@dataclass(slots=True, kw_only=True)
class Goods:
    """Units of one order that a supplier sends together: one CJ order, or one row of the feed."""

    order: Any
    supplier: str
    units: dict[str, int]
    """Units by line id."""
    ref: Any
    """CJ's id of it, or the feed's row."""
    stage: Stage = Stage.PLACED
    placed_at: datetime | None = None
    """Since when its supplier shows that he has it; None = he does not show it."""
    number: str | None = None
    """The number that the supplier shows now."""
    numbers: list[str] = field(default_factory=list)
    """Every number that it ever showed."""
    also: list[str] = field(default_factory=list)
    """Numbers of further parcels, in which the same units are."""
    shown_at: datetime | None = None
    """Since when the supplier shows that it left."""
    moved_at: datetime | None = None
    """Since when anybody (supplier or carrier) shows that it moves."""
    cancelled_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        return self.cancelled_at is None

    @property
    def left(self) -> bool:
        return self.is_live and self.stage >= Stage.SHIPPED


@dataclass(slots=True, kw_only=True)
class Truth:
    """Everything that happened outside of syncd. Facts are only added."""

    goods: list[Goods] = field(default_factory=list)
    given: int = 0
    """How many numbers there are."""
    typed: dict[str, set[str]] = field(default_factory=dict)
    """Numbers that people typed into the store, by fulfillment id."""
    by_command: dict[str, int] = field(default_factory=dict)
    """Units that persons let syncd fulfill by a command that they typed, by line id."""
    commanded: set[str] = field(default_factory=set)
    """Numbers that persons gave with such a command."""
    withdrawn_by_command: set[str] = field(default_factory=set)
    """Orders (ids) whose requests persons took back by a command."""
    agreed: set[tuple[str, str]] = field(default_factory=set)
    """What persons said yes to: order (id) and action."""
    works: dict[str, frozenset[str]] = field(default_factory=dict)
    """Lines (ids) that each fulfillment order held when somebody last looked: one that was withdrawn holds none any more."""
    seen: set[str] = field(default_factory=set)
    """Numbers that CJ told us."""
    called_off: set[str] = field(default_factory=set)
    """Orders (ids) of which syncd called something off at a supplier."""
    disturbed: dict[str, str] = field(default_factory=dict)
    """Orders (ids) at which people did what makes "the right end" theirs to say, and what that was."""

    def of(self, order: Any) -> list[Goods]:
        return [one for one in self.goods if one.order is order]

    def disturb(self, order: Any, why: str) -> None:
        self.disturbed.setdefault(order.id, why)

    def numbers_of(self, order: Any) -> set[str]:
        """Every number that a supplier ever showed for the order."""
        return {number for one in self.of(order) for number in (*one.numbers, *one.also)}

    def shipped_units(self, order_id: str, line_id: str) -> int:
        """Units of a line that ever left, whatever became of them."""
        return sum(
            one.units.get(line_id, 0) for one in self.goods if one.order.id == order_id and one.shown_at is not None
        )
