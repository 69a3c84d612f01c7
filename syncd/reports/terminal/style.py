"""How reports look in a terminal: few colours, no boxes, text that cannot drive the terminal."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from syncd.reports.words import clean

SEVERITY = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
TURN = {"you": "bold yellow", "syncd": "green", "watch": "dim"}
CHECK = {"ok": "green", "warn": "yellow", "fail": "bold red"}
MARK = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


def text(words: str, style: str = "") -> Text:
    """Foreign or own text, cleaned; markup in it is shown, not obeyed."""
    return Text(clean(words), style=style)


def heading(words: str, *, aside: str = "") -> Text:
    """A section's first line."""
    line = text(words, "bold")
    return line.append(f"  {clean(aside)}", style="dim") if aside else line


def columns(*names: str, ratio: tuple[int | None, ...], header: bool = True) -> Table:
    """A table without lines. `ratio` None = as wide as its content, not wrapped; else its share of what is left."""
    table = Table(
        box=None, show_header=header, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0), expand=any(ratio)
    )
    for name, share in zip(names, ratio, strict=True):
        table.add_column(name, ratio=share, no_wrap=share is None, overflow="fold")
    return table


def indent(what: RenderableType, by: int = 2) -> Padding:
    """`what`, `by` columns further in."""
    return Padding(what, (0, 0, 0, by))


@dataclass(frozen=True, slots=True)
class Stack:
    """Parts, one under the other, wrapped to the width there is and without blanks at the ends of lines.

    It wraps even where the console was told not to: a report that is cut off at the edge is worse than a long one.
    """

    parts: tuple[RenderableType, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        options = options.update(no_wrap=False, overflow="fold", height=None)
        for part in self.parts:
            for line in console.render_lines(part, options, pad=False):
                yield from _trimmed(line)
                yield Segment.line()


def _trimmed(line: list[Segment]) -> list[Segment]:
    while line and not line[-1].text.strip():
        line = line[:-1]
    if not line:
        return []
    words, style, control = line[-1]
    return [*line[:-1], Segment(words.rstrip(), style, control)]


def stack(parts: Iterable[RenderableType]) -> Stack:
    """The parts, one under the other."""
    return Stack(tuple(parts))


@dataclass(frozen=True, slots=True)
class ByWidth:
    """Two ways to say the same: `wide`, and `narrow` for less than `limit` columns."""

    wide: RenderableType
    narrow: RenderableType
    limit: int = 80

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self.narrow if options.max_width < self.limit else self.wide


def as_text(what: RenderableType, *, width: int = 100, color: bool = False) -> str:
    """What a terminal of this width would show; without colour codes unless asked for."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=color, color_system="standard" if color else None, no_color=not color,
        legacy_windows=False, emoji=False, highlight=False, markup=False,
    )  # fmt: skip
    with console.capture() as capture:
        console.print(what)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"
