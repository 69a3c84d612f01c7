"""Whatever is read ends in a value or in a documented error, in time.

A little of it in every run; more with `FUZZ_EXAMPLES=5000 pytest tests/fuzz`; led by coverage: `python -m tests.fuzz`.
"""

import os
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
DEAR = {"shopify_order": 25, "shopify_answer": 25, "cj_reply": 12, "cj_bytes": 12, "config": 25, "bulk": 40}
"""Targets of which each try takes its time."""
LONGEST_S = 5.0


@pytest.mark.parametrize("name", TARGETS)
def test_a_reader_lets_only_documented_errors_out(name):
    target = TARGETS[name]

    @settings(
        max_examples=EXAMPLES or DEAR.get(name, 120),
        deadline=None,
        database=None,
        derandomize=not EXAMPLES,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode), st.sampled_from(target.seeds())))
    @example(b"")
    def tries(data: bytes) -> None:
        begun = time.process_time()
        target.run(data)
        assert time.process_time() - begun < LONGEST_S

    tries()
