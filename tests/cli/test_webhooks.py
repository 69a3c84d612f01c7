"""Webhook subscriptions: all of ours are there, whole, at one address; nobody else's are touched."""

from typing import Any

from adapters.stores.shopify.pushed.topics import TOPICS

URL = "https://syncd.example.com/webhooks/main"


def _kept(desk: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in desk.store.world.subscriptions:
        found.setdefault(one.topic, []).append(one.uri)
    return found


def test_every_topic_of_ours_is_subscribed_to_once(desk: Any) -> None:
    looked = desk.syncd("webhooks", "sync", "--url", "https://syncd.example.com", "--dry-run")
    assert (looked.code, _kept(desk)) == (0, {}), looked.err
    assert f"main: 0 of {len(TOPICS)} webhooks are as they should be" in looked.out
    assert "  orders/updated: is missing" in looked.out
    done = desk.syncd("webhooks", "sync", "--url", "https://syncd.example.com/")
    assert done.code == 0, done.out + done.err
    assert _kept(desk) == {topic.replace("/", "_").upper(): [URL] for topic in TOPICS}
    again = desk.syncd("webhooks", "sync", "--url", "https://syncd.example.com", "--format", "json")
    assert {one["state"] for one in again.document["subscriptions"]} == {"kept"}


def test_what_was_removed_cut_or_leads_elsewhere_is_put_right_and_others_are_left_alone(desk: Any) -> None:
    desk.syncd("webhooks", "sync", "--url", "https://old.example.com")
    kept = {one.topic: one for one in desk.store.world.subscriptions}
    desk.store.world.subscriptions.remove(kept["ORDERS_UPDATED"])
    kept["REFUNDS_CREATE"].include_fields = ["id"]
    kept["ORDERS_CREATE"].uri = "https://elsewhere.example.com/orders"
    done = desk.syncd("webhooks", "sync", "--url", "https://syncd.example.com")
    assert done.code == 0, done.out + done.err
    assert "  orders/updated: subscribed" in done.out
    assert "  refunds/create: put right" in done.out
    found = _kept(desk)
    assert sorted(found["ORDERS_CREATE"]) == ["https://elsewhere.example.com/orders", URL]
    assert all(uris == [URL] for topic, uris in found.items() if topic != "ORDERS_CREATE")
    assert kept["REFUNDS_CREATE"].include_fields == []


def test_a_topic_that_the_shop_refuses_is_told_and_keeps_no_other_from_being_subscribed_to(desk: Any) -> None:
    desk.configure(('mode = "act"', 'mode = "act"\napi_version = "2025-10"'))
    done = desk.syncd("webhooks", "sync", "--url", "https://syncd.example.com")
    assert done.code == 3
    assert "  fulfillment_orders/progress_reported: refused (" in done.out
    assert "ORDERS_UPDATED" in _kept(desk)


def test_without_an_https_address_nothing_is_asked(desk: Any) -> None:
    assert desk.syncd("webhooks", "sync").code == 64
    assert desk.syncd("webhooks", "sync", "--url", "http://syncd.example.com").code == 64
    assert desk.streets.calls == []
    desk.configure(("[suppliers.cj]", '[web]\npublic_url = "https://syncd.example.com"\n\n[suppliers.cj]'))
    assert desk.syncd("webhooks", "sync", "--dry-run").code == 0
