"""Promises about what syncd says and keeps: looked at once, at the end of a world."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation import process
from tests.simulation.scene import ADDRESS, EMAIL, SECRETS, Scene


def s9_no_secret_is_told_or_kept(scene: Scene) -> Iterator[str]:
    """No credential and nothing that names a customer stands in the journal, in logs, in errors or in documents."""
    canaries = [*SECRETS.values(), *scene.cj.access_tokens, EMAIL, *ADDRESS.values()]
    kept = process.driver().serialize()
    said = "\n".join(scene.told)
    for canary in canaries:
        if canary.encode() in kept:
            yield f"{canary} is in the journal"
        if canary in said:
            yield f"{canary} was said: {_around(said, canary)}"


def _around(text: str, word: str) -> str:
    at = text.index(word)
    return text[max(0, at - 80) : at + 20]
