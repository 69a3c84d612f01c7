"""What happens in the world without syncd: customers order, suppliers ship, carriers carry, merchants act by hand."""

from __future__ import annotations

from tests.simulation.happenings import carriers, machines, merchants, parcels, services, suppliers
from tests.simulation.happenings.kinds import Happening
from tests.simulation.happenings.orders import TRAITS, customer_orders, place_order

ALL: dict[str, Happening] = {
    **suppliers.ALL,
    **parcels.ALL,
    **carriers.ALL,
    **merchants.ALL,
    **services.ALL,
    **machines.ALL,
    "customer orders": customer_orders,
}
"""Every happening by its name."""

ALWAYS: tuple[str, ...] = ("ships", "delivers", "moves", "customer orders")
"""What every world has."""

__all__ = ["ALL", "ALWAYS", "TRAITS", "Happening", "place_order"]
