"""What the journal writes it reads back as it was."""

import json

from hypothesis import given

from syncd.domain.steps import Step
from syncd.journal.coding import decode, encode
from tests.plan.steps import STEPS


@given(STEPS)
def test_a_step_comes_back_as_it_was(step: Step) -> None:
    assert decode(Step, encode(step)) == step


@given(STEPS)
def test_the_same_step_is_always_written_the_same_way(step: Step) -> None:
    text = encode(step)
    assert encode(decode(Step, text)) == text
    assert json.loads(text)["id"] == step.id
