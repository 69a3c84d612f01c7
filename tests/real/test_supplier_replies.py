"""CJ's documented replies over the wire: the whole adapter lives on them, and each wrong one says who must act.

`tests/suppliers/test_real_payloads.py` reads the same files piece by piece. The other suppliers of the folder have no
adapter yet, so nothing reads their samples.
"""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
import respx

from adapters.suppliers import cj
from syncd.domain.ports import Call, Supplier
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import EffectState
from syncd.errors import NotFound, PortError
from tests.real.samples import REAL, REFERENCE
from tests.reference import needs_reference
from tests.suppliers.rig import MemoryCredentials, ports, stopped_clock

pytestmark = [pytest.mark.reference, needs_reference]

FACTS = REFERENCE / "facts/suppliers/cj"
SAMPLES = sorted([*FACTS.glob("*.json"), *(REAL / "suppliers/cj").glob("*.json")])


def supplier(**answers: Path) -> Supplier:
    """The adapter, to which CJ answers with these files: `token`, `detail`, `delete`; the documented ones when absent."""
    files = {
        "token": FACTS / "token.json",
        "detail": FACTS / "order_detail_shipped.json",
        "delete": FACTS / "delete_order.json",
        **answers,
    }
    router = respx.MockRouter(assert_all_called=False)
    for words, name in (("/authentication/", "token"), ("/getOrderDetail", "detail"), ("/deleteOrder", "delete")):
        router.route(url__regex=f".*{words}.*").respond(200, content=files[name].read_bytes())
    router.route().respond(404, json={"code": 404, "result": False, "message": "not this one", "data": None})
    clock = stopped_clock()
    given = ports(
        clock, httpx.MockTransport(router.async_handler), credentials=MemoryCredentials(), secrets={"env:CJ": "key"}
    )
    port: Supplier = cj.ADAPTER.build("cj", cj.ADAPTER.settings.model_validate({"api_key": "env:CJ"}), given)
    return port


async def test_a_shipped_order_is_read_with_the_documented_token() -> None:
    order = await supplier().order("260823100000000001")
    assert (order.id, order.state, order.parcels[0].rung) == (
        "260823100000000001", SupplierState.SHIPPED, Rung.HANDED_OVER,
    )  # fmt: skip


async def test_an_unpaid_order_is_deleted_and_the_answer_is_understood() -> None:
    port = supplier(detail=REAL / "suppliers/cj/order_detail_docs.json")
    ref = (await port.order("210823100016290555")).id
    effect = await port.cancel(ref, Call(deadline_s=20_000.0, attempt_id="a1"))
    assert (effect.state, effect.effect_id) == (EffectState.DONE, ref)


async def test_an_order_that_cj_does_not_know_is_not_found() -> None:
    with pytest.raises(NotFound):
        await supplier(detail=FACTS / "error_not_found.json").order("1")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
@pytest.mark.parametrize("place", ["token", "detail"])
async def test_every_file_in_any_place_is_an_order_or_an_error_that_says_who_must_act(place, path) -> None:
    try:
        order = await supplier(**{place: path}).order("260823100000000001")
    except PortError as exc:
        assert "cj" in str(exc).lower()  # noqa: PT017
    else:
        assert order.id
    assert len(SAMPLES) == 15
