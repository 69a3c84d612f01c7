"""The shop itself: its things by id, its clock, its settings, and what becomes due as time passes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from unicodedata import normalize

from adapters.sandbox.shopify.ledger import Entry, Ledger
from adapters.sandbox.shopify.world.charges import TaxLine
from adapters.sandbox.shopify.world.index import SearchIndex
from adapters.sandbox.shopify.world.state import (
    App,
    Customer,
    Fulfillment,
    FulfillmentOrder,
    FulfillmentService,
    InventoryItem,
    Job,
    Location,
    Metafield,
    Order,
    Product,
    Variant,
)
from syncd.clock import Clock

T = TypeVar("T")

ALL_SCOPES = frozenset(
    {
        "read_all_orders",
        "read_orders",
        "write_orders",
        "read_merchant_managed_fulfillment_orders",
        "write_merchant_managed_fulfillment_orders",
        "read_third_party_fulfillment_orders",
        "write_third_party_fulfillment_orders",
        "read_assigned_fulfillment_orders",
        "write_assigned_fulfillment_orders",
        "read_fulfillments",
        "write_fulfillments",
        "read_products",
        "write_products",
        "read_inventory",
        "write_inventory",
        "read_locations",
        "read_returns",
        "write_returns",
        "read_customers",
    }
)
"""What an order-management app asks for. Without `read_apps`, so `heldByApp` is denied, as in the recordings."""


@dataclass(slots=True, kw_only=True)
class Settings:
    """Switches of the shop and of the service, to be turned while it runs."""

    auto_archive: bool = True
    """Orders that are fulfilled and paid are archived (a setting of the shop)."""
    archive_takes: timedelta = timedelta(seconds=1)
    """How long after that; recorded: not yet at the next request, but about a second later."""
    routing_delay: timedelta = timedelta(0)
    """How long a new order has no fulfillment orders."""
    index_lag: timedelta = timedelta(0)
    """How much later than a change searches see it; reads by id see it at once."""
    index_frozen: bool = False
    """Searches see nothing that changed since this was switched on."""
    cancel_takes: timedelta = timedelta(seconds=2)
    bulk_takes: timedelta = timedelta(seconds=2)
    bulk_starts: timedelta = timedelta(0)
    """How long a bulk operation is CREATED before it runs; part of `bulk_takes`."""
    bulk_cancel_takes: timedelta = timedelta(seconds=1)
    tracking_update_cost: int = 50
    """10 up to 2026-05, 50 from 2026-06-26 on, on every API version."""


@dataclass(slots=True, kw_only=True)
class ShopInfo:
    name: str
    domain: str
    created_at: datetime
    currency: str = "USD"
    timezone: str = "America/Toronto"
    email: str = "merchant@example.com"
    frozen: bool = False
    """The merchant has not paid: every call answers 402."""
    locked: bool = False
    """Every call answers 423."""


def service_handle(name: str) -> str:
    """A service's name as a handle: no accents, no punctuation but underscores."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")


class World:
    """Everything that exists in the shop."""

    def __init__(self, clock: Clock, rng: random.Random, *, domain: str) -> None:
        self.clock = clock
        self.rng = rng
        self.settings = Settings()
        self.ledger = Ledger()
        self.shop = ShopInfo(name=domain.partition(".")[0], domain=domain, created_at=clock.now())
        self.shop_metafields: dict[tuple[str, str], Metafield] = {}
        self.nodes: dict[str, Any] = {}
        self.orders: dict[int, Order] = {}
        self.fulfillment_orders: dict[int, FulfillmentOrder] = {}
        self.fulfillments: dict[int, Fulfillment] = {}
        self.locations: list[Location] = []
        self.services: list[FulfillmentService] = []
        self.apps: list[App] = []
        self.variants: dict[str, Variant] = {}
        self.products: dict[int, Product] = {}
        self.customers: dict[int, Customer] = {}
        self.jobs: dict[str, Job] = {}
        self.bulk_operations: list[Any] = []
        self.replies: dict[tuple[str, str, str], Any] = {}
        self.subscriptions: list[Any] = []
        self.order_index = SearchIndex()
        self.fulfillment_order_index = SearchIndex()
        self._last_number: dict[str, int] = {}
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._by_name: dict[str, Order] = {}
        self._next_order = 1001
        self.manual_service = self._manual_service()
        self.add_location("Shop location")

    # ids, time and what falls due

    def now(self) -> datetime:
        return self.clock.now()

    def new_id(self, kind: str) -> tuple[str, int]:
        """A global id and its number; numbers of one kind ascend with time."""
        start = 1_000_000_000_000 + sum(map(ord, kind)) * 1_000_000_000
        number = self._last_number.get(kind, start) + 32_768
        self._last_number[kind] = number
        return f"gid://shopify/{kind}/{number}", number

    def uuid(self) -> str:
        """Random digits in the form of a UUID."""
        digits = f"{self.rng.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def register(self, thing: T) -> T:
        """Make `thing` readable by its global id."""
        self.nodes[thing.id] = thing  # type: ignore[attr-defined]  # everything registered has an id
        return thing

    def find(self, global_id: str, kind: type[T]) -> T | None:
        """The thing with that global id, if there is one and it is of that kind."""
        thing = self.nodes.get(global_id)
        return thing if isinstance(thing, kind) else None

    def later(self, delay: timedelta, action: Callable[[], None]) -> None:
        """Do `action` once `delay` has passed; at once when it is zero."""
        if delay <= timedelta(0):
            action()
            return
        self._due.append((self.now() + delay, len(self._due), action))

    def settle(self) -> None:
        """Let everything happen that fell due by now. Called before each request."""
        if not self._due:
            return
        now = self.now()
        ripe = sorted((entry for entry in self._due if entry[0] <= now), key=lambda entry: entry[:2])
        self._due = [entry for entry in self._due if entry[0] > now]
        for _, _, action in ripe:
            action()

    # marking changes

    def touch_order(self, order: Order, *, bump: bool = True) -> None:
        """An order changed: its `updatedAt` (unless `bump` is false) and what searches will find."""
        if bump:
            order.updated_at = self.now()
        self.order_index.put(order.number, order, at=self._visible_at())

    def touch_fulfillment_order(self, fulfillment_order: FulfillmentOrder, *, bump: bool = True) -> None:
        """A fulfillment order changed. Does not bump its order."""
        if bump:
            fulfillment_order.updated_at = self.now()
        self.fulfillment_order_index.put(fulfillment_order.number, fulfillment_order, at=self._visible_at())

    def _visible_at(self) -> datetime:
        return self.now() + self.settings.index_lag

    def log(self, kind: str, *, by: App | None, order: Order | None = None, thing: Any = None, **detail: Any) -> None:
        """Write into the ledger what happened."""
        self.ledger.add(
            Entry(
                at=self.now(),
                kind=kind,
                by=by.handle if by else "merchant",
                order_id=order.id if order else None,
                object_id=thing.id if thing is not None else None,
                detail=detail,
            )
        )

    # what a shop is made of

    def add_app(self, handle: str, *, token: str, scopes: frozenset[str] = ALL_SCOPES, title: str = "") -> App:
        """Install an app with a token of its own."""
        global_id, number = self.new_id("App")
        app = App(id=global_id, number=number, title=title or handle, handle=handle, token=token, scopes=scopes)
        self.apps.append(app)
        return self.register(app)

    def add_location(self, name: str, *, fulfills_online_orders: bool = True, is_active: bool = True) -> Location:
        """A location of the merchant."""
        global_id, number = self.new_id("Location")
        now = self.now()
        location = Location(
            id=global_id,
            number=number,
            name=name,
            created_at=now,
            updated_at=now,
            fulfills_online_orders=fulfills_online_orders,
            is_active=is_active,
        )
        self.locations.append(location)
        return self.register(location)

    def remove_location(self, location: Location) -> None:
        """Forget a location."""
        self.locations.remove(location)
        self.nodes.pop(location.id, None)

    def add_service(self, name: str, *, app: App | None, callback_url: str | None = None) -> FulfillmentService:
        """A fulfillment service with its location. `app` registered it; None stands for somebody else's app."""
        global_id, number = self.new_id("FulfillmentService")
        service = FulfillmentService(
            id=f"{global_id}?id=true",
            number=number,
            handle=service_handle(name),
            service_name=name,
            type="THIRD_PARTY",
            app=app,
            callback_url=callback_url,
        )
        service.location = self.add_location(name)
        service.location.service = service
        self.services.append(service)
        self.nodes[global_id] = service
        return self.register(service)

    def add_variant(self, sku: str, *, title: str = "", vendor: str = "Acme", price: str = "10.00") -> Variant:
        """A product with one variant and its inventory item."""
        now = self.now()
        (product_id, product_number), (item_id, item_number) = self.new_id("Product"), self.new_id("InventoryItem")
        variant_id, variant_number = self.new_id("ProductVariant")
        product = Product(
            id=product_id,
            number=product_number,
            title=title or sku,
            handle=sku.lower(),
            vendor=vendor,
            created_at=now,
            updated_at=now,
        )
        item = InventoryItem(id=item_id, number=item_number, sku=sku, created_at=now, updated_at=now)
        variant = Variant(
            id=variant_id,
            number=variant_number,
            product=product,
            title="Default Title",
            sku=sku,
            price=price,
            inventory_item=item,
            created_at=now,
            updated_at=now,
        )
        for thing in (product, item, variant):
            self.register(thing)
        item.variant = variant
        product.variants.append(variant)
        self.products[product_number] = product
        self.variants[sku] = variant
        return variant

    # finding

    def add_order(self, order: Order) -> None:
        self.orders[order.number] = order
        self._by_name[order.name] = order
        self.register(order)

    def remove_order(self, order: Order) -> None:
        """Forget an order and all that belongs to it."""
        del self.orders[order.number]
        self._by_name.pop(order.name, None)
        self.order_index.remove(order.number)
        parts: list[Any] = [
            *order.lines,
            *order.fulfillment_orders,
            *order.fulfillments,
            *order.refunds,
            *order.returns,
        ]
        for thing in [order, *parts]:
            self.nodes.pop(thing.id, None)
        for fo in order.fulfillment_orders:
            del self.fulfillment_orders[fo.number]
            self.fulfillment_order_index.remove(fo.number)
            for line in fo.lines:
                self.nodes.pop(line.id, None)
        for fulfillment in order.fulfillments:
            self.fulfillments.pop(fulfillment.number, None)

    def next_order_number(self) -> int:
        number = self._next_order
        self._next_order += 1
        return number

    def order(self, reference: str | Order) -> Order:
        """The order with that global id or name (`#1001`). Raises `KeyError` when there is none."""
        if isinstance(reference, Order):
            return reference
        self.settle()
        found = self.find(reference, Order) or self._by_name.get(reference)
        if found is None:
            raise KeyError(f"the sandbox shop has no order {reference!r}")
        return found

    def add_fulfillment_order(self, fulfillment_order: FulfillmentOrder) -> None:
        self.fulfillment_orders[fulfillment_order.number] = fulfillment_order
        fulfillment_order.order.fulfillment_orders.append(fulfillment_order)
        self.register(fulfillment_order)
        self.touch_fulfillment_order(fulfillment_order, bump=False)

    def _manual_service(self) -> FulfillmentService:
        service = FulfillmentService(
            id="gid://shopify/FulfillmentService/manual",
            number=0,
            handle="manual",
            service_name="Manual",
            type="MANUAL",
            app=None,
        )
        return self.register(service)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line of an order that is to be made. `location` decides where routing assigns it (default: the first)."""

    sku: str | None = None
    quantity: int = 1
    title: str = ""
    price: str = "10.00"
    vendor: str | None = None
    requires_shipping: bool = True
    is_gift_card: bool = False
    location: Location | None = None
    delivery_method: str = "SHIPPING"
    properties: dict[str, str] = field(default_factory=dict)
    variant: Variant | None = None
    """Overrides the look-up by SKU."""
    is_custom: bool = False
    """No variant, even when one has that SKU."""
    variant_title: str | None = None
    taxable: bool = True
    tax_lines: tuple[TaxLine, ...] = ()
