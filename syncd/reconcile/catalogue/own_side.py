"""Group F: our own side: the ledger, the sources, and what we know of our own effects."""

from __future__ import annotations

from datetime import timedelta

from syncd.reconcile.catalogue.kinds import Kind, Severity

ROWS = (
    Kind(
        code="F01",
        name="effect_unknown",
        title="It is unknown whether a change took effect",
        severity=Severity.CRITICAL,
        detect="A write was sent and no answer came, and reading back does not settle it.",
        runbook="A change may or may not have happened. syncd never sends it again blindly: it reads back by id at every pass, "
        "and creates nothing for this order meanwhile. If it stays, look at the order in the store and settle it there. Repeating "
        "the change by hand before looking makes it happen twice.",
    ),
    Kind(
        code="F02",
        name="ledger_orphan_fo",
        title="The store replaced a fulfillment order",
        severity=Severity.MEDIUM,
        detect="A fulfillment order that we knew is closed or gone, and another one holds its units.",
        runbook="Shopify gives work a new id when it is moved, split or cancelled. syncd finds the new one by line and units; "
        "nothing is lost. You need to act only if the units do not add up, which is then reported as well. Old ids in your own "
        "notes no longer work.",
    ),
    Kind(
        code="F03",
        name="ledger_missing_order",
        title="An order of ours is not in the mirror",
        severity=Severity.MEDIUM,
        detect="The store has an order with lines of a supplier, and the mirror does not.",
        runbook="syncd has not seen this order yet. This version does not list the kind: the next sweep brings it in. Run `syncd "
        "plan` to look at once. After an installation many orders are new at the same time.",
    ),
    Kind(
        code="F04",
        name="quantity_invariant_broken",
        title="Units do not add up",
        severity=Severity.CRITICAL,
        severity_cases={"less": Severity.MEDIUM},
        detect="For a line, open units, fulfilled units and units removed unfulfilled are together more than ordered, or for over "
        "an hour less. More: critical; less: medium.",
        runbook="Some units are counted twice or not at all. syncd creates nothing for this order while there are too many. Open "
        "the order in the store and compare its fulfillments with its lines. A store that is still routing the order can be short "
        "of units for a while, which is why that waits an hour.",
    ),
    Kind(
        code="F05",
        name="notification_unverified",
        title="It is unknown whether the customer was told",
        severity=Severity.HIGH,
        detect="A change with a notice to the customer was sent, and its outcome is not known.",
        runbook="The customer may or may not have had a mail. syncd counts it as sent, so that there is never a second one. Look "
        "at the order's timeline in the store, and write yourself if nothing went out. One mail too few is the smaller harm.",
    ),
    Kind(
        code="F06",
        name="inventory_not_restored",
        title="Stock did not come back",
        severity=Severity.HIGH,
        detect="After an unfulfill the stock did not change as expected.",
        runbook="The units were taken back and the stock does not show it. This version does not look for this kind yet. Compare "
        "the item's stock history and adjust by hand. Other sales in the same minutes look just the same.",
    ),
    Kind(
        code="F07",
        name="unfulfill_unverified",
        title="An unfulfill could not be confirmed",
        severity=Severity.CRITICAL,
        detect="A fulfillment was cancelled by us, and reading back shows it alive, or its units not open.",
        runbook="The store said yes and shows something else. syncd reads again at every pass and does not repeat the cancel. "
        "Look at the order in the store, and cancel there if it is still fulfilled. Until then do not order the goods "
        "elsewhere.",
    ),
    Kind(
        code="F08",
        name="hold_lost_after_unfulfill",
        title="Our hold disappeared",
        severity=Severity.HIGH,
        detect="A hold that syncd placed after an unfulfill is gone, and the units can be requested again.",
        runbook="Another app or person released the work. This version does not look for this kind yet. Place the hold again "
        "with `syncd hold` if the goods must not be sent. If it happens again, find out which app releases holds.",
    ),
    Kind(
        code="F09",
        name="observation_incomplete",
        title="A source could not be read whole",
        severity=Severity.LOW,
        severity_ageing=((timedelta(hours=6), Severity.HIGH),),
        detect="A read failed, was cut off, or could not be understood. High once it has lasted 6 hours.",
        runbook="Part of the picture is missing. syncd takes nothing back on its account, goes on with what does not need this source, "
        "and tries again. If it lasts, `syncd check` names the cause. Nothing may be concluded from what an incomplete read does not "
        "show.",
    ),
    Kind(
        code="F10",
        name="adapter_mass_change",
        title="Too much changed at a source at once",
        severity=Severity.CRITICAL,
        detect="More than 30 % of a source's open orders, and at least 5, became cancelled, failed or absent in one pass.",
        runbook="A source that cancels a third of its orders at once is more likely broken than right. syncd freezes everything "
        "that rests on its word and sends none of it. Look at the supplier's own page before you do anything else; if it is true, "
        "say so with `syncd resume`. An outage that answers with an empty list looks exactly like this.",
    ),
    Kind(
        code="F11",
        name="clock_or_lag",
        title="Clocks disagree, or reading lags behind",
        severity=Severity.MEDIUM,
        detect="Reads come later than planned, or a source states times in the future.",
        runbook="Ages and limits are only as good as the clocks. This version does not look for this kind yet. Check this "
        "machine's time and the time zone of the feed. A wrong zone shifts every age by hours.",
    ),
    Kind(
        code="F12",
        name="permission_or_token",
        title="Credentials are refused",
        severity=Severity.CRITICAL,
        detect="A store or supplier answered that the token is not valid or lacks a permission.",
        runbook="Without access nothing can be seen or done there. syncd stops asking, tells you once, and creates nothing that "
        "rests on this source. Renew the token or grant the scope that `syncd check` names. It goes on by itself once "
        "access works.",
    ),
    Kind(
        code="F13",
        name="mapping_missing_or_ambiguous",
        title="It is not clear which supplier order is meant",
        severity=Severity.HIGH,
        detect="A line belongs to no supplier order after two complete reads, or to several that cannot all be true, or two "
        "suppliers claim it; or a supplier's order comes with a name alone that another store's order has too, or may have as long as "
        "that store was never read.",
        runbook="It is not clear who ships this line, or whether it was ever ordered. syncd creates nothing for it. Name the "
        "supplier's order with `syncd link`, or place the order if it is missing. Where two suppliers claim a line, narrow their "
        "`lines` rules. A store that is `not read yet` is read by `syncd plan --store NAME`; one that is gone is to be taken out of the "
        "supplier's `stores`. A guess here would put the wrong number on the customer's order.",
    ),
    Kind(
        code="F14",
        name="stuck_retry",
        title="A step keeps failing",
        severity=Severity.HIGH,
        detect="A step has failed as often as it may be tried.",
        runbook="Something stands in the way of one step. This version does not list the kind; the outcome of the last run tells why. Look at "
        "it with `syncd history`. Trying again without a change brings the same answer.",
    ),
)
