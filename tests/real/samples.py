"""Payloads that nobody here wrote, read in place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.reference import REFERENCE

REAL = REFERENCE / "real"
WEBHOOKS = sorted((REAL / "shopify/webhook_docs_samples").rglob("*.json"))
REST = sorted(
    path
    for folder in ("rest_go_shopify", "rest_shopify_python_api")
    for path in (REAL / "shopify" / folder).rglob("*.json")
)


def named(path: Path) -> str:
    """A file's place below `real/`, for test ids."""
    return str(path.relative_to(REAL)) if path.is_relative_to(REAL) else str(path)


def topic_of(path: Path) -> str:
    """`orders/create`: the samples lie in folders by topic."""
    return f"{path.parent.name}/{path.stem}"


def response_of(path: Path) -> Any:
    """The body that the documentation shows as delivered."""
    return json.loads(path.read_bytes())["response"]


def body_of(path: Path) -> bytes:
    """The body as bytes, as it would arrive."""
    return json.dumps(response_of(path)).encode()
