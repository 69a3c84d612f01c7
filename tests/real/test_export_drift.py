"""`syncd drift` on a real orders export, before anything is connected."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from tests.cli.conftest import Desk, _logging_is_put_back, desk  # noqa: F401 - fixtures
from tests.real.samples import REAL
from tests.reference import needs_reference

pytestmark = [pytest.mark.reference, needs_reference]

EXPORT = REAL / "csv/shopify_orders_export_devstore.csv"
FEED = """\
Order,SKU,Qty,Tracking Number,Carrier,Ship Date
#1001,WH-BT-001,5,1Z999AA10123456784,UPS,2025-12-07
1050,CB-ETH-500,1,YT2412345678901234,YunExpress,2025-12-07
#1049,WH-BT-001,3,1.23457E+15,UPS,2025-12-07
#1048,CB-ETH-500,3,,UPS,
#9999,CB-ETH-500,1,1Z999AA10123456784,UPS,2025-12-07
"""
CONFIG = f"""\
[stores.main]
adapter = "orders-export"
file = {json.dumps(str(EXPORT))}

[suppliers.depot]
adapter = "feed"
source = "tracking.csv"
columns = {{ order = "Order", sku = "SKU", quantity = "Qty", tracking = "Tracking Number", carrier = "Carrier", shipped_at = "Ship Date" }}
stores = ["main"]
lines = {{ sku_prefix = "WH-" }}

[suppliers.roaster]
adapter = "feed"
source = "tracking.csv"
stores = ["main"]
lines = {{ vendor = "Mountain Brew Co." }}
"""


@pytest.fixture
def exported(desk: Desk) -> Desk:  # noqa: F811
    """A folder with the real export, a small feed and nothing else."""
    desk.clock.at = datetime(2025, 12, 8, 9, tzinfo=UTC)
    (desk.folder / "syncd.toml").write_text(CONFIG)
    (desk.folder / "tracking.csv").write_text(FEED)
    return desk


def drift(exported: Desk, *options: str) -> list[dict[str, Any]]:
    """The drifts of one look, from a document that keeps to its published schema."""
    result = exported.syncd("drift", "--format", "json", *options)
    assert result.code == 0, result.err
    schema = json.loads((files("syncd") / "schemas/drift.json").read_text("utf-8"))
    jsonschema.validate(result.document, schema, format_checker=jsonschema.FormatChecker())
    assert [(one["name"], one["complete"], one["error"]) for one in result.document["sources"]] == [
        ("main", True, None), ("depot", True, None), ("roaster", True, None),
    ]  # fmt: skip
    drifts: list[dict[str, Any]] = result.document["drifts"]
    return drifts


def test_drift_lists_what_the_feed_shipped_and_the_export_shows_open(exported):
    before = EXPORT.read_bytes()
    found = {one["order"]: one for one in drift(exported)}
    assert sorted(found) == ["#1001", "#1050"]
    assert {one["kind"] for one in found.values()} == {"shipped_not_fulfilled"}
    assert {one["action"] for one in found.values()} == {"report"}
    assert found["#1001"]["order_id"] == "gid://shopify/Order/6798177894699"
    assert [(line["sku"], line["quantity"]) for line in found["#1050"]["lines"]] == [("CB-ETH-500", 1)]
    assert EXPORT.read_bytes() == before


def test_two_looks_at_a_whole_feed_name_the_paid_lines_that_nobody_knows(exported):
    text = (exported.folder / "syncd.toml").read_text()
    (exported.folder / "syncd.toml").write_text(
        text.replace('source = "tracking.csv"', 'source = "tracking.csv"\nsnapshot = true')
    )
    assert Counter(one["kind"] for one in drift(exported)) == {"shipped_not_fulfilled": 2}
    missing = {one["order"] for one in drift(exported) if one["kind"] == "mapping_missing_or_ambiguous"}
    with EXPORT.open(encoding="utf-8") as opened:
        claimed = {row["Name"] for row in csv.DictReader(opened) if row["Lineitem sku"].startswith(("WH-", "CB-"))}
    assert missing <= claimed - {"#1001", "#1048", "#1049"}
    assert len(missing) == 29


def test_an_order_of_the_export_is_explained_with_the_line_of_the_feed_that_is_no_number(exported):
    result = exported.syncd("explain", "#1049")
    assert result.code == 0, result.err
    assert "line 4: '1.23457E+15' is no tracking number" in result.out
    assert "this store can only be read" in result.out


def test_nothing_is_ever_planned_for_a_file(exported):
    result = exported.syncd("reconcile", "--yes", "--format", "json")
    assert result.code == 0, result.err
    assert result.document["plan"]["steps"] == result.document["outcomes"] == []


def test_the_table_names_what_was_read_and_what_is_wrong(exported):
    result = exported.syncd("drift")
    assert result.code == 0, result.err
    for words in ("51 orders looked at", "#1001", "1Z999AA10123456784", "#1050", "YT2412345678901234"):
        assert words in result.out
