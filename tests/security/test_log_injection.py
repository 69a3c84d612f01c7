"""Log and terminal injection: foreign text forges no line and steers no terminal."""

import io
import json
import logging
from datetime import UTC, datetime

import pytest
import structlog

from syncd import log
from syncd.clock import ManualClock
from tests.cli.conftest import _logging_is_put_back  # noqa: F401 - used by name

CLOCK = ManualClock(datetime(2026, 11, 22, 8, tzinfo=UTC))
FORGED = "2026-11-22T08:00:00Z [error    ] everything.lost"
ATTACKS = (
    f"x\n{FORGED}",
    f"x\r\n{FORGED}",
    f"x\u2028{FORGED}",
    f"x\x85{FORGED}",
    "x\x1b[2J\x1b]0;title\x07\x1b[31mred",
    "x\x9b31mred\x90q\x9c",
    "x\u202etxt.exe\u2066\u200f\u061c",
    "x\x00\x08\x08\x7f\x0c\x0b",
    'x", "level": "error", "event": "forged',
)
STEERING = {
    *map(chr, range(9)),
    *map(chr, range(11, 32)),
    *map(chr, range(127, 160)),
    *"\u2028\u2029\u202e\u2066\u200f\u061c",
}


class Hostile(Exception):
    """An error whose words come from outside."""


def logged(style: str, attack: str) -> str:
    stream = io.StringIO()
    log.configure(style=style, stream=stream, clock=CLOCK)
    structlog.get_logger().info("feed.read", sku=attack, rows=[attack, {"a": (attack,)}], raw=attack.encode())
    structlog.get_logger().warning(attack)
    logging.getLogger("some.library").warning("said %s", attack)
    logging.getLogger("some.library").warning(attack)
    try:
        raise Hostile(attack)
    except Hostile:
        structlog.get_logger().exception("feed.broken")
        logging.getLogger("some.library").exception("broken")
    return stream.getvalue()


@pytest.mark.parametrize("attack", ATTACKS)
def test_console_lines_begin_with_our_own_words_only(attack):
    text = logged("console", attack)
    assert not STEERING & set(text)
    assert not [line for line in text.split("\n") if line.startswith(FORGED)]
    begun = [line for line in text.split("\n") if line.startswith("2026-")]
    assert len(begun) == 6


@pytest.mark.parametrize("attack", ATTACKS)
def test_json_lines_are_one_document_each(attack):
    text = logged("json", attack)
    assert not STEERING & set(text)
    documents = [json.loads(line) for line in text.splitlines()]
    assert len(documents) == 6
    assert [one["level"] for one in documents] == ["info", "warning", "warning", "warning", "error", "error"]
    assert documents[0]["sku"] == attack
    assert documents[4]["exception"][0]["exc_value"] == attack


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_command_says_steers_no_terminal(desk, attack):
    attack = attack.replace("\x00", "")
    desk.env["SYNCD_ACTOR"] = attack
    order = desk.order(f"CJ-{attack}", tags=[attack])
    desk.depot.put(order.name, sku=f"DP-{attack}", quantity=attack)
    desk.depot.ship(f"#9{attack}", number="1Z999AA10123456784", carrier=attack)
    said = [
        desk.syncd("-vv", "fulfill", order.name, "--tracking", f"1234567{attack}8", "--note", attack, "--yes"),
        desk.syncd("reconcile", "--yes"),
        desk.syncd("drift"),
        desk.syncd("drift", "--format", "json"),
        desk.syncd("history"),
        desk.syncd("history", "--format", "json"),
        desk.syncd("explain", order.name),
        desk.syncd("explain", attack),
        desk.syncd("plan", "--store", attack),
        desk.syncd("approve", attack),
        desk.syncd("apply", attack, "--yes"),
    ]
    for result in said:
        assert "bug in syncd" not in result.err
        for text in (result.out, result.err):
            assert not (STEERING - {"\r"}) & set(text)
            assert not [line for line in text.split("\n") if line.startswith(FORGED)]
