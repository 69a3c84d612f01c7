"""The stanza `[stores.NAME]` with `adapter = "shopify"`."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from syncd.http import is_loopback, origin
from syncd.secrets import SecretRef

DEFAULT_VERSION = "2026-10"
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
_VERSION = re.compile(r"\d{4}-(01|04|07|10)|unstable")


class ShopifySettings(BaseModel):
    """Where the shop is and how we show who we are; secrets stay references."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shop: str = Field(
        description="The shop's permanent domain, as in the admin's address.", examples=["example.myshopify.com"]
    )
    endpoint: str | None = Field(
        default=None, description="Replaces scheme, host and port of https://{shop}; http only on loopback."
    )
    api_version: str = Field(default=DEFAULT_VERSION, description="Admin API version, YYYY-MM.")
    token: SecretRef | None = Field(default=None, description="Admin API access token of a custom app.")
    client_id: SecretRef | str | None = Field(
        default=None, description="Client credentials grant: the app's client id (apps of one's own organisation)."
    )
    client_secret: SecretRef | None = Field(default=None, description="Client credentials grant: the app's secret.")
    webhook_secret: SecretRef | list[SecretRef] | None = Field(
        default=None, description="Secret that signs webhooks; a list while it is being rotated."
    )

    @field_validator("shop")
    @classmethod
    def _is_permanent_domain(cls, shop: str) -> str:
        shop = shop.strip().lower().removeprefix("https://").rstrip("/")
        if not _DOMAIN.fullmatch(shop):
            raise ValueError("expected the permanent domain, like example.myshopify.com")
        return shop

    @field_validator("endpoint")
    @classmethod
    def _is_safe(cls, endpoint: str | None) -> str | None:
        if endpoint is None:
            return None
        scheme, _, _ = origin(endpoint)
        if scheme == "http" and not is_loopback(endpoint):
            raise ValueError("http is only allowed on loopback; write https://")
        return endpoint.rstrip("/")

    @field_validator("api_version")
    @classmethod
    def _is_version(cls, version: str) -> str:
        if not _VERSION.fullmatch(version):
            raise ValueError(f"expected a quarterly version like {DEFAULT_VERSION}")
        return version

    @model_validator(mode="after")
    def _has_one_credential(self) -> ShopifySettings:
        if self.token and (self.client_id or self.client_secret):
            raise ValueError("give either token, or client_id and client_secret, not both")
        if not self.token and not (self.client_id and self.client_secret):
            raise ValueError("give token, or client_id and client_secret")
        return self

    @property
    def base_url(self) -> str:
        return self.endpoint or f"https://{self.shop}"

    @property
    def webhook_secrets(self) -> tuple[SecretRef, ...]:
        """References to every secret that may sign webhooks now."""
        if self.webhook_secret is None:
            return ()
        return (self.webhook_secret,) if isinstance(self.webhook_secret, str) else tuple(self.webhook_secret)
