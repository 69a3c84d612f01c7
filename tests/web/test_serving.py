"""`syncd run` as a real process that is listened to and listens."""

import asyncio
import json
import socket
from datetime import timedelta
from pathlib import Path

import httpx

from tests.crash.processes import PATIENCE_S, Town, new_town
from tests.web.test_webhooks import headers

NUMBER = "YT2229521272164446"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def test_a_webhook_brings_the_look_at_its_order_forward(tmp_path: Path) -> None:
    async with new_town(tmp_path) as town, asyncio.timeout(PATIENCE_S):
        address = _listening(town)
        order = town.order_shipped(NUMBER)
        town.depot.rows.clear()
        daemon = await town.syncd("run")
        async with httpx.AsyncClient(base_url=address) as http:
            while not (await _metrics(http)).get('syncd_passes_total{end="right",store="main"}'):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
            town.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1", shipped_at=town.store.clock.now())
            body = json.dumps({"admin_graphql_api_id": order.id}).encode()
            unsigned = await http.post("/webhooks/main", content=body, headers={"x-shopify-topic": "orders/updated"})
            signed = await http.post("/webhooks/main", content=body, headers=headers(body))
            assert (unsigned.status_code, signed.status_code) == (401, 200)
            town.later(timedelta(seconds=10))  # far less than the five minutes to the next pass
            while not town.store.ledger.created():  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.05)
            assert (await http.get("/readyz")).status_code == 200
        daemon.terminate()
        code, said = await town.ended(daemon)
        assert code == 0, said
        assert [number for entry in town.store.ledger.created() for number in entry.detail["numbers"]] == [NUMBER]
        assert "webhook.refused" in said
        assert "shpss_new" not in said


async def test_a_port_that_is_taken_is_told_before_anything_is_done(tmp_path: Path) -> None:
    async with new_town(tmp_path) as town:
        _listening(town)
        with socket.create_server(("127.0.0.1", int(_port(town)))):
            code, said = await town.ended(await town.syncd("run"))
        assert code == 64
        assert "Change listen under [web]." in said
        assert "Traceback" not in said


def _listening(town: Town) -> str:
    file = town.folder / "syncd.toml"
    port = _free_port()
    (town.folder / "secret").write_text("shpss_new")
    text = file.read_text().replace("[suppliers.depot]", 'webhook_secret = "file:secret"\n\n[suppliers.depot]', 1)
    file.write_text(f'{text}\n[web]\nlisten = "127.0.0.1:{port}"\n')
    return f"http://127.0.0.1:{port}"


def _port(town: Town) -> str:
    return (town.folder / "syncd.toml").read_text().rpartition("127.0.0.1:")[2].strip().strip('"')


async def _metrics(http: httpx.AsyncClient) -> dict[str, str]:
    try:
        text = (await http.get("/metrics")).text
    except httpx.ConnectError:
        return {}
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
