"""Small exports, written as a person would keep them in mind: one dict per row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

COLUMNS = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Currency", "Shipping Method",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem sku", "Lineitem requires shipping",
    "Lineitem fulfillment status", "Notes", "Cancelled at", "Vendor", "Id", "Tags", "Source",
)  # fmt: skip


def row(name: str = "#1001", **cells: str) -> dict[str, str]:
    """The first row of an order: paid, one unit pending. Cells by column with `_` for blanks: `lineitem_sku`."""
    first = {
        "Name": name, "Financial Status": "paid", "Created at": "2026-09-20 09:59:58 -0400", "Lineitem quantity": "1",
        "Lineitem name": "Mug", "Lineitem sku": "CJ-MUG", "Lineitem requires shipping": "true",
        "Lineitem fulfillment status": "pending", "Id": "53000000" + name.strip("#"), "Source": "web",
    }  # fmt: skip
    return {**first, **_named(cells)}


def further(name: str = "#1001", **cells: str) -> dict[str, str]:
    """A further row of an order: only what belongs to the line."""
    line = {
        "Name": name, "Created at": "2026-09-20 09:59:58 -0400", "Lineitem quantity": "1", "Lineitem name": "Lamp",
        "Lineitem sku": "DP-LAMP", "Lineitem requires shipping": "true", "Lineitem fulfillment status": "pending",
    }  # fmt: skip
    return {**line, **_named(cells)}


def text(rows: Sequence[Mapping[str, str]], *, separator: str = ",", ends: str = "\n") -> str:
    """The rows as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=separator, lineterminator=ends, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _named(cells: Mapping[str, str]) -> dict[str, str]:
    spelled = {name.lower().replace(" ", "_"): name for name in COLUMNS}
    return {spelled[key]: value for key, value in cells.items()}
