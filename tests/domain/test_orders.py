"""What an order says of itself."""

from tests.reconcile.world import A, line, order


def test_the_number_of_an_order_is_the_last_part_of_its_id() -> None:
    known = order(line(A))
    assert known.id.endswith(f"/{known.number}")
    assert known.number.isdigit()
