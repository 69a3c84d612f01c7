"""CJ's tokens: by API key at most once per five minutes, whoever asks, and by refresh token in between.

Source: auth.html at developers.cjdropshipping.com (read 2026-11-21): access token 15 days, refresh token 180 days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.suppliers.cj.codes import Envelope, failure
from adapters.suppliers.cj.payload import BEIJING, instant
from syncd.clock import Clock, parse_instant, rfc3339
from syncd.domain.ports import Credentials
from syncd.errors import AuthRejected, InvalidResponse, OutcomeUnknown, PortError, Refused, Transient
from syncd.secrets import register

BETWEEN_KEY_REQUESTS = timedelta(minutes=5)
_RENEW_BEFORE = timedelta(hours=6)
"""An access token is renewed this long before it runs out, so that no pass meets its end."""

Kept = Mapping[str, str]
Post = Callable[[str, dict[str, str]], Awaitable[Envelope]]
"""Sends one unauthenticated request: path and JSON body."""


class _NeedsKey(Exception):
    """The refresh token is missing, over or refused: only the API key helps now."""


class Tokens:
    """The access token of one API key, shared by all processes through the journal's credentials."""

    def __init__(
        self,
        *,
        source: str,
        address: str,
        api_key: Callable[[], str],
        credentials: Credentials,
        clock: Clock,
        post: Post,
    ) -> None:
        self._source = source
        self._address = address
        self._api_key = api_key
        self._credentials = credentials
        self._clock = clock
        self._post = post
        self._held: Kept | None = None

    async def current(self) -> Kept:
        """A token that may be used now. Raises AuthRejected, or Transient with the arithmetic when CJ wants a pause."""
        held = self._held or await self._credentials.get(self._name)
        if held is None or self._runs_out(held):
            return await self.renewed(held)
        return self._hold(held)

    async def renewed(self, stale: Kept | None) -> Kept:
        """A token other than `stale`, which CJ refused or which runs out."""
        try:
            return self._hold(await self._credentials.renew(self._name, stale, self._refreshed))
        except _NeedsKey:
            refusal = await self._claimed()

        async def fetch(_kept: Kept | None) -> Kept:
            if refusal is not None:
                raise refusal
            return await self._by_key()

        # Also without the claim: the one who has it may be about to keep a new token, and `renew` waits for that.
        return self._hold(await self._credentials.renew(self._name, stale, fetch))

    @property
    def _name(self) -> str:
        """Another key, or another address, is another token."""
        seed = f"{self._address}\n{self._api_key()}".encode()
        return f"cj/{hashlib.sha256(seed).hexdigest()[:16]}"

    def _hold(self, kept: Kept) -> Kept:
        register(kept["access_token"])
        register(kept.get("refresh_token", ""))
        self._held = kept
        return kept

    def _runs_out(self, kept: Kept) -> bool:
        return _at(kept, "expires_at") - _RENEW_BEFORE <= self._clock.now()

    async def _refreshed(self, kept: Kept | None) -> Kept:
        if not kept or not kept.get("refresh_token") or _at(kept, "refresh_expires_at") <= self._clock.now():
            raise _NeedsKey
        said = await self._sent("/authentication/refreshAccessToken", {"refreshToken": kept["refresh_token"]})
        error = failure(said, source=self._source, now=self._clock.now())
        if isinstance(error, AuthRejected | Refused):
            raise _NeedsKey from error
        if error is not None:
            raise error
        return self._read(said, before=kept)

    async def _by_key(self) -> Kept:
        try:
            said = await self._sent("/authentication/getAccessToken", {"apiKey": self._api_key()})
        except Transient as exc:
            if not exc.was_sent:
                await self._give_back()
            raise
        error = failure(said, source=self._source, now=self._clock.now())
        if isinstance(error, AuthRejected | Refused):
            await self._note_refusal(error.text)
            raise AuthRejected(error.text, remedy=self._remedy) from error
        if error is not None:
            raise Transient(error.text, retry_after_s=BETWEEN_KEY_REQUESTS.total_seconds())
        return self._read(said, before=None)

    @property
    def _remedy(self) -> str:
        return f"Check api_key of [suppliers.{self._source}] against My CJ > Authorization > API."

    async def _sent(self, path: str, body: dict[str, str]) -> Envelope:
        try:
            return await self._post(path, body)
        except OutcomeUnknown as exc:
            # The answer is lost; asking again at once would break the rule of one per five minutes.
            raise Transient(exc.text, retry_after_s=BETWEEN_KEY_REQUESTS.total_seconds()) from exc

    def _read(self, said: Envelope, *, before: Kept | None) -> Kept:
        data: Any = said.data if isinstance(said.data, Mapping) else {}
        access = data.get("accessToken")
        if not isinstance(access, str) or not access:
            raise InvalidResponse(f"{self._source}: CJ gave no access token", path="data.accessToken")
        now = self._clock.now()
        refresh = data.get("refreshToken") or (before or {}).get("refresh_token", "")
        return {
            "access_token": register(access),
            "refresh_token": register(str(refresh)),
            "issued_at": rfc3339(now),
            "expires_at": rfc3339(_expiry(data.get("accessTokenExpiryDate")) or now + timedelta(days=15)),
            "refresh_expires_at": rfc3339(_expiry(data.get("refreshTokenExpiryDate")) or now + timedelta(days=180)),
        }

    async def _claimed(self) -> PortError | None:
        """Take the right to ask by key; None = it is ours, else why it is not.

        The claim is kept apart from the token, since a request that failed counts for CJ like one that succeeded.
        """
        name, now = f"{self._name}/asked", self._clock.now()
        last = await self._credentials.get(name)
        refusal = self._too_early(last, now=now)
        if refusal is not None:
            return refusal
        is_ours = False

        async def claim(kept: Kept | None) -> Kept:
            nonlocal is_ours
            is_ours = self._too_early(kept, now=now) is None
            return {"at": rfc3339(now)} if is_ours else dict(kept or {})

        taken = await self._credentials.renew(name, last, claim)
        return None if is_ours else self._too_early(taken, now=now)

    async def _give_back(self) -> None:
        """CJ never heard the question, so it may be asked again at once."""
        name = f"{self._name}/asked"

        async def unclaimed(_kept: Kept | None) -> Kept:
            return {"at": rfc3339(self._clock.now() - BETWEEN_KEY_REQUESTS)}

        await self._credentials.renew(name, await self._credentials.get(name), unclaimed)

    async def _note_refusal(self, text: str) -> None:
        name = f"{self._name}/asked"

        async def note(kept: Kept | None) -> Kept:
            return {**(kept or {}), "refused": text}

        await self._credentials.renew(name, await self._credentials.get(name), note)

    def _too_early(self, last: Kept | None, *, now: datetime) -> PortError | None:
        """Why the key may not be sent yet; the wait is stated with its arithmetic."""
        if not last:
            return None
        asked_at = parse_instant(last["at"])
        wait_s = (asked_at + BETWEEN_KEY_REQUESTS - now).total_seconds()
        if wait_s <= 0:
            return None
        text = (
            f"{self._source}: CJ gives a token for the API key once per 300 s; it was asked at {rfc3339(asked_at)}, "
            f"{300 - wait_s:.0f} s ago, so the next time is in {wait_s:.0f} s."
        )
        if last.get("refused"):
            return AuthRejected(f"{last['refused']} {text}", remedy=self._remedy)
        return Transient(text, retry_after_s=wait_s)


def _at(kept: Kept, key: str) -> datetime:
    return parse_instant(kept[key])


def _expiry(value: Any) -> datetime | None:
    try:
        return instant(value, zone=BEIJING)
    except ValueError:
        return None
