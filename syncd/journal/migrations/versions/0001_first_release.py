"""Everything that the first release keeps."""

import sqlalchemy as sa
from alembic import op

from syncd.journal.columns import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE = (
    """CREATE TRIGGER history_no_update BEFORE UPDATE ON history
    BEGIN SELECT RAISE(ABORT, 'history is append-only'); END""",
    """CREATE TRIGGER history_no_delete BEFORE DELETE ON history
    BEGIN SELECT RAISE(ABORT, 'history is append-only'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'history is append-only'; END $$""",
    """CREATE TRIGGER history_no_change BEFORE UPDATE OR DELETE ON history
    FOR EACH ROW EXECUTE FUNCTION history_is_append_only()""",
    """CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON history
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()""",
)


def upgrade() -> None:
    _create_tables()
    _create_service_tables()
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def _create_tables() -> None:
    op.create_table(
        "approvals",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("step_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store", "step_id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_store_state"), "approvals", ["store", "state"], unique=False)
    op.create_table(
        "credentials",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("renewed_at", UtcDateTime(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_credentials")),
    )
    op.create_table(
        "cursors",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("store", "name", name=op.f("pk_cursors")),
    )
    op.create_table(
        "drifts",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("order_name", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("first_seen", UtcDateTime(), nullable=False),
        sa.Column("last_seen", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("complete_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("snoozed_until", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("regressions", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store", "id", name=op.f("pk_drifts")),
    )
    op.create_index(op.f("ix_drifts_store_order_id"), "drifts", ["store", "order_id"], unique=False)
    op.create_index(op.f("ix_drifts_store_state"), "drifts", ["store", "state"], unique=False)
    op.create_table(
        "empty_reads",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("store", "order_id", "supplier", name=op.f("pk_empty_reads")),
    )
    op.create_table(
        "fences",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("store", name=op.f("pk_fences")),
    )
    op.create_table(
        "history",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("order_name", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store", "seq", name=op.f("pk_history")),
    )
    op.create_index(op.f("ix_history_store_order_id"), "history", ["store", "order_id"], unique=False)
    op.create_index(op.f("ix_history_store_order_name"), "history", ["store", "order_name"], unique=False)
    op.create_table(
        "history_heads",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store", name=op.f("pk_history_heads")),
    )
    op.create_table(
        "intents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("touched_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("deadline_at", UtcDateTime(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("effect_id", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intents")),
    )
    op.create_index(op.f("ix_intents_store_order_id"), "intents", ["store", "order_id"], unique=False)
    op.create_index(op.f("ix_intents_store_state"), "intents", ["store", "state"], unique=False)
    op.create_table(
        "links",
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("supplier_order_id", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("order_key", sa.Text(), nullable=False),
        sa.Column("line_sku", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("store_order", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "supplier", "supplier_order_id", "store", "order_key", "line_sku", "origin", name=op.f("pk_links")
        ),
    )
    op.create_index(op.f("ix_links_order_key"), "links", ["order_key"], unique=False)
    op.create_table(
        "notifications",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("parcel", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("store", "parcel", name=op.f("pk_notifications")),
    )
    op.create_index(op.f("ix_notifications_intent_id"), "notifications", ["intent_id"], unique=False)
    op.create_index(op.f("ix_notifications_store_order_id"), "notifications", ["store", "order_id"], unique=False)
    op.create_table(
        "order_lines",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("line_key", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("vendor", sa.Text(), nullable=True),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("store", "order_id", "line_id", name=op.f("pk_order_lines")),
    )
    op.create_index(op.f("ix_order_lines_line_key"), "order_lines", ["line_key"], unique=False)
    op.create_table(
        "order_links",
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("supplier_order_id", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("line_sku", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "supplier",
            "supplier_order_id",
            "store",
            "order_id",
            "origin",
            "line_id",
            "line_sku",
            name=op.f("pk_order_links"),
        ),
    )
    op.create_index(op.f("ix_order_links_store_order_id"), "order_links", ["store", "order_id"], unique=False)
    op.create_table(
        "order_metafields",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("supplier_order_id", sa.Text(), nullable=False),
        sa.Column("line_sku", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store", "order_id", "key", "supplier_order_id", "line_sku", name=op.f("pk_order_metafields")
        ),
    )
    op.create_index(
        op.f("ix_order_metafields_supplier_order_id"), "order_metafields", ["supplier_order_id"], unique=False
    )
    op.create_table(
        "order_numbers",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store", "order_id", "number", name=op.f("pk_order_numbers")),
    )
    op.create_index(op.f("ix_order_numbers_number"), "order_numbers", ["number"], unique=False)
    op.create_table(
        "orders",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=True),
        sa.Column("customer_hash", sa.Text(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("observed_at", UtcDateTime(), nullable=False),
        sa.Column("open_until", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("quantity_gap_since", UtcDateTime(), nullable=True),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store", "order_id", name=op.f("pk_orders")),
    )
    op.create_index(op.f("ix_orders_name_key"), "orders", ["name_key"], unique=False)
    op.create_index(op.f("ix_orders_number"), "orders", ["number"], unique=False)
    op.create_index(op.f("ix_orders_store_due_at"), "orders", ["store", "due_at"], unique=False)
    op.create_index(
        op.f("ix_orders_store_is_open_open_until"), "orders", ["store", "is_open", "open_until"], unique=False
    )
    op.create_table(
        "placements",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=True),
        sa.Column("quantities", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store", "order_id", name=op.f("pk_placements")),
    )
    op.create_table(
        "plans",
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plans")),
    )
    op.create_table(
        "runs",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_store_started_at"), "runs", ["store", "started_at"], unique=False)
    op.create_table(
        "sources",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("observed_at", UtcDateTime(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("mass_at", UtcDateTime(), nullable=True),
        sa.Column("mass_open_before", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sources")),
    )
    op.create_table(
        "supplier_numbers",
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("supplier_order_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("supplier", "supplier_order_id", "number", name=op.f("pk_supplier_numbers")),
    )
    op.create_index(op.f("ix_supplier_numbers_number"), "supplier_numbers", ["number"], unique=False)
    op.create_table(
        "supplier_orders",
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("observed_at", UtcDateTime(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("change_seen_at", UtcDateTime(), nullable=True),
        sa.Column("label_seen_at", UtcDateTime(), nullable=True),
        sa.Column("missed_at", UtcDateTime(), nullable=True),
        sa.Column("died_at", UtcDateTime(), nullable=True),
        sa.Column("missing_reads", sa.Integer(), nullable=False),
        sa.Column("max_rungs", sa.Text(), nullable=False),
        sa.Column("past_numbers", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("supplier", "id", name=op.f("pk_supplier_orders")),
    )
    op.create_index(
        op.f("ix_supplier_orders_supplier_died_at"), "supplier_orders", ["supplier", "died_at"], unique=False
    )
    op.create_index(
        op.f("ix_supplier_orders_supplier_is_live"), "supplier_orders", ["supplier", "is_live"], unique=False
    )
    op.create_table(
        "supplier_refs",
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("supplier_order_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("supplier", "supplier_order_id", "key", name=op.f("pk_supplier_refs")),
    )
    op.create_index(op.f("ix_supplier_refs_key"), "supplier_refs", ["key"], unique=False)
    op.create_table(
        "supplier_stores",
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("link_metafield", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("supplier", "store", name=op.f("pk_supplier_stores")),
    )


def _create_service_tables() -> None:
    op.create_table(
        "schedules",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("right_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store", name=op.f("pk_schedules")),
    )
    op.create_table(
        "hints",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("store", "thing", name=op.f("pk_hints")),
    )
    op.create_table(
        "deliveries",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("store", "topic", "event_id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_at"), "deliveries", ["at"], unique=False)
    op.create_table(
        "pauses",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_pauses")),
    )
