"""The tables. A change here needs a migration beside it; a test compares the two on both engines."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text

from syncd.journal.columns import UtcDateTime

HEAD = "0001"
"""The newest migration; kept here so that an up-to-date database is recognised without loading Alembic."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=nullable)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


fences = Table("fences", metadata, _key("store"), _count("number"), _text("owner"), _at("lease_until"))

cursors = Table("cursors", metadata, _key("store"), _key("name"), _at("at"))

# --- the mirror, the store's side -------------------------------------------------------------------------------------

orders = Table(
    "orders",
    metadata,
    _key("store"),
    _key("order_id"),
    _text("name"),
    _text("name_key"),
    _text("number"),
    _text("address_hash", nullable=True),
    _text("customer_hash", nullable=True),
    _text("tags"),
    _at("updated_at"),
    _at("observed_at"),
    _at("open_until", nullable=True),
    _at("due_at", nullable=True),
    _at("quantity_gap_since", nullable=True),
    Column("is_complete", Boolean, nullable=False),
    Column("is_open", Boolean, nullable=False),
    _text("content_hash"),
    _text("document"),
    Index(None, "store", "due_at"),
    Index(None, "store", "is_open", "open_until"),
    Index(None, "name_key"),
    Index(None, "number"),
)

order_lines = Table(
    "order_lines",
    metadata,
    _key("store"),
    _key("order_id"),
    _key("line_id"),
    _text("line_key"),
    _text("sku", nullable=True),
    _text("vendor", nullable=True),
    _text("places"),
    _count("units"),
    Index(None, "line_key"),
)

order_numbers = Table("order_numbers", metadata, _key("store"), _key("order_id"), _key("number"), Index(None, "number"))

order_metafields = Table(
    "order_metafields",
    metadata,
    _key("store"),
    _key("order_id"),
    _key("key"),
    _key("supplier_order_id"),
    _key("line_sku"),
    Index(None, "supplier_order_id"),
)

placements = Table(
    "placements",
    metadata,
    _key("store"),
    _key("order_id"),
    _at("at"),
    _text("address_hash", nullable=True),
    _text("quantities"),
)

empty_reads = Table(
    "empty_reads", metadata, _key("store"), _key("order_id"), _key("supplier"), _count("count"), _at("counted_at")
)

# --- the mirror, the suppliers' side ----------------------------------------------------------------------------------

supplier_stores = Table(
    "supplier_stores", metadata, _key("supplier"), _key("store"), _text("link_metafield", nullable=True)
)

sources = Table(
    "sources",
    metadata,
    _key("name"),
    _at("observed_at"),
    Column("is_complete", Boolean, nullable=False),
    _text("error", nullable=True),
    _at("completed_at", nullable=True),
    _at("mass_at", nullable=True),
    Column("mass_open_before", Integer, nullable=True),
)

supplier_orders = Table(
    "supplier_orders",
    metadata,
    _key("supplier"),
    _key("id"),
    _text("state"),
    Column("is_live", Boolean, nullable=False),
    _at("observed_at"),
    _at("first_seen_at"),
    _at("change_seen_at", nullable=True),
    _at("label_seen_at", nullable=True),
    _at("missed_at", nullable=True),
    _at("died_at", nullable=True),
    _count("missing_reads"),
    _text("max_rungs"),
    _text("past_numbers"),
    _text("content_hash"),
    _text("document"),
    Index(None, "supplier", "is_live"),
    Index(None, "supplier", "died_at"),
)

supplier_refs = Table(
    "supplier_refs",
    metadata,
    _key("supplier"),
    _key("supplier_order_id"),
    _key("key"),
    Index(None, "key"),
)

supplier_numbers = Table(
    "supplier_numbers",
    metadata,
    _key("supplier"),
    _key("supplier_order_id"),
    _key("number"),
    Index(None, "number"),
)

order_links = Table(
    "order_links",
    metadata,
    _key("supplier"),
    _key("supplier_order_id"),
    _key("store"),
    _key("order_id"),
    _key("origin"),
    _key("line_id"),
    _key("line_sku"),
    Index(None, "store", "order_id"),
)

links = Table(
    "links",
    metadata,
    _key("supplier"),
    _key("supplier_order_id"),
    _key("store"),
    _key("order_key"),
    _key("line_sku"),
    _key("origin"),
    _text("store_order"),
    _text("added_by"),
    _at("added_at"),
    Index(None, "order_key"),
)

# --- what was done ----------------------------------------------------------------------------------------------------

intents = Table(
    "intents",
    metadata,
    _key("id"),
    _text("store"),
    _text("order_id"),
    _text("action"),
    _text("state"),
    _count("fence"),
    _count("attempts"),
    _text("run_id"),
    _text("step"),
    _text("evidence"),
    _at("created_at"),
    _at("touched_at"),
    _at("sent_at", nullable=True),
    _at("deadline_at", nullable=True),
    _text("code"),
    _text("text"),
    _text("effect_id", nullable=True),
    _text("request_id", nullable=True),
    Index(None, "store", "state"),
    Index(None, "store", "order_id"),
)

notifications = Table(
    "notifications",
    metadata,
    _key("store"),
    _key("parcel"),
    _text("order_id"),
    _text("intent_id"),
    _at("at"),
    Index(None, "store", "order_id"),
    Index(None, "intent_id"),
)

history = Table(
    "history",
    metadata,
    _key("store"),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _at("at"),
    _text("actor"),
    _text("what"),
    _text("order_id", nullable=True),
    _text("order_name", nullable=True),
    _text("why"),
    _text("before", nullable=True),
    _text("after", nullable=True),
    _text("run_id", nullable=True),
    _text("previous"),
    _text("hash"),
    Index(None, "store", "order_id"),
    Index(None, "store", "order_name"),
)

history_heads = Table("history_heads", metadata, _key("store"), _count("seq"), _text("hash"))

plans = Table("plans", metadata, _key("plan_id"), _text("store"), _at("created_at"), _text("document"))

runs = Table(
    "runs",
    metadata,
    _key("run_id"),
    _text("store"),
    _text("actor"),
    _text("plan_id", nullable=True),
    _at("started_at"),
    _at("finished_at", nullable=True),
    _text("document", nullable=True),
    Index(None, "store", "started_at"),
)

approvals = Table(
    "approvals",
    metadata,
    _key("store"),
    _key("step_id"),
    _text("plan_id"),
    _text("step"),
    _text("state"),
    _at("requested_at"),
    _at("expires_at"),
    _at("decided_at", nullable=True),
    _text("actor", nullable=True),
    _text("reason"),
    Index(None, "store", "state"),
)

schedules = Table(
    "schedules",
    metadata,
    _key("store"),
    _at("due_at"),
    _at("began_at", nullable=True),
    _at("ended_at", nullable=True),
    _at("right_at", nullable=True),
    _count("failures"),
    _text("error"),
)

hints = Table("hints", metadata, _key("store"), _key("thing"), _at("at"))

deliveries = Table("deliveries", metadata, _key("store"), _key("topic"), _key("event_id"), _at("at"), Index(None, "at"))

pauses = Table(
    "pauses", metadata, _key("scope"), _text("actor"), _text("reason"), _at("since"), _at("until", nullable=True)
)

credentials = Table(
    "credentials",
    metadata,
    _key("name"),
    Column("value", LargeBinary, nullable=True),
    _at("renewed_at", nullable=True),
    _text("lease_owner"),
    _at("lease_until", nullable=True),
)

# --- what is wrong ----------------------------------------------------------------------------------------------------

drifts = Table(
    "drifts",
    metadata,
    _key("store"),
    _key("id"),
    _text("kind"),
    _text("order_id", nullable=True),
    _text("order_name", nullable=True),
    _text("source", nullable=True),
    _text("state"),
    _at("first_seen"),
    _at("last_seen"),
    _at("opened_at"),
    _at("complete_at", nullable=True),
    _at("resolved_at", nullable=True),
    _at("snoozed_until", nullable=True),
    _text("decided_by", nullable=True),
    Column("is_confirmed", Boolean, nullable=False),
    _count("regressions"),
    _text("run_id"),
    _text("document"),
    Index(None, "store", "state"),
    Index(None, "store", "order_id"),
)
