"""What syncd says while a world happens: kept, to be searched for what must not be said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from syncd.log import mask
from tests.simulation.scene import Scene


@contextmanager
def listening(scene: Scene) -> Iterator[None]:
    """Keep what is logged, as it would be shown."""

    def keep(logger: Any, method: str, event: Any) -> Any:
        scene.told.append(str(mask(logger, method, event)))
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[keep], wrapper_class=structlog.make_filtering_bound_logger(20))
    try:
        yield
    finally:
        structlog.configure(**before)
