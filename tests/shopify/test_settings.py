"""The stanza."""

import pytest
from pydantic import ValidationError

from adapters.stores.shopify import ADAPTER

GOOD = {"shop": "example.myshopify.com", "token": "env:SHOPIFY_TOKEN"}


def test_the_documented_stanza_is_accepted():
    settings = ADAPTER.settings(
        **GOOD, endpoint="http://127.0.0.1:9700", api_version="2026-10", webhook_secret="env:SHOPIFY_SECRET"
    )
    assert settings.base_url == "http://127.0.0.1:9700"
    assert settings.webhook_secrets == ("env:SHOPIFY_SECRET",)


def test_defaults_are_the_shops_own_address_and_the_newest_version():
    settings = ADAPTER.settings(**GOOD)
    assert (settings.base_url, settings.api_version) == ("https://example.myshopify.com", "2026-10")
    assert settings.webhook_secrets == ()


def test_several_secrets_may_sign_webhooks_during_a_rotation():
    assert ADAPTER.settings(**GOOD, webhook_secret=["env:NEW", "env:OLD"]).webhook_secrets == ("env:NEW", "env:OLD")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"shop": "www.example.com"}, "permanent domain"),
        ({"endpoint": "http://shop.example.test"}, "loopback"),
        ({"endpoint": "ftp://127.0.0.1"}, "http"),
        ({"api_version": "2026-11"}, "quarterly"),
        ({"token": "shpat_1234567890"}, "reference"),
        ({"token": None}, "token, or client_id"),
        ({"client_id": "env:ID", "client_secret": "env:S"}, "not both"),
        ({"shopp": "x"}, "Extra inputs"),
    ],
)
def test_what_is_wrong_is_said(changes, says):
    with pytest.raises(ValidationError, match=says) as caught:
        ADAPTER.settings(**{**GOOD, **changes})
    assert "shpat_1234567890" not in str(caught.value.errors(include_input=False))
