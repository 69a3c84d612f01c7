"""Group B: the store is ahead of the supplier."""

from __future__ import annotations

from syncd.reconcile.catalogue.kinds import RETRACKS, UNFULFILLS, Kind, Severity

ROWS = (
    Kind(
        code="B01",
        name="store_fulfilled_without_shipment",
        title="Fulfilled in the store, but nothing was shipped",
        severity=Severity.HIGH,
        detect="A live fulfillment covers units that the supplier has not shipped, and it is older than 48 hours.",
        answer=UNFULFILLS,
        runbook="The store promises a parcel that the supplier has not sent. syncd prepares an unfulfill and waits for your "
        "approval; it never does this alone. Approve it with `syncd approve`, or leave it if the goods came from your own shelf: "
        "tag such orders `syncd:manual`. Unfulfilling what really left makes the supplier's parcel look unannounced.",
    ),
    Kind(
        code="B02",
        name="store_fulfilled_without_tracking",
        title="Fulfilled without a number that the supplier has",
        severity=Severity.HIGH,
        detect="A live fulfillment has no number, and the supplier has one for the same lines.",
        answer=RETRACKS,
        runbook="Somebody fulfilled the order before the number was known. syncd adds the supplier's number to that fulfillment "
        "and sends no mail. If several fulfillments could be meant, it only reports, and you choose. A number on the wrong "
        "fulfillment shows the customer another parcel.",
    ),
    Kind(
        code="B03",
        name="fulfilled_no_tracking_anywhere",
        title="Fulfilled, and nobody has a tracking number",
        severity=Severity.HIGH,
        detect="A live fulfillment is older than 7 days, and neither the store nor the supplier shows a number for it.",
        runbook="The order is called fulfilled and nothing proves it. syncd reports it. Ask the supplier for the number, or tag "
        "the order `syncd:manual` if you ship without tracking. Left alone, this is how a lost order stays unseen until the "
        "customer writes.",
    ),
    Kind(
        code="B04",
        name="tracking_mismatch",
        title="Store and supplier show different numbers",
        severity=Severity.HIGH,
        detect="Both sides have numbers for the same units, none of them in common, and the store's was typed by a person or "
        "another app.",
        runbook="Two different parcels are claimed for the same goods. syncd touches nothing, because the number in the store may "
        "be the true one. Follow both numbers, then correct the side that is wrong. Overwriting a person's number is how a parcel "
        "gets lost in the records.",
    ),
    Kind(
        code="B05",
        name="tracking_format_only",
        title="The same number, written differently",
        severity=Severity.INFO,
        detect="The numbers are equal once spaces, dashes and case are taken out.",
        runbook="Store and supplier mean the same parcel. syncd treats the numbers as equal and changes nothing. Clean the number "
        "in the store if its link does not work. Leading zeros count, so a number that lost one is a mismatch instead.",
    ),
    Kind(
        code="B06",
        name="carrier_mismatch",
        title="Right number, wrong carrier",
        severity=Severity.LOW,
        detect="Both sides have the same number; the supplier's carrier is one that Shopify knows, and the store shows another.",
        answer=RETRACKS,
        runbook="The number is right, but its link goes to another carrier's page. syncd corrects the carrier and sends no mail. "
        "Correct the carrier at the supplier if that is where the mistake is, else it comes back. Shopify makes the link anew "
        "from the carrier's name.",
    ),
    Kind(
        code="B07",
        name="auto_fulfilled_at_creation",
        title="The store fulfilled the order by itself",
        severity=Severity.HIGH,
        detect="The fulfillment was made within 2 minutes of the order, without a shipment.",
        runbook="A setting in your store marks orders as fulfilled the moment they are paid. syncd reports it and changes "
        "nothing. Turn off automatic fulfillment in the store's checkout settings, then check the orders listed here. Until then "
        "customers are told of parcels that do not exist.",
    ),
    Kind(
        code="B08",
        name="duplicate_fulfillment",
        title="The same units are fulfilled twice",
        severity=Severity.CRITICAL,
        detect="More units of a line are fulfilled than were ordered, or one parcel's units stand on two live fulfillments of one "
        "location.",
        runbook="The store shows goods as sent that nobody ordered, so one fulfillment is too many. syncd creates nothing more for this "
        "order until it is settled. Find out which one is real, then cancel the other with `syncd unfulfill`. Cancelling the "
        "wrong one takes the working tracking link from the customer.",
    ),
    Kind(
        code="B09",
        name="foreign_fulfillment",
        title="Somebody else fulfilled the order",
        severity=Severity.MEDIUM,
        detect="A person or another app made a fulfillment for units that a supplier of yours claims.",
        runbook="The work was done by somebody else. syncd counts those units as taken, leaves the fulfillment alone, and goes on with "
        "the units that are still open. If another app fulfills the same orders, let only one of them do it. Two apps that "
        "correct each other never come to rest.",
    ),
    Kind(
        code="B10",
        name="fulfillment_cancelled_externally",
        title="A fulfillment was cancelled by somebody else",
        severity=Severity.HIGH,
        detect="A fulfillment that syncd made, or that carries this supplier's number for those lines, is cancelled, and not by syncd.",
        runbook="A person or another app took back what was fulfilled. syncd does not create it again by itself. If the cancel "
        "was a mistake, fulfill with `syncd fulfill`; if it was meant, tell the supplier. Creating it again unasked would start "
        "a fight with whoever cancelled it.",
    ),
    Kind(
        code="B11",
        name="store_delivered_supplier_not",
        title="Delivered in the store, not shipped at the supplier",
        severity=Severity.MEDIUM,
        detect="The store or the carrier shows the parcel as delivered, and the supplier has not shipped.",
        runbook="The two sides cannot both be right. syncd reports it. Compare the delivery date with the order date: a number "
        "that was used before is the usual cause. Until it is cleared up, do not count the order as done.",
    ),
)
