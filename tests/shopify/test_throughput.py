"""A thousand writes through the whole adapter, against a shop that keeps a bucket."""

import asyncio
import json

import httpx

from syncd.domain.ports import Call
from syncd.domain.steps import EffectState
from tests.http.test_budget import Server
from tests.http.virtual import LoopClock, run
from tests.shopify.shop import cost, gid, store_of
from tests.shopify.test_writing import CREATE


class Throttling(httpx.AsyncBaseTransport):
    """Answers creates, or THROTTLED, after a latency."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.done = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert json.loads(request.content)["operationName"] == "CreateFulfillment"
        fits, status = await self.server.call(10, 10)
        told = {"cost": cost(10, available=status.available, maximum=status.maximum, rate=status.restore_per_s)}
        if not fits:
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            return httpx.Response(200, json={"errors": [error], "extensions": told})
        self.done += 1
        data = {
            "fulfillmentCreate": {
                "fulfillment": {"id": gid("Fulfillment", self.done), "status": "SUCCESS"},
                "userErrors": [],
            }
        }
        return httpx.Response(200, json={"data": data, "extensions": told})


def test_a_thousand_writes_use_the_rate_and_lose_nothing():
    """Bucket of 1,000 points, 1,000 per second, 80 ms latency, 20 at once: the physical limit is 9.0 s."""

    async def main() -> tuple[float, int, int, list[EffectState]]:
        shop = Throttling(Server(maximum=1000, rate=1000))
        store = store_of(shop, clock=LoopClock())
        left = iter(range(1000))
        states: list[EffectState] = []

        async def work() -> None:
            for number in left:
                effect = await store.perform(
                    CREATE, Call(deadline_s=LoopClock().monotonic() + 30, attempt_id=str(number))
                )
                states.append(effect.state)

        begin = LoopClock().monotonic()
        await asyncio.gather(*(work() for _ in range(20)))
        return LoopClock().monotonic() - begin, shop.server.refused, shop.done, states

    took_s, refused, done, states = run(main)
    assert (done, len(states), set(states)) == (1000, 1000, {EffectState.DONE})
    assert took_s <= 9.0 / 0.95
    assert refused == 0
