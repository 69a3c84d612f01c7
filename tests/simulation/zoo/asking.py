"""Mistakes about what people allow, are told, and must not see."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import structlog

from adapters.stores.shopify import privacy
from adapters.suppliers.cj.tokens import Tokens
from syncd import cycle, secrets
from syncd.domain.steps import Approval
from syncd.journal import credentials, notifications
from syncd.reconcile import ahead_supplier, guard
from tests.simulation.zoo.bug import Bugs, Patcher, everywhere, planted

BUGS: Bugs = {}


@planted(BUGS, "waits for no yes", breaks="S13")
def waits_for_no_yes(patcher: Patcher) -> None:
    """Steps that need a person's yes are sent with the others."""
    act = cycle._act

    async def all_of_them(shop: Any, fence: Any, plan: guard.Guarded, **more: Any) -> Any:
        go = tuple(
            replace(one, approval=Approval.AUTO) if one.approval is Approval.REQUIRED else one for one in plan.go
        )
        return await act(shop, fence, replace(plan, go=go), **more)

    patcher.setattr(cycle, "_act", all_of_them)


@planted(BUGS, "a no is a yes", breaks="S10")
def a_no_is_a_yes(patcher: Patcher) -> None:
    """Whether the person agreed is asked and not looked at."""
    original = cycle.reconcile

    async def agreed(shop: Any, *, agree: Any, **more: Any) -> Any:
        return await original(shop, agree=lambda found: bool(found) or agree(found), **more)

    everywhere(patcher, original, agreed)


@planted(BUGS, "knows no cap", breaks="S13")
def knows_no_cap(patcher: Patcher) -> None:
    """More is changed in one run than the policy allows."""
    patcher.setattr(guard, "_over_the_cap", lambda *_: ())


@planted(BUGS, "tells of every fulfillment", breaks="S6")
def tells_of_every_fulfillment(patcher: Patcher) -> None:
    """The customer is written to with every fulfillment of a parcel. (And the ledger of what was told objects to nothing.)"""
    patcher.setattr(ahead_supplier, "_is_news", lambda case, *_: case.policy.notify_customer == "once")
    patcher.setattr(notifications, "claim", notifications.keep)


@planted(BUGS, "tells who is not to be told", breaks="S6")
def tells_who_is_not_to_be_told(patcher: Patcher) -> None:
    """The policy's word on notifications is not looked at."""
    news = ahead_supplier._is_news

    def always(case: Any, *about: Any) -> bool:
        case.policy = replace(case.policy, notify_customer="once")
        return news(case, *about)

    patcher.setattr(ahead_supplier, "_is_news", always)


@planted(BUGS, "logs a token", breaks="S9")
def logs_a_token(patcher: Patcher) -> None:
    """A token is logged when it is used, under a name that no mask knows. (Values of tokens are registered to be masked: not here.)"""
    everywhere(patcher, secrets.register, lambda value: value)
    patcher.setattr(secrets, "_values", set())  # nor is any that an earlier world registered
    current = Tokens.current

    async def told(self: Tokens) -> Any:
        held = await current(self)
        structlog.get_logger().info("cj.asking", with_=held["access_token"])
        return held

    patcher.setattr(Tokens, "current", told)


@planted(BUGS, "keeps a token readable", breaks="S9")
def keeps_a_token_readable(patcher: Patcher) -> None:
    """Credentials are kept in the journal as they are."""

    async def fetch(self: Any, name: str, kept: Any, fetched: Any, *, owner: str) -> Any:
        fresh = dict(await fetched(kept))
        await self.db.run(credentials._save, name=name, value=json.dumps(fresh).encode(), now=self.db.clock.now())
        await self.db.run(credentials._let_go, name=name, owner=owner)
        return fresh

    def opened(_: Any, name: str, sealed: bytes | None) -> Any:
        return json.loads(sealed) if sealed and name else None

    patcher.setattr(credentials.KeptCredentials, "_fetch", fetch)
    patcher.setattr(credentials.KeptCredentials, "_open", opened)


@planted(BUGS, "keeps addresses", breaks="S9")
def keeps_addresses(patcher: Patcher) -> None:
    """Addresses are compared, and kept, as they are."""
    patcher.setattr(privacy.Hasher, "_hash", lambda _, *parts: " ".join(parts))
