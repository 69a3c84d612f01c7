"""One self-contained HTML page worth showing to a merchant.

It loads nothing and runs no script, and a strict Content-Security-Policy holds it to that: the only style allowed is
the one on the page, by its hash. Everything that comes from outside is escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from syncd import __version__
from syncd.reports.charts import WIDTH
from syncd.reports.facts import DriftReport
from syncd.reports.page import page

_TEMPLATES = Path(__file__).parent / "templates"


def html_page(report: DriftReport, *, version: str = __version__) -> str:
    """The report as a complete HTML document."""
    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            page=page(report),
            style=Markup(style),  # noqa: S704 - our own file, no foreign text in it
            style_hash=_hash(style),
            chart_width=WIDTH,
            version=version,
        )
    )


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _hash(style: str) -> str:
    """The style's hash as the policy spells it; it covers exactly what stands between the tags."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
