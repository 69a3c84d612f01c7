"""Every age: one tick before its limit and at the limit nothing is said yet, one tick after it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from syncd.domain.orders import FulfillmentOrderStatus, MerchantRequest, RequestStatus
from syncd.domain.periods import Calendar, Period, elapsed
from syncd.domain.shipments import Rung, SupplierState
from syncd.reconcile.decide import full, reconcile
from syncd.reconcile.view import OrderView
from tests.reconcile.tables import told
from tests.reconcile.world import (
    CJ,
    NOW,
    POLICY,
    TICK,
    A,
    ago,
    closed,
    done,
    linked,
    order,
    parcel,
    placed,
    policy,
    side,
    view,
    work,
)

P1 = "LX100000001CN"
Make = Callable[[datetime], OrderView]


def _fulfilled(at):
    return {"fulfillment_orders": (closed({A: 1}),), "fulfillments": (done({A: 1}, created_at=at),)}


def _request(at, standing=RequestStatus.SUBMITTED, kind="FULFILLMENT_REQUEST", **more):
    asked = MerchantRequest(kind=kind, sent_at=at)
    return order(
        created_at=at,
        fulfillment_orders=(work({A: 1}, request_status=standing, service="cj", requests=(asked,), **more),),
    )


def _accepted(at):
    return _request(at, RequestStatus.ACCEPTED, status=FulfillmentOrderStatus.IN_PROGRESS, updated_at=at)


LIMITS: list[tuple[str, timedelta, Make]] = [
    (
        "B01 cancel_fulfillment",
        timedelta(hours=48),
        lambda at: view(order(created_at=at - timedelta(hours=1), **_fulfilled(at)), side(placed())),
    ),
    (
        "B03 report",
        timedelta(days=7),
        lambda at: view(
            order(created_at=at - timedelta(hours=1), **_fulfilled(at)), side(placed(state=SupplierState.SHIPPED))
        ),
    ),
    (
        "C01 report",
        timedelta(hours=4),
        lambda at: view(order(created_at=at, fulfillment_orders=(work({A: 1}, service="cj", created_at=at),)), side()),
    ),
    ("C02 cancel_fulfillment_order", timedelta(hours=24), lambda at: view(_request(at), side(empty_reads=1))),
    (
        "C03 submit_cancellation_request",
        timedelta(days=5),
        lambda at: view(_accepted(at), side(placed(created_at=at, changed_at=at))),
    ),
    (
        "C04 cancel_fulfillment_order",
        timedelta(hours=48),
        lambda at: view(
            _request(at, RequestStatus.CANCELLATION_REQUESTED, "CANCELLATION_REQUEST"),
            side(placed(changed_at=at, created_at=at)),
        ),
    ),
    (
        "C12 report",
        timedelta(hours=12),
        lambda at: view(order(created_at=at), side(placed(state=SupplierState.UNPAID, created_at=at))),
    ),
    ("C13 report", timedelta(), lambda at: view(order(), side(placed(promised_by=at)))),
    ("C14 report", timedelta(days=3), lambda at: view(order(created_at=at), side(placed()))),
    (
        "D03 supplier_cancel",
        timedelta(minutes=15),
        lambda at: view(order(cancelled_at=at, fulfillment_orders=(closed({A: 1}),)), side(placed())),
    ),
    (
        "E01 report",
        timedelta(days=7),
        lambda at: view(order(), side(linked(placed(parcel(P1, rung=Rung.LABEL)), label_seen_at=at))),
    ),
    (
        "E03 report",
        timedelta(days=30),
        lambda at: view(
            order(
                created_at=at - timedelta(days=1),
                fulfillment_orders=(closed({A: 1}),),
                fulfillments=(done({A: 1}, P1),),
            ),
            side(placed(parcel(P1, rung=Rung.IN_TRANSIT, last_event_at=at))),
        ),
    ),
    (
        "F04 report",
        timedelta(hours=1),
        lambda at: view(order(fulfillment_orders=()), side(placed()), quantity_gap_since=at),
    ),
    ("F13 report", timedelta(hours=24), lambda at: view(order(created_at=at), side(empty_reads=2))),
]


@pytest.mark.parametrize(("what", "age", "make"), LIMITS, ids=[row[0].replace(" ", "_") for row in LIMITS])
@pytest.mark.parametrize("judge", [reconcile, full])
def test_a_limit_is_exceeded_one_tick_after_it(what, age, make, judge):
    given = make(NOW)
    limit = NOW + age
    for now, is_told in (
        (limit - TICK, False),
        (limit, False),
        (limit + TICK, True),
        (limit + timedelta(hours=1), True),
    ):
        judgement = judge(given, policy=POLICY, now=now)
        assert (what in told(judgement)) is is_told, now - limit
        if not is_told:
            assert judgement.due_at is not None
            assert judgement.due_at <= limit + TICK, "it is looked at again in time"


def test_fulfilled_within_two_minutes_counts_up_to_the_limit():
    def kinds(after):
        at = ago(hours=1)
        given = view(order(created_at=at, **_fulfilled(at + after)), side(placed()))
        return told(reconcile(given, policy=POLICY, now=NOW))

    assert kinds(timedelta(minutes=2)) == ["B07 report"]
    assert kinds(timedelta(minutes=2) + TICK) == []


@pytest.mark.parametrize(("days", "stage"), [(3, 1), (7, 2), (14, 3)])
def test_each_stage_of_age_is_told(days, stage):
    given = view(order(created_at=NOW - timedelta(days=days)), side(placed()))
    (drift,) = reconcile(given, policy=POLICY, now=NOW + TICK).drifts
    assert drift.evidence["stage"] == stage


def test_business_days_follow_the_suppliers_calendar():
    # 2026-11-20 is a Friday: three business days end on Wednesday, with a holiday on Monday on Thursday.
    bd3 = Period(business_days=3)
    given = view(_accepted(NOW), side(placed(created_at=NOW, changed_at=NOW)))
    holiday = replace(CJ, calendar=Calendar(holidays=frozenset({(NOW + timedelta(days=3)).date()})))
    patient = {"stale_after": bd3, "aging_after": (elapsed(days=99),) * 3}
    for rules, days in ((CJ, 5), (holiday, 6)):
        rule = policy(suppliers=(rules,), **patient)
        assert told(reconcile(given, policy=rule, now=NOW + timedelta(days=days))) == []
        assert told(reconcile(given, policy=rule, now=NOW + timedelta(days=days) + TICK)) == [
            "C03 submit_cancellation_request"
        ]


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("C01", "unsubmitted_after"),
        ("C02", "unacknowledged_after"),
        ("C03", "stale_after"),
        ("C04", "cancellation_unanswered_after"),
        ("C12", "unpaid_after"),
        ("E01", "label_stale_after"),
        ("E03", "transit_expired_after"),
        ("F13", "unplaced_after"),
    ],
)
@pytest.mark.parametrize("judge", [reconcile, full])
def test_every_limit_in_business_days_follows_the_suppliers_calendar(code, limit, judge):
    given = next(make(NOW) for what, _, make in LIMITS if what.startswith(code))
    holiday = replace(CJ, calendar=Calendar(holidays=frozenset({(NOW + timedelta(days=3)).date()})))
    for rules, days in ((CJ, 5), (holiday, 6)):
        rule = policy(suppliers=(rules,), **{limit: Period(business_days=3)})
        end = NOW + timedelta(days=days)
        codes = [{one.partition(" ")[0] for one in told(judge(given, policy=rule, now=at))} for at in (end, end + TICK)]
        assert [code in each for each in codes] == [False, True]


def test_nothing_changes_before_the_moment_that_was_named():
    for _, _, make in LIMITS:
        given, now = make(NOW), NOW + TICK
        for _ in range(12):
            judgement = reconcile(given, policy=POLICY, now=now)
            if judgement.due_at is None:
                break
            assert judgement.due_at > now
            before = reconcile(given, policy=POLICY, now=judgement.due_at - TICK)
            assert (before.drifts, before.steps) == (judgement.drifts, judgement.steps)
            now = judgement.due_at
