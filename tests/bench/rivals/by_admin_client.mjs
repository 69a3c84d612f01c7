// @shopify/admin-api-client with all the retries that it takes; with `wait`, Shopify's advice for THROTTLED around it.

import { createInterface } from "node:readline";
import { createAdminApiClient } from "@shopify/admin-api-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const told = JSON.parse((await lines.next()).value);
const waits = process.argv.includes("wait");

const client = createAdminApiClient({
  storeDomain: "sandbox.myshopify.com",
  apiVersion: "2026-10",
  accessToken: told.token,
  retries: 3,
  // It speaks https to the shop's own host only; here the shop is on loopback.
  customFetchApi: (url, init) => fetch(told.store + new URL(url).pathname, init),
  logger: () => {},
});

const sleep = (seconds) => new Promise((wake) => setTimeout(wake, seconds * 1000));

function throttled({ errors, extensions }) {
  if (!errors?.graphQLErrors?.some((one) => one.extensions?.code === "THROTTLED")) return null;
  const { requestedQueryCost: price, throttleStatus: bucket } = extensions.cost;
  return Math.max(0, price - bucket.currentlyAvailable) / bucket.restoreRate + Math.random();
}

async function ship(variables) {
  for (;;) {
    const reply = await client.request(told.mutation, { variables });
    const seconds = throttled(reply);
    if (seconds === null || !waits)
      return Boolean(reply.data?.fulfillmentCreate?.fulfillment);
    await sleep(seconds);
  }
}

console.log("ready");
for await (const _ of lines) {
  const left = [...told.variables.entries()];
  const failed = [];
  const hand = async () => {
    for (let job = left.shift(); job; job = left.shift())
      if (!(await ship(job[1]))) failed.push(job[0]);
  };
  await Promise.all(Array.from({ length: told.in_flight }, hand));
  console.log(JSON.stringify(failed));
}
