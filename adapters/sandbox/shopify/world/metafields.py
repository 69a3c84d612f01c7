"""Metafields of any owner."""

from __future__ import annotations

import hashlib
from typing import Any

from adapters.sandbox.shopify.world.state import Metafield, Order
from adapters.sandbox.shopify.world.world import World


def metafields_of(world: World, owner: Any) -> dict[tuple[str, str], Metafield]:
    """The owner's metafields by namespace and key; the shop is its own owner."""
    found: dict[tuple[str, str], Metafield] = world.shop_metafields if owner is world.shop else owner.metafields
    return found


def digest(metafield: Metafield | None) -> str:
    """What `compareDigest` is compared with; of an absent metafield, the empty string."""
    return "" if metafield is None else hashlib.sha256(metafield.value.encode()).hexdigest()


def put_metafield(
    world: World, owner: Any, *, namespace: str, key: str, value: str, type_: str = "single_line_text_field"
) -> Metafield:
    """Set one metafield, making it when it is not there."""
    metafields = metafields_of(world, owner)
    known = metafields.get((namespace, key))
    now = world.now()
    if known is None:
        global_id, number = world.new_id("Metafield")
        known = Metafield(
            id=global_id,
            number=number,
            namespace=namespace,
            key=key,
            type=type_,
            value=value,
            owner=owner,
            created_at=now,
            updated_at=now,
        )
        metafields[namespace, key] = world.register(known)
    known.value, known.updated_at = value, now
    if isinstance(owner, Order):
        world.touch_order(owner)
    return known
