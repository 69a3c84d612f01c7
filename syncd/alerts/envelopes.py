"""Who is written to about a store, from the configuration: the store's own table, else `[alerts.email]`."""

from __future__ import annotations

from pathlib import Path

from syncd.alerts.letters import Envelope
from syncd.config import Config

NOBODY = Envelope(sender="syncd@localhost", to=("merchant@localhost",))
"""Stands in where no mail is configured, so that one can be looked at."""


def envelope(config: Config, store: str) -> Envelope | None:
    """The envelope of mails about this store; None when there is no `[alerts.email]`."""
    email, own = config.document.alerts.email, config.stores[store].table.alerts
    if email is None:
        return None
    return Envelope(
        sender=email.from_,
        to=tuple(own.to or email.to),
        language=own.language or email.language,
        zone=own.timezone or email.timezone,
        unsubscribe=email.unsubscribe,
    )


def template_folder(config: Config) -> Path | None:
    """The folder with the merchant's own templates, if one is configured."""
    folder = config.document.alerts.templates
    return None if folder is None else config.base_dir / folder.expanduser()
