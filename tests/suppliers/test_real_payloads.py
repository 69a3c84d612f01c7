"""CJ's documented samples, read in place: each becomes a value or a clear error with its place."""

import json
from datetime import UTC, datetime

import pytest

from adapters.suppliers.cj.codes import envelope, failure
from adapters.suppliers.cj.payload import BEIJING, Listing, instant, listing, row, sight, supplier_order
from syncd.domain.shipments import Rung, SupplierLine, SupplierState
from syncd.errors import AuthRejected, InvalidResponse, NotFound, PortError, Transient
from tests.reference import REFERENCE, needs_reference

pytestmark = [pytest.mark.reference, needs_reference]

FACTS = REFERENCE / "facts/suppliers/cj"
REAL = REFERENCE / "real/suppliers/cj"
SAMPLES = [*sorted(FACTS.glob("*.json")), *sorted(REAL.glob("*.json"))]


def _data(path):
    return json.loads(path.read_bytes())["data"]


def _order(path):
    found = row(_data(path), path="data")
    return supplier_order(found, supplier="cj", products=found.productList)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_is_a_value_or_a_clear_error(path) -> None:
    try:
        said = envelope(path.read_bytes())
    except InvalidResponse as exc:
        assert exc.path  # noqa: PT017
        return
    error = failure(said, source="cj", now=datetime(2026, 11, 20, tzinfo=UTC))
    assert error is None or isinstance(error, PortError)
    for read in (listing, lambda data: row(data, path="data")):
        try:
            assert read(said.data) is not None
        except InvalidResponse as exc:
            assert exc.path.startswith("data")  # noqa: PT017


def test_the_shipped_sample() -> None:
    order = _order(FACTS / "order_detail_shipped.json")
    assert (order.id, order.state) == ("260823100000000001", SupplierState.SHIPPED)
    assert order.store_order_ids == ("6300000000001",)
    assert order.lines == (SupplierLine(line_id="gid://shopify/LineItem/16045000000001", quantity=1),)
    assert order.parcels[0].rung is Rung.HANDED_OVER
    assert order.parcels[0].tracking[0].number == "CJPKL0000000001YQ"
    assert order.parcels[0].shipped_at == datetime(2026, 8, 25, 3, 0, tzinfo=UTC)
    assert order.parent_id == "260823100000000009"


def test_the_unshipped_sample_has_no_parcel() -> None:
    order = _order(FACTS / "order_detail_unshipped.json")
    assert (order.state, order.parcels, order.problems) == (SupplierState.PROCESSING, (), ())


def test_the_documents_sample_without_store_ids() -> None:
    order = _order(REAL / "order_detail_docs.json")
    assert order.state is SupplierState.UNPAID
    assert order.store_order_names == ("api_52f268d40b8d460e82c0683955e63cc9",)
    assert order.store_order_ids == ()
    assert order.lines == (SupplierLine(sku="1392053744945991680", quantity=1),)


def test_the_page_sample_holds_two_parts_of_one_order() -> None:
    page = listing(_data(FACTS / "order_list_page.json"))
    assert isinstance(page, Listing)
    assert [found.orderId for found in page.rows] == ["260823100000000001", "260823100000000002"]
    assert {found.parent for found in page.rows} == {"260823100000000009"}
    assert (page.total, page.bad) == (2, ())


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (FACTS / "error_not_found.json", NotFound),
        (FACTS / "error_token.json", AuthRejected),
        (FACTS / "error_too_many.json", Transient),
        (REAL / "not_found_error.json", AuthRejected),  # by its code; the text alone never makes an absence
    ],
    ids=lambda value: getattr(value, "stem", ""),
)
def test_the_error_samples(name, error) -> None:
    said = envelope(name.read_bytes())
    assert isinstance(failure(said, source="cj", now=datetime(2026, 11, 20, tzinfo=UTC)), error)


def test_the_tracking_sample_has_a_last_mile_number() -> None:
    found = sight(_data(REAL / "track_info_docs.json"), number="CJPKL7160102171YQ")
    assert found is not None
    assert found.last_mile is not None
    assert (found.last_mile.number, found.rung) == ("926112903032124", Rung.IN_TRANSIT)
    assert sight(_data(REAL / "track_info_docs.json"), number="another") is None


def test_the_webhook_samples_id_is_an_integer_and_stays_exact() -> None:
    params = json.loads((REAL / "webhook_order_update.json").read_bytes())["params"]
    assert type(params["cjOrderId"]) is int
    found = row({"orderId": params["cjOrderId"], **params}, path="params")
    assert found.orderId == "210823100016290555"


@pytest.mark.parametrize("value", [1.5, True, [], {}, 1e20, "2026-99-99"])
def test_ids_and_times_that_are_none_are_refused(value) -> None:
    with pytest.raises(InvalidResponse, match=r"data\.orderId"):
        row({"orderId": value if value != "2026-99-99" else None}, path="data")
    with pytest.raises(ValueError, match="no time"):
        instant(value, zone=BEIJING)
