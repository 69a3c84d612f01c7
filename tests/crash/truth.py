"""What must be so afterwards, told by the twins' own state and ledger, never by what syncd claims."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from adapters.sandbox.shopify.twin import ShopifyTwin
from syncd.cycle import Look
from syncd.journal import drifts, history
from syncd.journal.schema import history as events
from syncd.journal.schema import intents, notifications
from syncd.reconcile.plan import step_document
from tests.crash.commands import typed
from tests.crash.lives import Lives
from tests.cycle.shopworld import ShopWorld

TERMINAL = frozenset({"verified", "refused"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a world ended: the state of both sides, and how often each effect happened on the way."""

    store: tuple[Any, ...]
    suppliers: tuple[Any, ...]
    effects: Counter[str]
    mails: Counter[str]
    drifts: tuple[str, ...]
    """What people would be told of."""
    claims: Counter[str]
    """What the journal says was done, and whom it says customers were told about: that must be so, too."""
    said: Counter[str]
    """What the history says that persons decided."""


async def ending_of(lives: Lives) -> Ending:
    """The ending as it is now."""
    found: list[str] = []
    claims: Counter[str] = Counter()

    async def told(lives: Lives) -> None:
        for name in lives.names:
            rows = await lives.world.db.run(drifts.open_drifts, store=name)
            found.extend(sorted(f"{row.drift.order}: {row.drift.kind}" for row in rows))
        claims.update(await lives.world.db.run(_claims))
        said.update(await lives.world.db.run(_said))

    said: Counter[str] = Counter()
    await lives.live(told)
    world = lives.world
    return Ending(
        store=tuple(_order(order) for twin in lives.stores.values() for order in twin.world.orders.values()),
        suppliers=tuple((order.name, order.status, order.number) for order in world.cj.orders.values()),
        effects=sum((_effects(twin) for twin in lives.stores.values()), _deleted(world)),
        mails=sum((_mails(twin) for twin in lives.stores.values()), Counter()),
        drifts=tuple(found),
        claims=claims,
        said=said,
    )


_DECISIONS = ("linked", "unlinked", "source.resumed", "step.approved", "step.rejected")


def _said(conn: Any) -> list[str]:
    rows = conn.execute(select(events.c.what, events.c.order_id, events.c.after).where(events.c.what.in_(_DECISIONS)))
    return [f"{row.what} {row.order_id} {row.after}" for row in rows]


def _claims(conn: Any) -> list[str]:
    done = conn.execute(select(intents.c.action, intents.c.order_id).where(intents.c.state == "verified"))
    told = conn.execute(select(notifications.c.parcel)).scalars()
    return [*(f"{row.action} {row.order_id}" for row in done), *(f"told {parcel}" for parcel in told)]


def effects_of(world: ShopWorld) -> Counter[str]:
    """How often each thing was done that must be done once: by what it was done to, not by which request."""
    return _effects(world.store) + _deleted(world)


def _effects(store: ShopifyTwin) -> Counter[str]:
    about = [
        f"{entry.kind} {_about(entry)}" for entry in store.ledger if entry.by == "syncd" and entry.kind in _EFFECTS
    ]
    return Counter(f"{store.world.shop.domain} {one}" for one in about)


def _deleted(world: ShopWorld) -> Counter[str]:
    return Counter(f"cj deleted {ref}" for ref in world.cj.deleted)


_EFFECTS = frozenset({"fulfillment_created", "fulfillment_cancelled"})


def _about(entry: Any) -> str:
    numbers = ",".join(sorted(str(one) for one in entry.detail.get("numbers", ())))
    units = ",".join(f"{line.rpartition('/')[2]}*{count}" for line, count in sorted(entry.detail["units"].items()))
    return f"{entry.order_id} {units} {numbers}".strip()


def mails_of(world: ShopWorld) -> Counter[str]:
    """Mails to customers by the numbers that they show."""
    return _mails(world.store)


def _mails(store: ShopifyTwin) -> Counter[str]:
    return Counter(str(sorted(entry.detail["numbers"])) for entry in store.ledger.notifications())


def _order(order: Any) -> tuple[Any, ...]:
    """An order without ids of what churns and without times."""
    fulfillments = sorted(
        (
            one.status,
            tuple(sorted((row.number or "", row.company or "", row.url or "") for row in one.tracking)),
            tuple(sorted((line.line.sku, line.quantity) for line in one.lines)),
        )
        for one in order.fulfillments
    )
    works = sorted(
        (
            work.status,
            work.request_status,
            work.location.name,
            tuple(sorted((line.line.sku, line.remaining) for line in work.lines)),
            tuple(sorted((hold.handle, hold.reason) for hold in work.holds)),
            tuple(sorted(Counter(one.kind for one in work.requests).items())),
        )
        for work in order.fulfillment_orders
    )
    is_closed = order.closed_at is not None
    return (order.name, is_closed, order.cancelled_at is not None, tuple(order.tags), tuple(fulfillments), tuple(works))


async def faults_of(lives: Lives, *, like: Ending) -> list[str]:
    """What is wrong with this world, measured by one in which nothing went wrong; empty = nothing."""
    ending = await ending_of(lives)
    found = _doubled(ending, like=like)
    found += [
        f"{name} differs: is {_short(is_)} not {_short(must)}" for name, is_, must in _differences(ending, like=like)
    ]
    found += await _in_journal(lives)
    found += [f"the next pass would {step}" for step in await _left(lives)]
    return found


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) < 400 else f"{text[:400]}…"


def _doubled(ending: Ending, *, like: Ending) -> list[str]:
    found = [f"done {n} times: {what}" for what, n in ending.effects.items() if n > max(1, like.effects[what])]
    return found + [f"{n} mails: {what}" for what, n in ending.mails.items() if n > 1]


def _differences(ending: Ending, *, like: Ending) -> list[tuple[str, Any, Any]]:
    names = ("store", "suppliers", "effects", "drifts", "claims", "said")
    pairs = [(name, getattr(ending, name), getattr(like, name)) for name in names]
    return [pair for pair in pairs if pair[1] != pair[2]]


async def _in_journal(lives: Lives) -> list[str]:
    found: list[str] = []

    def read(conn: Any) -> None:
        rows = conn.execute(select(intents)).all()
        found.extend(f"intent {row.action} is {row.state}" for row in rows if row.state not in TERMINAL)
        told = Counter(conn.execute(select(notifications.c.parcel)).scalars())
        found.extend(f"parcel {parcel} is counted {n} times" for parcel, n in told.items() if n > 1)
        faults = (history.verify_chain(conn, store=name) for name in lives.names)
        found.extend(fault.text for fault in faults if fault)

    async def act(lives: Lives) -> None:
        await lives.world.db.run(read)

    await lives.live(act)
    return found


async def _left(lives: Lives) -> list[str]:
    """What there would be to do next without asking anybody."""
    looks: list[Look] = []
    documents: list[Any] = []

    async def act(lives: Lives) -> None:
        if lives.config is None:
            looks.append(await lives.world.look())
        else:
            lives.world.later(minutes=1)
            documents.extend(typed(lives, "plan", "--format", "json").documents)

    await lives.live(act)
    steps = [step_document(step) for look in looks for step in look.plan.steps]
    steps += [step for document in documents for step in document["steps"]]
    return [f"{step['action']} for {step['order']}" for step in steps if step["approval"] == "auto"]
