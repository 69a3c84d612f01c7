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

UNSEEN = frozenset(
    {
        "takes silence for a no", "tries again before the deadline", "number alone proves",
        "writes the intent down afterwards", "old fences may record", "leaves after its deadline", "decides nothing again",
        "believes half a feed", "takes a failed list for an empty one", "counts what is closed",
        "an update drops other parcels", "forgets how far a parcel was", "takes moving parcels back", "asks after a no",
        "withdraws without asking the supplier", "takes back what it knows nothing of", "tells of every fulfillment",
        "logs a token",
    }
)  # fmt: skip
"""Bugs that no world was found to show within a minute: holes of the simulation, to be filled one by one."""

__all__ = ["ALL", "UNSEEN", "Bug"]
