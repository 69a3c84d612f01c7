"""Tokens that rotate are kept encrypted and renewed once, however many ask."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.clock import ManualClock
from syncd.domain.ports import Credentials
from syncd.journal import credentials
from syncd.journal.credentials import LEASE, KeptCredentials
from syncd.journal.database import Database
from syncd.journal.keys import KeyUnusable
from tests.journal.builders import NOW

CANARY = "canary-7f3e-token"


class Service:
    """Gives out a new token at every call; the one before it dies."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.calls: list[Mapping[str, str] | None] = []

    async def fetch(self, kept: Mapping[str, str] | None) -> Mapping[str, str]:
        self.calls.append(kept)
        await self.clock.sleep(1)
        return {"token": f"{CANARY}-{len(self.calls)}"}


async def test_a_renewed_value_is_kept(db: Database, clock: ManualClock) -> None:
    kept: Credentials = KeptCredentials(db)
    service = Service(clock)
    assert await kept.get("ali") is None
    first = await kept.renew("ali", None, service.fetch)
    assert first == {"token": f"{CANARY}-1"}
    assert await kept.get("ali") == first
    second = await kept.renew("ali", first, service.fetch)
    assert second == {"token": f"{CANARY}-2"}
    assert service.calls == [None, first]
    await db.run(credentials.forget, name="ali")
    assert await kept.get("ali") is None


async def test_many_who_ask_at_once_share_one_renewal(
    url: str, db: Database, clock: ManualClock, tmp_path: Path
) -> None:
    service = Service(clock)
    async with Database.open(url, key_file=tmp_path / "syncd.key", clock=clock) as other:
        holders = [KeptCredentials(db), KeptCredentials(other)] * 3
        values = await asyncio.gather(*(one.renew("ali", None, service.fetch) for one in holders))
    assert len(service.calls) == 1
    assert {value["token"] for value in values} == {f"{CANARY}-1"}


async def test_one_who_comes_with_an_old_value_gets_the_new_one(db: Database, clock: ManualClock) -> None:
    kept = KeptCredentials(db)
    service = Service(clock)
    first = await kept.renew("ali", None, service.fetch)
    second = await kept.renew("ali", first, service.fetch)
    assert await kept.renew("ali", first, service.fetch) == second
    assert len(service.calls) == 2


async def test_a_renewal_that_fails_lets_the_next_one_try(db: Database, clock: ManualClock) -> None:
    async def fails(_: Mapping[str, str] | None) -> Mapping[str, str]:
        raise ConnectionError("down")

    kept = KeptCredentials(db)
    with pytest.raises(ConnectionError):
        await kept.renew("ali", None, fails)
    before = clock.elapsed_s
    assert await kept.renew("ali", None, Service(clock).fetch) == {"token": f"{CANARY}-1"}
    assert clock.elapsed_s - before < LEASE.total_seconds()


async def test_a_holder_that_died_is_waited_for_no_longer_than_its_lease(db: Database, clock: ManualClock) -> None:
    await db.run(credentials._lease, name="ali", owner="the dead", now=NOW)
    assert await KeptCredentials(db).renew("ali", None, Service(clock).fetch) == {"token": f"{CANARY}-1"}
    assert LEASE <= clock.now() - NOW < LEASE + timedelta(seconds=5)


async def test_no_token_stands_in_the_file(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "syncd.db"
    async with Database.open(f"sqlite:///{path}", key_file=tmp_path / "syncd.key", clock=clock) as database:
        await KeptCredentials(database).renew("ali", None, Service(clock).fetch)
        assert not _files_with_the_canary(tmp_path)


def _files_with_the_canary(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir() if CANARY.encode() in file.read_bytes()]


async def test_another_key_is_said_to_be_another_key(
    url: str, db: Database, clock: ManualClock, tmp_path: Path
) -> None:
    await KeptCredentials(db).renew("ali", None, Service(clock).fetch)
    async with Database.open(url, key_file=tmp_path / "other.key", clock=clock) as other:
        with pytest.raises(KeyUnusable, match="another key"):
            await KeptCredentials(other).get("ali")
    async with Database.open(url, key_file=None, clock=clock) as without:
        with pytest.raises(KeyUnusable, match="No key file"):
            await KeptCredentials(without).get("ali")
