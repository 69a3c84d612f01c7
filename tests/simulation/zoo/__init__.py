"""Mistakes planted in the product, one at a time: each must break its promise within a minute of simulation.

They prove that the simulation tests something. A mistake that is not found is a hole in the simulation.
"""

from __future__ import annotations

from tests.simulation.zoo import asking, numbers, reading, sending, taking_back, units
from tests.simulation.zoo.bug import Bug

ALL: dict[str, Bug] = {
    **sending.BUGS,
    **reading.BUGS,
    **units.BUGS,
    **numbers.BUGS,
    **taking_back.BUGS,
    **asking.BUGS,
}
"""Every bug by its name."""

UNSEEN: frozenset[str] = frozenset()
"""Bugs that no world was found to show: holes of the simulation, to be filled one by one."""

__all__ = ["ALL", "UNSEEN", "Bug"]
