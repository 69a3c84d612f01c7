"""Link files: CSV in which people say which supplier order belongs to which order line."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from syncd.domain.observation import Problem
from syncd.errors import ConfigError, ConfigProblem

COLUMNS = ("store_order", "line_sku", "supplier_order_id")
_NEEDED = frozenset({"store_order", "supplier_order_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One row; `line_sku` None = every line of that supplier in the order."""

    store_order: str
    supplier_order_id: str
    line_sku: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFile:
    """What a link file says, and the rows that say nothing usable, by line."""

    rows: tuple[LinkRow, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_links(path: Path) -> LinkFile:
    """The rows of a link file; a bad row becomes a problem and the good ones count.

    Raises ConfigError when the file is there and is no such table: taking it for empty would drop every link.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise _unusable(path, f"cannot be read: {exc.strerror}") from None
    except UnicodeDecodeError:
        raise _unusable(path, "is not UTF-8 text") from None
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    header = [name.strip().lower() for name in next(rows, [])]
    if not set(header) >= _NEEDED:
        raise _unusable(path, f"needs a first line with the columns {','.join(COLUMNS)}")
    links: list[LinkRow] = []
    problems: list[Problem] = []
    for cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        named = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        missing = sorted(name for name in _NEEDED if not named.get(name))
        if missing:
            problems.append(Problem(place=f"{path.name}:{rows.line_num}", text=f"{' and '.join(missing)} missing"))
            continue
        links.append(
            LinkRow(
                store_order=named["store_order"],
                supplier_order_id=named["supplier_order_id"],
                line_sku=named.get("line_sku") or None,
            )
        )
    return LinkFile(rows=tuple(links), problems=tuple(problems))


def _unusable(path: Path, text: str) -> ConfigError:
    return ConfigError((ConfigProblem(file=str(path), line=1, key="links.file", text=text),))
