"""A letter as a mail, ready to be sent: headers, plain text, HTML, and a table where there are many rows.

Nothing from a store or supplier gets into a header but through `EmailMessage`, on one line and made harmless; recipients come from the
configuration alone. The same letter makes the same mail, byte for byte.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

from syncd.alerts.attached import csv_of
from syncd.alerts.languages import Tongue, tongue
from syncd.alerts.letters import AtOnce, Digest, Envelope, Letter, Resolved, Test
from syncd.alerts.page import Page
from syncd.alerts.telling import hides_rows, page
from syncd.alerts.templating import TemplateProblem, render
from syncd.reports.words import clean

NAME = "syncd"
"""How the sender is called in the list of mails."""
_SUBJECT = 160
_LAST_OCCURRENCES = 10
_BOM = "\ufeff"
"""Tells spreadsheets that a CSV is UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail, and what was wrong with the merchant's own templates while it was made."""

    message: EmailMessage
    html: str
    text: str
    problems: tuple[TemplateProblem, ...] = ()


def mail(letter: Letter, envelope: Envelope, *, templates: Path | None = None) -> Mail:
    """The letter as a mail in the reader's language. Raises KeyError for a language that mails are not written in."""
    words = tongue(envelope.language, zone=envelope.zone)
    shown = page(letter, words)
    bodies = render(shown, folder=templates)
    message = EmailMessage(policy=SMTP)
    _address(message, letter, envelope, shown)
    # Quoted or base64: every server takes it, and no line gets too long.
    encoding = "base64" if envelope.language == "zh-TW" else "quoted-printable"
    message.set_content(bodies.text, cte=encoding)
    message.add_alternative(bodies.html, subtype="html", cte=encoding)
    if hides_rows(letter):
        _attach(message, letter, words)
    message["Content-Language"] = envelope.language
    _settle_boundaries(message, str(message["Message-ID"]))
    return Mail(message=message, html=bodies.html, text=bodies.text, problems=bodies.problems)


def thread(letter: Letter, *, domain: str) -> tuple[str, tuple[str, ...]]:
    """The mail's Message-ID and those that it refers to, oldest first; the same letter always gets the same.

    A matter's mails form one thread: what is told first, its reminders, the end of it, and when it comes back.
    """
    store = letter.shop.name
    match letter:
        case Digest():
            return _id(store, "digest", letter.at.isoformat(), domain=domain), ()
        case Test():
            return _id(store, "test", letter.at.isoformat(), domain=domain), ()
        case AtOnce() | Resolved():
            first = letter.incidents[0]
            roots = [
                _id(store, first.key, str(number), domain=domain)
                for number in range(max(1, first.occurrence - _LAST_OCCURRENCES), first.occurrence + 1)
            ]
            if isinstance(letter, Resolved):
                return _id(store, first.key, str(first.occurrence), "resolved", domain=domain), tuple(roots)
            if letter.reminder:
                again = f"reminder {letter.reminder}"
                return _id(store, first.key, str(first.occurrence), again, domain=domain), tuple(roots)
            return roots[-1], tuple(roots[:-1])


def _address(message: EmailMessage, letter: Letter, envelope: Envelope, shown: Page) -> None:
    message_id, references = thread(letter, domain=_plain(envelope.sender).rpartition("@")[2])
    message["From"] = Address(display_name=f"{NAME} ({letter.shop.name})", addr_spec=_plain(envelope.sender))
    message["To"] = [Address(addr_spec=_plain(one)) for one in envelope.to]
    message["Subject"] = _one_line(shown.subject)
    message["Date"] = format_datetime(letter.at.astimezone(UTC))
    message["Message-ID"] = message_id
    if references:
        message["In-Reply-To"] = references[-1]
        message["References"] = " ".join(references)
    message["Auto-Submitted"] = "auto-generated"
    asked = quote(f"unsubscribe {letter.shop.name}")
    message["List-Unsubscribe"] = (
        f"<mailto:{quote(_plain(envelope.unsubscribe or envelope.sender), safe='@')}?subject={asked}>"
    )


def _plain(address: str) -> str:
    """The address with its domain as servers know it: in ASCII."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def _one_line(text: str) -> str:
    line = " ".join(clean(text).split())
    return line if len(line) <= _SUBJECT else line[: _SUBJECT - 1].rstrip() + "…"


def _id(*parts: str, domain: str) -> str:
    told = hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"<syncd.{told[:32]}@{domain}>"


def _attach(message: EmailMessage, letter: Letter, words: Tongue) -> None:
    day = letter.at.astimezone(words.zone).date()
    message.add_attachment(
        f"{_BOM}{csv_of(letter, words)}".encode(),
        maintype="text",
        subtype="csv",
        filename=f"syncd-{letter.shop.name}-{day:%Y-%m-%d}.csv",
        params={"charset": "utf-8"},
    )


def _settle_boundaries(message: EmailMessage, seed: str) -> None:
    """Boundaries of the same letter are the same; they cannot be in a body, since every body is encoded."""
    for place, part in enumerate(message.walk()):
        if part.is_multipart():
            told = hashlib.sha256(f"{seed} {place}".encode()).hexdigest()
            part.set_boundary(f"=_{told[:32]}")
