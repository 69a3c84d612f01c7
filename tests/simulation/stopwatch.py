"""Real seconds, for those who pay for them."""

from __future__ import annotations

import time
from collections.abc import Callable


def stopwatch() -> Callable[[], float]:
    """Tells how long ago it was made."""
    began = time.perf_counter()
    return lambda: time.perf_counter() - began


def worked() -> Callable[[], float]:
    """Tells for how long this process has worked since: what other programs take of a core counts for nobody."""
    began = time.process_time()
    return lambda: time.process_time() - began
