"""A plan from elsewhere is read with care: what is wrong in it is told with its place."""

import json

import pytest

from syncd.errors import UsageError
from syncd.reconcile.plan import make_plan, plan_document, plan_from_document
from syncd.reconcile.policy import Policy
from tests.plan.steps import NOW, step

PLAN = json.loads(json.dumps(plan_document(make_plan("main", [step(1)], policy=Policy(), seen="s", now=NOW))))
LINE = PLAN["steps"][0]["lines"][0]


def put(path, value):
    """The plan with something else at this place."""
    plan = json.loads(json.dumps(PLAN))
    *way, last = path
    place = plan
    for part in way:
        place = place[part]
    place[last] = value
    return plan


WRONG = [
    (["steps"], {}, "steps should be a list, but is {}."),
    (["steps", 0], [], "steps[0] should be an object, but is []."),
    (["steps", 0, "id"], 7, "steps[0].id should be a text, but is 7."),
    (["steps", 0, "lines", 0, "quantity"], "1", 'steps[0].lines[0].quantity should be a whole number, but is "1".'),
    (["steps", 0, "lines", 0, "quantity"], True, "steps[0].lines[0].quantity should be a whole number, but is true."),
    (["steps", 0, "lines", 0, "quantity"], 1.5, "steps[0].lines[0].quantity should be a whole number, but is 1.5."),
    (["steps", 0, "notify_customer"], 0, "steps[0].notify_customer should be true or false, but is 0."),
    (["steps", 0, "notify_customer"], None, "steps[0].notify_customer should be true or false, but is null."),
    (["created_at"], "yesterday", 'created_at should be a time such as 2026-11-22T08:00:00Z, but is "yesterday".'),
    (["created_at"], 5, "created_at should be a text, but is 5."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "text"), WRONG, ids=[f"{'.'.join(map(str, row[0]))}={row[1]}" for row in WRONG]
)
def test_what_is_wrong_in_a_plan_is_told_with_its_place(path, value, text):
    with pytest.raises(UsageError) as told:
        plan_from_document(put(path, value))
    assert str(told.value) == f"{text} Make the plan anew with `syncd plan`."


def test_a_long_value_is_cut_short_and_a_document_that_is_none_is_named():
    with pytest.raises(UsageError, match=rf'id should be a text, but is \["{"x" * 55}\.\.\.\. Make'):
        plan_from_document(put(["steps", 0, "id"], ["x" * 99]))
    with pytest.raises(UsageError, match=rf'id should be a text, but is \["{"x" * 56}"\]\. Make'):
        plan_from_document(put(["steps", 0, "id"], ["x" * 56]))
    with pytest.raises(UsageError, match=rf'id should be a text, but is \["{"x" * 55}\.\.\.\. Make'):
        plan_from_document(put(["steps", 0, "id"], ["x" * 57]))
    with pytest.raises(UsageError, match=r"the document should be an object, but is 5\. Make"):
        plan_from_document(5)


def test_letters_of_any_language_are_shown_as_they_are():
    with pytest.raises(UsageError, match=r'id should be a text, but is \["Größe 號"\]\. Make'):
        plan_from_document(put(["steps", 0, "id"], ["Größe 號"]))


def test_what_is_missing_is_told_with_its_place():
    plan = json.loads(json.dumps(PLAN))
    del plan["steps"][0]["why"]
    with pytest.raises(UsageError, match=r"steps\[0\].why is missing. Make the plan anew"):
        plan_from_document(plan)


def test_a_word_that_is_no_action_is_told_with_all_that_are():
    with pytest.raises(
        UsageError, match=r'steps\[0\].action should be one of create_fulfillment, .*supplier_cancel, but is "buy"'
    ):
        plan_from_document(put(["steps", 0, "action"], "buy"))


REFUSAL = {"guard": "share", "scope": "cj", "seen": 0.5, "limit": 0.3, "text": "t", "remedy": "r"}


@pytest.mark.parametrize("number", [True, "1", None])
def test_a_refusals_numbers_are_numbers(number):
    with pytest.raises(UsageError, match=r"refused\[0\].seen should be a number, but is"):
        plan_from_document(put(["refused"], [{**REFUSAL, "seen": number}]))
    assert plan_from_document(put(["refused"], [REFUSAL])).refused[0].seen == 0.5
    assert plan_from_document(put(["refused"], [{**REFUSAL, "seen": 41}])).refused[0].seen == 41
