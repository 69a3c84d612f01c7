"""A twin of a supplier who puts a table on the web: rows that can be edited, in any encoding, under any path."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.sandbox.faults import Faults, FaultyApp
from syncd.clock import Clock

COLUMNS = ("Order", "SKU", "Qty", "Tracking Number", "Carrier", "Tracking URL", "Ship Date", "Status")


class FeedTwin:
    """One feed. `rows` are dictionaries by column name; change them, or `columns`, `encoding`, ... at any time."""

    def __init__(self, clock: Clock, *, columns: Sequence[str] = COLUMNS) -> None:
        self.clock = clock
        self.columns = list(columns)
        self.rows: list[dict[str, str]] = []
        self.encoding = "utf-8"
        self.delimiter = ","
        self.line_end = "\n"
        self.preamble = ""
        """Text before the header: titles, blank lines."""
        self.raw: bytes | None = None
        """Served instead of the table."""
        self.content_type = "text/csv"
        self.sends_etag = True
        self.authorization: str | None = None
        """The Authorization header that must come with every request."""
        self.faults = Faults()
        self.asked: list[float] = []
        """When (monotonic) the feed was asked for."""
        routes = [Route("/{path:path}", self._serve, methods=["GET"])]
        self.app = FaultyApp(Starlette(routes=routes), self.faults)

    def put(self, order: str, *, sku: str = "", quantity: str = "", status: str = "") -> dict[str, str]:
        """A row for an order without a parcel yet; it may be edited afterwards."""
        row = {"Order": order, "SKU": sku, "Qty": quantity, "Status": status}
        self.rows.append(row)
        return row

    def ship(
        self,
        order: str,
        number: str,
        *,
        sku: str = "",
        quantity: str = "",
        carrier: str = "",
        shipped_at: datetime | None = None,
        status: str = "shipped",
    ) -> dict[str, str]:
        """A row for a parcel: the first row of this order and SKU without a number, or a new one."""
        row = next((row for row in self.rows if self._awaits(row, order, sku)), None) or self.put(order, sku=sku)
        at = shipped_at or self.clock.now()
        row |= {"Tracking Number": number, "Carrier": carrier, "Status": status}
        row |= {"Qty": quantity or row["Qty"], "Ship Date": at.strftime("%Y-%m-%d %H:%M:%S")}
        return row

    def mark(self, order: str, status: str) -> None:
        """Put a status word on all rows of an order."""
        for row in self.rows:
            if row["Order"] == order:
                row["Status"] = status

    def forget(self, order: str) -> None:
        """Take an order's rows out of the feed."""
        self.rows = [row for row in self.rows if row["Order"] != order]

    @property
    def body(self) -> bytes:
        """The feed as it is served now."""
        if self.raw is not None:
            return self.raw
        text = io.StringIO()
        text.write(self.preamble)
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator=self.line_end)
        writer.writerow(self.columns)
        writer.writerows([row.get(column, "") for column in self.columns] for row in self.rows)
        return text.getvalue().encode(self.encoding)

    @staticmethod
    def _awaits(row: Mapping[str, str], order: str, sku: str) -> bool:
        return row["Order"] == order and row.get("SKU", "") == sku and not row.get("Tracking Number")

    async def _serve(self, request: Request) -> Response:
        self.asked.append(self.clock.monotonic())
        if self.authorization is not None and request.headers.get("authorization") != self.authorization:
            return Response("authorization is needed", status_code=401)
        body = self.body
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.sends_etag and request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"etag": etag})
        headers = {"etag": etag} if self.sends_etag else {}
        return Response(body, media_type=self.content_type, headers=headers)
