"""A pytest plugin for runs over mutants.

Property tests always try the same examples, and do not shrink what they find. What the code keeps of earlier calls is
forgotten before each test: else only the first one to ask would be seen to reach what is behind an answer.
"""

import sys

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "mutation",
    database=None,
    derandomize=True,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),  # a busy machine is no mistake that was noticed
)
settings.load_profile("mutation")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    forget_answers()


def forget_answers() -> None:
    """Empty every cache in our modules."""
    for name, module in list(sys.modules.items()):
        if name.startswith("syncd."):
            for value in list(vars(module).values()):
                if callable(forget := getattr(value, "cache_clear", None)):
                    forget()
