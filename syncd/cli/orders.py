"""Finds the orders that a person means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from syncd.config.problems import nearest_name
from syncd.errors import NotFound, UsageError
from syncd.journal import mirror

if TYPE_CHECKING:
    from syncd.cli.session import Session
    from syncd.compose import Runtime


async def chosen_orders(
    session: Session, runtime: Runtime, *, store: str | None, texts: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """By store the ids of the named orders; without names every store that was asked for, with none.

    Raises UsageError when a name matches nothing, or more than one order.
    """
    names = session.store_names(store)
    if not texts:
        return dict.fromkeys(names, ())
    found: dict[str, list[str]] = {}
    for text in texts:
        where, order_id = await one_order(runtime, names, text)
        found.setdefault(where, []).append(order_id)
    return {name: tuple(dict.fromkeys(ids)) for name, ids in found.items()}


async def one_order(runtime: Runtime, stores: Sequence[str], text: str) -> tuple[str, str]:
    """The store and id of the one order that `text` names. Raises UsageError."""
    matches = [(store, order) for store in stores for order in await _matches(runtime, store, text)]
    if len(matches) == 1:
        store, (order_id, _) = matches[0]
        return store, order_id
    if not matches:
        raise UsageError(f'No order matches "{text}".{await _hint(runtime, stores, text)}')
    listed = ", ".join(f"{name} ({order_id}) in {store}" for store, (order_id, name) in matches[:5])
    raise UsageError(f'"{text}" matches {len(matches)} orders: {listed}.', remedy="Say --store, or name the id.")


async def _matches(runtime: Runtime, store: str, text: str) -> list[tuple[str, str]]:
    kept = await runtime.db.run(mirror.find, store=store, text=text)
    if kept:
        return list(dict.fromkeys(kept))
    port = runtime.store(store).port
    if text.startswith("gid://"):
        try:
            order = await port.order(text)
        except NotFound:
            return []
        return [(order.id, order.name)]
    return [(order.id, order.name) for order in await port.find(text)]


async def _hint(runtime: Runtime, stores: Sequence[str], text: str) -> str:
    """The nearest name among the orders that the mirror holds."""
    known: set[str] = set()
    for store in stores:
        known |= (
            {name for _, name in await runtime.db.run(mirror.find, store=store, text=text[:-1])} if text[:-1] else set()
        )
    near = nearest_name(text, known)
    return f' Did you mean "{near}"?' if near else ""
