"""Real seconds, for those who pay for them."""

from __future__ import annotations

import time
from collections.abc import Callable


def stopwatch() -> Callable[[], float]:
    """Tells how long ago it was made."""
    began = time.perf_counter()
    return lambda: time.perf_counter() - began
