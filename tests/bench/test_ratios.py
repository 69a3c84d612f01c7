"""Ratios and counts that must hold on any machine; how fast a machine is stands in the README, and nowhere here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from statistics import median

import pytest
import structlog

from tests.bench import audit, drain, idle, reconcile


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


def test_the_time_to_judge_an_order_does_not_grow_with_the_number_of_orders() -> None:
    rates = [reconcile.rates("mixed", (400, 2_400)).by_size for _ in range(3)]
    assert median(one[400] / one[2_400] for one in rates) < 1.6


def test_an_order_in_sync_is_judged_faster_than_one_that_drifts() -> None:
    assert reconcile.rate(reconcile.shipped, 500) > 2 * reconcile.rate(reconcile.drifting, 500)


def test_an_audit_takes_little_more_memory_for_more_orders() -> None:
    small, big = audit.audit(600), audit.audit(1_800)
    assert (small.kept, big.kept) == (600, 1_800)
    assert big.peak_mb < 1.2 * small.peak_mb


def test_a_drain_uses_the_bucket_loses_nothing_and_doubles_nothing() -> None:
    ours = drain.by_syncd(70, plan="tenth")
    assert (ours.throttled, ours.lost, ours.doubled, ours.told) == (0, 0, 0, 0)
    assert ours.share >= 0.95
    assert ours.points_each < 15


def test_a_plain_client_with_retries_is_refused_again_and_again() -> None:
    plain = drain.by_plain_client(70, plan="tenth")
    assert plain.throttled > 10
    assert plain.doubled == 0


def test_an_idle_pass_asks_little_and_writes_nothing_whatever_the_number_of_orders() -> None:
    small, big = idle.idle(30), idle.idle(250)
    for one in (small, big):
        assert one.idle.store_requests <= 5
        assert (one.idle.rows, one.idle.writes) == (0, 0)
    assert big.idle.records == small.idle.records
    assert big.alone.cpu_s < 3 * small.alone.cpu_s


def test_a_new_process_asks_cj_hardly_more_than_one_that_remembers() -> None:
    calls = idle.cj_calls(40)
    assert calls.first >= 40
    assert calls.again <= 10
    assert calls.new_process <= 10
    assert calls.per_step < 2
