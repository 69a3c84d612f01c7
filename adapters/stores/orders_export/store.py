"""An orders export as a Store that can only be read."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.stores.orders_export.orders import Reading, read_orders
from adapters.stores.orders_export.settings import OrdersExportSettings
from adapters.stores.orders_export.table import read_table
from syncd.domain.observation import Page
from syncd.domain.orders import Order
from syncd.domain.ports import AdapterPorts, Call, Check, StoreCapabilities
from syncd.domain.steps import Effect, EffectState, Step
from syncd.errors import InvalidResponse, NotFound, PortError, Transient

LIMITS = (
    "Read-only. An export shows which lines are fulfilled, not with which tracking number, and knows no requests, "
    "holds, refunds of single lines or returns: drift that rests on these is not looked for."
)
MAX_BYTES = 512 * 1024 * 1024
"""A larger file is refused: it would not fit into memory beside its orders. Half a gigabyte: our choice."""
_PAGE = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """The file as it was: `stamp` changes with it."""

    stamp: tuple[int, int]
    reading: Reading
    by_id: dict[str, Order]


class OrdersExport:
    """One export file. It is read again whenever it has changed."""

    def __init__(self, name: str, settings: OrdersExportSettings, ports: AdapterPorts) -> None:
        self.name = name
        self._settings = settings
        self._clock = ports.clock
        self._path = ports.base_dir / Path(settings.file).expanduser()
        self._look: _Look | None = None

    async def orders_changed(self, since: datetime) -> AsyncIterator[Page[Order]]:
        """Every order: an export does not say what changed. `since` has no bearing."""
        del since
        async for page in self.sweep():
            yield page

    async def sweep(self) -> AsyncIterator[Page[Order]]:
        """Every order of the file; its problems come with the last page."""
        reading = (await self._read()).reading
        starts = range(0, len(reading.orders), _PAGE) or range(1)
        for start in starts:
            is_last = start == starts[-1]
            yield Page(
                items=reading.orders[start : start + _PAGE],
                is_last=is_last,
                complete=reading.complete,
                problems=reading.problems if is_last else (),
            )

    async def order(self, order_id: str) -> Order:
        """One order by its id. Raises NotFound."""
        found = (await self._read()).by_id.get(order_id)
        if found is None:
            raise NotFound(f"{self.name}: {order_id} is not in {self._path.name}.")
        return found

    async def orders(self, order_ids: Sequence[str]) -> tuple[Order, ...]:
        """The orders with these ids; those that are not in the file are left out."""
        by_id = (await self._read()).by_id
        return tuple(by_id[order_id] for order_id in order_ids if order_id in by_id)

    async def find(self, name: str) -> tuple[Order, ...]:
        """Orders with this name, with or without `#`, in any case."""
        wanted = _bare(name)
        return tuple(order for order in (await self._read()).reading.orders if _bare(order.name) == wanted)

    async def perform(self, step: Step, call: Call) -> Effect:
        """Nothing can be sent to a file."""
        text = f"{self.name} is a file and cannot {step.action.value.replace('_', ' ')} ({call.attempt_id})."
        return Effect(state=EffectState.REFUSED, code="read_only", text=text)

    def capabilities(self) -> StoreCapabilities:
        return StoreCapabilities(actions=frozenset(), can_sweep=True, limits=LIMITS)

    async def check(self) -> tuple[Check, ...]:
        name = f"{self.name}: export"
        try:
            reading = (await self._read()).reading
        except PortError as exc:
            return (Check(name=name, state="fail", text=exc.text, remedy=exc.remedy or "Check `file`."),)
        text = f"{len(reading.orders)} orders in {self._path.name}"
        if not reading.problems:
            return (
                Check(name=name, state="ok", text=text),
                Check(name=f"{self.name}: limits", state="ok", text=LIMITS),
            )
        first = reading.problems[0]
        said = f"{text}; {len(reading.problems)} rows with problems, the first at {first.place}: {first.text}"
        return (Check(name=name, state="warn", text=said, remedy="Correct these rows, or export the file anew."),)

    async def aclose(self) -> None:
        self._look = None

    async def _read(self) -> _Look:
        return await asyncio.to_thread(self._read_now)

    def _read_now(self) -> _Look:
        try:
            state = self._path.stat()
            stamp = (state.st_mtime_ns, state.st_size)
            if self._look and self._look.stamp == stamp:
                return self._look
            if not stat.S_ISREG(state.st_mode):
                raise InvalidResponse(f"{self._path} is no regular file.", path=str(self._path))
            if state.st_size > MAX_BYTES:
                raise InvalidResponse(f"{self._path} is larger than {MAX_BYTES >> 20} MB.", path=str(self._path))
            data = self._path.read_bytes()
        except FileNotFoundError as exc:
            raise NotFound(f"{self.name}: there is no file {self._path}.", remedy="Check `file`.") from exc
        except OSError as exc:
            raise Transient(f"{self.name}: {self._path} cannot be read: {exc.strerror or exc}.") from exc
        self._look = self._understood(data, stamp=stamp)
        return self._look

    def _understood(self, data: bytes, *, stamp: tuple[int, int]) -> _Look:
        table = read_table(data, file=self._path.name, encoding=self._settings.encoding)
        reading = read_orders(
            table.rows,
            exported_at=datetime.fromtimestamp(stamp[0] / 1e9, tz=UTC),
            zone=ZoneInfo(self._settings.timezone),
        )
        whole = Reading(
            orders=reading.orders,
            problems=(*table.problems, *reading.problems),
            complete=table.complete and reading.complete,
        )
        return _Look(stamp=stamp, reading=whole, by_id={order.id: order for order in whole.orders})


def build(name: str, settings: OrdersExportSettings, ports: AdapterPorts) -> OrdersExport:
    """The store of one `[stores.NAME]` stanza with `adapter = "orders_export"`."""
    return OrdersExport(name, settings, ports)


def _bare(name: str) -> str:
    return name.strip().removeprefix("#").casefold()
