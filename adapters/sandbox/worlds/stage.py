"""The stage on which stories play: a shop, CJ, a depot with a feed, a fulfillment service, and one clock for all."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from adapters.sandbox.cj import CjLine, CjTwin
from adapters.sandbox.feed import FeedTwin
from adapters.sandbox.shopify.twin import ShopifyTwin
from adapters.sandbox.shopify.world.state import Order
from adapters.sandbox.shopify.world.world import NewLine
from syncd.clock import ManualClock
from syncd.domain.checksums import mod10

SHOP = "sandbox.myshopify.com"
TITLES = {
    "CJ-MUG": "Enamel mug",
    "CJ-LAMP": "Moon lamp",
    "CJ-CASE": "Phone case",
    "CJ-CLOCK": "Wall clock",
    "DP-HAT": "Wool hat",
    "DP-BAG": "Canvas bag",
    "DP-SOCKS": "Hiking socks",
    "GIFT-50": "Gift card",
    "OWN-CANDLE": "Candle from the back room",
}
_PEOPLE = ("Ada", "Grace", "Edsger", "Barbara", "Alan", "Radia", "Niklaus", "Frances", "Donald", "Adele")
_CITIES = (("Toronto", "ON", "M5V 2T6"), ("Montreal", "QC", "H2Y 1C6"), ("Vancouver", "BC", "V6B 1A1"))
_ups_check = mod10(even=1, odd=2)

Script = Generator[float, None, None]
"""A story being played: it yields the day (from the start of syncd's watch) on which it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happens to one order (or to a source), and the core kinds of drift that it shows; none = all is well."""

    text: str
    play: Callable[[Stage], Script]
    kinds: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Stage:
    """The world's twins with verbs that stories are told in. Days count from `start`, syncd's first look."""

    clock: ManualClock
    rng: Random
    start: datetime
    shop: ShopifyTwin
    cj: CjTwin
    depot: FeedTwin
    cast: dict[str, Story] = field(default_factory=dict)
    """The story of each order, by the order's name."""
    approved: list[str] = field(default_factory=list)
    star: str = ""
    _due: list[tuple[datetime, int, Story, Script]] = field(default_factory=list)
    _telling: Story | None = None
    _service: Any = None
    _rival: Any = None
    _broken: list[Callable[[], None]] = field(default_factory=list)

    # The course of things.

    def rehearse(self, stories: Iterable[Story]) -> None:
        """Let the stories begin on the days on which each of them begins."""
        for place, story in enumerate(stories):
            self._go_on(story, story.play(self), place)

    def play(self, until: datetime) -> None:
        """Let everything happen that happens until then, in its order, and move the clock there."""
        while self._due and self._due[0][0] <= until:
            at, place, story, script = heapq.heappop(self._due)
            self._move(at)
            self._go_on(story, script, place)
        self._move(until)
        self.shop.world.settle()

    def at(self, day: float) -> datetime:
        """The moment at which that day's fraction has passed."""
        return self.start + timedelta(days=day)

    def _go_on(self, story: Story, script: Script, place: int) -> None:
        self._telling = story
        day = next(script, None)
        if day is not None:
            heapq.heappush(self._due, (self.at(day), place, story, script))

    def _move(self, to: datetime) -> None:
        self.clock.advance(max(timedelta(0), to - self.clock.now()))

    # What people and services do.

    @property
    def merchant(self) -> Any:
        """The merchant in the admin."""
        return self.shop.world.merchant

    @property
    def service(self) -> Any:
        """A fulfillment service with a location of its own, run by somebody else's app."""
        if self._service is None:
            world = self.shop.world
            self._service = world.add_service("Warehouse", app=world.add_app("warehouse", token="shpat_warehouse"))  # noqa: S106
        return self._service

    @property
    def rival(self) -> Any:
        """Another app that fulfills in the same shop."""
        if self._rival is None:
            world = self.shop.world
            self._rival = world.acting_as(world.add_app("parcel-rival", token="shpat_rival"))  # noqa: S106
        return self._rival

    def order(
        self, *skus: str, quantity: int = 1, at_service: bool = False, method: str = "SHIPPING", **more: Any
    ) -> Order:
        """A paid order with one line for each SKU."""
        location = self.service.location if at_service else None
        lines = [self._line(sku, quantity=quantity, location=location, method=method) for sku in skus]
        made = self.shop.world.create_order(*lines, shipping_address=self._address(), **more)
        if self._telling:
            self.cast[made.name] = self._telling
        return made

    def _line(self, sku: str, *, quantity: int, location: Any, method: str) -> NewLine:
        is_card = sku.startswith("GIFT")
        price = f"{self.rng.randrange(12, 60)}.00"
        return NewLine(
            sku=sku, title=TITLES[sku], quantity=quantity, price=price, location=location, delivery_method=method,
            is_gift_card=is_card, requires_shipping=not is_card,
        )  # fmt: skip

    def _address(self) -> dict[str, str]:
        city, province, postcode = self.rng.choice(_CITIES)
        street = f"{self.rng.randrange(1, 900)} Analytical Way"
        name = self.rng.choice(_PEOPLE)
        return {
            "firstName": name, "lastName": "Example", "address1": street, "city": city,
            "provinceCode": province, "countryCode": "CA", "zip": postcode,
        }  # fmt: skip

    def at_cj(self, order: Order, *, status: str = "UNSHIPPED") -> str:
        """CJ gets the order's CJ lines; CJ's id."""
        lines = [
            CjLine(quantity=line.quantity, store_line_id=str(line.number))
            for line in order.lines
            if (line.sku or "").startswith("CJ-")
        ]
        return self.cj.place(name=order.name, store_order_id=str(order.number), lines=lines, status=status)

    def at_depot(self, order: Order) -> list[dict[str, str]]:
        """The depot lists the order's lines in its file, nothing sent yet."""
        return [
            self.depot.put(order.name, sku=line.sku or "", quantity=str(line.quantity), status="processing")
            for line in order.lines
            if (line.sku or "").startswith("DP-")
        ]

    def cj_ships(self, ref: str, number: str | None = None) -> str:
        """CJ's parcel leaves; its number."""
        number = number or self.yun()
        self.cj.ship(ref, number, carrier="YunExpress")
        return number

    def depot_ships(self, order: Order, sku: str, *, quantity: int = 1, number: str | None = None) -> dict[str, str]:
        """The depot's parcel leaves; its row in the file."""
        return self.depot.ship(order.name, number or self.ups(), sku=sku, quantity=str(quantity), carrier="UPS")

    def yun(self) -> str:
        """A number of YunExpress."""
        return f"YT{self.rng.randrange(10**15, 10**16)}"

    def ups(self) -> str:
        """A number of UPS with the right check digit."""
        serial = f"999AA1{self.rng.randrange(10**9):09d}"
        return f"1Z{serial}{next(digit for digit in '0123456789' if _ups_check(serial, digit))}"

    def cancel(self, order: Order) -> None:
        """The merchant cancels the order; the store takes a moment for it."""
        self.merchant.cancel_order(order)
        self.clock.advance(self.shop.world.settings.cancel_takes)
        self.shop.world.settle()

    def approve(self, order: Order) -> None:
        """The merchant says yes to what waits for this order."""
        self.approved.append(order.name)

    # What goes wrong.

    def break_(self, mend: Callable[[], None]) -> None:
        """Something is broken from now on; `mend` repairs it."""
        self._broken.append(mend)

    def mend(self) -> None:
        """Everything that is broken works again."""
        while self._broken:
            self._broken.pop()()
