"""`syncd check` for a shop: credentials, scopes, version, clock, and settings that are known to cause trouble."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from adapters.stores.shopify.fields import items, maybe_obj, maybe_text, text
from adapters.stores.shopify.graphql import Reply, Session
from syncd.clock import Clock
from syncd.domain.ports import Check
from syncd.errors import AuthRejected, PortError

_SKEW_S = 60.0

_FULFILLMENT_READS = (
    "read_merchant_managed_fulfillment_orders",
    "read_third_party_fulfillment_orders",
    "read_assigned_fulfillment_orders",
)
_NEEDED: tuple[tuple[str, str, str], ...] = (
    ("read_orders", "fail", "reading orders, refunds and fulfillments"),
    ("write_orders", "warn", "tags, closing, reopening and cancelling orders"),
    ("write_merchant_managed_fulfillment_orders", "warn", "creating, updating and cancelling fulfillments, and holds"),
    ("write_third_party_fulfillment_orders", "warn", "requests to fulfillment services, and withdrawing them"),
    ("write_fulfillments", "warn", "writing delivery events"),
    ("read_locations", "warn", "telling which location, and which fulfillment service, a fulfillment order is at"),
    ("read_returns", "warn", "seeing returns"),
    ("read_fulfillments", "warn", "webhooks about fulfillments"),
)
_GRANT = "Add the scope to the app's configuration and approve the new version in the shop's admin."


async def checks(session: Session, *, shop: str, clock: Clock) -> tuple[Check, ...]:
    """All checks; when the shop cannot be reached or rejects us, only that."""
    try:
        reply = await session.read("shop", {})
    except AuthRejected as exc:
        return (Check(name="credentials", state="fail", text=exc.text, remedy=exc.remedy or _RENEW),)
    except PortError as exc:
        return (Check(name="connection", state="fail", text=exc.text, remedy=exc.remedy or _REACH),)
    return (
        *_identity(reply, shop=shop),
        *_clock_skew(reply, clock),
        *await _tolerant("api_version", lambda: _version(session)),
        *await _tolerant("scopes", lambda: _scopes(session)),
        *await _tolerant("fulfillment_services", lambda: _services(session)),
    )


_RENEW = "Check the token, or the client id and secret, in the shop's admin under Apps."
_REACH = "Check the shop's domain, the network, and whether the shop is open."


async def _tolerant(name: str, check: Callable[[], Awaitable[tuple[Check, ...]]]) -> tuple[Check, ...]:
    """A check that cannot be made is a warning, not a failure: not every token may ask everything."""
    try:
        return await check()
    except PortError as exc:
        return (Check(name=name, state="warn", text=f"could not be asked: {exc.text}", remedy=exc.remedy),)


def _identity(reply: Reply, *, shop: str) -> tuple[Check, ...]:
    found = maybe_obj(reply.data, "shop") or {}
    domain = maybe_text(found, "myshopifyDomain") or ""
    zone = maybe_text(found, "ianaTimezone") or "unknown"
    name = maybe_text(found, "name") or domain
    answer = Check(
        name="credentials", state="ok", text=f"{name} ({domain}) accepts the credentials; its time zone is {zone}."
    )
    if not domain or domain == shop:
        return (answer,)
    text = f"The shop calls itself {domain}, the configuration says {shop}."
    return (answer, Check(name="shop", state="warn", text=text, remedy=f'Write shop = "{domain}".'))


def _clock_skew(reply: Reply, clock: Clock) -> tuple[Check, ...]:
    if reply.date is None:
        return (Check(name="clock", state="ok", text="The shop states no time to compare with."),)
    skew = (clock.now() - reply.date).total_seconds()
    if abs(skew) <= _SKEW_S:
        return (Check(name="clock", state="ok", text=f"Within {_SKEW_S:.0f} s of the shop's clock."),)
    direction = "ahead of" if skew > 0 else "behind"
    text = f"This machine's clock is {abs(skew):.0f} s {direction} the shop's."
    return (
        Check(name="clock", state="warn", text=text, remedy="Set the clock (NTP): ages and watermarks depend on it."),
    )


async def _version(session: Session) -> tuple[Check, ...]:
    served = session.served_version
    if served is not None and served != session.version:
        told = (
            f"The shop serves API version {served}, not {session.version}: the configured one is no longer supported."
        )
        return (Check(name="api_version", state="warn", text=told, remedy=f'Write api_version = "{served}".'),)
    reply = await session.read("versions", {})
    supported = {
        text(each, "handle") for each in items(reply.data, "publicApiVersions") if each.get("supported") is True
    }
    if supported and session.version not in supported:
        told = f"API version {session.version} is not among the supported ones."
        newest = max((each for each in supported if each[:1].isdigit()), default=session.version)
        return (Check(name="api_version", state="warn", text=told, remedy=f'Write api_version = "{newest}".'),)
    return (Check(name="api_version", state="ok", text=f"API version {session.version} is served."),)


async def _scopes(session: Session) -> tuple[Check, ...]:
    reply = await session.read("scopes", {})
    installation = maybe_obj(reply.data, "currentAppInstallation")
    if installation is None:
        return (Check(name="scopes", state="warn", text="The shop does not say which scopes the app has."),)
    granted = {text(each, "handle") for each in items(installation, "accessScopes")}
    # A write scope includes the read scope of the same name.
    granted |= {each.replace("write_", "read_", 1) for each in granted if each.startswith("write_")}
    missing = [_missing(scope, state, use) for scope, state, use in _NEEDED if scope not in granted]
    if not granted.intersection(_FULFILLMENT_READS):
        missing.insert(0, _missing(_FULFILLMENT_READS[0], "fail", "reading fulfillment orders"))
    answers = missing or [Check(name="scopes", state="ok", text="All scopes that syncd's actions need are granted.")]
    return (*answers, _horizon(granted))


def _missing(scope: str, state: str, use: str) -> Check:
    return Check(name=f"scope {scope}", state=state, text=f"{scope} is missing; it is needed for {use}.", remedy=_GRANT)


def _horizon(granted: set[str]) -> Check:
    if "read_all_orders" in granted:
        return Check(name="history", state="ok", text="Orders of any age can be read.")
    text = "Orders older than 60 days cannot be read: a tracked order that grows older than that is no longer seen."
    return Check(name="history", state="warn", text=text, remedy="Ask for the scope read_all_orders if that matters.")


async def _services(session: Session) -> tuple[Check, ...]:
    reply = await session.read("services", {})
    shop = maybe_obj(reply.data, "shop") or {}
    names = sorted(
        maybe_text(each, "serviceName") or text(each, "handle")
        for each in items(shop, "fulfillmentServices")
        if each.get("type") not in {"MANUAL", "GIFT_CARD"}
    )
    if not names:
        return (Check(name="fulfillment_services", state="ok", text="No fulfillment service owns a location."),)
    told = (
        f"Fulfillment services: {', '.join(names)}. Orders at the location of another app's service can be requested and "
        "withdrawn, but only that app can fulfil them."
    )
    remedy = "Move stock that syncd should fulfil to a location of your own, or let that service fulfil it."
    return (Check(name="fulfillment_services", state="warn", text=told, remedy=remedy),)
