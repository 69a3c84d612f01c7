"""Fetches a feed's bytes: from a file or a web address, and says whether they are all there."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from adapters.suppliers.feed.settings import FeedSettings
from syncd.domain.ports import AdapterPorts
from syncd.errors import InvalidResponse, Refused, Transient
from syncd.http import Response
from syncd.secrets import register

_FORMS = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive; save it as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as CSV (UTF-8)"),
    (b"\x1f\x8b", "gzip-packed; unpack it first"),
    (b"%PDF", "a PDF document"),
)
_WEB_PAGE = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<body")
_HEAD = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A feed's bytes. `stamp` is the same as long as they are; `trouble` says why they may not be all."""

    file: IO[bytes]
    stamp: str
    trouble: str | None = None

    @property
    def is_open_ended(self) -> bool:
        """Whether the last line has no end, as in a file that was cut off (or made by a frugal program)."""
        size = self.file.seek(0, os.SEEK_END)
        self.file.seek(max(0, size - 4))
        tail = self.file.read()
        self.file.seek(0)
        return not tail.rstrip(b"\0 ").endswith((b"\n", b"\r"))


class FileSource:
    """A feed in a file of this machine."""

    def __init__(self, name: str, settings: FeedSettings, ports: AdapterPorts) -> None:
        self._name = name
        self._path = (ports.base_dir / Path(settings.source).expanduser()).absolute()
        self._max_bytes = settings.max_bytes

    async def fetch(self, known: str | None) -> Body | None:
        """The open file; None when it is still the one stamped `known`.

        Raises Transient when it is not there, Refused when it is no regular file or too large.
        """
        try:
            # Never through a pipe or a device: reading one may not end.
            fd = os.open(self._target(), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
        except (OSError, RuntimeError) as exc:  # RuntimeError: links in a circle, for Python before 3.13
            raise self._unreadable(exc) from exc
        seen = os.fstat(fd)
        if seen.st_size > self._max_bytes or not stat.S_ISREG(seen.st_mode) or _stamp(seen) == known:
            os.close(fd)
            self._refuse(seen)
            return None
        file = os.fdopen(fd, "rb")
        try:
            _refuse_other_forms(self._name, _head(file))
        except InvalidResponse:
            file.close()
            raise
        except OSError as exc:
            file.close()
            raise self._unreadable(exc) from exc
        return Body(file=file, stamp=_stamp(seen))

    def _unreadable(self, exc: Exception) -> Transient:
        text = f"{self._name}: cannot read {self._path}: {getattr(exc, 'strerror', None) or exc}."
        return Transient(text, remedy="Check source, and whether the supplier still delivers the file.")

    def _target(self) -> Path:
        """The file itself. Whoever delivers into the folder may link to another file there, and to none elsewhere."""
        if not self._path.is_symlink():
            return self._path
        target = self._path.resolve(strict=True)
        if target.parent != self._path.parent.resolve():
            raise Refused(
                f"{self._name}: {self._path} is a link out of its folder; it was not followed.",
                code="leads_elsewhere",
                remedy=f"If that is where the feed is, write source = {str(target)!r}",
            )
        return target

    def _refuse(self, seen: os.stat_result) -> None:
        """Raise what is wrong with a file that was not read; one that is only unchanged is fine."""
        if not stat.S_ISREG(seen.st_mode):
            raise Refused(f"{self._name}: {self._path} is no regular file.", code="not_a_file")
        if seen.st_size > self._max_bytes:
            text = f"{self._name}: the feed has {seen.st_size} bytes; at most max_bytes = {self._max_bytes} are read."
            raise Refused(text, code="too_large")

    def changed_since(self, body: Body) -> bool:
        """Whether somebody wrote to the file while it was read."""
        try:
            return _stamp(os.fstat(body.file.fileno())) != body.stamp or _stamp(self._path.stat()) != body.stamp
        except OSError:
            return True


class WebSource:
    """A feed behind an http(s) address."""

    def __init__(self, name: str, settings: FeedSettings, ports: AdapterPorts) -> None:
        self._name = name
        self._url = settings.source
        parts = urlsplit(settings.source)
        self._authorization = settings.authorization
        self._secret = ports.secret
        self._validators: Mapping[str, str] = {}
        self._stamp: str | None = None
        self._client = ports.http.client(
            source=name,
            base_url=f"{parts.scheme}://{parts.netloc}",
            timeout_s=settings.timeout_s,
            limit=settings.requests_per_second,
            max_body=settings.max_bytes,
        )

    async def fetch(self, known: str | None) -> Body | None:
        """The whole answer, which the HTTP door bounds to `max_bytes`; None when it is still the one stamped `known`.

        Raises what the door raises.
        """
        headers = self._credential()
        if known is not None and known == self._stamp:
            response = await self._if_changed(headers)
        else:
            response = await self._client.request("GET", self._url, headers=headers)
        return None if response is None else self._checked(response)

    def _credential(self) -> dict[str, str]:
        if self._authorization is None:
            return {}
        header = self._secret(self._authorization)
        register(header.rpartition(" ")[2])  # the token by itself is as secret as the header
        return {"Authorization": header}

    async def _if_changed(self, headers: Mapping[str, str]) -> Response | None:
        """The answer; None when the server says that it is the one whose validators we hold."""
        try:
            response: Response = await self._client.request("GET", self._url, headers={**headers, **self._validators})
        except InvalidResponse as exc:
            # The door takes every 3xx for a redirect; 304 is the one that only we asked for.
            if exc.path == "location" and "(304)" in exc.text:
                return None
            raise
        return response

    def _checked(self, response: Response) -> Body:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in {"text/html", "application/xhtml+xml"}:
            raise InvalidResponse(f"{self._name}: the address answers with a web page, no feed: {response.excerpt!r}.")
        _refuse_other_forms(self._name, response.body[:_HEAD])
        stamp, trouble = hashlib.sha256(response.body).hexdigest(), _shortfall(response)
        self._validators = {} if trouble else _validators(response)
        self._stamp = stamp if self._validators else None
        return Body(file=io.BytesIO(response.body), stamp=stamp, trouble=trouble)

    def changed_since(self, body: Body) -> bool:
        """An answer that was read whole does not change any more."""
        return body.file.closed


def _shortfall(response: Response) -> str | None:
    """Fewer bytes than announced. Packed answers announce the packed size, which says nothing here."""
    stated = response.headers.get("content-length", "")
    if "content-encoding" in response.headers or not (stated.isascii() and stated.isdigit()):
        return None
    if int(stated) == len(response.body):
        return None
    return f"the answer has {len(response.body)} of {stated} bytes"


def _validators(response: Response) -> Mapping[str, str]:
    """What lets the server say that nothing changed. A strong ETag is better than a date to the second."""
    if etag := response.headers.get("etag"):
        return {"If-None-Match": etag}
    modified = response.headers.get("last-modified")
    return {"If-Modified-Since": modified} if modified else {}


def _head(file: IO[bytes]) -> bytes:
    head = file.read(_HEAD)
    file.seek(0)
    return head


def _refuse_other_forms(name: str, head: bytes) -> None:
    form = next((what for magic, what in _FORMS if head.startswith(magic)), None)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_WEB_PAGE):
        form = "a web page or XML, perhaps a login page"
    elif start.startswith((b"{", b"[{")):
        form = "JSON"
    if form:
        raise InvalidResponse(f"{name}: the feed is no CSV but {form}.")


def _stamp(seen: os.stat_result) -> str:
    return f"{seen.st_dev}:{seen.st_ino}:{seen.st_size}:{seen.st_mtime_ns}"
