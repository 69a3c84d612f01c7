"""Health and metrics: what a supervisor and a dashboard are told."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from syncd.errors import UsageError
from syncd.journal import pauses, schedules
from syncd.journal.schedules import Turn
from syncd.web.health import STUCK_AFTER, Health
from syncd.web.reception import Reception
from syncd.web.server import routes, serving
from tests.cycle.shopworld import ShopWorld, shop_world


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[tuple[ShopWorld, httpx.AsyncClient, Counter[tuple[str, str]]]]:
    async with shop_world(folder) as world:
        counts: Counter[tuple[str, str]] = Counter({("main", "heard"): 3})
        started = world.clock.monotonic()
        health = Health(
            stores=lambda: ["main"],
            db=world.db,
            clock=world.clock,
            ticked_s=lambda: started,
            webhooks=counts,
            passes=Counter({("main", "right"): 2}),
        )
        app = routes(Reception(listener=lambda _: None, db=world.db, clock=world.clock), health)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as http:
            yield world, http, counts


async def figures(http: httpx.AsyncClient) -> dict[str, float]:
    answer = await http.get("/metrics")
    assert answer.status_code == 200
    return {
        f"{sample.name} {' '.join(sample.labels[name] for name in ('store', 'source', 'kind', 'state', 'end') if name in sample.labels)}".strip(): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_a_daemon_that_ticks_and_reads_its_journal_is_ready(tmp_path: Path) -> None:
    async with watched(tmp_path) as (world, http, _):
        assert (await http.get("/livez")).status_code == 200
        assert (await http.get("/readyz")).json() == {"ready": True, "problems": []}
        world.clock.advance(STUCK_AFTER + timedelta(seconds=1))
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()["problems"]) == (503, ["nothing was started for 31 s"])
        assert (await http.get("/livez")).status_code == 200


async def test_a_journal_that_cannot_be_read_is_told_and_ends_nothing(tmp_path: Path) -> None:
    async with watched(tmp_path) as (world, http, _):
        await world.db.aclose()
        (tmp_path / "syncd.db").write_bytes(b"no database any more" * 400)
        answer = await http.get("/readyz")
        assert answer.status_code == 503
        assert "shpat_test" not in answer.text
        assert (await figures(http))["syncd_up"] == 0


async def test_the_figures_are_those_of_the_journal(tmp_path: Path) -> None:
    async with watched(tmp_path) as (world, http, _):
        order = world.order("DP-HAT")
        await world.db.run(schedules.enter, stores=["main"], now=world.clock.now())
        await world.pass_()
        world.depot.ship(order.name, "YT2229521272164446", sku="DP-HAT", quantity="1")
        await world.look()
        now = world.clock.now()
        await world.db.run(
            schedules.ended, turn=Turn(store="main"), began_at=now, now=now, due_at=now, is_right=True, error=""
        )
        await world.db.run(pauses.pause, store="main", stores=["main"], actor="ada", reason="", now=now)
        world.later(minutes=2)
        found = await figures(http)
        assert found["syncd_up"] == 1
        assert found["syncd_store_last_right_age_seconds main"] == 120
        assert found["syncd_store_lag_seconds main"] == 120
        assert found["syncd_store_paused main"] == 1
        assert found["syncd_open_drifts main shipped_not_fulfilled"] == 1
        assert found["syncd_source_age_seconds depot"] >= 120
        assert found["syncd_webhooks_total main heard"] == 3
        assert found["syncd_passes_total main right"] == 2
        await world.db.run(pauses.resume, store="main", stores=["main"], actor="ada", reason="", now=now)
        await world.pass_()
        assert (await figures(http))["syncd_steps main verified"] == 1


async def test_it_is_served_on_a_socket_and_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    async with watched(tmp_path) as (world, _, counts):
        health = Health(stores=lambda: ["main"], db=world.db, clock=world.clock, ticked_s=world.clock.monotonic, webhooks=counts, passes=counts)  # fmt: skip
        app = routes(Reception(listener=lambda _: None, db=world.db, clock=world.clock), health)
        async with serving(app, listen="127.0.0.1:0") as address, httpx.AsyncClient(base_url=address) as http:
            assert (await http.get("/livez")).text == "ok\n"
            assert (await http.get("/readyz")).status_code == 200
            assert (await http.get("/admin")).status_code == 404
            assert (await http.get("/webhooks/main")).status_code == 405
            taken = address.removeprefix("http://")
            with pytest.raises(UsageError, match="Change listen under") as told:
                async with serving(app, listen=taken):
                    pass
            assert taken in told.value.text
