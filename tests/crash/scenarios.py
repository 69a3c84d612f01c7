"""Every scenario by its name."""

from __future__ import annotations

from tests.crash.commanded import COMMANDS
from tests.crash.passes import PASSES
from tests.crash.scenario import Scenario

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in (*PASSES, *COMMANDS)}
