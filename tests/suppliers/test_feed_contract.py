"""A feed keeps the supplier contract, whether or not it shows everything."""

from tests.suppliers.contract import SupplierContract
from tests.suppliers.rig import World
from tests.suppliers.worlds import FeedWorld


class TestFeed(SupplierContract):
    def make_world(self) -> World:
        return FeedWorld()


class TestSnapshotFeed(SupplierContract):
    mutates_words = False  # one letter changed in a reference is another order, and nobody could tell

    def make_world(self) -> World:
        return FeedWorld(snapshot=True)
