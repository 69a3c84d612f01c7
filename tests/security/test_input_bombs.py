"""Answers and files that are small on the wire and huge in memory, or that never end: what is read is bounded."""

import csv
import gzip
import io
import json
import re
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import AsyncIterator
from random import Random

import httpx
import pytest

from adapters.suppliers.feed.records import MAX_CELL, MAX_CELLS, MAX_LINE, records
from adapters.suppliers.feed.settings import FeedSettings
from adapters.suppliers.feed.source import Body
from adapters.suppliers.feed.supplier import read
from syncd.clock import ManualClock
from syncd.domain.ports import SupplierQuery
from syncd.errors import InvalidResponse, OutcomeUnknown, Refused, Transient
from syncd.http import Http, HttpClient, read_json
from syncd.http.documents import DEEPEST
from syncd.http.lines import MAX_LINE as LONGEST_JSON_LINE
from syncd.http.lines import lines_of
from syncd.secrets import redact
from tests.http.test_client import Script
from tests.http.virtual import EPOCH
from tests.reference import ROOT
from tests.security.feeds import file_feed, web_feed

MIB = 2**20


def client(*answers, clock=None, **options) -> HttpClient:
    http = Http(clock or ManualClock(EPOCH), Random(1), Script(*answers))
    return http.client(source="depot", base_url="https://api.example.test", **options)


def packed(body: bytes, encoding: str) -> httpx.Response:
    """An answer as it comes over the wire: httpx must not unpack it before the product does."""
    return httpx.Response(200, stream=httpx.ByteStream(body), headers={"content-encoding": encoding})


async def got(answer: httpx.Response, **options) -> bytes:
    return (await client(answer, **options).request("GET", "/x")).body


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb_is_unpacked_piece_by_piece_and_no_further_than_the_limit(encoding):
    squeeze = gzip.compress if encoding == "gzip" else zlib.compress
    bomb = squeeze(b"0" * (50 * MIB), 1)
    assert len(bomb) < MIB
    tracemalloc.start()
    try:
        with pytest.raises(InvalidResponse, match="more than 1048576 bytes"):
            await got(packed(bomb, encoding), max_body=MIB)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * MIB


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,deflate", "br", "zstd", "compress", "gzip;q=1", "\x00"])
async def test_what_is_packed_in_another_way_than_asked_for_is_not_unpacked(encoding):
    bomb = gzip.compress(gzip.compress(b"0" * MIB))
    with pytest.raises(InvalidResponse, match="is packed as"):
        await got(packed(bomb, encoding))


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"hello"), "gzip"),
        (gzip.compress(b"hello"), " X-GZIP "),
        (gzip.compress(b"he") + gzip.compress(b"llo") + b"\0" * 20, "gzip"),
        (zlib.compress(b"hello"), "deflate"),
        (zlib.compress(b"hello")[2:-4], "deflate"),
        (b"hello", "identity"),
        (b"hello", ""),
    ],
    ids=["gzip", "x-gzip", "members", "deflate", "raw deflate", "identity", "plain"],
)
async def test_honest_answers_are_unpacked(body, encoding):
    assert await got(packed(body, encoding)) == b"hello"


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 10 * MIB])
@pytest.mark.parametrize("step", [1, 7, 4096])
async def test_unpacking_gives_every_byte_wherever_the_wire_cuts(size, step):
    if step == 1 and size > MIB:
        step = 3
    body = Random(size).randbytes(min(size, 1000)) * (size // 1000 + 1)
    for squeezed, encoding in ((gzip.compress(body, 1), "gzip"), (zlib.compress(body, 9), "deflate")):

        async def cut(squeezed=squeezed) -> AsyncIterator[bytes]:
            for at in range(0, len(squeezed), step):
                yield squeezed[at : at + step]

        answer = httpx.Response(200, content=cut(), headers={"content-encoding": encoding})
        assert await got(answer) == body


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-5], lambda b: b[:8], lambda b: b"x" + b, lambda b: b[:15] + b"\xff" * 9]
)
async def test_what_is_damaged_or_cut_off_is_no_answer(damage):
    """Taken for the whole, a feed that was cut off would show orders as gone."""
    body = damage(gzip.compress(Random(1).randbytes(400)))
    with pytest.raises(InvalidResponse, match="cannot be unpacked"):
        await got(packed(body, "gzip"))
    with pytest.raises(OutcomeUnknown):
        await client(packed(body, "gzip")).request("POST", "/x", write=True)


async def test_an_answer_that_drips_for_ever_is_given_up():
    clock = ManualClock(EPOCH)

    async def drip() -> AsyncIterator[bytes]:
        while True:
            await clock.sleep(20)
            yield b"x"

    def answer(_):
        return httpx.Response(200, content=drip())

    with pytest.raises(Transient, match="still coming after 600 s"):
        await client(answer, clock=clock).request("GET", "/x")
    with pytest.raises(OutcomeUnknown):
        await client(answer, clock=clock).request("POST", "/x", write=True)
    assert clock.monotonic() < 5 * 700


@pytest.mark.parametrize(("deadline_s", "told"), [(None, "after 3600 s"), (900.0, "deadline passed")])
async def test_a_stream_that_drips_for_ever_is_given_up(deadline_s, told):
    clock = ManualClock(EPOCH)

    async def drip() -> AsyncIterator[bytes]:
        for _ in range(1000):
            await clock.sleep(20)
            yield b"{}\n"

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=drip()))
    client = Http(clock, Random(1), transport).client(source="shop", base_url="https://api.example.test")
    deadline_s = deadline_s and clock.monotonic() + deadline_s
    with pytest.raises(Transient, match=told):
        [line async for line in client.stream_lines("https://api.example.test/x", deadline_s=deadline_s)]


async def test_a_wish_to_come_back_in_thirty_years_is_not_waited_for():
    clock = ManualClock(EPOCH)
    asking = client(
        httpx.Response(429, headers={"retry-after": "999999999"}), httpx.Response(200), clock=clock, limit=1
    )
    with pytest.raises(Transient):
        await asking.request("GET", "/x")
    await asking.request("GET", "/x")
    assert clock.monotonic() < 400


def test_masking_secrets_takes_time_in_proportion_to_the_text():
    begun = time.process_time()
    for text in ("a." * 100_000, "://" * 50_000, "bearer " * 30_000, "authorization: " * 15_000, '"token":' * 20_000):
        redact(text)
    assert time.process_time() - begun < 3


async def test_a_stream_is_bounded_as_a_whole_and_line_by_line():
    reading = client(httpx.Response(200, content=b"{}\n" * 1000)).stream_lines("/x", max_bytes=1000)
    with pytest.raises(InvalidResponse, match="more than 1000 bytes"):
        [line async for line in reading]
    bomb = packed(gzip.compress(b"[" * (LONGEST_JSON_LINE + MIB)), "gzip")
    with pytest.raises(InvalidResponse, match="sent a line of more than"):
        [line async for line in client(bomb).stream_lines("/x")]


async def test_a_line_in_tiny_pieces_takes_time_in_proportion_to_its_length():
    async def pieces(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"0123456789"
        yield b"\n"

    async def took_s(count: int) -> float:
        begun = time.process_time()
        assert [len(line) async for line in lines_of(pieces(count), source="shop")] == [10 * count]
        return time.process_time() - begun

    small = min([await took_s(20_000) for _ in range(3)])
    assert await took_s(160_000) < 8 * small * 4 + 0.1  # joined again at every piece, it would be 64 times


# ---- JSON -------------------------------------------------------------------------------------------------------------


def nested(levels: int, *, as_objects: bool = False) -> bytes:
    opening, closing = (b'{"a":', b"}") if as_objects else (b"[", b"]")
    return opening * levels + b"0" + closing * levels


@pytest.mark.parametrize("as_objects", [False, True])
@pytest.mark.parametrize("levels", [DEEPEST + 1, 900, 100_000])
async def test_json_that_is_nested_too_deep_is_refused(levels, as_objects):
    answer = client(httpx.Response(200, content=nested(levels, as_objects=as_objects)))
    reply = await answer.request("GET", "/x")
    with pytest.raises(InvalidResponse, match=f"more than {DEEPEST} levels"):
        reply.json()


def test_json_of_ordinary_depth_is_read():
    assert read_json(nested(DEEPEST)) == json.loads(nested(DEEPEST))
    assert read_json(b'"x"') == "x"


@pytest.mark.parametrize("word", [b"NaN", b"Infinity", b'{"a": -Infinity}', b"1" * 5000])
def test_numbers_that_json_does_not_know_are_refused(word):
    with pytest.raises(ValueError, match=r"no JSON|integer string"):
        read_json(word)


@pytest.mark.parametrize(
    "body",
    [
        rb'["a\u0000b", {"\ud800": "\uDFFF"}]',
        '["a\x00b"]'.encode("utf-16").replace(b"\x00\x00", b"\x00\x00"),
        b'["\xed\xa0\x80"]',
    ],
)
def test_signs_that_no_database_keeps_are_replaced(body):
    try:
        document = read_json(body)
    except ValueError:
        return  # a raw control sign in a text is no JSON
    text = json.dumps(document, ensure_ascii=False)
    assert "\0" not in text
    text.encode("utf-8")
    assert "\ufffd" in text


def test_whole_pairs_of_surrogates_and_hangul_stay_as_they_are():
    assert read_json(rb'"\ud83d\ude00"') == "\U0001f600"
    assert read_json('"평창 \U0001f600"'.encode()) == "평창 \U0001f600"


# ---- Feeds ------------------------------------------------------------------------------------------------------------


def workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (20 * MIB))
    return out.getvalue()


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><orders>&b;</orders>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><o>&x;</o>"""


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (workbook(), "Excel workbook or a zip archive"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel workbook"),
        (gzip.compress(b"Order,Tracking\n"), "gzip-packed"),
        (b"%PDF-1.7 ...", "PDF document"),
        (LAUGHS, "web page or XML"),
        (OUTSIDE, "web page or XML"),
        (b'{"orders": []}', "JSON"),
    ],
    ids=["xlsx", "xls", "gzip", "pdf", "entities", "outside", "json"],
)
async def test_a_feed_that_is_no_table_is_refused_by_its_first_bytes(tmp_path, body, word):
    with pytest.raises(InvalidResponse, match=word):
        await web_feed(body).orders(SupplierQuery())
    (tmp_path / "feed.csv").write_bytes(body)
    with pytest.raises(InvalidResponse, match=word):
        await file_feed(tmp_path / "feed.csv").orders(SupplierQuery())


def test_the_product_reads_neither_xml_nor_archives():
    """Where a reader of these is added, it needs its own limits, and this test a new name."""
    readers = {"xml", "lxml", "defusedxml", "zipfile", "tarfile", "gzip", "bz2", "lzma", "openpyxl", "python_calamine"}
    imports = re.compile(rf"^\s*(?:import|from)\s+(?:{'|'.join(sorted(readers))})\b", re.MULTILINE)
    for folder in ("syncd", "adapters"):
        for file in (ROOT / folder).rglob("*.py"):
            assert not imports.search(file.read_text()), file


HEAD = "Order,SKU,Qty,Tracking Number\n"
GOOD = "#1001,DP-1,1,1Z999AA10123456784\n"


def table_of(text: str | bytes, **settings):
    body = Body(file=io.BytesIO(text if isinstance(text, bytes) else text.encode()), stamp="1")
    return read(body, FeedSettings(source="x.csv", **settings))


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("#9,DP-9,1," + "9" * (MAX_LINE + 1), f"longer than {MAX_LINE} characters"),
        ("#9,DP-9,1," + "9" * (MAX_CELL + 1), f"cell of more than {MAX_CELL} characters"),
        ("#9" + "," * MAX_CELLS, f"at most {MAX_CELLS} are read"),
        ('#9,"DP-9,1,1Z', "a quote that is never closed"),
        ("#9,DP-9,1,1Z\0", "NUL bytes"),
    ],
)
def test_a_row_made_to_hurt_costs_itself_alone(row, word):
    reading = table_of(f"{HEAD}{GOOD}{row}\n{GOOD.replace('1001', '1002')}")
    assert list(reading.table.orders) == ["1001", "1002"]
    assert reading.table.bad == 1
    assert word in reading.table.problems[0].text


def test_more_rows_than_allowed_are_not_read_and_the_feed_counts_as_cut():
    reading = table_of(HEAD + GOOD * 50, max_rows=10)
    assert "more than max_rows = 10" in reading.trouble


def test_a_file_of_quotes_that_never_close_takes_time_in_proportion_to_its_length():
    """Each line opens a quote; looked for again and again in the twenty lines after it, it would take minutes."""
    line = '#1,"' + "x" * 3000 + "\n"
    begun = time.process_time()
    reading = table_of(HEAD + line * 600)
    assert reading.table.bad == 600
    assert time.process_time() - begun < 2.5


def test_an_endless_header_is_not_searched_for_ever():
    begun = time.process_time()
    for text in ("," * (4 * MIB), "a" * (4 * MIB), '"' * (4 * MIB), "\n" * (4 * MIB), "\0" * (4 * MIB)):
        assert table_of(text).table is None
    assert time.process_time() - begun < 4


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "gb18030", "utf-8-sig", "cp1252"])
def test_any_encoding_of_garbage_ends_in_words(encoding):
    for seed in range(20):
        noise = Random(seed).randbytes(3000)
        reading = table_of(noise, encoding=encoding)
        assert reading.trouble or reading.table is not None


async def test_a_feed_larger_than_allowed_is_not_read(tmp_path):
    body = (HEAD + GOOD * 200).encode()
    (tmp_path / "feed.csv").write_bytes(body)
    with pytest.raises(Refused, match="max_bytes"):
        await file_feed(tmp_path / "feed.csv", max_bytes=1024).orders(SupplierQuery())
    with pytest.raises(InvalidResponse, match="more than 1024 bytes"):
        await web_feed(body, max_bytes=1024).orders(SupplierQuery())


def test_the_limit_of_the_csv_reader_is_not_lifted():
    assert csv.field_size_limit() <= 131_072
    assert next(records(io.StringIO("a,b\n", newline=""), delimiter=",")).cells == ("a", "b")
