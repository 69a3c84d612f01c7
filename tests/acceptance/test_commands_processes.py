"""`syncd` as processes of its own, with a stated clock, against twins on loopback; locks, backups, PostgreSQL."""

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg
import pytest

from adapters.sandbox.cj import CjLine, CjTwin
from adapters.sandbox.server import serve
from adapters.sandbox.shopify import NewLine, ShopifyTwin
from syncd.clock import ManualClock, rfc3339

CONFIG = """
[stores.main]
adapter = "shopify"
shop = "sandbox.myshopify.com"
endpoint = "{shop}"
token = "env:TOKEN"
mode = "act"

[suppliers.cj]
adapter = "cj"
base_url = "{cj}"
api_key = "env:CJ_KEY"
requests_per_second = 10
stores = ["main"]
lines = {{ sku_prefix = "CJ-" }}
"""


class Town:
    """Twins on loopback in a thread of their own, one clock that a file states, and processes that use them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock(datetime(2026, 11, 2, 8, tzinfo=UTC), elapsed_s=50_000.0)
        self.store = ShopifyTwin(self.clock, Random(1), shop="sandbox.myshopify.com", token="shpat_test")
        self.cj = CjTwin(self.clock, Random(2), api_key="cj-key", requests_per_second=1000)
        self.advance()

    def advance(self, **time: float) -> None:
        self.clock.advance(timedelta(**time))
        (self.folder / "now").write_text(rfc3339(self.clock.now()))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        env = {**os.environ, "TOKEN": "shpat_test", "CJ_KEY": "cj-key", "SYNCD_CLOCK": "file:now", "SYNCD_ACTOR": "ada"}
        line = [sys.executable, "-m", "syncd", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            line, cwd=self.folder, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True
        )

    def syncd(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made, ready, over = Town(tmp_path), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def live() -> None:
        async with serve({"shop": made.store.app, "cj": made.cj.app}) as urls:
            (tmp_path / "syncd.toml").write_text(CONFIG.format(**urls))
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(live(),))
    thread.start()
    assert ready.wait(10)
    yield made
    loop.call_soon_threadsafe(over.set)
    thread.join(10)
    loop.close()


def test_a_clock_from_a_file_moves_what_is_due(town):
    order = town.store.world.create_order(NewLine(sku="CJ-1", quantity=1))
    lines = [CjLine(store_line_id=order.lines[0].id.rpartition("/")[2])]
    placed = town.cj.place(name=order.name, store_order_id=order.id.rpartition("/")[2], lines=lines)
    town.advance(minutes=10)
    town.store.world.merchant.fulfill(order)
    code, out, err = town.syncd("drift", "--detailed-exitcode")
    assert code == 0, out + err
    town.advance(hours=49)
    code, out, err = town.syncd("drift", "--detailed-exitcode", "--format", "json")
    assert code == 2, out + err
    assert '"code": "B01"' in out
    town.cj.ship(placed, "YT2412345678901234", carrier="YunExpress")
    town.advance(minutes=5)
    code, out, err = town.syncd("reconcile", "--yes", "--format", "json")
    assert code == 0, out + err
    assert [one.number for one in order.fulfillments[0].tracking] == ["YT2412345678901234"]
    code, out, err = town.syncd("reconcile")
    assert (code, out) == (64, "")


def test_while_one_process_holds_the_store_another_waits_and_ends_with_75(town):
    order = town.store.world.create_order(NewLine(sku="OWN-1", quantity=1))
    assert town.syncd("plan")[0] == 0
    town.store.faults.add("slow", seconds=6.0, operation="fulfillmentCreate", times=1)
    first = town.start("fulfill", order.name, "--yes")
    with contextlib.closing(sqlite3.connect(town.folder / "syncd.db")) as db:
        while not db.execute("select count(*) from intents where state = 'sent'").fetchone()[0]:
            assert first.poll() is None
    second = town.start("hold", order.name, "--yes", "--wait", "1s")
    reading, copying = town.start("drift", "--last"), town.start("db", "backup", "copy.db")
    out, err = second.communicate(timeout=60)
    assert (second.returncode, out) == (75, ""), err
    for process in (reading, copying):
        process.communicate(timeout=60)
        assert process.returncode == 0
    with contextlib.closing(sqlite3.connect(town.folder / "copy.db")) as copy:
        assert copy.execute("pragma integrity_check").fetchone() == ("ok",)
    out, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    assert len(order.fulfillments) == 1


def test_a_backup_is_never_written_over(desk):
    desk.syncd("plan")
    assert desk.syncd("db", "backup", "copy.db").code == 0
    before = (desk.folder / "copy.db").read_bytes()
    assert desk.syncd("db", "backup", "copy.db").code == 1
    result = desk.syncd("db", "backup", "nowhere/copy.db")
    assert result.code == 1
    assert "Traceback" not in result.err
    assert (desk.folder / "copy.db").read_bytes() == before


def test_the_shell_is_offered_completion(tmp_path):
    env = {**os.environ, "_SYNCD_COMPLETE": "complete_bash", "COMP_WORDS": "syncd rec", "COMP_CWORD": "1"}
    syncd = Path(sys.executable).with_name("syncd")
    done = subprocess.run([syncd], env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "reconcile" in done.stdout


@pytest.fixture
def postgres() -> Iterator[str]:
    """A database of our own."""
    server, name = "postgresql://postgres@127.0.0.1:5432", f"acceptance_{os.getpid()}"
    try:
        admin = psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL on 127.0.0.1:5432")
    admin.execute(f"drop database if exists {name} with (force)")
    admin.execute(f"create database {name}")
    yield f"{server}/{name}"
    admin.execute(f"drop database {name} with (force)")
    admin.close()


def test_the_main_commands_on_postgresql(desk, postgres):
    (desk.folder / "syncd.toml").write_text(
        f'[database]\nurl = "{postgres}"\n' + (desk.folder / "syncd.toml").read_text()
    )
    order = desk.shipped()
    refused = desk.syncd("plan")
    assert refused.code != 0
    assert "syncd db upgrade" in refused.err
    assert desk.syncd("db", "upgrade").code == 0
    assert desk.syncd("db", "check").code == 0
    assert desk.syncd("plan", "--output", "plan.json").code == 0
    assert desk.syncd("drift", "--detailed-exitcode").code == 2
    assert desk.syncd("drift", "--last", "--format", "json").document["drifts"]
    assert desk.syncd("apply", "plan.json", "--yes").code == 0
    again = desk.syncd("apply", "plan.json", "--yes", "--format", "json")
    assert (again.code, again.document["outcomes"][0]["state"]) == (0, "already_done")
    assert len(desk.fulfillments(order)) == 1
    assert desk.syncd("reconcile", "--yes", "--detailed-exitcode").code == 0
    own = desk.order("OWN-1")
    assert desk.syncd("fulfill", own.name, "--yes").code == 0
    assert desk.syncd("unfulfill", own.name, "--reason", "other", "--yes").code == 0
    assert desk.syncd("history", order.name, "--format", "json").document["events"]
    assert desk.syncd("history", "--verify").code == 0
    with contextlib.closing(psycopg.connect(postgres)) as db:
        with pytest.raises(psycopg.errors.RaiseException):
            db.execute("update history set actor = 'nobody'")
        db.rollback()
        db.execute("alter table history disable trigger user")
        db.execute("update history set actor = 'nobody'")
        db.commit()
    assert desk.syncd("history", "--verify").code == 1
