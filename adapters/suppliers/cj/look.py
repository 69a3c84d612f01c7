"""One look at a CJ account: what to ask so that the answer is whole and costs few calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from adapters.suppliers.cj.api import BATCH, CjApi
from adapters.suppliers.cj.payload import BEIJING, Row, instant, shows_nothing_new
from syncd.clock import Clock
from syncd.domain.observation import Problem
from syncd.domain.ports import Wanted
from syncd.domain.shipments import SupplierOrder
from syncd.errors import AuthRejected, InvalidResponse, NotFound, PortError, Transient

OPEN = ("CREATED", "IN_CART", "UNPAID", "UNSHIPPED", "SHIPPED", "OTHER")
"""Listed in the order in which an order passes through them: one that moves on meanwhile is seen twice, never missed."""
OVER = ("DELIVERED", "CANCELLED")

FEW = 5
"""Up to so many wanted orders are read one by one: cheaper than listing what is open."""

_SMALLEST_PAGE = 20
"""CJ's default; a page with fewer rows was cut by no paging."""

_DETAIL_HOLDS_S = 1800.0
"""How long the lines of an order are believed while its row in the list stays the same."""

_TURNS = 288
_TURN_S = 300
"""What was known before, in this process or another, is believed longer: each order is read again in its own five minutes
of the day, since a dispute and changed lines show in the details alone. Ten thousand orders are 35 calls a turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look brought.

    `complete` False without `error`: single orders could not be read, but `asked` and `answered` hold for the others.
    With `error` the source itself failed, or a listing was cut: then it is whole for nobody. What was found counts all
    the same.
    """

    rows: tuple[Row, ...]
    lists_open: bool
    """Whether all that is open was listed."""
    unchanged: Mapping[str, SupplierOrder]
    """By id, those of the rows that still are what was known of them: their lines were not asked for."""
    asked: frozenset[str]
    answered: frozenset[str]
    lists_everything: bool
    complete: bool
    problems: tuple[Problem, ...]
    error: PortError | None


class _Stop(Exception):
    """The source as a whole fails: asking for more orders would only hammer it."""


@dataclass(slots=True, kw_only=True)
class Look:
    """Collects what CJ shows; `details` outlives it and only saves calls."""

    supplier: str
    api: CjApi
    clock: Clock
    details: dict[str, tuple[str, Row, float]]
    known: Mapping[str, SupplierOrder] = field(default_factory=dict)
    seeks_further: bool = True
    """Whether to list what is open for orders that do not hold all that the store wants: some never will."""
    _rows: dict[str, Row] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)
    _numbers: set[str] = field(default_factory=set)
    _unchanged: dict[str, SupplierOrder] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _answered: set[str] = field(default_factory=set)
    _problems: list[Problem] = field(default_factory=list)
    _error: PortError | None = None
    _has_heard: bool = False
    _by_reference: dict[str, str] = field(default_factory=dict)
    """Orders that CJ named when asked for a store's own, by id, and the store's."""
    _counts_agree: bool = True
    _lists_open: bool = False

    async def at(self, wanted: Sequence[Wanted]) -> Found:
        """The orders that belong to these store orders."""
        try:
            if len(wanted) > FEW:
                await self._list_open(wanted)
            for one in wanted:
                await self._one(one)
            if len(wanted) <= FEW and (self._by_reference or any(self._lacks_some(one) for one in wanted)):
                # CJ answers a store's order with one of its own. Others for it, and what was placed later or anew after a
                # cancel, show in the list alone.
                await self._list_open(wanted)
        except _Stop:
            if len(wanted) <= FEW:
                self._forget_found_by_reference()
        return self._found(lists_everything=False)

    def _forget_found_by_reference(self) -> None:
        """The list that would show whether there are more could not be read: they are to be asked for in this way again."""
        for ref, order_id in self._by_reference.items():
            self._rows.pop(ref, None)
            self._answered.discard(order_id)

    async def everything(self, since: datetime | None) -> Found:
        """Every order; with `since` without those that are over and were made before it."""
        try:
            listed = [row for status in (*OPEN, *OVER) for row in await self._listed(status)]
            families = _families(listed)
            for row in {row.orderId: row for row in listed}.values():
                if since is None or row.orderStatus not in OVER or _made_at(row) >= since:
                    await self._whole(row, families)
        except _Stop:
            pass
        return self._found(lists_everything=since is None and self._counts_agree)

    def _found(self, *, lists_everything: bool) -> Found:
        if self._error is not None and not self._has_heard:
            raise self._error
        complete = self._error is None and not self._problems
        return Found(
            rows=tuple(self._rows.values()),
            lists_open=self._lists_open,
            unchanged=self._unchanged,
            asked=frozenset(self._asked),
            answered=frozenset(self._answered),
            lists_everything=lists_everything and complete,
            complete=complete,
            problems=tuple(self._problems),
            error=self._error,
        )

    async def _one(self, wanted: Wanted) -> None:
        """One store order: by the supplier's ids where they are known, else by the store's own id and name.

        Known orders that are gone may have been split or made anew: then the store's own reference is asked, too.
        """
        refs = frozenset(wanted.supplier_order_ids)
        for ref in sorted(refs - self._asked):
            await self._by_id(ref)
        if not refs <= self._asked:
            return
        if (refs and refs <= self._rows.keys()) or self._shows(wanted) or await self._by_own_reference(wanted):
            self._answered.add(wanted.order_id)

    async def _by_id(self, ref: str) -> None:
        try:
            row = await self.api.detail(ref)
        except NotFound:
            self._has_heard = True
            self._asked.add(ref)
            return
        except PortError as exc:
            self._note(exc, place=ref)
            return
        if row.orderId == ref:
            self._asked.add(ref)
        elif ref not in (row.parent, row.cjOrderId):
            self._note(
                InvalidResponse(f"asked for order {ref}, CJ answered {row.orderId}", path="data.orderId"), place=ref
            )
            return
        self._keep(row)

    async def _by_own_reference(self, wanted: Wanted) -> bool:
        """Whether CJ answered wholly about a store order that it never named to us."""
        for ref in _own_references(wanted):
            try:
                row = await self.api.detail(ref)
            except NotFound:
                self._has_heard = True
                continue
            except PortError as exc:
                self._note(exc, place=wanted.order_name)
                return False
            if _belongs(row, wanted):
                self._keep(row)
                self._by_reference[row.orderId] = wanted.order_id
                return await self._siblings(row)
            text = f"asked for {ref}, CJ answered order {row.orderId}, which names another"
            self._note(InvalidResponse(text, path="data.orderNum"), place=wanted.order_name)
            return False
        return True

    async def _siblings(self, row: Row) -> bool:
        """Whether all orders that were split from the same one as `row` could be read, too."""
        if row.parent is None:
            return True
        for status in (*OPEN, *OVER):
            for other in await self._listed(status, parent=row.parent):
                if other.orderId not in self._rows:
                    await self._by_id(other.orderId)
        return self._error is None

    async def _list_open(self, wanted: Sequence[Wanted]) -> None:
        """Read what is open by pages, then those known orders that are not open any more by batches of ids."""
        listed = [row for status in OPEN for row in await self._listed(status)]
        self._lists_open = True
        known = {ref for one in wanted for ref in one.supplier_order_ids}
        ours = _relevant(listed, wanted, known=known)
        families = _families(listed)
        for row in ours.values():
            await self._whole(row, families)
        left = sorted(known - self._asked)
        if len(left) <= len(OVER):
            return
        for start in range(0, len(left), BATCH):
            for status in OVER:
                for row in await self._listed(status, order_ids=left[start : start + BATCH]):
                    if row.orderId in known:
                        await self._whole(row, families)

    async def _whole(self, row: Row, families: Families) -> None:
        """Keep a listed order with its lines, which only the detail call shows."""
        seen_as, detail, until_s = self.details.get(row.orderId, ("", row, 0.0))
        if self.clock.monotonic() < until_s and seen_as == _fingerprint(row, families):
            self._asked.add(row.orderId)
            self._keep(_merged(row, detail))
            return
        known = self.known.get(row.orderId)
        if known is not None and not self._is_its_turn(row) and shows_nothing_new(row, known):
            self._unchanged[row.orderId] = known
            self._asked.add(row.orderId)
            self._keep(row)
            return
        try:
            detail = await self.api.detail(row.orderId)
            if detail.orderId != row.orderId:
                raise InvalidResponse(
                    f"asked for order {row.orderId}, CJ answered {detail.orderId}", path="data.orderId"
                )
        except PortError as exc:
            # Listed a moment ago, so even "not found" is a contradiction and no absence.
            self._note(exc, place=row.orderId)
            return
        self.details[row.orderId] = _fingerprint(row, families), detail, self.clock.monotonic() + _DETAIL_HOLDS_S
        self._asked.add(row.orderId)
        self._keep(detail)

    def _is_its_turn(self, row: Row) -> bool:
        turn = int(self.clock.now().timestamp() // _TURN_S) % _TURNS
        return crc32(row.orderId.encode()) % _TURNS == turn

    def _keep(self, row: Row) -> None:
        self._has_heard = True
        self._rows[row.orderId] = row
        self._names.add(bare_name(row.orderNum))
        if row.platformOrderId:
            self._numbers.add(_bare_id(row.platformOrderId))

    def _lacks_some(self, wanted: Wanted) -> bool:
        """Whether the orders found for it are all cancelled, or hold fewer units than the store wants."""
        mine = [row for row in self._rows.values() if row.orderId in wanted.supplier_order_ids or _belongs(row, wanted)]
        live = [row for row in mine if row.orderStatus != "CANCELLED"]
        if not live:
            return bool(mine)
        held = [product.quantity for row in live for product in row.productList or ()]
        if not self.seeks_further or wanted.units is None or None in held:
            return False
        return sum(filter(None, held)) < wanted.units

    def _shows(self, wanted: Wanted) -> bool:
        """Whether one of the orders found belongs to the store order."""
        return _bare_id(wanted.order_id) in self._numbers or bare_name(wanted.order_name) in self._names

    async def _listed(self, status: str, *, order_ids: Iterable[str] = (), parent: str | None = None) -> list[Row]:
        """All rows of one status. A list that moves while it is read, or whose count disagrees, is read once more."""
        ids = tuple(order_ids)
        for attempt in (1, 2):
            try:
                rows, agrees = await self._pages(status, ids, parent)
            except PortError as exc:
                self._error = self._error or exc
                self._problems.append(Problem(place=f"list {status}", text=exc.text))
                raise _Stop from exc
            self._has_heard = True
            if agrees is not False or attempt == 2:
                break
        if agrees is None:
            self._counts_agree = False
        if agrees is False:
            text = f"{self.supplier}: the list of {status} orders changed while it was read, or its count is wrong"
            self._error = self._error or Transient(text)
            self._problems.append(Problem(place=f"list {status}", text=text))
        return rows

    async def _pages(self, status: str, ids: tuple[str, ...], parent: str | None) -> tuple[list[Row], bool | None]:
        """The rows, and whether the count that CJ states agrees; None = it states none."""
        rows: dict[str, Row] = {}
        bad = 0
        totals: set[int | None] = set()
        before: list[str] = []
        for number in range(1, 10_000):
            page = await self.api.page(status, number=number, order_ids=ids, parent=parent)
            fresh = [row for row in page.rows if row.orderId not in rows]
            rows.update((row.orderId, row) for row in page.rows)
            bad += len(page.bad)
            self._bad_rows(page.bad)
            totals.add(page.total)
            seen = len(rows) + bad
            if page.total is not None and seen >= page.total:
                break
            said = [error.text for error in page.bad]
            if not fresh and (not said or said == before):
                break  # nothing more, or the same nonsense for ever
            before = said
        stated = totals.pop() if len(totals) == 1 else -1
        if stated is None:
            # Without a count the end is an empty page. One that only repeats rows may hide what comes after it,
            # unless there are fewer rows than the smallest page.
            return list(rows.values()), None if not page.rows or seen < _SMALLEST_PAGE else False
        return list(rows.values()), seen == stated

    def _bad_rows(self, bad: Iterable[InvalidResponse]) -> None:
        self._problems.extend(Problem(place=error.path, text=error.text) for error in bad)

    def _note(self, error: PortError, *, place: str) -> None:
        """Remember why one order could not be read. A source that fails as a whole, or from the first, ends the look."""
        self._problems.append(Problem(place=place, text=error.text))
        if isinstance(error, Transient | AuthRejected) or not self._has_heard:
            self._error = self._error or error
            raise _Stop from error


def _relevant(listed: Collection[Row], wanted: Sequence[Wanted], *, known: set[str]) -> dict[str, Row]:
    """The listed orders that may belong to a wanted store order: by id, by name, or split from one that does."""
    names = {bare_name(one.order_name) for one in wanted}
    numbers = {_bare_id(one.order_id) for one in wanted}
    ours = {
        row.orderId: row
        for row in listed
        if row.orderId in known or bare_name(row.orderNum) in names or (row.platformOrderId or "") in numbers
    }
    families = {ref for row in ours.values() for ref in (row.orderId, row.parent) if ref} | known
    return {row.orderId: row for row in listed if row.orderId in ours or row.parent in families}


def bare_name(name: str | None) -> str:
    """An order's name for comparing: without `#` and case. Blank never equals a name."""
    return (name or "\0").strip().lstrip("#").strip().casefold()


def _bare_id(gid: str) -> str:
    return gid.rpartition("/")[2]


def _belongs(row: Row, wanted: Wanted) -> bool:
    if row.platformOrderId and _bare_id(row.platformOrderId) == _bare_id(wanted.order_id):
        return True
    return bare_name(row.orderNum) == bare_name(wanted.order_name)


def _own_references(wanted: Wanted) -> tuple[str, ...]:
    refs = (_bare_id(wanted.order_id), wanted.order_name.strip(), wanted.order_name.strip().removeprefix("#"))
    return tuple(dict.fromkeys(ref for ref in refs if ref))


Families = Mapping[str, list[str]]
"""By the order from which they were split, the ids of orders: when a family grows, its members' lines are read again."""


def _fingerprint(row: Row, families: Families) -> str:
    return f"{row!r} {families.get(row.parent or '', [])}"


def _families(rows: Collection[Row]) -> Families:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.parent:
            found.setdefault(row.parent, []).append(row.orderId)
    return {parent: sorted(ids) for parent, ids in found.items()}


def _merged(row: Row, detail: Row) -> Row:
    """The list's fresh words with what only the detail shows."""
    stated = {name: value for name, value in row if value is not None}
    return detail.model_copy(update=stated)


def _made_at(row: Row) -> datetime:
    try:
        at = instant(row.createDate, zone=BEIJING)
    except ValueError:
        at = None
    return at or datetime.max.replace(tzinfo=BEIJING)
