"""Tokens that rotate: kept encrypted, and renewed by one process at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import Connection, bindparam, select, update

from syncd.journal.coding import canonical
from syncd.journal.database import Database
from syncd.journal.keys import KeyUnusable
from syncd.journal.rows import insert_new, once
from syncd.journal.schema import credentials

LEASE = timedelta(seconds=120)
"""How long one process may take to fetch a new token before another one tries. Longer than any request with its retries."""

_POLL_S = 0.5
_turns = count()


@dataclass(frozen=True, slots=True)
class KeptCredentials:
    """Implements `domain.ports.Credentials` on the journal."""

    db: Database

    async def get(self, name: str) -> Mapping[str, str] | None:
        """The kept value, or None. Raises KeyUnusable when it was encrypted with another key."""
        return self._open(name, await self.db.run(_load, name=name))

    async def renew(
        self, name: str, stale: Mapping[str, str] | None, fetch: Callable[[Mapping[str, str] | None], Any]
    ) -> Mapping[str, str]:
        """The value after renewal: ours, or the one that somebody else fetched meanwhile.

        1. Take the lease; while somebody else has it, wait. No transaction is open while waiting or fetching.
        2. If the kept value is no longer the stale one, it was renewed: return it.
        3. Otherwise fetch once, keep the result, and only then return it.
        """
        owner = f"{os.getpid()}.{id(self.db)}.{next(_turns)}"
        while True:
            sealed, is_ours = await self.db.run(_lease, name=name, owner=owner, now=self.db.clock.now())
            kept = self._open(name, sealed)
            if kept is not None and kept != stale:
                if is_ours:
                    await self.db.run(_let_go, name=name, owner=owner)
                return kept
            if is_ours:
                return await self._fetch(name, kept, fetch, owner=owner)
            await self.db.clock.sleep(_POLL_S)

    async def _fetch(
        self,
        name: str,
        kept: Mapping[str, str] | None,
        fetch: Callable[[Mapping[str, str] | None], Any],
        *,
        owner: str,
    ) -> Mapping[str, str]:
        try:
            fresh: Mapping[str, str] = dict(await fetch(kept))
            sealed = self.db.key.fernet.encrypt(canonical(fresh).encode())
            # Even if the lease ran out: a rotated token that is not kept is lost, and the old one no longer works.
            await self.db.run(_save, name=name, value=sealed, now=self.db.clock.now())
        finally:
            await self.db.run(_let_go, name=name, owner=owner)
        return fresh

    def _open(self, name: str, sealed: bytes | None) -> dict[str, str] | None:
        if sealed is None:
            return None
        try:
            document: dict[str, str] = json.loads(self.db.key.fernet.decrypt(sealed))
        except InvalidToken as exc:
            raise KeyUnusable(
                f"The kept credentials of {name} were encrypted with another key.",
                remedy="Restore the key file that belongs to this journal.",
            ) from exc
        return document


def forget(conn: Connection, *, name: str) -> None:
    """Drop the kept value: the configured credentials count again."""
    conn.execute(update(credentials).where(credentials.c.name == name).values(value=None, renewed_at=None))


def _load(conn: Connection, *, name: str) -> bytes | None:
    return conn.execute(_VALUE(), {"name": name}).scalar_one_or_none()


_VALUE = once(lambda: select(credentials.c.value).where(credentials.c.name == bindparam("name")))


def _lease(conn: Connection, *, name: str, owner: str, now: datetime) -> tuple[bytes | None, bool]:
    """The kept value, and whether the right to renew it is `owner`'s now."""
    insert_new(conn, credentials, [{"name": name, "value": None, "lease_owner": "", "lease_until": None}])
    taken = conn.execute(_TAKE(), {"of": name, "now": now, "owner": owner, "until": now + LEASE})
    return _load(conn, name=name), taken.rowcount == 1


_TAKE = once(
    lambda: (
        update(credentials)
        .where(
            credentials.c.name == bindparam("of"),
            credentials.c.lease_until.is_(None) | (credentials.c.lease_until <= bindparam("now")),
        )
        .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
    )
)


def _save(conn: Connection, *, name: str, value: bytes, now: datetime) -> None:
    conn.execute(update(credentials).where(credentials.c.name == name).values(value=value, renewed_at=now))


def _let_go(conn: Connection, *, name: str, owner: str) -> None:
    conn.execute(_LET_GO(), {"of": name, "owner": owner})


_LET_GO = once(
    lambda: (
        update(credentials)
        .where(credentials.c.name == bindparam("of"), credentials.c.lease_owner == bindparam("owner"))
        .values(lease_owner="", lease_until=None)
    )
)
