"""Group C: requests to suppliers and services, and how long they have waited."""

from __future__ import annotations

from datetime import timedelta

from syncd.reconcile.catalogue.kinds import ASKS_BACK, HOLDS, WITHDRAWS, Kind, Severity

ROWS = (
    Kind(
        code="C01",
        name="request_not_submitted",
        title="Paid, but never sent to the service",
        severity=Severity.MEDIUM,
        detect="The order is paid, its fulfillment order belongs to a service and is neither held nor scheduled, and no request "
        "was sent within 4 hours.",
        runbook="The service does not know about this order yet. syncd reports it and submits nothing by itself. Request the "
        "fulfillment in the store's admin. Look for a supplier order first: a second request may become a second purchase.",
    ),
    Kind(
        code="C02",
        name="request_not_acknowledged",
        title="The service has not answered the request",
        severity=Severity.HIGH,
        detect="The request was sent longer ago than `unacknowledged_after` (24 hours) and is neither accepted nor rejected.",
        answer=WITHDRAWS,
        runbook="The request hangs. syncd withdraws it if a complete, fresh read of the supplier shows no live order; "
        "`cancel_stale_requests` decides whether it asks first. The units are open again afterwards and can be requested anew. "
        "The supplier may have the order without having said so, which is why syncd asks there first.",
    ),
    Kind(
        code="C03",
        name="accepted_no_progress",
        title="Accepted, then nothing happened",
        severity=Severity.HIGH,
        detect="The request is accepted, and neither the store nor the supplier shows a change within `stale_after` (5 days).",
        answer=ASKS_BACK,
        runbook="The supplier took the order and went silent. syncd asks for a cancellation if a complete read shows no shipment; "
        "the supplier may still refuse. Ask the supplier before you promise a refund. A parcel that leaves after this is "
        "reported as `ghost_shipment`.",
    ),
    Kind(
        code="C04",
        name="cancellation_unanswered",
        title="The cancellation request has no answer",
        severity=Severity.HIGH,
        detect="A cancellation was requested more than 48 hours ago and has not been answered.",
        answer=WITHDRAWS,
        runbook="The supplier was asked to stop and has not said yes or no. syncd prepares to take the order back and always "
        "waits for your approval. Call the supplier, then `syncd approve` or `syncd reject`. If they ship after all, you pay for "
        "a parcel that you no longer expect.",
    ),
    Kind(
        code="C05",
        name="cancellation_rejected",
        title="The supplier refused the cancellation",
        severity=Severity.MEDIUM,
        detect="The fulfillment order's cancellation request was rejected.",
        runbook="The supplier will go on with the order, usually because it is packed. This version does not look for this kind "
        "yet. In the store's admin the request shows as rejected. If you promised the customer a refund, settle it with the supplier.",
    ),
    Kind(
        code="C06",
        name="request_rejected",
        title="The service rejected the request",
        severity=Severity.HIGH,
        detect="The fulfillment order's request is rejected.",
        answer=HOLDS,
        runbook="The service will not ship these lines, and without a hint nobody notices. syncd shows the service's reason; with "
        "`holds` on it also puts a hold of its own on the work. Fix the reason (stock, address, sku), then request it again in "
        "the store's admin. Left alone, the order rots silently.",
    ),
    Kind(
        code="C07",
        name="fo_incomplete",
        title="The service gave up half-way",
        severity=Severity.HIGH,
        detect="The fulfillment order is INCOMPLETE, or its service closed it.",
        runbook="The service ended its work with units left over. This version does not look for this kind yet; the units show "
        "up as `unfulfilled_aging`. Reopen or move the work in the store's admin. Nothing will ship until somebody does.",
    ),
    Kind(
        code="C08",
        name="on_hold_expired",
        title="Our hold is no longer needed",
        severity=Severity.MEDIUM,
        detect="A hold that syncd placed is past its date, or its cause is gone.",
        runbook="Work is stopped for a reason that no longer exists. This version does not look for this kind yet. Release the "
        "hold with `syncd release`. Holds of others, such as a fraud check, are not yours to lift.",
    ),
    Kind(
        code="C09",
        name="scheduled_overdue",
        title="Scheduled work is overdue",
        severity=Severity.LOW,
        detect="The fulfillment order is SCHEDULED and its date has passed.",
        runbook="The store should have opened this work by now. This version does not look for this kind yet. Open it by hand in "
        "the store's admin. Pre-orders without a real date are the usual cause.",
    ),
    Kind(
        code="C10",
        name="supplier_order_missing",
        title="The supplier's order has disappeared",
        severity=Severity.CRITICAL,
        detect="An order that the supplier had is missing from two complete reads, at least a minute apart.",
        runbook="The supplier no longer knows an order that it had. syncd creates nothing for this order until it is back or you "
        "unlink it. Ask the supplier what became of it; correct the link with `syncd link` and `syncd unlink`. A half-read page "
        "never counts as missing, so this is rarely a mere hiccup.",
    ),
    Kind(
        code="C11",
        name="placement_unknown",
        title="It is unknown whether an order was placed",
        severity=Severity.CRITICAL,
        detect="An order was to be placed at the supplier and no answer tells whether it was.",
        runbook="A purchase may or may not exist. syncd looks for it by our reference and places nothing. Search at the supplier "
        "for the order's name, then link it with `syncd link`. Placing it again blindly buys the goods twice.",
    ),
    Kind(
        code="C12",
        name="supplier_unpaid",
        title="The supplier waits for your payment",
        severity=Severity.HIGH,
        detect="The supplier's order has awaited payment for more than 12 hours.",
        runbook="The supplier will not ship until it is paid. syncd reports it and pays nothing. Pay at the supplier, or top up "
        "the balance. Many suppliers close unpaid orders by themselves after some days.",
    ),
    Kind(
        code="C13",
        name="supplier_delay_vs_promise",
        title="The supplier is later than promised",
        severity=Severity.MEDIUM,
        detect="The date by which the supplier promised to ship has passed without a shipment.",
        runbook="The supplier missed its own date. syncd reports it once, so that you can tell the customer first. Ask for a new "
        "date. Suppliers that move the date every day make noise; raise `stale_after` for patience with requests, not for this.",
    ),
    Kind(
        code="C14",
        name="unfulfilled_aging",
        title="Still not shipped",
        severity=Severity.MEDIUM,
        severity_ageing=((timedelta(days=14), Severity.HIGH),),
        detect="Units of the order are not shipped 3, 7 or 14 days after it was placed. High after 14 days.",
        runbook="A customer is waiting. syncd reports each step of age and changes nothing. `syncd explain` shows at whom the "
        "order hangs. Tag pre-orders `syncd:manual` so that they stay out of this list.",
    ),
)
