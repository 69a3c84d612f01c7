"""One self-contained HTML page worth showing to a merchant.

It loads nothing and runs no script, and a strict Content-Security-Policy holds it to that: the only style allowed is
the one on the page, by its hash. Everything that comes from outside is escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from syncd import __version__
from syncd.reports.charts import WIDTH
from syncd.reports.facts import DriftReport, Event
from syncd.reports.page import history_cases, page
from syncd.reports.words import moment, neutral

_TEMPLATES = Path(__file__).parent / "templates"


def html_page(report: DriftReport, *, version: str = __version__) -> str:
    """The drift report as a complete HTML document."""
    return _render("report.html.j2", page=page(report), chart_width=WIDTH, version=version)


def history_page(
    events: Sequence[Event], *, generated_at: datetime, zone: tzinfo = UTC, version: str = __version__
) -> str:
    """The history as a complete HTML document, one row per event in the order given."""
    told = history_cases(events, zone=zone)
    return _render("history.html.j2", events=told, generated=moment(generated_at, zone=zone), version=version)


def _render(template: str, **values: object) -> str:
    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    return _environment().get_template(template).render(style=style, style_hash=_hash(style), **values)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=_neutral,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _neutral(value: object) -> object:
    """Whatever is printed has nothing in it that hides or turns text; only our own style is left as it is."""
    return neutral(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _hash(style: str) -> str:
    """The style's hash as the policy spells it; it covers exactly what stands between the tags."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
