"""Templates of mails: ours, and a merchant's own in place of them.

A folder of one's own may have `mail.html.j2` and `mail.txt.j2` for every mail, or `digest.html.j2`, `at_once.txt.j2` and the like for
one kind. Both are given `page` (see `syncd.alerts.page`). A template with a mistake never keeps a mail back: ours is used, and the
mistake is told with file and line.
"""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from syncd.alerts.page import Page
from syncd.reports.words import neutral

OURS = Path(__file__).parent / "templates"
_CODE = re.compile(r"`([^`]+)`")
_MARK = '<code style="font-family:ui-monospace,Menlo,Consolas,monospace;font-size:0.92em;">\\1</code>'
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateProblem:
    """What is wrong with a template of the merchant's own; `line` 0 = not known."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.text} The built-in template was used instead."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A mail's two bodies, and what was wrong with the merchant's own templates."""

    html: str
    text: str
    problems: tuple[TemplateProblem, ...] = ()


def render(page: Page, *, folder: Path | None = None) -> Rendered:
    """The page by the templates in `folder`, as far as there are any, else by ours."""
    problems = [] if folder is None or folder.is_dir() else [_missing(folder)]
    own = folder if folder is not None and not problems else None
    bodies = {}
    for form in ("html", "txt"):
        bodies[form], problem = _body(page, form, folder=own)
        problems += [problem] if problem else []
    text = _BLANK_LINES.sub("\n\n\n", bodies["txt"]).strip("\n") + "\n"
    return Rendered(html=bodies["html"], text=text, problems=tuple(problems))


def _body(page: Page, form: str, *, folder: Path | None) -> tuple[str, TemplateProblem | None]:
    names = [f"{page.kind}.{form}.j2", f"mail.{form}.j2"]
    if folder is not None:
        try:
            return _environment(_loader(folder)).select_template(names).render(page=page), None
        except Exception as error:  # noqa: BLE001 - whatever a template of somebody else does, the mail goes out
            return _environment(_loader(None)).select_template(names).render(page=page), _problem(error, folder)
    return _ours().select_template(names).render(page=page), None


def _loader(folder: Path | None) -> BaseLoader:
    ours = FileSystemLoader(OURS)
    return ChoiceLoader([FileSystemLoader(folder), ours]) if folder else ours


@cache
def _ours() -> SandboxedEnvironment:
    return _environment(_loader(None))


def _environment(loader: BaseLoader) -> SandboxedEnvironment:
    made = SandboxedEnvironment(
        loader=loader,
        autoescape=_is_html,
        finalize=_neutral,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["code"] = coded
    return made


def coded(text: str) -> Markup:
    """Our own text with what stands between backticks set as code; everything in it is escaped."""
    return Markup(_CODE.sub(_MARK, str(escape(neutral(text)))))  # noqa: S704 - escaped right here


def _is_html(name: str | None) -> bool:
    return name is None or not name.endswith(".txt.j2")


def _neutral(value: object) -> object:
    """Whatever is printed has nothing in it that hides or turns text."""
    return neutral(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _missing(folder: Path) -> TemplateProblem:
    return TemplateProblem(file=str(folder), line=0, text="there is no such folder of templates.")


def _problem(error: Exception, folder: Path) -> TemplateProblem:
    said = str(error).strip() or type(error).__name__
    text = f"{said[:1].lower()}{said[1:].rstrip('.')}."
    if isinstance(error, TemplateSyntaxError):
        return TemplateProblem(file=error.filename or str(folder), line=error.lineno, text=text)
    frames = [one for one in traceback.extract_tb(error.__traceback__) if Path(one.filename).is_relative_to(folder)]
    if frames:
        return TemplateProblem(file=frames[-1].filename, line=frames[-1].lineno or 0, text=text)
    if isinstance(error, TemplateNotFound):
        text = f"there is no template {said!r}."
    return TemplateProblem(file=str(folder), line=0, text=text)
