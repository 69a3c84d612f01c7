"""Mistakes about tracking numbers: whose they are, and which ones stand in the store."""

from __future__ import annotations

from itertools import count
from typing import Any

from syncd.journal.mirror import suppliers
from syncd.reconcile import ids, placing, store_numbers
from syncd.reconcile.case import Case, Retrack
from tests.simulation.zoo.bug import Bugs, Patcher, everywhere, planted

BUGS: Bugs = {}


@planted(BUGS, "an update drops other parcels", breaks="L1 S3")
def an_update_drops_other_parcels(patcher: Patcher) -> None:
    """A new number is written alone, though the update replaces the whole list."""
    write = store_numbers._write

    def alone(case: Case, change: Retrack) -> None:
        change.drop.update(number for number in change.live.numbers if number not in change.add)
        write(case, change)

    patcher.setattr(store_numbers, "_write", alone)


@planted(BUGS, "takes typed numbers for its own", breaks="S3")
def takes_typed_numbers_for_its_own(patcher: Patcher) -> None:
    """Every number that the supplier does not show counts as one that it showed once, and is replaced."""

    def whose(self: placing.Owners, number: str) -> str:
        return "current" if number in self.current else "own"

    patcher.setattr(placing.Owners, "whose", whose)


@planted(BUGS, "forgets how far a parcel was", breaks="S2 S1 L1")
def forgets_how_far_a_parcel_was(patcher: Patcher) -> None:
    """What a supplier shows now is all that is known of a parcel: an older answer sets it back."""
    patcher.setattr(suppliers, "_highest", lambda order, _: {parcel.key: parcel.rung for parcel in order.parcels})


@planted(BUGS, "writes the carrier for ever", breaks="L2")
def writes_the_carrier_for_ever(patcher: Patcher) -> None:
    """The supplier's name for a carrier never equals the store's; and a step's id contains when it was planned."""
    patcher.setattr(store_numbers, "differs_in_carrier", lambda *_: True)
    patcher.setattr(store_numbers, "_plausible", lambda *_: {None})
    original, planned = ids.step_id, count()

    def dated(*, basis: str, **facts: Any) -> str:
        return original(basis=f"{basis} {next(planned)}", **facts)

    everywhere(patcher, original, dated)
