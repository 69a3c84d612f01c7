"""What a configuration may say. Each model is a table of the file; descriptions make the reference and the schema."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from syncd.config.fields import (
    ApprovalField,
    Elapsed,
    Listen,
    MailAddress,
    NeverAlone,
    PeriodField,
    Quiet,
    RelativePath,
    RungField,
    Share,
    Smtp,
    TimeOfDay,
    WindowField,
    Zone,
)
from syncd.domain.periods import elapsed
from syncd.domain.shipments import Rung
from syncd.domain.steps import Approval
from syncd.secrets import SecretRef

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
HostPattern = Annotated[str, StringConstraints(pattern=r"^(\*\.([A-Za-z0-9-]+\.)+|([A-Za-z0-9-]+\.)*)[A-Za-z0-9-]+$")]
LANGUAGES = ("en", "da", "fr", "zh-TW")
_OTHER_NAMES = {
    "dk": "da", "danish": "da", "dansk": "da", "english": "en", "french": "fr", "français": "fr", "chinese": "zh-TW",
    "zh": "zh-TW", "tw": "zh-TW", "zh-hant": "zh-TW", "zh-hk": "zh-TW", "中文": "zh-TW", "繁體中文": "zh-TW",
}  # fmt: skip
"""What people write for a language, besides its name with a country behind it."""


def _language(value: Any) -> Any:
    if value in LANGUAGES:
        return value
    asked = str(value).strip().lower().replace("_", "-")
    near = _OTHER_NAMES.get(asked) or next(
        (name for name in LANGUAGES if name.lower() == asked or asked.startswith(f"{name.lower()}-")), None
    )
    hint = f'; did you mean "{near}"?' if near else ""
    raise ValueError(
        f"expected a language of mails, {', '.join(LANGUAGES[:-1])} or {LANGUAGES[-1]}; found {value!r}{hint}"
    )


Language = Annotated[Literal["en", "da", "fr", "zh-TW"], BeforeValidator(_language)]


class Table(BaseModel):
    """A table of the configuration file: unknown keys are errors, values are not bent."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class DatabaseTable(Table):
    """Where syncd keeps its journal."""

    url: Text = Field(
        "sqlite:///syncd.db",
        repr=False,
        description="`sqlite:///FILE`, `postgresql://HOST/NAME` (user and password before the host), or a reference to such a URL. "
        "SQLite is migrated by any command, PostgreSQL by `syncd db upgrade`.",
    )
    key: SecretRef | None = Field(
        None,
        description="The key that encrypts kept credentials and hashes addresses: `file:PATH`. "
        "`file:syncd.key` is made beside the configuration when this is absent.",
    )

    @model_validator(mode="after")
    def _key_is_a_file(self) -> DatabaseTable:
        if self.key is not None and not self.key.startswith("file:"):
            raise ValueError("the key is made when it does not exist, so it has to be a file: file:syncd.key")
        return self


class PolicyTable(Table):
    """What counts as shipped, how long is too long, and what syncd may do alone."""

    fulfill_on: RungField = Field(
        Rung.HANDED_OVER,
        description="The evidence at which an order counts as shipped. Each rung includes the later ones.",
    )
    unplaced_after: PeriodField = Field(
        elapsed(hours=24), description="F13: a paid line of a supplier who has no order for it."
    )
    unacknowledged_after: PeriodField = Field(
        elapsed(hours=24), description="C02: a submitted request without an answer, since it was sent."
    )
    stale_after: PeriodField = Field(
        elapsed(days=5), description="C03: an accepted request without progress. `5bd` counts business days."
    )
    create_fulfillments: ApprovalField = Field(Approval.AUTO, description="Mark shipped goods as fulfilled.")
    update_tracking: ApprovalField = Field(Approval.AUTO, description="Add and correct tracking numbers.")
    cancel_stale_requests: ApprovalField = Field(
        Approval.REQUIRED, description="Withdraw requests that no supplier will fulfill. C04 always waits for a person."
    )
    unfulfill: NeverAlone = Field(Approval.REQUIRED, description="Cancel fulfillments for goods that never left.")
    holds: ApprovalField = Field(Approval.REPORT, description="Hold fulfillment orders that must not ship.")
    supplier_cancel: ApprovalField = Field(Approval.REQUIRED, description="Cancel the supplier's order too.")
    delivery_events: ApprovalField = Field(Approval.REPORT, description="Tell the store of delivery events.")
    tags: ApprovalField = Field(Approval.REPORT, description="Tag orders that need somebody.")
    max_changes_per_run: int = Field(
        500, ge=1, description="Additive steps beyond it wait for the next pass; destructive ones refuse the run."
    )
    max_destructive_share: Share = Field(
        0.3, description="Destructive steps / open orders of that supplier. Not applied below 5 steps."
    )
    fulfilled_without_shipment_after: PeriodField = Field(
        elapsed(hours=48), description="B01: fulfilled in the store, no parcel at the supplier."
    )
    no_tracking_anywhere_after: PeriodField = Field(
        elapsed(days=7), description="B03: fulfilled, and nobody has a number."
    )
    unsubmitted_after: PeriodField = Field(elapsed(hours=4), description="C01: paid, and never sent to the service.")
    cancellation_unanswered_after: PeriodField = Field(
        elapsed(hours=48), description="C04: a cancellation request without an answer."
    )
    unpaid_after: PeriodField = Field(
        elapsed(hours=12), description="C12: a supplier order that waits for its payment."
    )
    aging_after: tuple[PeriodField, PeriodField, PeriodField] = Field(
        (elapsed(days=3), elapsed(days=7), elapsed(days=14)),
        strict=False,
        description="C14: how long an order may stay open before it is worth a line, a look, an alarm.",
    )
    label_stale_after: PeriodField = Field(elapsed(days=7), description="E01: a label, and the parcel never moved.")
    transit_expired_after: PeriodField = Field(elapsed(days=30), description="E03: no news of a parcel under way.")
    supplier_cancel_grace: PeriodField = Field(
        elapsed(minutes=15), description="D03: how long after the store's cancel the supplier is left alone."
    )
    auto_fulfilled_within: PeriodField = Field(
        elapsed(minutes=2), description="B07: fulfilled this fast after the order, nobody can have packed it."
    )


class StoreAlertsTable(Table):
    """Who is told about one store, and when. What is absent falls back to `[alerts.email]`."""

    to: list[MailAddress] | None = Field(None, min_length=1, description="Recipients.")
    language: Language | None = Field(None, description="Language of the mails.")
    timezone: Zone | None = Field(None, description="Time zone of digests, quiet hours and dates in mails.")
    digest_at: TimeOfDay | None = Field(None, description="When the daily digest goes out.")
    quiet: Quiet | None = Field(None, description="Hours in which only critical alerts are sent.")


class ReachTable(Table):
    """Where an adapter may be led besides the public internet."""

    private_network: bool = Field(
        False,
        description="The address of this stanza may lie in a private network (10.…, 172.16.…, 192.168.…, 100.64.…, fc00:…). "
        "Else it is refused, lest a name lead syncd to the machines around it.",
    )
    redirects_to: list[HostPattern] = Field(
        default_factory=list,
        description="Hosts to which this address may redirect; `*.example.com` for every host below. Others are not followed.",
    )


class StoreTable(ReachTable):
    """One store. The adapter's own keys stand in the same table."""

    adapter: Text = Field(description="Name of the store adapter: see `syncd adapters`.")
    mode: Literal["observe", "act"] = Field(
        "observe", description="`observe`: nothing is ever written to the store; `act`: the policy applies."
    )
    notify_customer: Literal["never", "once"] = Field(
        "never", description="`once`: the store mails the customer when a parcel is first shown, and never again."
    )
    maintenance: list[WindowField] = Field(
        default_factory=list,
        description="Times of the week in which nothing is written to the store, like `Sun 02:00-04:00`; "
        "in the time zone of `[daemon]`.",
    )
    ping: SecretRef | None = Field(
        None,
        description="Reference to the address of a dead man's switch (Healthchecks and the like): told after each pass of `syncd run`.",
    )
    policy: PolicyTable = Field(default_factory=PolicyTable)
    alerts: StoreAlertsTable = Field(default_factory=StoreAlertsTable)


class LinesTable(Table):
    """Which order lines are the supplier's. Several keys are ANDed."""

    sku_prefix: Text | None = Field(None, description="SKUs that begin like this (case counts).")
    vendor: Text | None = Field(None, description="The product's vendor.")
    location: Text | None = Field(None, description="Name of the location or fulfillment service.")
    tag: Text | None = Field(None, description="Tag of the order.")

    @model_validator(mode="after")
    def _claims_something(self) -> LinesTable:
        if not any((self.sku_prefix, self.vendor, self.location, self.tag)):
            raise ValueError("needs at least one of sku_prefix, vendor, location, tag")
        return self


class LinksTable(Table):
    """How supplier orders are tied to store orders, beside the supplier's own reference."""

    file: RelativePath | None = Field(
        None, strict=False, description="CSV with the columns store_order, line_sku, supplier_order_id."
    )
    metafield: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_$:-]+\.[A-Za-z0-9_-]+$")] | None = Field(
        None,
        description="`namespace.key` of an order metafield: the supplier order's id, or a JSON object from SKU to id.",
    )


class SupplierTable(ReachTable):
    """One supplier. The adapter's own keys stand in the same table."""

    adapter: Text = Field(description="Name of the supplier adapter: see `syncd adapters`.")
    stores: list[Name] = Field(min_length=1, description="Stores whose orders this supplier ships.")
    lines: LinesTable = Field(description="Which order lines are this supplier's.")
    links: LinksTable = Field(default_factory=LinksTable)
    holidays: list[date] = Field(
        default_factory=list, description="Days that are no business days, besides Saturdays and Sundays."
    )


class CarrierTable(ReachTable):
    """One carrier that can be asked. The adapter's own keys stand in the same table."""

    adapter: Text = Field(description="Name of the carrier adapter: see `syncd adapters`.")


class EmailTable(Table):
    """How mails leave, and who gets them unless a store says otherwise."""

    smtp: Smtp = Field(
        repr=False,
        description="`smtp://HOST:PORT` (STARTTLS is required except on loopback), `smtps://HOST:PORT`, or a reference.",
    )
    username: Text | None = Field(None, description="Name for the mail server.")
    password: SecretRef | None = Field(None, description="Password for the mail server.")
    from_: MailAddress = Field(alias="from", description="Sender.")
    to: list[MailAddress] = Field(min_length=1, description="Recipients.")
    unsubscribe: MailAddress | None = Field(
        None,
        description="Who takes people off the list: the address behind `unsubscribe` in mail programs. [default: from]",
    )
    language: Language = Field("en", description="Language of the mails: en, da, fr or zh-TW.")
    timezone: Zone = Field("UTC", description="Time zone of digests, quiet hours and dates in mails.")
    digest_at: TimeOfDay | None = Field(None, description="When the daily digest goes out; absent = none.")
    quiet: Quiet | None = Field(None, description="Hours in which only critical alerts are sent.")


class AlertsTable(Table):
    """How people are told."""

    email: EmailTable | None = Field(None)
    templates: RelativePath | None = Field(
        None,
        strict=False,
        description="A folder with templates of your own: `mail.html.j2` and `mail.txt.j2`, or `digest.html.j2` and the like for one "
        "kind of mail. A template with a mistake is told, and the built-in one is used.",
    )


class DaemonTable(Table):
    """How `syncd run` goes about its passes."""

    every: Elapsed = Field(timedelta(minutes=5), description="Time between two passes over a store.")
    lease: Elapsed = Field(
        timedelta(seconds=60), description="How long a worker holds a store without a sign of life; 30s to 10m."
    )
    stop_within: Elapsed = Field(
        timedelta(seconds=25), description="Time to finish or park the step in hand at SIGTERM."
    )
    passes_at_once: int = Field(4, ge=1, le=64, description="How many stores are passed over side by side.")
    pause_file: RelativePath = Field(
        Path("syncd.pause"),
        strict=False,
        description="While this file exists nothing is written to any store; its first line is told as the reason.",
    )
    maintenance: list[WindowField] = Field(
        default_factory=list, description="Times of the week in which nothing is written to any store."
    )
    timezone: Zone = Field("UTC", description="Time zone of `maintenance`, here and in the stores.")

    @model_validator(mode="after")
    def _lease_leaves_time(self) -> DaemonTable:
        if not timedelta(seconds=30) <= self.lease <= timedelta(minutes=10):
            raise ValueError("lease must be between 30s and 10m: a call has to end before the lease does")
        return self


class WebTable(Table):
    """Where `syncd run` listens for webhooks, health checks and metrics."""

    listen: Listen | None = Field(
        None, description="`HOST:PORT` for POST /webhooks/{store}, /livez, /readyz, /metrics; absent = nowhere."
    )
    public_url: Annotated[str, StringConstraints(pattern=r"^https://[^/\s]+(/[^\s]*)?$")] | None = Field(
        None, description="Where stores reach `listen` from outside: `syncd webhooks sync` tells them."
    )


class EngineTable(Table):
    """What spreads the passes."""

    kind: Literal["embedded", "pgqueuer"] = Field(
        "embedded", description="`embedded`: this process; `pgqueuer`: any number of workers on one PostgreSQL."
    )


class ApproversTable(Table):
    """Who may approve what the policy does not allow alone."""

    names: list[Text] = Field(
        default_factory=list, description="Actors ($SYNCD_ACTOR, else the OS user) who may approve; empty = everybody."
    )


class Document(Table):
    """A configuration file."""

    database: DatabaseTable = Field(default_factory=DatabaseTable)
    stores: dict[Name, StoreTable] = Field(default_factory=dict, description="Stores by name.")
    suppliers: dict[Name, SupplierTable] = Field(default_factory=dict, description="Suppliers by name.")
    carriers: dict[Name, CarrierTable] = Field(default_factory=dict, description="Carriers by name.")
    alerts: AlertsTable = Field(default_factory=AlertsTable)
    daemon: DaemonTable = Field(default_factory=DaemonTable)
    web: WebTable = Field(default_factory=WebTable)
    engine: EngineTable = Field(default_factory=EngineTable)
    approvers: ApproversTable = Field(default_factory=ApproversTable)


STANZAS: dict[str, type[Table]] = {"stores": StoreTable, "suppliers": SupplierTable, "carriers": CarrierTable}
"""Tables whose entries belong half to syncd and half to an adapter."""


def keys_of(model: type[BaseModel]) -> dict[str, Any]:
    """A model's fields by the name that the file uses."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


__all__ = [
    "STANZAS",
    "AlertsTable",
    "ApproversTable",
    "CarrierTable",
    "DaemonTable",
    "DatabaseTable",
    "Document",
    "EmailTable",
    "EngineTable",
    "LinesTable",
    "LinksTable",
    "PolicyTable",
    "StoreAlertsTable",
    "StoreTable",
    "SupplierTable",
    "Table",
    "WebTable",
    "keys_of",
]
