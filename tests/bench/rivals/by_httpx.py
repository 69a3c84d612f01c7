"""httpx with tenacity around each write."""

from __future__ import annotations

import asyncio

import httpx
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from tests.bench.rivals.child import Again, refused, rounds, task, tell
from tests.bench.rivals.load import IN_FLIGHT, MUTATION, TOKEN, TRIES, Job


async def ship(client: httpx.AsyncClient, job: Job) -> bool:
    """Whether the caller was told that it is done."""
    asking = AsyncRetrying(
        retry=retry_if_exception_type((httpx.TransportError, Again)),
        wait=wait_random_exponential(multiplier=1, max=60),
        stop=stop_after_attempt(TRIES),
        reraise=True,
    )

    async def once() -> bool:
        response = await client.post(
            "/admin/api/2026-10/graphql.json", json={"query": MUTATION, "variables": job.variables()}
        )
        if response.status_code == 429 or response.status_code >= 500:
            raise Again(response.status_code)
        return not refused(response.json())

    try:
        return await asking(once)
    except (httpx.TransportError, Again):
        return False


async def main() -> None:
    told = task()
    turns = asyncio.Semaphore(IN_FLIGHT)
    async with httpx.AsyncClient(base_url=told.store, headers={"x-shopify-access-token": TOKEN}) as client:

        async def one(job: Job) -> bool:
            async with turns:
                return await ship(client, job)

        for _ in rounds():
            done = await asyncio.gather(*(one(job) for job in told.jobs))
            tell(job.parcel for job, is_done in zip(told.jobs, done, strict=True) if not is_done)


if __name__ == "__main__":
    asyncio.run(main())
