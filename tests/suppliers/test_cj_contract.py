"""CJ keeps the supplier contract, in every form that its answers are known to take."""

import pytest

from tests.suppliers.contract import SupplierContract
from tests.suppliers.rig import World
from tests.suppliers.worlds import CjWorld


class TestCj(SupplierContract):
    def make_world(self) -> World:
        return CjWorld()


@pytest.mark.parametrize("quirks", [("int_ids",), ("bare_list",), ("no_total", "null_page"), ("one_object",)], ids=str)
@pytest.mark.parametrize(
    "law",
    [
        SupplierContract.test_every_order_asked_for_is_shown_whole,
        SupplierContract.test_everything_is_read_to_the_last_page,
        SupplierContract.test_an_order_is_found_by_the_store_s_reference_alone,
        SupplierContract.test_a_change_is_seen_by_the_next_read,
    ],
)
async def test_every_wrapper_and_every_form_of_id_is_read(law, quirks) -> None:
    class Quirky(SupplierContract):
        def make_world(self) -> World:
            return CjWorld(quirks=quirks)

    await law(Quirky())


class TestCjWithHttpStatuses(SupplierContract):
    """The documents do not say with which HTTP status an error comes."""

    def make_world(self) -> World:
        return CjWorld(quirks=("http_status",))
