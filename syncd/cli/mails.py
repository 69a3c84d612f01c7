"""Shows mails that would be sent, about what the journal shows or about a made-up shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.alerts import incidents, sample
from syncd.alerts.envelopes import NOBODY, envelope, template_folder
from syncd.alerts.gathering import kept
from syncd.alerts.letters import Envelope, Letter
from syncd.alerts.post import Mail, mail
from syncd.cli.reporting import save
from syncd.compose import clock_of
from syncd.config import locations
from syncd.config.problems import nearest_name
from syncd.errors import UsageError
from syncd.reconcile.catalogue import BY_CODE, KINDS
from syncd.reports.facts import StoreFacts

if TYPE_CHECKING:
    from syncd.cli.session import Session
    from syncd.compose import Runtime

DAY = timedelta(days=1)
"""What counts as new in a preview: nobody has kept when the last mail went out."""
_WHOLE = ("digest", "resolved", "test")
_SHOWN = ("From", "To", "Subject", "Date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Which mail, in which language (None = the store's), and where to. `whole` is empty for a mail about kinds and orders."""

    whole: str
    kinds: tuple[str, ...]
    orders: tuple[str, ...]
    language: str | None
    html: Path | None
    eml: Path | None

    @staticmethod
    def of(words: Sequence[str], *, language: str | None, html: Path | None, eml: Path | None) -> Wishes:
        """What these words ask for. Raises UsageError when one mail is not enough for them."""
        whole = [word for word in words if word in _WHOLE] or ([] if words else ["digest"])
        rest = [word for word in words if word not in _WHOLE]
        if len(whole) > 1 or (whole and rest):
            raise UsageError(f"{' and '.join(words)} are different mails.", remedy="Ask for one at a time.")
        kinds = {word: known.name for word in rest if (known := BY_CODE.get(word.upper()) or KINDS.get(word.lower()))}
        return Wishes(
            whole="".join(whole),
            kinds=tuple(kinds.values()),
            orders=tuple(word for word in rest if word not in kinds),
            language=language,
            html=html,
            eml=eml,
        )


async def previewed(session: Session, runtime: Runtime, names: Sequence[str], wishes: Wishes) -> None:
    """The mails about these stores. Raises UsageError when there is nothing to tell, or more than a file can hold."""
    letters = [(name, await _letter(runtime, name, wishes)) for name in names]
    found = [(name, letter) for name, letter in letters if letter is not None]
    if not found:
        raise UsageError(_nothing(wishes), remedy="See what is open: syncd drift --last")
    if len(found) > 1 and (wishes.html or wishes.eml):
        raise UsageError("Several stores have such a mail, and a file holds one.", remedy="Say --store.")
    folder = template_folder(session.config)
    for name, letter in found:
        known = envelope(session.config, name)
        if known is None:
            session.note("There is no [alerts.email], so no mail would be sent; this is how it would look.")
        _show(session, mail(letter, _addressed(known, wishes), templates=folder), wishes)


def sampled(session: Session, wishes: Wishes, *, store: str | None) -> None:
    """A mail about a made-up shop; addressed and laid out as the configuration says, if there is one."""
    now = (session.clock or clock_of(session.env)).now()
    known, folder = None, None
    if session.config_path or any(place.is_file() for place in locations(session.env)):
        names = session.store_names(store)
        known, folder = envelope(session.config, names[0]), template_folder(session.config)
    _show(session, mail(_sample(wishes, now=now), _addressed(known, wishes), templates=folder), wishes)


async def _letter(runtime: Runtime, name: str, wishes: Wishes) -> Letter | None:
    store = runtime.store(name)
    domain = getattr(store.config.settings, "shop", None)
    facts = StoreFacts(name=name, shop=domain, mode=store.config.table.mode, policy=store.policy)
    now = runtime.clock.now()
    found = await kept(runtime.db, facts, now=now)
    match wishes.whole:
        case "digest":
            return incidents.digest(found, since=now - DAY)
        case "resolved":
            return incidents.resolved(found, since=now - DAY)
        case "test":
            return incidents.test(found)
        case _:
            orders = _named(wishes.orders, [one.drift.order for one in found.records if one.drift.order])
            if wishes.orders and not orders:
                return None
            return incidents.at_once(found, since=now - DAY, kinds=wishes.kinds, orders=orders)


def _named(texts: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """The orders that are meant: names with or without the sign before the number, or ids."""
    by_number = {name.lstrip("#").lower(): name for name in names}
    found = [text if text.startswith("gid://") else by_number.get(text.lstrip("#").lower()) for text in texts]
    return tuple(name for name in found if name)


def _sample(wishes: Wishes, *, now: datetime) -> Letter:
    match wishes.whole:
        case "digest":
            return sample.digest(now)
        case "resolved":
            return sample.resolved(now)
        case "test":
            return sample.test(now)
        case _:
            _need_kinds(wishes)
            kinds, orders = wishes.kinds or (sample.URGENT,), wishes.orders or sample.ORDERS
            letters = [sample.at_once(now, kind=kind, orders=orders) for kind in kinds]
            return replace(letters[0], incidents=tuple(one for letter in letters for one in letter.incidents))


def _need_kinds(wishes: Wishes) -> None:
    """A word that is no kind names an order of the made-up shop; one that looks like a kind is taken for a slip."""
    for word in wishes.orders:
        if nearest_name(word, KINDS):
            raise UsageError(_nothing(wishes))


def _addressed(known: Envelope | None, wishes: Wishes) -> Envelope:
    addressed = known or NOBODY
    return replace(addressed, language=wishes.language) if wishes.language else addressed


def _nothing(wishes: Wishes) -> str:
    near = next((near for word in wishes.orders if (near := nearest_name(word, (*KINDS, *_WHOLE)))), None)
    hint = f' Did you mean "{near}"?' if near else ""
    if wishes.whole:
        return "Nothing was settled in the last day."
    return f"Nothing is open about {', '.join((*wishes.kinds, *wishes.orders))}.{hint}"


def _show(session: Session, made: Mail, wishes: Wishes) -> None:
    for problem in made.problems:
        session.note(f"Warning: {problem}")
    if wishes.html:
        save(session, wishes.html, made.html.encode())
    if wishes.eml:
        save(session, wishes.eml, made.message.as_bytes())
    if not wishes.html and not wishes.eml:
        for name in _SHOWN:
            session.show(f"{name}: {made.message[name]}")
        files = ", ".join(part.get_filename() or "" for part in made.message.iter_attachments())
        session.show((f"Attached: {files}\n\n" if files else "\n") + made.text)
