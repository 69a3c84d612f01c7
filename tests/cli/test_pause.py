"""Writes that people stopped, and let go on; a supplier that was frozen, and is believed again."""

from datetime import timedelta
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


def test_while_writes_are_paused_everything_is_told_and_nothing_done(desk: Any) -> None:
    order = desk.shipped()
    paused = desk.syncd("pause", "--reason", "stock-taking")
    assert (paused.code, paused.out) == (0, "All stores: paused. Nothing is written until: syncd resume\n")
    refused = desk.syncd("reconcile", "--yes", "--format", "json")
    assert refused.code == 4
    (outcome,) = refused.document["outcomes"]
    assert (outcome["state"], outcome["detail"]["code"]) == ("refused", "paused")
    (refusal,) = refused.document["plan"]["refused"]
    assert refusal["text"] == (
        "main: 1 step planned, and everything is paused by ada since 2026-11-02T13:01:00Z: stock-taking. Nothing was changed."
    )
    assert desk.fulfillments(order) == []
    looked = desk.syncd("plan", "--detailed-exitcode")
    assert (looked.code, "everything is paused by ada" in looked.out) == (2, True)
    assert "everything is paused by ada" in desk.syncd("status").out
    assert desk.syncd("fulfill", order.name, "--tracking", "YT2412345678901234", "--yes").code == 4
    assert desk.fulfillments(order) == []
    assert desk.syncd("resume").out == "All stores: the next pass writes again.\n"
    assert desk.syncd("reconcile", "--yes").code == 0
    assert len(desk.fulfillments(order)) == 1
    told = [event["what"] for event in desk.syncd("history", "--format", "json").document["events"]]
    assert [what for what in told if what.startswith("writes.")] in (
        ["writes.paused", "writes.resumed"],
        ["writes.resumed", "writes.paused"],
    )


def test_a_pause_of_one_store_ends_by_itself(desk: Any) -> None:
    order = desk.shipped()
    paused = desk.syncd("pause", "--store", "main", "--for", "2h")
    assert "until 2026-11-02T15:01:00Z, or until: syncd resume --store main" in paused.out
    assert desk.syncd("reconcile", "--yes").code == 4
    desk.clock.advance(timedelta(hours=2))
    assert desk.syncd("status", "--format", "json").document["stores"][0]["paused"] is None
    assert desk.syncd("reconcile", "--yes").code == 0
    assert len(desk.fulfillments(order)) == 1


def test_a_file_stops_every_write_until_it_is_gone(desk: Any) -> None:
    order = desk.shipped()
    (desk.folder / "syncd.pause").write_text("the warehouse burns\nmore\n")
    refused = desk.syncd("reconcile", "--yes")
    assert refused.code == 4
    assert "the file syncd.pause is there: the warehouse burns" in refused.out + refused.err
    assert desk.syncd("resume").code == 64, "no command lifts what a file says"
    assert "the file syncd.pause is there" in desk.syncd("status").out
    (desk.folder / "syncd.pause").unlink()
    assert desk.syncd("reconcile", "--yes").code == 0
    assert len(desk.fulfillments(order)) == 1


def test_what_still_stops_writes_is_told_when_a_pause_is_lifted(desk: Any) -> None:
    desk.syncd("pause")
    desk.syncd("pause", "--store", "main")
    lifted = desk.syncd("resume")
    assert lifted.code == 0
    assert "main: still nothing is written: main is paused by ada" in lifted.err


def test_in_maintenance_time_nothing_is_written(desk: Any) -> None:
    desk.configure(
        ('mode = "act"', 'mode = "act"\nmaintenance = ["Mon 14:00-15:00"]\n'),
        ("[suppliers.cj]", '[daemon]\ntimezone = "Europe/Copenhagen"\n\n[suppliers.cj]'),
    )
    order = desk.shipped()  # it is 13:00 UTC then, two in Copenhagen
    refused = desk.syncd("reconcile", "--yes")
    assert refused.code == 4
    assert "it is maintenance time (Mon 14:00-15:00)" in refused.out + refused.err
    desk.clock.advance(timedelta(hours=1))
    assert desk.syncd("reconcile", "--yes").code == 0
    assert len(desk.fulfillments(order)) == 1


def test_a_pause_that_makes_no_sense_is_refused(desk: Any) -> None:
    assert desk.syncd("pause", "--for", "soon").code == 64
    assert desk.syncd("pause", "--store", "mian").code == 64
    assert desk.syncd("resume").code == 64
    desk.configure(('mode = "act"', 'mode = "act"\nmaintenance = ["Sunday night"]'))
    wrong = desk.syncd("status")
    assert wrong.code == 78
    assert "syncd.toml:7: stores.main.maintenance" in wrong.err
    assert "write it as Sun 02:00-04:00" in wrong.err
