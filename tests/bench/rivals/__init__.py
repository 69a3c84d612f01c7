"""syncd beside other clients of Shopify's Admin API: one shop, one load, one schedule of faults.

The load: so many parcels of a depot that have left, each to be shown to the store by one `fulfillmentCreate` (10 points),
twenty at a time. Every second order has left whole, the others in part: one of two units. Every client sends the same
mutation with the same variables to the same twin over real sockets, with 80 ms from asking to the answer and Shopify's
standard bucket (2,000 points, 100 a second), and runs in a process of its own. All but `syncd, a whole pass` are given every
id for nothing: they read nothing, and read nothing back.

How each is used, and why:

- `syncd, a whole pass`: what `syncd reconcile` does, its first look at the shop not counted. It reads what changed, the
  supplier's feed, and each order by id before and after its write. With faults its next pass, five minutes later by the
  clocks of both sides, is part of the figure, as `syncd run` makes one every five minutes.
- `syncd's HTTP client alone`: the same way out without the pass around it, for a comparison of like with like.
- `httpx + tenacity`: `wait_random_exponential(multiplier=1, max=60)`, as tenacity's page recommends for shared services, ten
  tries; tried again are THROTTLED, 429, server errors and broken connections, as is usual.
- `ShopifyAPI`: `shopify.GraphQL().execute` in twenty threads. Its page names no way to try again, and it has none.
- `ShopifyAPI + tenacity`: the same in the same retry as httpx, which is what its users write around it.
- `@shopify/admin-api-client`: `client.request` with `retries: 3`, the most that it takes.
- `@shopify/admin-api-client + waiting`: and with Shopify's advice for THROTTLED around it: wait until the bucket holds the
  price again (plus up to a second, lest all wake at once), as often as it takes.

Faults: one parcel in ten meets one, the first time that the bucket takes its write. In equal parts the connection breaks
before the work or after it, or a 502 comes before the work or after it; no client can tell before from after.

What is counted: `lost` = parcels that the store does not show when the client has finished; `doubled` = fulfillments more
than one of a parcel; `unclear` = writes that were carried out and handed to the caller as failed; the limit = the time in
which the bucket gives the points of the mutations alone.
"""
