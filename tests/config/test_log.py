"""One stream, for our events and everybody's records, without secrets."""

import io
import json
import logging
from datetime import UTC, datetime

import pytest
import structlog

from syncd import log
from syncd.clock import ManualClock
from syncd.secrets import register

CLOCK = ManualClock(datetime(2026, 11, 22, 8, tzinfo=UTC))


@pytest.fixture
def stream():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def test_json_lines_carry_the_event_its_values_and_the_time(stream):
    log.configure(style="json", stream=stream, clock=CLOCK)
    structlog.get_logger().info("step.done", step="ab12", took_s=0.4)
    assert json.loads(stream.getvalue()) == {
        "at": "2026-11-22T08:00:00Z",
        "event": "step.done",
        "level": "info",
        "step": "ab12",
        "took_s": 0.4,
    }


@pytest.mark.parametrize("style", ["json", "console"])
def test_no_secret_gets_through_whoever_logs_it(stream, style):
    register("canary-registered")
    log.configure(style=style, stream=stream, clock=CLOCK)
    ours, theirs = structlog.get_logger(), logging.getLogger("some.library")
    ours.info("a", headers={"Authorization": "Bearer canary-1"}, pairs=[(b"x-shopify-access-token", b"canary-2")])
    ours.info("b", token="canary-3", url="https://u:canary-4@h/?token=canary-5", deep=[{"a": ("canary-registered",)}])
    theirs.warning("GET %s", "https://h/?api_key=canary-6")
    try:
        raise ValueError("refused shpat_canary0007 with canary-registered")
    except ValueError:
        ours.exception("c")
        theirs.exception("d")
    assert stream.getvalue().count("***") >= 9
    assert "canary" not in stream.getvalue().replace("test_no_secret", "")


def test_foreign_text_cannot_forge_a_line_or_steer_the_terminal(stream):
    log.configure(stream=stream, clock=CLOCK)
    structlog.get_logger().info("read", sku="A\n2026 [error] forged\x1b[2J\u202e")
    assert stream.getvalue().count("\n") == 1
    assert "\x1b[2J" not in stream.getvalue()


def test_http_libraries_speak_from_warning_up(stream):
    log.configure(level="DEBUG", stream=stream, clock=CLOCK)
    logging.getLogger("httpx").info("HTTP Request: GET https://h/?q=1")
    logging.getLogger("httpcore").debug("connect")
    assert stream.getvalue() == ""
    logging.getLogger("httpx").warning("odd")
    assert "odd" in stream.getvalue()


def test_configuring_again_does_not_double_lines(stream):
    log.configure(stream=io.StringIO(), clock=CLOCK)
    log.configure(stream=stream, clock=CLOCK)
    structlog.get_logger().info("once")
    assert stream.getvalue().count("once") == 1
