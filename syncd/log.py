"""Logging: one stream on stderr for our events and for the libraries' records, as lines for people or as JSON."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from syncd.clock import Clock, SystemClock, rfc3339
from syncd.secrets import MASK, is_secret_name, redact

# httpx logs whole URLs at INFO, with what stands in their query.
_QUIET = ("httpx", "httpcore", "uvicorn.access", "apscheduler", "alembic", "asyncio")
# Without locals: they hold whole objects, and with them what must not be printed.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=30)
)


def configure(
    *, style: str = "console", level: str = "INFO", stream: TextIO | None = None, clock: Clock | None = None
) -> None:
    """Send every record to `stream` (stderr) as `console` lines or `json`; may be called again.

    Nothing that looks like a credential gets through, whoever logs it.
    """
    shared = _shared(clock or SystemClock())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_last(style, target.isatty()))
    )
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _shared(clock: Clock) -> list[Processor]:
    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"at": rfc3339(clock.now()), **event}

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        stamp,
    ]


def _last(style: str, is_terminal: bool) -> list[Processor]:  # noqa: FBT001 - a fact about the stream, used once
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if style == "json":
        return [drop, _TRACEBACKS, mask, structlog.processors.JSONRenderer(sort_keys=False)]
    console = structlog.dev.ConsoleRenderer(
        colors=is_terminal, exception_formatter=structlog.dev.plain_traceback, timestamp_key="at"
    )
    return [drop, structlog.processors.format_exc_info, mask, _one_line, console]


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Processor: redact every text in the event, however deep."""
    return {key: _masked(value, name=key) for key, value in event.items()}


def _masked(value: Any, *, name: str = "") -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    if isinstance(value, Mapping):
        return {key: _masked(inner, name=str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(inner, name=_header(value, inner)) for inner in value]
    return MASK if is_secret_name(name) else redact(str(value))


def _header(pair: Any, part: Any) -> str:
    """The name of the header whose value `part` is, when `pair` is a header as HTTP libraries keep them."""
    if not isinstance(pair, tuple) or len(pair) != 2 or part is pair[0]:
        return ""
    return pair[0].decode("latin-1") if isinstance(pair[0], bytes) else str(pair[0])


def _one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Processor: take line breaks and terminal controls out of values, so that foreign text cannot forge lines.

    A traceback keeps its lines, set in: what an error says cannot begin a line of its own.
    """
    return {key: _set_in(value) if key == "exception" else _plain(value) for key, value in event.items()}


def _set_in(traceback: Any) -> Any:
    if not isinstance(traceback, str):
        return traceback
    return "\n".join(f"  {_plain(line)}" for line in traceback.splitlines())


def _plain(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in value)
