"""What is fuzzed: each target reads bytes as some part of syncd does, and lets only documented errors out.

A target returns when all is well. Anything that it raises is a bug of the product, and so is taking long.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from adapters.stores.orders_export.orders import read_orders
from adapters.stores.orders_export.table import read_table
from adapters.suppliers.feed.orders import supplier_orders
from adapters.suppliers.feed.settings import FeedSettings
from adapters.suppliers.feed.source import Body
from adapters.suppliers.feed.supplier import Reading, read
from syncd.cli.commands.apply import _parsed
from syncd.config import load
from syncd.config.linkfile import read_links
from syncd.domain.carriers import page, resolve
from syncd.domain.numbers import is_no_number, judge, normalise, split_numbers, tidy
from syncd.domain.ports import SupplierQuery
from syncd.errors import ConfigError, InvalidResponse, PortError, UsageError
from syncd.http import read_json
from syncd.http.unpacking import unpacked
from syncd.journal.mirror.metafields import link_values
from syncd.reconcile.plan import make_plan, plan_document
from syncd.reconcile.policy import Policy
from syncd.reports.past import past_runs
from syncd.reports.terminal.plan import plan_report
from syncd.reports.terminal.style import as_text
from syncd.secrets import redact
from tests.fuzz.services import (
    PUSHED,
    an_answer,
    bulk,
    cj_bytes,
    cj_reply,
    pushed,
    pushed_bytes,
    shopify_answer,
    shopify_order,
)
from tests.fuzz.source import Source, as_json, mutated
from tests.reference import ROOT
from tests.security.feeds import web_feed

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing that reads what others wrote. `seeds` are inputs from which a fuzzer goes on."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


# ---- Feeds ------------------------------------------------------------------------------------------------------------

ENCODINGS = (None, "utf-8", "utf-16", "utf-16-le", "cp1252", "gb18030", "utf-32", "utf-7", "shift_jis")
TABLE = (
    "Order,SKU,Qty,Tracking Number,Carrier,Tracking URL,Ship Date,Status\r\n"
    '#1001,DP-1,1,1Z999AA10123456784,UPS,https://e.example/1,2026-11-01,shipped\r\n"#1002",DP-2,,"LP00123, LP00124",,,,x\r\n'
)


def read_feed(data: bytes, **settings: Any) -> Reading:
    body = Body(file=io.BytesIO(data), stamp="1")
    reading = read(body, FeedSettings(source="x.csv", **settings))
    if reading.table is not None:
        stanza = FeedSettings(source="x.csv", **settings)
        supplier_orders(reading.table, keys=reading.table.orders, supplier="depot", settings=stanza, now=NOW)
    return reading


def feed(data: bytes) -> None:
    """Any bytes as a feed, read in any of its ways."""
    source = Source(data)
    settings: dict[str, Any] = {"encoding": source.pick(ENCODINGS), "delimiter": source.pick((None, ",", ";", "tab"))}
    settings["states"] = source.pick(({}, {"shipped": "handed_over", "x": "cancelled", "r": "returned"}))
    settings["date_format"] = source.pick((None, "%d/%m/%Y", "%Y"))
    settings["timezone"] = source.pick(("UTC", "Pacific/Kiritimati", "America/St_Johns"))
    read_feed(source.rest(), **settings)


GOOD = ("#1001,DP-1,1,1Z999AA10123456784,UPS,,,\r\n", "#1002,DP-2,2,1Z999AA10123456785,UPS,,,\r\n")


def feed_rows(data: bytes) -> None:
    """One line of anything between two good rows costs neither of them."""
    junk = data.decode("utf-8", "replace")
    line = "".join(sign for sign in junk if sign not in "\r\n\ufeff")
    head = TABLE.splitlines(keepends=True)[0]
    reading = read_feed(f"{head}{GOOD[0]}{line}\r\n{GOOD[1]}".encode(), encoding="utf-8", delimiter=",")
    assert reading.table is not None, reading.trouble
    assert {"1001", "1002"} <= set(reading.table.orders), line


def feed_answer(data: bytes) -> None:
    """Any body as what a feed's address answers."""
    with contextlib.suppress(PortError):
        asyncio.run(web_feed(data).orders(SupplierQuery()))


def _table_seeds() -> list[bytes]:
    settings = bytes(5)
    return [
        settings + TABLE.encode(),
        settings + TABLE.replace(",", ";").encode("utf-16"),
        b"\x05" + bytes(4) + TABLE.encode("gb18030"),
    ]


EXPORT = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem sku,Lineitem fulfillment status,Id,Tags,Cancelled at,Refunded Amount,Total\n"
    "#1001,a@b.c,paid,2026-11-01 10:00:00 +0100,fulfilled,2026-11-02 10:00:00 +0100,2026-11-01 10:00:00 +0100,2,Thing,DP-1,"
    "fulfilled,6300000000001,x,,0.00,10.00\n#1001,,,,,,,1,Other,DP-2,pending,,,,,\n"
)


def orders_export(data: bytes) -> None:
    """Any bytes as Shopify's orders export."""
    source = Source(data)
    encoding = source.pick(ENCODINGS)
    with contextlib.suppress(InvalidResponse):
        table = read_table(source.rest(), file="orders.csv", encoding=encoding)
        read_orders(table.rows, exported_at=NOW, zone=UTC)


def links_file(data: bytes) -> None:
    """Any bytes as a link file."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "links.csv").write_bytes(data)
        with contextlib.suppress(ConfigError):
            read_links(Path(folder) / "links.csv")


# ---- Our own documents ------------------------------------------------------------------------------------------------


def config(data: bytes) -> None:
    """The example configuration with some of its lines changed or replaced by anything, and anything by itself."""
    source = Source(data)
    lines = (ROOT / "config" / "syncd.example.toml").read_text().splitlines()
    if source.number(3):
        for _ in range(1 + source.number(6)):
            at, other = source.number(len(lines)), source.number(len(lines))
            key, _, value = lines[at].partition("=")
            lines[at] = source.pick(
                (
                    f"{key}= {lines[other].partition('=')[2]}",
                    f"{key}= {{}}",
                    f"{key}= -1",
                    f"{key}= ''",
                    value,
                    f"[{key}]",
                    lines[other],
                    "",
                )
            )
        text = "\n".join(lines).encode()
    else:
        text = source.rest()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "syncd.toml"
        file.write_bytes(text)
        with contextlib.suppress(ConfigError):
            load(file, env={"SYNCD_CLOCK": source.pick(("", "now", "2026-11-22T00:00:00Z"))})


@cache
def a_plan() -> dict[str, Any]:
    from tests.plan.steps import steps

    return plan_document(make_plan("main", steps(3), policy=Policy(), seen="seen", now=NOW))


def plan(data: bytes) -> None:
    """A saved plan with some of its values replaced, shown as `apply` shows it."""
    source = Source(data)
    text = as_json(mutated(a_plan(), source)) if source.number(4) else source.rest()
    with contextlib.suppress(UsageError):
        for one in _parsed(text, where="plan.json"):
            as_text(plan_report(one))
            as_json(plan_document(one))


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run of the past, as the journal gives it."""

    document: Any
    run_id: str = "r"
    store: str = "main"
    actor: str = "ada"
    started_at: datetime = NOW
    finished_at: datetime | None = NOW


def run(data: bytes) -> None:
    """A run's document with some of its values replaced."""
    step = a_plan()["steps"][0]["id"]
    outcome = {"step": step, "state": "verified", "detail": {"code": "", "text": ""}, "attempts": 1, "effect_id": None}
    document = mutated({"plan": a_plan(), "outcomes": [outcome], "settled": []}, Source(data))
    with contextlib.suppress(UsageError):
        past_runs([KeptRun(document)])


# ---- Texts ------------------------------------------------------------------------------------------------------------


def number(data: bytes) -> None:
    """Any text as a tracking number."""
    source = Source(data)
    company = source.pick((None, "UPS", "4PX", "DHL Express", "YunExpress", "nobody"))
    for cell in (source.text(), *(_cells(data))):
        is_no_number(cell)
        for one in split_numbers(cell):
            tidy(one)
            assert normalise(one), repr(one)
            judge(one, company=company)
            resolve(company or "", number=one)
            url = page(one, company=company or "")
            assert url is None or urlsplit(url).scheme == "https"
        judge(cell, company=company)


def _cells(data: bytes) -> list[Any]:
    return [
        int.from_bytes(data[:8], "big"),
        float(int.from_bytes(data[:4], "big")) * 1e-3,
        float("nan"),
        float("inf"),
        None,
    ]


def secrets(data: bytes) -> None:
    """Redaction ends in time, and what it masked stays masked."""
    text = data.decode("utf-8", "replace")
    once = redact(text)
    assert redact(once) == once or len(redact(once)) <= len(once)


def metafield(data: bytes) -> None:
    """Any text in the metafield that names supplier orders."""
    for supplier_order, sku in link_values(data.decode("utf-8", "replace")):
        assert supplier_order
        assert isinstance(sku, str)


def json_document(data: bytes) -> None:
    """Any bytes as JSON; what comes out can be kept and sent."""
    with contextlib.suppress(ValueError):
        text = json.dumps(read_json(data), ensure_ascii=False, allow_nan=True)
        assert "\0" not in text
        text.encode("utf-8")


def packed(data: bytes) -> None:
    """Any bytes as a packed body, cut anywhere."""
    source = Source(data)
    encoding, step = source.pick(("gzip", "deflate", "br", "")), 1 + source.number(256)
    body = source.rest()

    async def chunks() -> Any:
        for at in range(0, len(body), step):
            yield body[at : at + step]

    async def unpack() -> None:
        size = 0
        async for piece in unpacked(chunks(), encoding, source="x"):
            size += len(piece)
            if size > 10**6:
                return

    with contextlib.suppress(InvalidResponse):
        asyncio.run(unpack())


def _random_seeds() -> list[bytes]:
    return [Random(seed).randbytes(4 + 6 * seed) for seed in range(6)]


def _as_seeds(*texts: str | bytes) -> Callable[[], list[bytes]]:
    return lambda: [text if isinstance(text, bytes) else text.encode() for text in texts]


_NUMBERS = (
    "\x001Z999AA10123456784",
    "\x01LP00123456789012, YT2412345678901234",
    "\x02n/a",
    "\x031.23E+21",
    "\x04RR123456785CN",
)
_SECRETS = ("Authorization: Bearer abc.def", "https://u:p@h/?token=x&a=1", '{"access_token": "x"}', "shpat_0123456789")
_METAFIELDS = ("123", '{"SKU": "1", "B": ["2", 3]}', '["1"]', '"x"', "[[[[")

TARGETS: Mapping[str, Target] = {
    one.name: one
    for one in (
        Target(name="feed", run=feed, seeds=_table_seeds),
        Target(name="feed_rows", run=feed_rows, seeds=_as_seeds(*TABLE.splitlines(), '"', '"a,"b,""')),
        Target(name="feed_answer", run=feed_answer, seeds=_as_seeds(TABLE, "<html>", "{}", "PK\x03\x04")),
        Target(name="orders_export", run=orders_export, seeds=_as_seeds("\x00" + EXPORT, b"\x02" + EXPORT.encode("utf-16"))),
        Target(name="links_file", run=links_file, seeds=_as_seeds("store_order,line_sku,supplier_order_id\n#1,,2\n")),
        Target(name="shopify_order", run=shopify_order, seeds=_random_seeds),
        Target(name="shopify_answer", run=shopify_answer, seeds=lambda: [as_json(an_answer()), b"[]", b'{"errors": "x"}']),
        Target(name="bulk", run=bulk, seeds=_random_seeds),
        Target(name="pushed", run=pushed, seeds=_random_seeds),
        Target(name="pushed_bytes", run=pushed_bytes, seeds=lambda: [b"\x00" + as_json(PUSHED), b"\x0a[]"]),
        Target(name="cj_reply", run=cj_reply, seeds=_random_seeds),
        Target(name="cj_bytes", run=cj_bytes, seeds=_as_seeds('{"code": 200, "data": {"list": [{"orderId": "1"}]}}', '{"code": 1600200}')),
        Target(name="config", run=config, seeds=_random_seeds),
        Target(name="plan", run=plan, seeds=_random_seeds),
        Target(name="run", run=run, seeds=_random_seeds),
        Target(name="number", run=number, seeds=_as_seeds(*_NUMBERS)),
        Target(name="secrets", run=secrets, seeds=_as_seeds(*_SECRETS)),
        Target(name="metafield", run=metafield, seeds=_as_seeds(*_METAFIELDS)),
        Target(name="json_document", run=json_document, seeds=_as_seeds('{"a": ["\\ud800", 1.5, null]}', "[[[]]]")),
        Target(name="packed", run=packed, seeds=_as_seeds(b"\x00\x10\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcbH\x05\x00")),
    )
}  # fmt: skip
"""Every target by its name."""
