"""Group A: the supplier is ahead of the store."""

from __future__ import annotations

from datetime import timedelta

from syncd.reconcile.catalogue.kinds import CREATES, RETRACKS, Kind, Severity

ROWS = (
    Kind(
        code="A01",
        name="shipped_not_fulfilled",
        title="Shipped, but not fulfilled in the store",
        severity=Severity.MEDIUM,
        severity_ageing=((timedelta(hours=2), Severity.HIGH),),
        detect="A parcel has reached the rung that `fulfill_on` names, its number is on no live fulfillment, and the "
        "fulfillment order still has the units open. High once it is 2 hours old.",
        answer=CREATES,
        runbook="The supplier has sent the goods and the store does not say so. syncd creates a fulfillment for exactly those "
        "lines and units, with the supplier's number; `create_fulfillments` decides whether it asks first. Look at the evidence in "
        "`syncd explain` if the parcel surprises you, or fulfill by hand with `syncd fulfill`. The number may still be "
        "mistyped at the supplier, so try its link before you write to a customer.",
    ),
    Kind(
        code="A02",
        name="shipped_partial_not_reflected",
        title="Partly shipped, but the store does not show that part",
        severity=Severity.HIGH,
        detect="A parcel holds only some of the order's units, and the store shows none of them, or others, as fulfilled.",
        answer=CREATES,
        runbook="Part of the order is on its way. syncd fulfills just the units that the parcel holds and leaves the rest open. "
        "If the supplier does not say what is in the parcel and more than one line is open, syncd does not guess: tell it with "
        "`syncd fulfill` and the lines. The last parcel may never come; the open units then turn up as `unfulfilled_aging`.",
    ),
    Kind(
        code="A03",
        name="extra_parcel_not_in_store",
        title="Another parcel for lines that are fulfilled already",
        severity=Severity.MEDIUM,
        detect="The supplier shows one more number for units that a live fulfillment covers, next to the number the store has.",
        answer=RETRACKS,
        runbook="The goods left in more parcels than the store shows. syncd adds the new number to the fulfillment, keeps the ones "
        "that are there, and sends no mail. If the extra number belongs to another order, take it out at the supplier first. "
        "Shopify replaces the whole list at an update, so another app that writes numbers there can undo this.",
    ),
    Kind(
        code="A04",
        name="tracking_replaced_at_supplier",
        title="The supplier replaced the tracking number",
        severity=Severity.HIGH,
        detect="The number that the store has came from this supplier, the supplier no longer shows it and shows another, and the "
        "old one was never scanned.",
        answer=RETRACKS,
        runbook="Suppliers often hand out a provisional number and change it before the parcel moves. syncd puts the new number on "
        "the same fulfillment and sends no mail. Numbers that a person or another app typed are never replaced. If the old number "
        "was scanned after all, keep both with `syncd fulfill`, since that parcel is really on its way.",
    ),
    Kind(
        code="A05",
        name="last_mile_number_available",
        title="A last-mile number is known",
        severity=Severity.LOW,
        detect="For the same parcel the supplier reports a second number, of another carrier.",
        runbook="An international parcel was handed to a local carrier and got a second number. syncd only reports it, so that "
        "the international link stays as it is. Add the number by hand if your customers ask for it. Replacing the first number "
        "would hide where the parcel was before.",
    ),
    Kind(
        code="A06",
        name="supplier_delivered_store_open",
        title="Delivered, but still open in the store",
        severity=Severity.HIGH,
        detect="The supplier or carrier says delivered, and the fulfillment order is still open.",
        answer=CREATES,
        runbook="The customer has the parcel and the store still calls it unfulfilled. syncd creates the fulfillment and never "
        "sends a mail for it, since a shipping notice after delivery only confuses. Check orders older than a month by hand: they "
        "may have been settled in another way. A reused number can look delivered before your parcel moved.",
    ),
    Kind(
        code="A07",
        name="fulfilled_before_dispatch",
        title="The supplier says fulfilled, but nothing has left",
        severity=Severity.INFO,
        detect="The supplier calls the order fulfilled or shows only a label; the rung that `fulfill_on` names is not reached.",
        runbook="A printed label is not a shipment. syncd waits until there is evidence that the parcel moved. Nothing is to be "
        "done; lower `fulfill_on` to `label` if you trust this supplier's labels. Promoting too early tells customers something "
        "that is not true yet.",
    ),
    Kind(
        code="A08",
        name="supplier_split_or_merged",
        title="The supplier split or merged orders",
        severity=Severity.MEDIUM,
        detect="One store order maps to several orders of the supplier, or several map to one.",
        runbook="The supplier works with other units than your store, as many do when stock sits in two warehouses. syncd follows "
        "all of them and adds up per line. Compare the sums in `syncd explain`; link what is missing with `syncd link`. If units "
        "got lost in the split, nobody will ship them until you ask.",
    ),
)
