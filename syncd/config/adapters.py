"""Finds adapters by their descriptor: built-in ones by module name, others by entry points. Nothing is imported by name."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from importlib.util import find_spec

from syncd.domain.ports import Adapter

KINDS = {"stores": "store", "suppliers": "supplier", "carriers": "carrier"}
"""Kind of adapter by the table that holds its stanzas."""

_KIND_OF = {**KINDS, "sandbox": "sandbox"}
"""Sandboxes have no stanzas, and stand among the twins of which they are made."""


class AdapterBroken(Exception):
    """The adapter exists and cannot be used: an import failed, or it describes itself wrongly."""


def find(table: str, name: str) -> Adapter | None:
    """The adapter `name` for a table of the file (`stores`, ...); None when there is none.

    Raises AdapterBroken, with what to install where that is known.
    """
    module = f"adapters.{table}.{name.replace('-', '_')}"
    if name.isidentifier() or name.replace("-", "_").isidentifier():
        spec = find_spec(module)
        if spec is not None:
            return _checked(_loaded(module), table=table, where=module)
    for point in entry_points(group=f"syncd.{table}", name=name):
        return _checked(point.load(), table=table, where=point.value)
    return None


def names(table: str) -> tuple[str, ...]:
    """Names of all adapters for a table of the file."""
    package = importlib.import_module(f"adapters.{table}")
    built_in = {module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_")}
    offered = {point.name for point in entry_points(group=f"syncd.{table}")}
    return tuple(sorted({name.replace("_", "-") if name not in offered else name for name in built_in} | offered))


def _loaded(module: str) -> object:
    try:
        return getattr(importlib.import_module(module), "ADAPTER", None)
    except ImportError as exc:
        raise AdapterBroken(f"cannot import {module}: {exc}. Does it need an extra of syncd?") from exc


def _checked(found: object, *, table: str, where: str) -> Adapter:
    if not isinstance(found, Adapter) or found.kind != _KIND_OF[table]:
        raise AdapterBroken(f"{where} offers no ADAPTER of kind {_KIND_OF[table]}")
    return found
