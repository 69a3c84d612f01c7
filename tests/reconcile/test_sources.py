"""Drifts about whole sources."""

from datetime import timedelta

import pytest

from syncd.reconcile.sources import SourceChange, SourceLook, is_mass_change, source_drifts
from syncd.reconcile.view import Judgement
from tests.reconcile.telling import told
from tests.reconcile.world import NOW, ago


def state(**more):
    return SourceLook(**{"source": "cj", "complete": True, "observed_at": NOW, **more})


def kinds(*states, changes=()):
    return [
        (drift.kind, drift.source, drift.severity)
        for drift in source_drifts(store="main", states=states, changes=changes, now=NOW)
    ]


def test_a_whole_read_is_no_drift():
    assert kinds(state()) == []


def test_half_a_read_is_told_and_grows_urgent():
    assert kinds(state(complete=False)) == [("observation_incomplete", "cj", "low")]
    assert kinds(state(complete=False, incomplete_since=ago(hours=6))) == [("observation_incomplete", "cj", "low")]
    long = ago(hours=6) - timedelta(microseconds=1)
    assert kinds(state(complete=False, incomplete_since=long)) == [("observation_incomplete", "cj", "high")]


def test_single_orders_that_cannot_be_understood_are_told_each_by_itself_and_the_read_is_whole():
    look = state(source="main", left_out={"Order/2": "no lines", "Order/1": "no name"})
    found = source_drifts(store="main", states=[look], now=NOW)
    assert [(drift.kind, drift.thing, drift.source, drift.order_id) for drift in found] == [
        ("observation_incomplete", "Order/1", "main", None),
        ("observation_incomplete", "Order/2", "main", None),
    ]
    assert [drift.evidence for drift in found] == [
        {"order_id": "Order/1", "error": "no name", "observed_at": "2026-11-20T12:00:00Z"},
        {"order_id": "Order/2", "error": "no lines", "observed_at": "2026-11-20T12:00:00Z"},
    ]
    assert len({drift.id for drift in found}) == 2


def test_refused_credentials_are_told_instead_of_half_a_read():
    assert kinds(state(complete=False, is_rejected=True, error="401")) == [("permission_or_token", "cj", "critical")]


@pytest.mark.parametrize(
    ("open_before", "became_dead", "first", "is_mass"),
    [
        (10, 3, False, False),
        (10, 4, False, False),
        (10, 5, False, True),
        (20, 6, False, False),
        (20, 7, False, True),
        (16, 5, False, True),
        (17, 5, False, False),
        (5, 5, False, True),
        (4, 4, False, False),
        (10, 10, True, False),
    ],
)
def test_a_mass_change_needs_more_than_30_percent_and_at_least_5(open_before, became_dead, first, is_mass):
    change = SourceChange(source="cj", open_before=open_before, became_dead=became_dead, first_pass=first)
    assert is_mass_change(change) is is_mass
    assert bool(kinds(state(), changes=(change,))) is is_mass


def test_the_evidence_has_the_arithmetic():
    change = SourceChange(source="cj", open_before=20, became_dead=7, first_pass=False)
    (drift,) = source_drifts(store="main", states=[state()], changes=[change], now=NOW)
    assert drift.evidence == {
        "open_before": 20,
        "became_dead": 7,
        "share": 0.35,
        "limit": 0.3,
        "observed_at": "2026-11-20T12:00:00Z",
    }
    assert (drift.order, drift.thing, drift.lines) == (None, "cj", ())


def test_the_share_is_rounded_for_people():
    change = SourceChange(source="cj", open_before=13, became_dead=7)
    (drift,) = source_drifts(store="main", states=[state()], changes=[change], now=NOW)
    assert drift.evidence["share"] == 0.5385


def test_everything_that_is_told_of_sources_is_as_somebody_found_it_good(is_as_kept):
    states = [
        state(source="main", complete=False, problems=3, incomplete_since=ago(hours=7)),
        state(source="dp", is_rejected=True, complete=False, error="403 no scope"),
        state(source="cj", observed_at=ago(minutes=2)),
        state(source="ali", complete=False, error="timeout", observed_at=ago(minutes=5)),
    ]
    changes = [
        SourceChange(source="main", open_before=9, became_dead=9),
        SourceChange(source="cj", open_before=0, became_dead=6),
        SourceChange(source="ali", open_before=7, became_dead=5, first_pass=True),
        SourceChange(source="new", open_before=16, became_dead=5),
    ]
    found = source_drifts(store="main", states=states, changes=changes, now=NOW)
    is_as_kept("sources", list(told(Judgement(drifts=found))))
    assert [(drift.kind, drift.source) for drift in found] == [
        ("observation_incomplete", "ali"),
        ("permission_or_token", "dp"),
        ("observation_incomplete", "main"),
        ("adapter_mass_change", "cj"),
        ("adapter_mass_change", "main"),
        ("adapter_mass_change", "new"),
    ]
