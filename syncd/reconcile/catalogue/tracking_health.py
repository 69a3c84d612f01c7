"""Group E: what the tracking itself shows."""

from __future__ import annotations

from syncd.reconcile.catalogue.kinds import ADDS_EVENT, Kind, Severity

ROWS = (
    Kind(
        code="E01",
        name="label_only_stale",
        title="A label, and no scan since",
        severity=Severity.HIGH,
        detect="A number has been known for more than 7 days without a scan.",
        runbook="The label was printed and the parcel did not move. syncd reports it. Ask the supplier whether it was handed "
        "over; after two weeks consider another shipment or `syncd unfulfill`. Slow economy lines can take a week to show a first scan.",
    ),
    Kind(
        code="E02",
        name="transit_stalled",
        title="The parcel stands still",
        severity=Severity.MEDIUM,
        detect="No event for 10 days, or 7 at home.",
        runbook="The parcel is under way and has gone quiet. This version does not look for this kind yet; after 30 days it is "
        "reported as `transit_expired`. Ask the carrier. Customs is the usual reason.",
    ),
    Kind(
        code="E03",
        name="transit_expired",
        title="Probably lost",
        severity=Severity.HIGH,
        detect="The parcel's last event is more than 30 days old, and it was not delivered.",
        runbook="After this long without news a parcel rarely arrives. syncd reports it and changes nothing. Open a claim with "
        "the carrier or supplier, and tell the customer. Some suppliers refund only within a fixed time, so do not wait.",
    ),
    Kind(
        code="E04",
        name="delivery_exception",
        title="Trouble at delivery",
        severity=Severity.HIGH,
        detect="The carrier reports an exception, or a failed attempt to deliver.",
        runbook="The carrier tried and something was in the way. This version does not look for this kind yet. Follow the link "
        "and write to the customer about the address or a pick-up. Parcels go back to the sender after a few days.",
    ),
    Kind(
        code="E05",
        name="returned_to_sender",
        title="On its way back to the sender",
        severity=Severity.CRITICAL,
        detect="The carrier or supplier says that the parcel was returned.",
        runbook="The customer will not get this parcel. syncd reports it and changes nothing. Check the address with the "
        "customer, then send again or refund. Sending again before the first parcel is found may cost two sets of goods.",
    ),
    Kind(
        code="E06",
        name="tracking_reused",
        title="One number on several orders",
        severity=Severity.CRITICAL,
        severity_cases={"combined": Severity.LOW},
        detect="The number is also on another order of another customer, in the store or in a supplier's report, or it was "
        "scanned before the order existed. Low where customer and address are the same: a combined parcel.",
        runbook="One parcel cannot go to two addresses, so at least one order carries a wrong number. syncd creates no "
        "fulfillment with it. Ask the supplier for the right number; if the orders were packed together, fulfill by hand with "
        "`syncd fulfill`. A copied-down row in a spreadsheet is the usual cause.",
    ),
    Kind(
        code="E07",
        name="delivered_wrong_region",
        title="Delivered in the wrong place",
        severity=Severity.CRITICAL,
        detect="The country or city of delivery is not the customer's.",
        runbook="The parcel went elsewhere, or the number is another parcel's. This version does not look for this kind yet. "
        "Compare the carrier's page with the address. Places are spelled in many ways, so look before you accuse.",
    ),
    Kind(
        code="E08",
        name="tracking_unknown_format",
        title="The number does not fit its carrier",
        severity=Severity.MEDIUM,
        detect="The carrier is named, its numbers are known, and this one has none of their forms or a wrong check digit.",
        runbook="The number looks mistyped, or belongs to another carrier. This version does not list this kind "
        "yet. Compare it with the supplier's page. Carriers do invent formats, so this never "
        "stops a fulfillment by itself.",
    ),
    Kind(
        code="E09",
        name="status_regression",
        title="The status went backwards",
        severity=Severity.INFO,
        detect="A later look shows less progress than an earlier one.",
        runbook="Sources take back what they said, mostly by mistake. syncd keeps the furthest point that was ever seen, and this "
        "version does not list the kind yet. Nothing is to be done. A carrier's true correction would look the same.",
    ),
    Kind(
        code="E10",
        name="store_not_marked_delivered",
        title="Delivered, but the store does not say so",
        severity=Severity.LOW,
        answer=ADDS_EVENT,
        detect="The carrier says delivered, and the fulfillment in the store has no delivery event.",
        runbook="The customer's order page still says on its way. This version does not look for this kind yet. Mark the "
        "fulfillment as delivered in the store if it matters to you. A delivered event on the wrong parcel is hard to take back.",
    ),
)
