"""CJ Dropshipping as a Supplier."""

from __future__ import annotations

from adapters.suppliers.cj.api import CjApi
from adapters.suppliers.cj.codes import DELETE_FAILED, failure
from adapters.suppliers.cj.look import Look
from adapters.suppliers.cj.payload import Row, Sight, supplier_order
from adapters.suppliers.cj.settings import CjSettings
from syncd.domain.observation import SupplierRead
from syncd.domain.ports import AdapterPorts, Call, Check, SupplierCapabilities, SupplierQuery
from syncd.domain.shipments import Rung, SupplierOrder, SupplierState
from syncd.domain.steps import Effect, EffectState
from syncd.errors import AuthRejected, InvalidResponse, NotFound, OutcomeUnknown, PortError, Refused

_SIGHT_HOLDS_S = 6 * 3600
"""How long an answer of CJ's tracking is used again: last-mile numbers appear once in a parcel's life."""


_FURTHER_AGAIN_S = 1800.0
"""How long after a listing no other is made only because an order holds less than the store wants. An account that CJ did not
verify has 1,000 calls a day and interface; a listing costs six."""


class Cj:
    """One CJ account."""

    def __init__(self, name: str, settings: CjSettings, ports: AdapterPorts) -> None:
        self.name = name
        self._settings = settings
        self._clock = ports.clock
        self._api = CjApi(name, settings, ports)
        self._details: dict[str, tuple[str, Row, float]] = {}
        self._seeks_further_from_s = 0.0
        self._sights: dict[str, tuple[Sight | None, float]] = {}

    async def orders(self, query: SupplierQuery) -> SupplierRead:
        """What CJ shows for the query.

        A few wanted orders are read one by one; many by listing what is open, since a page of 200 costs one call.
        An order counts as absent only after CJ said "not found" to its own id.
        """
        known = {order.id: order for one in query.wanted or () for order in one.known}
        look = Look(
            supplier=self.name,
            api=self._api,
            clock=self._clock,
            details=self._details,
            # Where parcels are tracked, too, what is known of them grows old by itself.
            known={} if self._settings.track else known,
            seeks_further=self._clock.monotonic() >= self._seeks_further_from_s,
        )
        observed_at = self._clock.now()
        found = await look.everything(query.since) if query.wanted is None else await look.at(query.wanted)
        if found.lists_open and found.complete:
            self._seeks_further_from_s = self._clock.monotonic() + _FURTHER_AGAIN_S
        return SupplierRead(
            supplier=self.name,
            observed_at=observed_at,
            complete=found.complete,
            orders=tuple([found.unchanged.get(row.orderId) or await self._order(row) for row in found.rows]),
            asked=found.asked,
            answered=found.answered,
            lists_everything=found.lists_everything,
            error=str(found.error) if found.error else None,
            problems=found.problems,
        )

    async def order(self, ref: str) -> SupplierOrder:
        """One order read afresh, by CJ's id. Raises NotFound, and InvalidResponse when CJ answers another order."""
        row = await self._api.detail(ref)
        if row.orderId != ref:
            raise InvalidResponse(
                f"{self.name}: asked for order {ref}, CJ answered order {row.orderId}", path="data.orderId"
            )
        return await self._order(row)

    async def cancel(self, ref: str, call: Call) -> Effect:
        """Delete an order that CJ has not confirmed; paid ones are refused. A second cancel is `already`."""
        before = (await self.order(ref)).state
        if before is SupplierState.CANCELLED:
            return Effect(state=EffectState.DONE, code="already_cancelled", effect_id=ref, already=True)
        if before is not SupplierState.UNPAID:
            text = f"{self.name}: order {ref} is {before}; CJ deletes unconfirmed orders only. Ask CJ's agent."
            return Effect(state=EffectState.REFUSED, code="not_cancellable", text=text)
        try:
            said = await self._api.delete(ref, call)
        except OutcomeUnknown as exc:
            return Effect(state=EffectState.UNKNOWN, code="outcome_unknown", text=exc.text)
        except InvalidResponse as exc:
            return Effect(state=EffectState.UNKNOWN, code="invalid_response", text=exc.text)
        error = failure(said, source=self.name, now=self._clock.now())
        if error is None:
            return Effect(state=EffectState.DONE, effect_id=ref, request_id=said.request_id)
        if said.code == DELETE_FAILED or isinstance(error, NotFound | Refused):
            code = error.code if isinstance(error, Refused) else "not_found"
            return Effect(state=EffectState.REFUSED, code=code, text=error.text, request_id=said.request_id)
        raise error

    def capabilities(self) -> SupplierCapabilities:
        return SupplierCapabilities(
            can_list=True,
            lists_everything=False,
            can_cancel=True,
            confirms_cancel=True,
            parcels_have_lines=True,
            asks_order_by_order=True,
            requests_per_second=self._settings.requests_per_second,
            limits="1, 2, 4 or 6 requests per second by level; unverified accounts 1000 calls a day per interface; "
            "a token by API key once per 5 minutes; cancels unconfirmed orders only",
        )

    async def check(self) -> tuple[Check, ...]:
        try:
            page = await self._api.page("UNSHIPPED")
        except PortError as exc:
            is_key = isinstance(exc, AuthRejected)
            remedy = exc.remedy or ("Check api_key." if is_key else "Try again later, then check base_url.")
            return (
                Check(name=f"{self.name}: orders", state="fail" if is_key else "warn", text=exc.text, remedy=remedy),
            )
        count = len(page.rows) if page.total is None else page.total
        return (Check(name=f"{self.name}: orders", state="ok", text=f"CJ answers; {count} orders wait for shipment"),)

    async def aclose(self) -> None:
        """Nothing is held open: connections belong to the HTTP door."""

    async def _order(self, row: Row) -> SupplierOrder:
        order = supplier_order(row, supplier=self.name, products=row.productList)
        if not self._settings.track or not order.parcels or order.parcels[0].rung is Rung.ORDERED:
            return order
        seen = await self._sight(order.parcels[0].tracking[0].number)
        return supplier_order(row, supplier=self.name, products=row.productList, sight=seen)

    async def _sight(self, number: str) -> Sight | None:
        """CJ's tracking is an extra: where it fails, the order is still what it is."""
        kept, until_s = self._sights.get(number, (None, 0.0))
        if self._clock.monotonic() < until_s:
            return kept
        try:
            found = await self._api.sight(number)
        except PortError:
            return kept
        self._sights[number] = found, self._clock.monotonic() + _SIGHT_HOLDS_S
        return found


def build(name: str, settings: CjSettings, ports: AdapterPorts) -> Cj:
    return Cj(name, settings, ports)
