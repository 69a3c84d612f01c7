"""The customers of the shop."""

from __future__ import annotations

from adapters.sandbox.shopify.world.state import Customer
from adapters.sandbox.shopify.world.world import World


def add(
    world: World, *, email: str | None = None, first_name: str | None = None, last_name: str | None = None
) -> Customer:
    """A new customer."""
    global_id, number = world.new_id("Customer")
    now = world.now()
    names = " ".join(part for part in (first_name, last_name) if part)
    made = Customer(
        id=global_id,
        number=number,
        display_name=names or email or "",
        created_at=now,
        updated_at=now,
        first_name=first_name,
        last_name=last_name,
        email=email,
    )
    world.customers[number] = made
    return world.register(made)


def with_email(world: World, email: str) -> Customer | None:
    """The customer with that address; case does not matter."""
    return next((one for one in world.customers.values() if (one.email or "").lower() == email.lower()), None)


def remove(world: World, known: Customer) -> None:
    """Forget a customer."""
    del world.customers[known.number]
    del world.nodes[known.id]
