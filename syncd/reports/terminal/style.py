"""How reports look in a terminal: few colours, no boxes, text that cannot drive the terminal."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
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


def stack(parts: Iterable[RenderableType]) -> Group:
    """The parts, one under the other."""
    return Group(*parts)


def as_text(what: RenderableType, *, width: int = 100, color: bool = False) -> str:
    """What a terminal of this width would show; without colour codes unless asked for."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=color, color_system="standard" if color else None, no_color=not color,
        legacy_windows=False, emoji=False, highlight=False, markup=False,
    )  # fmt: skip
    with console.capture() as capture:
        console.print(what)
    lines = capture.get().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"
