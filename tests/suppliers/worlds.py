"""The worlds of the built-in suppliers: a twin whose truth a test decides, and the adapter that looks at it."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from adapters.sandbox.cj import CjLine, CjTwin
from adapters.sandbox.feed import FeedTwin
from adapters.suppliers import cj, feed
from syncd.domain.ports import Supplier
from tests.suppliers.rig import MemoryCredentials, Placed, Wire, ports, stopped_clock

STATES = {
    "processing": "ordered",
    "labelled": "label",
    "shipped": "handed_over",
    "delivered": "delivered",
    "cancelled": "cancelled",
    "unpaid": "unpaid",
}
COLUMNS = {
    "order": "Order",
    "sku": "SKU",
    "quantity": "Qty",
    "tracking": "Tracking Number",
    "carrier": "Carrier",
    "url": "Tracking URL",
    "shipped_at": "Ship Date",
    "status": "Status",
}


def _placed(ref: str, number: int) -> Placed:
    return Placed(ref=ref, order_id=f"gid://shopify/Order/{6300000000000 + number}", order_name=f"#{number}")


class CjWorld:
    """CJ's twin and the adapter for it. `small_pages` lets the listing need several pages for few orders."""

    def __init__(self, *, quirks: tuple[str, ...] = (), page_cap: int = 20, **stanza: Any) -> None:
        self.clock = stopped_clock()
        self.twin = CjTwin(self.clock, Random(1), quirks=quirks)
        self.twin.page_cap = page_cap
        self.wire = Wire(self.twin.app, self.clock)
        self.credentials = MemoryCredentials()
        self._stanza = stanza
        self.port: Supplier = self.another()
        self._issued: set[str] = set()

    def another(self, **stanza: Any) -> Supplier:
        """An adapter as another process would have it: the same credentials, nothing remembered."""
        given = ports(self.clock, self.wire, credentials=self.credentials, secrets={"env:CJ": self.twin.api_key})
        chosen = {"api_key": "env:CJ", "base_url": "http://127.0.0.1:9701", **self._stanza, **stanza}
        port: Supplier = cj.ADAPTER.build("cj", cj.ADAPTER.settings.model_validate(chosen), given)
        return port

    @property
    def secrets(self) -> tuple[str, ...]:
        self._issued |= self.twin.access_tokens
        return (self.twin.api_key, *sorted(self._issued))

    def place(self, number: int, *, status: str = "UNSHIPPED", quantity: int = 1) -> Placed:
        line = CjLine(store_line_id=str(16045000000000 + number), quantity=quantity)
        order_id = str(6300000000000 + number)
        return _placed(self.twin.place(name=f"#{number}", store_order_id=order_id, lines=[line], status=status), number)

    def place_unpaid(self, number: int) -> Placed:
        return self.place(number, status="UNPAID")

    def label(self, placed: Placed, number: str) -> None:
        self.twin.label(placed.ref, number)

    def ship(self, placed: Placed, number: str) -> None:
        self.twin.ship(placed.ref, number)

    def deliver(self, placed: Placed) -> None:
        self.twin.deliver(placed.ref)

    def cancel(self, placed: Placed) -> None:
        self.twin.cancel(placed.ref)

    def say(self, placed: Placed, word: str) -> None:
        self.twin.say(placed.ref, word)

    def forget(self, placed: Placed) -> None:
        self.twin.forget(placed.ref)

    def cancelled(self) -> int:
        return len(self.twin.deleted)


class FeedWorld:
    """A feed's twin and the adapter for it."""

    def __init__(self, *, columns: dict[str, str] | None = COLUMNS, base_dir: Path = Path(), **stanza: Any) -> None:
        self.clock = stopped_clock()
        self.twin = FeedTwin(self.clock)
        self.twin.authorization = "Bearer a-secret-of-the-depot"
        self.wire = Wire(self.twin.app, self.clock)
        self._stanza = {"columns": columns, "states": STATES, **stanza}
        self._base_dir = base_dir
        self.port: Supplier = self.another()

    def another(self, **stanza: Any) -> Supplier:
        """An adapter that remembers nothing."""
        given = ports(
            self.clock, self.wire, secrets={"env:DEPOT": "Bearer a-secret-of-the-depot"}, base_dir=self._base_dir
        )
        chosen = {
            "source": "http://127.0.0.1:9703/tracking.csv",
            "authorization": "env:DEPOT",
            **self._stanza,
            **stanza,
        }
        port: Supplier = feed.ADAPTER.build("depot", feed.ADAPTER.settings.model_validate(chosen), given)
        return port

    @property
    def secrets(self) -> tuple[str, ...]:
        return ("a-secret-of-the-depot",)

    def place(self, number: int) -> Placed:
        self.twin.put(f"#{number}", sku=f"DP-{number}", quantity="1", status="processing")
        return _placed(str(number), number)

    def place_unpaid(self, number: int) -> Placed:
        placed = self.place(number)
        self.twin.mark(placed.order_name, "unpaid")
        return placed

    def label(self, placed: Placed, number: str) -> None:
        self._row(placed)["Tracking Number"] = number
        self._row(placed)["Status"] = "labelled"

    def ship(self, placed: Placed, number: str) -> None:
        row = self._row(placed)
        row |= {"Tracking Number": number, "Carrier": "UPS", "Status": "shipped", "Ship Date": "2026-11-19 10:00:00"}

    def deliver(self, placed: Placed) -> None:
        self.twin.mark(placed.order_name, "delivered")

    def cancel(self, placed: Placed) -> None:
        self.twin.mark(placed.order_name, "cancelled")

    def say(self, placed: Placed, word: str) -> None:
        self.twin.mark(placed.order_name, word)

    def forget(self, placed: Placed) -> None:
        self.twin.forget(placed.order_name)

    def cancelled(self) -> int:
        return 0

    def _row(self, placed: Placed) -> dict[str, str]:
        return next(row for row in self.twin.rows if row["Order"] == placed.order_name)
