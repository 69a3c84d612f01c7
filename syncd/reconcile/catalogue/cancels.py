"""Group D: cancels, refunds and edits."""

from __future__ import annotations

from syncd.reconcile.catalogue.kinds import CANCELS_AT_SUPPLIER, HOLDS, UNFULFILLS, Kind, Severity

ROWS = (
    Kind(
        code="D01",
        name="supplier_cancelled_store_open",
        title="Cancelled at the supplier, open in the store",
        severity=Severity.HIGH,
        detect="The supplier's order is cancelled, closed or failed, and the store still has its units open.",
        answer=HOLDS,
        runbook="Nobody is going to ship these units. syncd reports it; with `holds` on it also stops the work with a hold of its "
        "own. Order elsewhere, offer a substitute, or refund. If you order again at the same supplier, link the new order, else "
        "it may be bought twice.",
    ),
    Kind(
        code="D02",
        name="supplier_cancelled_store_fulfilled",
        title="Cancelled at the supplier, fulfilled in the store",
        severity=Severity.CRITICAL,
        detect="The supplier's order is cancelled, the store shows a live fulfillment for it, and the parcel was never scanned.",
        answer=UNFULFILLS,
        runbook="The customer believes in a parcel that does not exist. syncd prepares an unfulfill and waits for your approval, and "
        "creates nothing for this order meanwhile. Check whether the goods left under another number before you approve. "
        "Unfulfilling a parcel that is really moving hides it from the customer.",
    ),
    Kind(
        code="D03",
        name="store_cancelled_supplier_live",
        title="Cancelled in the store, alive at the supplier",
        severity=Severity.CRITICAL,
        detect="The store's order has been cancelled for more than 15 minutes, and the supplier's order can still be cancelled.",
        answer=CANCELS_AT_SUPPLIER,
        runbook="The supplier will ship goods that nobody pays for. syncd cancels at suppliers that allow it; `supplier_cancel` "
        "decides whether it asks first. Where it cannot, cancel there by hand, quickly. If the store's cancel was a mistake, "
        "tag the order `syncd:manual` before you approve anything.",
    ),
    Kind(
        code="D04",
        name="store_cancelled_supplier_shipped",
        title="Cancelled in the store, shipped at the supplier",
        severity=Severity.CRITICAL,
        detect="The store's order is cancelled or wholly refunded, and the supplier has shipped it.",
        runbook="Goods are on the way to somebody who has the money back. syncd reports it and creates no fulfillment. Ask the "
        "carrier or supplier for an intercept, or tell the customer what will arrive. Every day makes a recall less likely.",
    ),
    Kind(
        code="D05",
        name="ghost_shipment",
        title="Shipped after it was called off",
        severity=Severity.CRITICAL,
        detect="The supplier shipped after a cancellation was accepted, or after the units were unfulfilled.",
        runbook="The supplier sent what it had agreed not to send. syncd pages you and creates no fulfillment, because a second "
        "parcel may be on the way too. Decide with the supplier who takes it back; if the customer keeps it, use `syncd fulfill`. "
        "Check that nobody ordered a replacement in between.",
    ),
    Kind(
        code="D06",
        name="refunded_line_still_ordered",
        title="A refunded line is still on order",
        severity=Severity.HIGH,
        detect="A line was refunded or taken off in the store, and the supplier still has it.",
        runbook="One line too many will be shipped. This version does not look for this kind yet. Ask the supplier to take the "
        "line off. Cancelling the supplier's whole order would take the other lines with it.",
    ),
    Kind(
        code="D07",
        name="order_edited_after_placement",
        title="The order was changed after it went to the supplier",
        severity=Severity.HIGH,
        detect="Quantities or the shipping address differ from what they were when the supplier's order was first seen.",
        answer=HOLDS,
        runbook="The supplier works from an old version of the order. syncd reports what changed; with `holds` on it also stops "
        "work that has not shipped. Tell the supplier the new address or quantity, then `syncd release` the hold. Otherwise the "
        "parcel goes to the old address.",
    ),
    Kind(
        code="D08",
        name="refunded_but_fulfilled_open",
        title="Fully refunded, but still open",
        severity=Severity.MEDIUM,
        detect="The order is wholly refunded, and a fulfillment order is still open.",
        runbook="The money is back and the work is still planned, so somebody may ship it yet. syncd reports it. Cancel the rest "
        "in the store, or hold it with `syncd hold`. A late shipment would be a gift.",
    ),
    Kind(
        code="D09",
        name="return_open_during_unfulfill",
        title="A return is open on lines to be unfulfilled",
        severity=Severity.MEDIUM,
        detect="A return is active on lines that an unfulfill would take back.",
        runbook="Taking back a fulfillment while its goods are being returned would put them in stock twice. This version does "
        "not list this kind yet. Finish or cancel the return first. Count the stock if both have happened.",
    ),
    Kind(
        code="D10",
        name="payment_not_captured",
        title="At the supplier, but not paid by the customer",
        severity=Severity.HIGH,
        detect="The supplier has the order, and in the store its payment is pending, expired or voided.",
        runbook="You pay for goods that the customer has not paid for. syncd reports it and fulfills nothing that is unpaid. "
        "Capture the payment, or stop the work with `syncd hold` and cancel at the supplier. A payment that arrives a day late "
        "is common with bank transfers.",
    ),
    Kind(
        code="D11",
        name="partially_cancelled_mismatch",
        title="Cancelled units do not add up",
        severity=Severity.HIGH,
        detect="For one line the units cancelled at the supplier and those taken off in the store differ.",
        runbook="The two sides disagree about how many units will come. syncd reports the sums and changes nothing. Settle with the supplier "
        "which units are off, then edit or refund the line in the store. A customer who waits for a cancelled unit waits forever.",
    ),
)
