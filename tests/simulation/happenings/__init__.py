"""What happens in the world without syncd: customers order, suppliers ship, carriers carry, merchants act by hand."""

from __future__ import annotations

from tests.simulation.happenings import carriers, machines, merchants, suppliers
from tests.simulation.happenings.kinds import Happening
from tests.simulation.happenings.orders import place_order

ALL: dict[str, Happening] = {**suppliers.ALL, **carriers.ALL, **merchants.ALL, **machines.ALL}
"""Every happening by its name."""

ALWAYS: tuple[str, ...] = ("ships", "delivers", "moves")
"""What every world has."""

__all__ = ["ALL", "ALWAYS", "Happening", "place_order"]
