"""The published documents: made by the code, held against the published schemas."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from syncd.domain.ports import Check
from syncd.domain.steps import Action, StepLine, StepOutcome, StepState
from syncd.domain.tracking import Tracking
from syncd.reconcile.catalogue import KINDS, Severity
from syncd.reconcile.documents import check_document, drift_document, history_document, run_document
from syncd.reconcile.guard import guard
from syncd.reconcile.plan import effects, make_plan, plan_document
from syncd.reconcile.policy import Policy
from syncd.reconcile.view import Drift
from tests.plan.steps import NOW, STEPS, facts, step, steps


@dataclass(frozen=True)
class Record:
    drift: Drift
    first_seen: datetime = NOW - timedelta(hours=3)
    last_seen: datetime = NOW
    state: str = "open"
    confirmed: bool = True
    regressions: int = 0


@dataclass(frozen=True)
class Read:
    name: str
    complete: bool = True
    error: str | None = None
    observed_at: datetime | None = NOW - timedelta(seconds=90)


@dataclass(frozen=True)
class Event:
    at: datetime = NOW
    actor: str = "anna"
    what: str = "step.done"
    why: str | None = None
    order: str | None = "#1001"
    order_id: str | None = "gid://shopify/Order/1"
    before: Any = None
    after: Any = None
    hash: str = "b" * 64
    previous: str | None = None


def drift(**changes: Any) -> Drift:
    values: dict[str, Any] = {
        "id": "d" * 16,
        "kind": "shipped_not_fulfilled",
        "severity": "high",
        "order_id": "gid://shopify/Order/1",
        "order": "#1001",
        "thing": "cj/1/YT2229521272164446",
        "lines": (StepLine(line_item_id="gid://shopify/LineItem/1", sku=None, quantity=1),),
        "evidence": {
            "observed_at": NOW,
            "rung": "handed_over",
            "numbers": ("YT2229521272164446",),
            "age": timedelta(hours=2),
        },
        "since": NOW - timedelta(hours=2),
    }
    return Drift(**{**values, **changes})


def _plan() -> dict[str, Any]:
    tracked = step(1, tracking=(Tracking(number="YT2229521272164446"),))
    plan = make_plan(
        "main", [tracked, *steps(41, Action.CANCEL_FULFILLMENT_ORDER, start=2)], policy=Policy(), seen="s", now=NOW
    )
    return plan_document(guard(plan, policy=Policy(), facts=facts()).plan)


def _run() -> dict[str, Any]:
    plan = make_plan("main", steps(2), policy=Policy(), seen="s", now=NOW)
    outcomes = [
        StepOutcome(step=plan.steps[0], state=StepState.VERIFIED, attempts=1, effect_id="gid://shopify/Fulfillment/1"),
        StepOutcome(step=plan.steps[1], state=StepState.REFUSED, code="stale", text="it changed meanwhile"),
    ]
    settled = [StepOutcome(step=step(9), state=StepState.UNKNOWN, code="wait", text="not there yet", attempts=1)]
    end = NOW + timedelta(seconds=1.5)
    return run_document(plan, outcomes, run_id="run-1", started_at=NOW, finished_at=end, settled=settled)


def _drift() -> dict[str, Any]:
    reads = [Read("main"), Read("cj", complete=False, error="timeout", observed_at=None)]
    about_a_source = drift(
        kind="observation_incomplete", order=None, order_id=None, lines=(), evidence={}, source="cj", since=None
    )
    return drift_document(
        [Record(drift()), Record(about_a_source, state="resolved")], store="main", sources=reads, now=NOW
    )


def _check() -> dict[str, Any]:
    return check_document(
        [Check(name="token", state="ok", text="accepted"), Check(name="clock", state="warn", text="x", remedy="y")]
    )


def _history() -> dict[str, Any]:
    return history_document(
        [Event(), Event(before={"at": NOW}, after=[1], why="because", order=None, order_id=None, previous="a" * 64)]
    )


DOCUMENTS = {"plan": _plan, "run": _run, "drift": _drift, "check": _check, "history": _history}


def made(name: str) -> dict[str, Any]:
    """The document as it is read by others."""
    return json.loads(json.dumps(DOCUMENTS[name]()))


def schema(name: str) -> dict[str, Any]:
    return json.loads((files("syncd") / "schemas" / f"{name}.json").read_text("utf-8"))


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name))


def _objects(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every key of every object in a document, with the way to it."""
    match value:
        case dict():
            for key, each in value.items():
                yield path, key
                yield from _objects(each, (*path, key))
        case list():
            for place, each in enumerate(value[:3]):
                yield from _objects(each, (*path, place))


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_document_of_the_code_fits_its_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    document = made(name)
    assert [error.message for error in validator(name).iter_errors(document)] == []


@pytest.mark.parametrize("name", ["run", "drift", "check", "history"])
def test_a_document_is_as_somebody_found_it_good(name: str, request: pytest.FixtureRequest) -> None:
    """The run's holds a plan too. Refresh with `pytest tests/plan --refresh` and read the diff."""
    golden = Path(__file__).parent / "documents" / f"{name}.json"
    if request.config.getoption("--refresh"):
        golden.write_text(json.dumps(made(name), indent=2) + "\n")
    assert made(name) == json.loads(golden.read_text())


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_document_that_lacks_any_key_does_not_fit(name: str) -> None:
    document = made(name)
    free = {"evidence", "before", "after"}  # what is inside these is not promised
    judge = validator(name)
    kept = []
    for path, key in _objects(document):
        if free & set(path) and key != "observed_at":
            continue
        damaged = deepcopy(document)
        place = damaged
        for part in path:
            place = place[part]
        del place[key]
        if judge.is_valid(damaged):
            kept.append((*path, key))
    assert [path for path in kept if not free & set(path)] == []


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_document_may_have_more_keys(name: str) -> None:
    assert validator(name).is_valid({**made(name), "later": 1})


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("plan", {"schema": 2}),
        ("plan", {"created_at": "2026-11-22T08:00:00+01:00"}),
        ("plan", {"fingerprint": "short"}),
        ("drift", {"generated_at": "2026-11-22"}),
        ("run", {"summary": {}}),
        ("check", {"checks": [{"name": "a", "state": "fine", "text": "", "remedy": ""}]}),
    ],
)
def test_wrong_values_do_not_fit(name: str, change: dict[str, Any]) -> None:
    assert not validator(name).is_valid({**made(name), **change})


@given(st.lists(STEPS.filter(lambda each: each.order_id and all(line.line_item_id for line in each.lines)), max_size=3))
def test_any_plan_fits_but_for_empty_ids(planned) -> None:
    planned = [replace(each, target=replace(each.target, allocations=(), **NO_IDS)) for each in planned]
    document = plan_document(make_plan("main", planned, policy=Policy(), seen="s", now=NOW))
    assert [error.message for error in validator("plan").iter_errors(json.loads(json.dumps(document)))] == []


NO_IDS = dict.fromkeys(("fulfillment_id", "fulfillment_order_id", "hold_id", "supplier_order_id"))


def test_the_schemas_speak_the_words_of_the_code() -> None:
    drifts = schema("drift")["$defs"]["drift"]["properties"]
    plan = schema("plan")
    assert drifts["kind"]["enum"] == list(KINDS)
    assert drifts["severity"]["enum"] == list(Severity)
    assert plan["$defs"]["step"]["properties"]["action"]["enum"] == list(Action)
    assert list(plan["properties"]["effects"]["properties"]) == list(effects([]))
    assert list(schema("run")["properties"]["summary"]["properties"]) == list(StepState)
    assert schema("run")["$defs"]["plan"] == plan


def test_a_drift_tells_what_to_do_and_since_when() -> None:
    shown, source = made("drift")["drifts"]
    assert (shown["kind"], shown["code"], shown["since"]) == ("shipped_not_fulfilled", "A01", "2026-11-22T06:00:00Z")
    assert shown["runbook"] == KINDS["shipped_not_fulfilled"].runbook
    assert shown["evidence"]["age"] == 7200
    assert source["evidence"] == {"observed_at": "2026-11-22T08:00:00Z"}
    assert [each["age_s"] for each in made("drift")["sources"]] == [90, None]


def test_a_source_that_was_read_a_moment_after_now_is_of_no_age() -> None:
    ahead = drift_document([], store="main", sources=[Read("main", observed_at=NOW + timedelta(seconds=1))], now=NOW)
    assert [each["age_s"] for each in ahead["sources"]] == [0]


def test_the_summary_counts_every_state() -> None:
    assert made("run")["summary"] == {**dict.fromkeys(map(str, StepState), 0), "verified": 1, "refused": 1}
