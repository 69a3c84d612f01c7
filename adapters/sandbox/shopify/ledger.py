"""What really happened in the twin, append-only: the truth that tests compare syncd's claims with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened. `kind`: mutation, fulfillment_created, fulfillment_cancelled, notification, ...

    `by` is the handle of the app that did it, `merchant`, or `shop`. `detail` depends on the kind.
    """

    at: datetime
    kind: str
    by: str
    order_id: str | None = None
    object_id: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Ledger:
    """The list, and the questions that tests ask of it."""

    entries: list[Entry] = field(default_factory=list)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)

    def of(self, kind: str, *, order_id: str | None = None, by: str | None = None) -> list[Entry]:
        """Entries of one kind, oldest first."""
        return [
            entry
            for entry in self.entries
            if entry.kind == kind
            and (order_id is None or entry.order_id == order_id)
            and (by is None or entry.by == by)
        ]

    def mutations(self, name: str | None = None, *, outcome: str | None = None) -> list[Entry]:
        """Mutations that reached the twin; `outcome` done, refused or error."""
        return [
            entry
            for entry in self.of("mutation")
            if (name is None or entry.detail["name"] == name)
            and (outcome is None or entry.detail["outcome"] == outcome)
        ]

    def fulfilled_units(self, order_id: str) -> dict[str, int]:
        """Units per line id that live fulfillments cover, as made and cancelled so far."""
        units: Counter[str] = Counter()
        for entry in self.entries:
            if entry.order_id != order_id:
                continue
            if entry.kind == "fulfillment_created":
                units.update(entry.detail["units"])
            elif entry.kind == "fulfillment_cancelled":
                units.subtract(entry.detail["units"])
        return {line: count for line, count in units.items() if count}

    def created(self, order_id: str | None = None, *, by: str | None = None) -> list[Entry]:
        """Fulfillments that were created."""
        return self.of("fulfillment_created", order_id=order_id, by=by)

    def cancelled(self, order_id: str | None = None, *, by: str | None = None) -> list[Entry]:
        """Fulfillments that were cancelled (the second cancel of one is no cancel)."""
        return self.of("fulfillment_cancelled", order_id=order_id, by=by)

    def notifications(self, number: str | None = None, *, order_id: str | None = None) -> list[Entry]:
        """Mails that customers got about shipments; `number` = only those about this parcel."""
        return [
            entry
            for entry in self.of("notification", order_id=order_id)
            if number is None or number in entry.detail["numbers"]
        ]

    def as_documents(self) -> list[dict[str, Any]]:
        """The entries as JSON values."""
        return [
            {
                "at": entry.at.isoformat(),
                "kind": entry.kind,
                "by": entry.by,
                "order_id": entry.order_id,
                "object_id": entry.object_id,
                "detail": entry.detail,
            }
            for entry in self.entries
        ]
