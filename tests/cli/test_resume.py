"""A supplier that was frozen because too much of it changed at once is believed again by a person."""

from typing import Any

from adapters.sandbox.cj import CjLine


def _placed(desk: Any) -> str:
    order = desk.order("CJ-1")
    lines = [CjLine(quantity=1, store_line_id=line.id.rpartition("/")[2]) for line in order.lines]
    return desk.cj.place(name=order.name, store_order_id=order.id.rpartition("/")[2], lines=lines, status="UNSHIPPED")


def _kinds(desk: Any) -> list[str]:
    return [drift["kind"] for drift in desk.syncd("drift", "--format", "json").document["drifts"]]


def test_a_frozen_supplier_is_believed_again_once_a_person_says_so(desk: Any) -> None:
    refs = [_placed(desk) for _ in range(10)]
    desk.syncd("drift")
    for ref in refs:
        desk.cj.cancel(ref)
    assert "adapter_mass_change" in _kinds(desk)
    assert "adapter_mass_change" in _kinds(desk), "it stays frozen until somebody says otherwise"
    assert desk.syncd("resume", "cj").code == 64, "nobody was asked"
    assert desk.syncd("resume", "cj", "--yes", "--reason", "bankrupt").code == 0
    kinds = _kinds(desk)
    assert "adapter_mass_change" not in kinds
    assert kinds.count("supplier_cancelled_store_open") == 10
    assert desk.syncd("resume", "cj", "--yes").code == 64, "nothing is frozen any more"
    assert desk.syncd("resume", "nobody", "--yes").code == 64
