"""Link metafields: what a person wrote into an order to say which supplier order belongs to it."""

from __future__ import annotations

import json
from collections.abc import Mapping


def link_values(value: str) -> list[tuple[str, str]]:
    """(supplier order id, SKU) pairs that a link metafield names; the SKU is "" where it means the whole order.

    The value is a supplier order id, or a JSON object from SKU to id. Anything else in JSON names nothing.
    """
    text = value.strip()
    if not text:
        return []
    try:
        document = json.loads(text) if text[0] in '{["' else text
    except (ValueError, RecursionError):
        return []
    match document:
        case str():
            return [(document.strip(), "")] if document.strip() else []
        case Mapping():
            return sorted({pair for sku, ids in document.items() for pair in _pairs(str(sku), ids)})
        case _:
            return []


def _pairs(sku: str, ids: object) -> list[tuple[str, str]]:
    several = ids if isinstance(ids, list) else [ids]
    return [(str(one).strip(), sku.strip()) for one in several if isinstance(one, str | int) and str(one).strip()]
