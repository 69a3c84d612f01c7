"""Webhook subscriptions: what is taken, what is refused, and how they are listed."""

from typing import Any

import pytest

from tests.twin.shop import Desk, desk

SHOWN = "id topic uri callbackUrl format filter name metafieldNamespaces endpoint { __typename }"
URI = "https://hooks.example.com/shopify"


async def subscribe(shop: Desk, topic: str = "ORDERS_UPDATED", **given: Any) -> dict[str, Any]:
    return await shop.mutate(
        "webhookSubscriptionCreate",
        "topic: WebhookSubscriptionTopic!, webhookSubscription: WebhookSubscriptionInput!",
        f"webhookSubscription {{ {SHOWN} }} userErrors {{ field message }}",
        topic=topic,
        webhookSubscription={"uri": URI, **given},
    )


def texts(payload: dict[str, Any]) -> list[str]:
    return [error["message"] for error in payload["userErrors"]]


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("   ", ["Address can't be blank"]),
        ("http://example.com", ["Address protocol http:// is not supported"]),
        ("https://", ["Address is invalid"]),
        (
            "pubsub://my-project",
            [
                "Address protocol pubsub:// is not supported",
                "Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic",
            ],
        ),
        ("pubsub://-bad:topic", ["Address is invalid", "Address is not a valid GCP project id."]),
        ("pubsub://my-project:goog-topic", ["Address is invalid", "Address is not a valid GCP topic id."]),
        ("kafka://broker/topic", ["Address protocol kafka:// is not supported", "Address is not a valid kafka topic"]),
        ("arn:aws:events:bogus", ["Address is invalid", "Address is not a valid AWS ARN"]),
    ],
)
async def test_an_address_that_is_not_taken_is_explained(uri: str, said: list[str]) -> None:
    async with desk() as shop:
        refused = await subscribe(shop, uri=uri)
        assert texts(refused) == said
        assert {tuple(error["field"]) for error in refused["userErrors"]} == {("webhookSubscription", "callbackUrl")}


async def test_an_event_source_must_be_the_apps_own() -> None:
    arn = "arn:aws:events:us-east-1::event-source/aws.partner/shopify.com/{}/orders"
    async with desk() as shop:
        own = shop.twin.syncd.number
        assert texts(await subscribe(shop, uri=arn.format(1)))[1] == (
            f"Address is an AWS ARN and includes api_client_id '1' instead of '{own}'"
        )
        taken = (await subscribe(shop, uri=arn.format(own)))["webhookSubscription"]
        assert taken["endpoint"] == {"__typename": "WebhookEventBridgeEndpoint"}
        assert taken["callbackUrl"] == "https://eventbridge.arn"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, ["Name is too short (minimum is 1 character)",
                        "Name name field can only contain alphanumeric characters, underscores, and hyphens"]),
        ({"name": "has spaces"}, ["Name name field can only contain alphanumeric characters, underscores, and hyphens"]),
        ({"filter": "id:1 bareword"},
         ["The specified filter is invalid, please ensure you specify the field(s) you wish to filter on."]),
        ({"format": "XML", "uri": "pubsub://my-project:topic"}, ["Format can only be used with format: 'json'"]),
    ],
)  # fmt: skip
async def test_names_filters_and_formats_are_checked(given: dict[str, Any], said: list[str]) -> None:
    async with desk() as shop:
        assert texts(await subscribe(shop, **given)) == said


async def test_young_topics_come_as_json_only() -> None:
    async with desk() as shop:
        assert texts(await subscribe(shop, "RETURNS_APPROVE", format="XML")) == [
            "Format 'xml' is invalid for this webhook topic. Allowed formats: json"
        ]
        assert texts(await subscribe(shop, "ORDERS_UPDATED", format="XML")) == []


async def test_a_topic_has_an_address_once_unless_format_or_filter_differ() -> None:
    async with desk() as shop:
        assert texts(await subscribe(shop)) == []
        assert texts(await subscribe(shop)) == ["Address for this topic has already been taken"]
        assert texts(await subscribe(shop, format="XML")) == []
        assert texts(await subscribe(shop, filter="id:1")) == []
        assert texts(await subscribe(shop, "ORDERS_CREATE", name="Mine")) == []
        assert texts(await subscribe(shop, "ORDERS_PAID", name="mine")) == ["Name already exists, no duplicate allowed"]


async def test_the_apps_own_namespace_is_spelled_out_and_blanks_around_the_address_go() -> None:
    async with desk() as shop:
        made = await subscribe(shop, uri=f"  {URI} ", metafieldNamespaces=["$app:settings", "custom"])
        number = shop.twin.syncd.number
        assert made["webhookSubscription"]["metafieldNamespaces"] == [f"app--{number}--settings", "custom"]
        assert made["webhookSubscription"]["uri"] == URI


async def test_a_refused_update_changes_nothing() -> None:
    async with desk() as shop:
        made = (await subscribe(shop, filter="id:1"))["webhookSubscription"]
        refused = await shop.mutate(
            "webhookSubscriptionUpdate",
            "id: ID!, webhookSubscription: WebhookSubscriptionInput!",
            "webhookSubscription { id } userErrors { message }",
            id=made["id"],
            webhookSubscription={"filter": "", "uri": "http://example.com"},
        )
        assert refused["webhookSubscription"] is None
        read = await shop.data(f"query($id: ID!) {{ webhookSubscription(id: $id) {{ {SHOWN} }} }}", id=made["id"])
        assert read["webhookSubscription"] == made


async def test_the_older_mutations_take_project_and_topic_apart() -> None:
    async with desk() as shop:
        name, given = "pubSubWebhookSubscriptionCreate", "PubSubWebhookSubscriptionInput!"
        arguments = f"topic: WebhookSubscriptionTopic!, webhookSubscription: {given}"
        returning = "webhookSubscription { uri endpoint { ... on WebhookPubSubEndpoint { pubSubTopic } } }"
        returning += " userErrors { field message }"
        refused = await shop.mutate(
            name, arguments, returning, topic="SHOP_UPDATE",
            webhookSubscription={"pubSubProject": "-bad", "pubSubTopic": "1topic"},
        )  # fmt: skip
        assert [error["field"][1] for error in refused["userErrors"]] == ["pubSubProject", "pubSubTopic"]
        made = await shop.mutate(
            name, arguments, returning, topic="SHOP_UPDATE",
            webhookSubscription={"pubSubProject": "my-project", "pubSubTopic": "orders"},
        )  # fmt: skip
        assert made["webhookSubscription"] == {
            "uri": "pubsub://my-project:orders",
            "endpoint": {"pubSubTopic": "orders"},
        }


async def test_subscriptions_are_listed_by_age_and_found_by_address_and_search() -> None:
    async with desk() as shop:
        topics = ["ORDERS_CREATE", "ORDERS_PAID", "ORDERS_EDITED"]
        for topic in topics:
            await subscribe(shop, topic, uri=f"{URI}/{topic}")
            shop.pass_time(seconds=2)
        query = "query($q: String, $u: String, $r: Boolean) { webhookSubscriptions(first: 5, query: $q, uri: $u,"
        query += " reverse: $r) { nodes { topic } } }"

        async def listed(**given: Any) -> list[str]:
            data = await shop.data(query, **given)
            return [one["topic"] for one in data["webhookSubscriptions"]["nodes"]]

        assert await listed() == topics
        assert await listed(r=True) == topics[::-1]
        assert await listed(u=f"{URI}/ORDERS_PAID") == ["ORDERS_PAID"]
        assert await listed(q="created_at:>=2000-01-01") == topics
        assert await listed(q="created_at:<2000-01-01") == []


async def test_webhooks_come_in_the_version_that_the_app_has_set() -> None:
    async with desk() as shop:
        shop.twin.syncd.webhook_version = "2027-01"
        await subscribe(shop)
        data = await shop.data("{ webhookSubscriptions(first: 1) { nodes { apiVersion { displayName supported } } } }")
        (one,) = data["webhookSubscriptions"]["nodes"]
        assert one["apiVersion"] == {"displayName": "2027-01 (Release candidate)", "supported": False}
