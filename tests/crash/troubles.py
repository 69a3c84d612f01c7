"""The fault sweep: each kind of trouble at each call of a scenario, once and for a while."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import httpx

from adapters.sandbox.faults import Kind, Moment
from tests.crash.lives import Answer, Lives, Wire, is_write, name_of, new_lives
from tests.crash.scenario import Scenario, pass_at_once
from tests.crash.truth import Ending, ending_of, faults_of

SHOPS = frozenset({"shop.test", "second.test"})
TIMEOUT_S = 30.0
"""What a client waits for an answer at most (its default)."""
WITHIN = 3
"""Passes after the trouble ended within which everything must be as if it had never been."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiling:
    """One way in which an exchange goes wrong. `kind` None = the wire itself: no answer comes.

    `arrives_after`: the request arrives although the client gave up, after this share of the time that its call had.
    """

    name: str
    kind: Kind | None
    moment: Moment = Moment.BEFORE
    status: int = 500
    shop_only: bool = False
    writes_only: bool = False
    arrives_after: float | None = None

    def fits(self, host: str, *, write: bool) -> bool:
        """Whether it can befall such a request, and differs there from what the others do."""
        return (write or not self.writes_only) and (host in SHOPS or not self.shop_only)


SPOILINGS = (
    Spoiling(name="500 before", kind=Kind.STATUS),
    Spoiling(name="502 after", kind=Kind.STATUS, status=502, moment=Moment.AFTER, writes_only=True),
    Spoiling(name="429", kind=Kind.STATUS, status=429),
    Spoiling(name="401", kind=Kind.STATUS, status=401),
    Spoiling(name="dropped before", kind=Kind.DROP),
    Spoiling(name="dropped after", kind=Kind.DROP, moment=Moment.AFTER, writes_only=True),
    Spoiling(name="throttled", kind=Kind.THROTTLED, shop_only=True),
    Spoiling(name="internal error before", kind=Kind.INTERNAL_ERROR, shop_only=True),
    Spoiling(
        name="internal error after", kind=Kind.INTERNAL_ERROR, moment=Moment.AFTER, shop_only=True, writes_only=True
    ),
    Spoiling(name="malformed before", kind=Kind.MALFORMED),
    Spoiling(name="malformed after", kind=Kind.MALFORMED, moment=Moment.AFTER, writes_only=True),
    Spoiling(name="truncated", kind=Kind.TRUNCATED, moment=Moment.AFTER),
    Spoiling(name="login page before", kind=Kind.LOGIN_PAGE),
    Spoiling(name="login page after", kind=Kind.LOGIN_PAGE, moment=Moment.AFTER, writes_only=True),
    Spoiling(name="stale search", kind=Kind.STALE_SEARCH, shop_only=True),
    Spoiling(name="no answer before", kind=None),
    Spoiling(name="no answer after", kind=None, moment=Moment.AFTER, writes_only=True),
    Spoiling(name="no answer, arrives half way", kind=None, writes_only=True, arrives_after=0.5),
    Spoiling(name="no answer, arrives at the deadline", kind=None, writes_only=True, arrives_after=1.0),
)


@dataclass(slots=True, kw_only=True)
class Bout:
    """Trouble from one call of a life on, for some calls to the same place."""

    spoiling: Spoiling
    begins_at: int
    lasts: int
    lives: Lives
    seen: int = 0
    what: str | None = None

    def strikes(self, request: httpx.Request) -> bool:
        """Whether this call is struck; counts it."""
        self.seen += 1
        if self.seen == self.begins_at:
            self.what = name_of(request)
        within = self.begins_at <= self.seen < self.begins_at + self.lasts
        return within and self.what == name_of(request)

    async def befall(self, request: httpx.Request, *, answer: Answer, wire: Wire) -> httpx.Response:
        """What comes of a struck call."""
        if self.spoiling.kind is None:
            return await self._silence(request, answer=answer, wire=wire)
        twin = self.lives.twin_at(request.url.host)
        twin.faults.add(self.spoiling.kind, moment=self.spoiling.moment, status=self.spoiling.status)
        try:
            return await answer(request)
        finally:
            twin.faults.clear()

    async def _silence(self, request: httpx.Request, *, answer: Answer, wire: Wire) -> httpx.Response:
        if self.spoiling.arrives_after is not None:
            wire.fly(request, after=self.spoiling.arrives_after)
        elif self.spoiling.moment is Moment.AFTER:
            await answer(request)
        await wire.clock.sleep(request.extensions["timeout"]["read"])
        raise httpx.ReadTimeout("no answer came", request=request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One spoiling at one call."""

    spoiling: Spoiling
    call: int
    what: str
    lasts: int = 1

    def __str__(self) -> str:
        return f"{self.spoiling.name} at call {self.call} ({self.what}), {self.lasts}x"


@dataclass(slots=True)
class _Listener:
    """Troubles nobody, and writes down what was asked."""

    calls: list[tuple[str, str, bool]] = field(default_factory=list)

    def strikes(self, request: httpx.Request) -> bool:
        self.calls.append((name_of(request), request.url.host, is_write(request)))
        return False

    async def befall(self, request: httpx.Request, *, answer: Answer, wire: Wire) -> httpx.Response:
        raise AssertionError("a listener strikes nobody")


async def cases_of(scenario: Scenario) -> tuple[list[Case], Ending]:
    """Every spoiling at every call of the scenario, once and for a while; and how it ends undisturbed."""
    async with new_lives() as lives:
        await scenario.prepare(lives)
        listener = _Listener()
        lives.wire.trouble = listener
        await lives.live(scenario.act)
        lives.wire.trouble = None
        lives.world.clock.advance(scenario.rest)
        for _ in range(WITHIN):
            await lives.live(scenario.then)
        ending = await ending_of(lives)
    cases = [
        Case(spoiling=spoiling, call=number, what=what)
        for number, (what, host, write) in enumerate(listener.calls, 1)
        for spoiling in SPOILINGS
        if spoiling.fits(host, write=write)
    ]
    longer = [] if scenario.is_big else [replace(case, lasts=12) for case in cases]
    return cases + longer, ending


async def trouble(scenario: Scenario, case: Case, *, like: Ending) -> list[str]:
    """Run the scenario with this trouble, then some passes without; what is wrong then."""
    async with new_lives() as lives:
        await scenario.prepare(lives)
        bout = Bout(spoiling=case.spoiling, begins_at=case.call, lasts=case.lasts, lives=lives)
        lives.wire.trouble = bout
        await lives.live(scenario.act, may_fail=True)
        lives.wire.trouble = None
        if bout.what != case.what:
            return [f"the run did not come to {case} again, but to {bout.what}"]
        # The first pass comes before anything can be settled: what waits then must not be forgotten.
        lives.world.clock.advance(timedelta(seconds=1))
        await lives.live(pass_at_once)
        lives.world.clock.advance(scenario.rest)
        for _ in range(WITHIN):
            await lives.live(scenario.then)
        return await faults_of(lives, like=like)
