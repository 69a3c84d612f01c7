"""Geometry of the small charts on the HTML page. The template only draws what stands here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syncd.reports.digest import Share
from syncd.reports.words import count

WIDTH = 340
"""Width of every chart in its own units; about its width on the page, so that text keeps its size."""
_COLUMN_HEIGHT = 120
_BAR = 12
_ROW = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One coloured piece of a bar."""

    severity: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Words at a place; `anchor` as in SVG."""

    text: str
    x: float
    y: float
    anchor: str = "start"
    role: str = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart ready to be drawn; `says` is the same in words, for who cannot see it."""

    id: str
    title: str
    says: str
    height: float
    blocks: tuple[Block, ...]
    labels: tuple[Label, ...]
    lines: tuple[tuple[float, float, float, float], ...] = ()


def column_chart(shares: Sequence[Share], *, chart_id: str, title: str) -> Chart:
    """Upright bars in the order given, one per share: a histogram."""
    most = max((share.total for share in shares), default=0) or 1
    slot = WIDTH / max(1, len(shares))
    wide = slot * 0.62
    base = _COLUMN_HEIGHT + 22.0
    blocks: list[Block] = []
    labels: list[Label] = []
    for number, share in enumerate(shares):
        left, y = number * slot + (slot - wide) / 2, base
        for severity, amount in reversed(share.by_severity):
            tall = amount / most * _COLUMN_HEIGHT
            y -= tall
            blocks.append(Block(severity=severity, x=_r(left), y=_r(y), width=_r(wide), height=_r(tall)))
        middle = _r(left + wide / 2)
        labels.append(Label(text=str(share.total), x=middle, y=_r(y - 6), anchor="middle", role="value"))
        labels.append(Label(text=_short(share.label), x=middle, y=base + 17, anchor="middle"))
    return Chart(
        id=chart_id, title=title, says=_says(shares), height=base + 26, blocks=tuple(blocks), labels=tuple(labels),
        lines=((0, base, WIDTH, base),),
    )  # fmt: skip


def row_chart(shares: Sequence[Share], *, chart_id: str, title: str, most: int = 7) -> Chart:
    """Lying bars, longest first; what is beyond `most` is summed up in a last row."""
    shown = _folded(shares, most=most)
    longest = max((share.total for share in shown), default=0) or 1
    blocks: list[Block] = []
    labels: list[Label] = []
    for number, share in enumerate(shown):
        x, y = 0.0, number * _ROW
        labels.append(Label(text=_cut(share.label), x=0, y=y + 13))
        for severity, amount in share.by_severity:
            wide = amount / longest * (WIDTH - 34)
            blocks.append(Block(severity=severity, x=_r(x), y=y + 20, width=_r(wide), height=_BAR))
            x += wide
        labels.append(Label(text=str(share.total), x=_r(x + 8), y=y + 30, role="value"))
    return Chart(
        id=chart_id, title=title, says=_says(shown), height=max(1, len(shown)) * _ROW, blocks=tuple(blocks),
        labels=tuple(labels),
    )  # fmt: skip


def _folded(shares: Sequence[Share], *, most: int) -> tuple[Share, ...]:
    if len(shares) <= most:
        return tuple(shares)
    rest = shares[most - 1 :]
    sums: dict[str, int] = {}
    for share in rest:
        for severity, amount in share.by_severity:
            sums[severity] = sums.get(severity, 0) + amount
    other = Share(
        label=f"{len(rest)} more kinds", total=sum(share.total for share in rest), by_severity=tuple(sums.items())
    )
    return (*shares[: most - 1], other)


def _says(shares: Sequence[Share]) -> str:
    return "; ".join(f"{share.label}: {count(share.total, 'drift')}" for share in shares) or "nothing"


def _short(label: str) -> str:
    return label.replace("under 1 day", "< 1 d").replace(" and more", "+").replace(" to ", "-").replace(" days", " d")


def _cut(label: str, *, most: int = 50) -> str:
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _r(number: float) -> float:
    return round(number, 1)
