"""One recording played to a fresh twin: each request in its order, each reply held against the recorded one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from random import Random
from typing import Any

import httpx

from adapters.sandbox.faults import Kind
from adapters.sandbox.shopify import ShopifyTwin, sdl
from syncd.clock import ManualClock
from tests.recordings.asking import with_texts
from tests.recordings.comparing import GID, Difference, Pairs, differences
from tests.recordings.dialogue import Recording, Step
from tests.recordings.evidence import Evidence, canonical, kind_of, presupposed
from tests.recordings.scope import is_in_scope
from tests.recordings.seeding import seed
from tests.recordings.seeding_app import seed_app

PAUSE = timedelta(seconds=0.6)
"""Between two requests, about as recorded."""
AFTER_JOBS = timedelta(seconds=5)
"""After a cancellation was started: recorders asked until it was done, and kept the last reply."""
NOT_MODELLED = "NOT_MODELLED_BY_SANDBOX"


BULK_PHASE = timedelta(minutes=10)
"""How long a bulk operation stays as it is, unless the recorder saw it go on."""
BULK_STATES = ({"CREATED"}, {"RUNNING", "CANCELING"}, {"COMPLETED", "CANCELED", "FAILED"})
UNDATED = datetime(2026, 5, 1, tzinfo=UTC)
"""For recordings that do not tell when they were made."""
DEARER_SINCE = datetime(2026, 6, 1, tzinfo=UTC)
"""About when tracking updates became dearer: recorded at 10 points up to 6 May, at 50 from 26 June on."""


class Verdict(Enum):
    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one step went; `why` says what differs, or why nothing was compared."""

    step: Step
    verdict: Verdict
    why: tuple[str, ...] = ()
    is_in_scope: bool = False


Change = Callable[[dict[str, Any]], dict[str, Any]]
"""What is done to the twin's reply before it is compared; for seeing that wrong ones are noticed."""


@dataclass(slots=True)
class Player:
    """A twin, a clock and what has been learned of the recorded ids."""

    twin: ShopifyTwin
    clock: ManualClock
    http: httpx.AsyncClient
    version: str
    names: Mapping[str, str]
    pairs: Pairs = field(default_factory=Pairs)
    pause: timedelta = timedelta(0)
    change: Change = dict

    async def play(self, step: Step) -> Outcome:
        """Send one step and compare."""
        scope = is_in_scope(step)
        if step.query is None:
            return Outcome(step=step, verdict=Verdict.NOT_COMPARED, why=("its text was not kept",), is_in_scope=scope)
        self._count_on(step)
        self._wait_for_bulk(step)
        if _failed_there(step):
            self.twin.faults.add(Kind.INTERNAL_ERROR)
        ours = await self._send(step)
        missing = _not_offered(ours, step)
        if missing and not scope:
            return Outcome(step=step, verdict=Verdict.NOT_COMPARED, why=(f"the twin does not offer {missing}",))
        found = differences(step.reply, ours, self.pairs, priced=step.has_own_text)
        self._pair(step.reply.get("data"), ours.get("data"))
        verdict = Verdict.DIFFERENT if found else Verdict.EQUAL
        return Outcome(step=step, verdict=verdict, why=tuple(map(_short, found)), is_in_scope=scope)

    async def _send(self, step: Step) -> dict[str, Any]:
        self.clock.advance(self.pause)
        body: dict[str, Any] = {"query": step.query, "variables": self.pairs.translated(dict(step.variables))}
        if step.operation_name:
            body["operationName"] = step.operation_name
        reply = await self.http.post(f"/admin/api/{self.version}/graphql.json", json=body)
        said = self.change(reply.json())
        self.pause = AFTER_JOBS if "orderCancel" in step.roots else PAUSE
        return said

    def _count_on(self, step: Step) -> None:
        """Order numbers go on from where the recorded shop was."""
        for root in ("orderCreate", "draftOrderComplete"):
            shown = step.data.get(root) or {}
            order = shown.get("order") or (shown.get("draftOrder") or {}).get("order") or {}
            name = self.names.get(order.get("id", ""), "")
            if name.startswith("#"):
                self.twin.world._next_order = int(name[1:])

    def _wait_for_bulk(self, step: Step) -> None:
        """Recorders polled until an operation was so far; how long that took is nobody's rule."""
        if step.is_mutation:
            return
        shown = Evidence()
        shown.note(canonical(step))
        for gid, one in shown.ever.items():
            known = self.twin.world.nodes.get(self.pairs.ours.get(gid, gid))
            while kind_of(gid) == "BulkOperation" and known and _rank(known.status) < _rank(one.get("status")):
                self.clock.advance(BULK_PHASE)
                self.twin.world.settle()

    def _pair(self, theirs: Any, ours: Any) -> None:
        """Learn what stands for what also where something differs, or all that follows would."""
        match theirs, ours:
            case dict(), dict():
                for key in theirs.keys() & ours.keys():
                    self._pair(theirs[key], ours[key])
            case list(), list():
                for one, other in zip(theirs, ours, strict=False):
                    self._pair(one, other)
            case str(), str() if (one := GID.fullmatch(theirs)) and (other := GID.fullmatch(ours)):
                if one[1] == other[1]:
                    self.pairs.learn(theirs, ours)


def _rank(status: str | None) -> int:
    return next((at for at, group in enumerate(BULK_STATES) if status in group), 0)


def _failed_there(step: Step) -> bool:
    """Whether the real service fell over: a state that it was in, not an answer; the twin is told to do likewise."""
    codes = {(error.get("extensions") or {}).get("code") for error in step.reply.get("errors") or ()}
    return "INTERNAL_SERVER_ERROR" in codes and not step.data


def _short(one: Difference) -> str:
    text = str(one)
    return text if len(text) <= 400 else f"{text[:400]}..."


def _not_offered(ours: dict[str, Any], step: Step) -> str | None:
    """What of this request the twin does not know; None when it answered."""
    for error in ours.get("errors") or ():
        extensions = error.get("extensions") or {}
        if extensions.get("code") == NOT_MODELLED:
            return str(extensions["what"])
        if extensions.get("code") in {"undefinedField", "argumentNotAccepted", "undefinedType"} and not step.reply.get(
            "errors"
        ):
            return str(error["message"])
    return None


def _order_names(recording: Recording, steps: Iterable[Step]) -> dict[str, str]:
    """Names by recorded order id, wherever they are shown."""
    shown = Evidence()
    for step in (*steps, *recording.aside):
        shown.note(canonical(step))
    return {gid: one["name"] for gid, one in shown.ever.items() if kind_of(gid) == "Order" and one.get("name")}


@asynccontextmanager
async def player(recording: Recording, steps: tuple[Step, ...]) -> AsyncIterator[Player]:
    """A player with a twin whose world is the one that the recording presupposes."""
    clock = ManualClock(recording.recorded_at or UNDATED)
    twin = ShopifyTwin(clock, Random(7), plan="standard", oldest_version="2025-01")
    settings = twin.world.settings
    settings.bulk_starts, settings.bulk_takes, settings.bulk_cancel_takes = BULK_PHASE, 2 * BULK_PHASE, BULK_PHASE
    if clock.now() < DEARER_SINCE:
        settings.tracking_update_cost = 10
    seed_app(twin, recording)
    seed(twin.world, presupposed(recording, steps))
    headers = {"X-Shopify-Access-Token": "shpat_sandbox"}
    transport = httpx.ASGITransport(twin.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="https://sandbox.myshopify.com", headers=headers
    ) as http:
        yield Player(twin, clock, http, recording.version, names=_order_names(recording, steps))


async def play(recording: Recording, *, change: Change = dict) -> list[Outcome]:
    """How every step of a recording went."""
    schema = sdl.bare_schema(recording.version)
    steps = tuple(with_texts(recording.steps, others=recording.aside, schema=schema))
    async with player(recording, steps) as one:
        one.change = change
        return [await one.play(step) for step in steps]
