"""Promises about what syncd says and keeps: looked at once, at the end of a world."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection, select

from syncd.journal import schema
from tests.simulation import process
from tests.simulation.scene import ADDRESS, EMAIL, SECRETS, Scene


def s9_no_secret_is_told_or_kept(scene: Scene) -> Iterator[str]:
    """No credential and nothing that names a customer stands in the journal, in logs, in errors or in documents."""
    canaries = [*SECRETS.values(), *scene.cj.access_tokens, EMAIL, *ADDRESS.values()]
    # What names people is told by words: however they are written.
    kept, said = process.driver().serialize().lower(), "\n".join(scene.told).lower()
    for canary in (one.lower() for one in canaries):
        if canary.encode() in kept:
            yield f"{canary} is in the journal"
        if canary in said:
            yield f"{canary} was said: {_around(said, canary)}"


def _around(text: str, word: str) -> str:
    at = text.index(word)
    return text[max(0, at - 80) : at + 20]


def s11_no_store_hears_of_another(scene: Scene) -> Iterator[str]:
    """Nothing that is kept or told for one store names an order of another one."""
    for store in scene.stores.values():
        theirs = {order.id for order in scene.orders if order.id not in store.twin.world.nodes}
        if not theirs:
            continue
        said = " ".join(process.read_journal(partial(_rows_of, store=store.name)))
        for order_id in sorted(theirs):
            if order_id in said:
                yield f"{store.name} hears of {order_id}: {_around(said, order_id)}"


def _rows_of(conn: Connection, *, store: str) -> Iterator[str]:
    for table in (schema.plans, schema.runs, schema.drifts, schema.history, schema.approvals, schema.intents):
        for row in conn.execute(select(table).where(table.c.store == store)):
            yield str(tuple(row))
