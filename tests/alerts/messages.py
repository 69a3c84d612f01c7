"""Every message that a mail may say, as translators are given them: from the code, the catalogue and the steps."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from syncd.alerts import words
from syncd.alerts.languages import LANGUAGES, LOCALES, catalog
from syncd.domain.steps import Action
from syncd.reconcile.catalogue import KINDS

CODE = Path(words.__file__).parent
CALLS = {"say": None, "named": ((1, "c"), 2), "count": (1, 2)}
"""The methods of `Tongue` that take messages, as Babel's extractor is told of them."""
TRANSLATED = [name for name in LANGUAGES if name != "en"]
HEADER = """\
# Mails of syncd. English texts stand in the code; those of the kinds of drift in syncd/reconcile/catalogue.
# The context of a kind's text is the kind. What stands in braces or backticks stays as it is.
# pytest tests/alerts --refresh adds what is new and takes out what is gone; a message without a translation fails the tests.
#"""


_DATED = ("POT-Creation", "PO-Revision", "Generated-By", "Last-Translator", "Language-Team", "Project-Id", "Report-")


def template() -> Catalog:
    """Every message: those that the code says, then those of the kinds."""
    made = Catalog()
    for message, context in (*_said(), *_steps(), *_kinds()):
        made.add(message, context=context)
    return made


def written(language: str) -> str:
    """The language's file as it should be: every message once, in the template's order, with the translations that are there."""
    kept, new = (
        catalog(language),
        Catalog(locale=LANGUAGES[language], header_comment=HEADER, charset="utf-8", fuzzy=False),
    )
    for message in template():
        if message.id:
            there = kept.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
            added = new.add(
                message.id, there.string if there and there.id == message.id else None, context=message.context
            )
            added.flags.discard("python-format")  # a per cent sign is one here
    out = io.BytesIO()
    write_po(out, new, width=120, omit_header=False)
    return "".join(line for line in out.getvalue().decode().splitlines(keepends=True) if not _is_dated(line))


def _is_dated(line: str) -> bool:
    """Lines of the header that change with the day or the tool's version."""
    return line.startswith(tuple(f'"{name}' for name in _DATED))


def _said() -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    for file in sorted(CODE.glob("*.py")):
        with file.open("rb") as code:
            for _, message, _, context in extract("python", code, keywords=CALLS):
                yield message, context


def _steps() -> Iterator[tuple[str, str]]:
    for action in Action:
        for is_done in (False, True):
            context, message = words.step_message(action, is_done=is_done)
            yield message, context


def _kinds() -> Iterator[tuple[str, str]]:
    """Kinds that are looked for; of the others no mail can tell."""
    for kind in KINDS.values():
        if kind.is_detected:
            yield from ((message, kind.name) for message in astuple(words.kind_messages(kind.name)) if message)


def file_of(language: str) -> Path:
    return LOCALES / f"{LANGUAGES[language]}.po"
