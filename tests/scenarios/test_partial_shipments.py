"""Can I register serial numbers for partial shipments? Each packing slip takes the numbers of what it ships."""

from __future__ import annotations

import pytest

from orders.models import OrderStatus
from tests.factories import ProductFactory, serialised_product
from tests.scenarios.conftest import draft_of
from tests.scenarios.story import numbers_on

pytestmark = pytest.mark.django_db


@pytest.mark.rule("PCK-1", "ORD-2")
def test_two_shipments_share_an_order(order, drafted, worker):
    [first] = drafted((serialised_product(), 3))
    assert worker.change(first.packing_slip, {first: "1"}) == []
    assert worker.scan(first, "SN1") == []
    assert worker.scan(first, "SN2") == ["quantity_exceeded"]
    assert worker.post(first.packing_slip) == []
    order.refresh_from_db()
    assert order.status == OrderStatus.PARTLY_DELIVERED

    [second] = draft_of(order, worker)
    assert second.quantity == 2
    assert worker.scan(second, "SN1") == ["duplicate_serial"]
    assert worker.scan(second, "SN2") == []
    assert worker.scan(second, "SN3") == []
    assert worker.post(second.packing_slip) == []
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED
    assert (numbers_on(first), numbers_on(second)) == (["SN1"], ["SN2", "SN3"])


@pytest.mark.rule("PCK-1")
def test_more_than_is_left_is_not_delivered(order, drafted, worker):
    [line] = drafted((ProductFactory(), 3))
    assert worker.change(line.packing_slip, {line: "4"}) == ["over_delivery"]
    assert worker.post(line.packing_slip) == []
    assert worker.draft(order) == ["over_delivery"]


@pytest.mark.rule("PCK-1", "ORD-1")
def test_part_of_a_serialised_unit_does_not_ship(drafted, worker):
    serialised, by_the_metre = drafted((serialised_product(), 3), (ProductFactory(), 3))
    changed = worker.change(serialised.packing_slip, {serialised: "1.5", by_the_metre: "1.5"})
    assert changed == ["whole_quantity"]
    assert worker.change(by_the_metre.packing_slip, {by_the_metre: "1.5"}) == []


@pytest.mark.rule("PCK-1")
def test_line_that_does_not_ship_this_time_is_taken_off(order, drafted, worker):
    now, later = drafted((ProductFactory(), 3), (serialised_product(), 2))
    assert worker.change(now.packing_slip, {later: "0"}) == []
    assert worker.post(now.packing_slip) == []
    assert [line.order_line_id for line in draft_of(order, worker)] == [later.order_line_id]
