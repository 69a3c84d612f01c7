"""The ShopifyAPI package in threads, as its page shows it; with `retry`, tenacity around each write."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

import shopify
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from tests.bench.rivals.child import Again, refused, rounds, task, tell
from tests.bench.rivals.load import IN_FLIGHT, MUTATION, TOKEN, TRIES, Job

_BROKEN = (URLError, OSError, Again)


def ship(client: shopify.GraphQL, job: Job) -> bool:
    """Whether it is done; raises what the package raises, and Again when it was throttled."""
    try:
        return not refused(json.loads(client.execute(MUTATION, job.variables())))
    except HTTPError as error:
        if error.code == 429 or error.code >= 500:
            raise Again(error.code) from error
        return False


def with_retry(client: shopify.GraphQL, job: Job) -> bool:
    asking = Retrying(
        retry=retry_if_exception_type(_BROKEN),
        wait=wait_random_exponential(multiplier=1, max=60),
        stop=stop_after_attempt(TRIES),
        reraise=True,
    )
    return asking(ship, client, job)


def opened(store: str) -> shopify.GraphQL:
    # It puts the shop's first label before the domain that it was set up with: here that makes a loopback address.
    first, _, rest = (urlsplit(store).hostname or "").partition(".")
    shopify.Session.setup(protocol="http", myshopify_domain=rest, port=urlsplit(store).port)
    shopify.ShopifyResource.activate_session(shopify.Session(first, "2026-10", TOKEN))
    return shopify.GraphQL()


def main() -> None:
    told = task()
    client, way = opened(told.store), with_retry if "retry" in sys.argv else ship

    def one(job: Job) -> bool:
        try:
            return way(client, job)
        except _BROKEN:
            return False

    for _ in rounds():
        # It prints the bodies of failures.
        with redirect_stdout(sys.stderr), ThreadPoolExecutor(IN_FLIGHT) as pool:
            done = list(pool.map(one, told.jobs))
        tell(job.parcel for job, is_done in zip(told.jobs, done, strict=True) if not is_done)


if __name__ == "__main__":
    main()
