"""A double click, a back button, a colleague with the same page open: everything happens once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from documents.models import PackingSlip, PackingSlipStatus
from documents.operations.sales_order import save_sales_order
from documents.rules.sales_order import LineEntry
from orders.models import SalesOrder
from serialreg.errors import Malformed
from tests.factories import CustomerFactory, ProductFactory, SalesOrderLineFactory
from tests.scenarios.story import posted, status

pytestmark = [pytest.mark.django_db, pytest.mark.rule("PCK-2")]


def test_order_is_drafted_once(order, worker):
    SalesOrderLineFactory(order=order, product=ProductFactory())
    assert worker.draft(order, token="one") == []
    assert worker.draft(order, token="one") == []
    assert PackingSlip.objects.count() == 1
    assert worker.draft(order, token="two") == ["over_delivery"]


def test_same_submission_finds_what_it_posted(drafted, worker):
    [line] = drafted((ProductFactory(), 2))
    assert worker.post(line.packing_slip, token="one") == []
    number = posted(line.packing_slip).number
    assert worker.post(line.packing_slip, token="one") == []
    assert posted(line.packing_slip).number == number
    line.order_line.refresh_from_db()
    assert line.order_line.delivered_quantity == 2


def test_another_attempt_is_refused(drafted, worker):
    [line] = drafted((ProductFactory(), 2))
    assert worker.post(line.packing_slip, token="one") == []
    assert worker.post(line.packing_slip, token="two") == ["already_posted"]


@pytest.mark.rule("PCK-3")
def test_cancelled_once(drafted, worker):
    [line] = drafted((ProductFactory(), 2))
    assert worker.post(line.packing_slip) == []
    assert worker.cancel(line.packing_slip, token="one") == []
    assert worker.cancel(line.packing_slip, token="one") == []
    assert worker.cancel(line.packing_slip, token="two") == ["already_reversed"]
    assert status(line.packing_slip) == PackingSlipStatus.CANCELLED
    assert line.packing_slip.lines.get().reversals.count() == 1


@pytest.mark.rule("PCK-3")
def test_page_that_was_used_is_not_used_for_something_else(drafted, worker):
    """The back button shows it again, with its token: nobody is told that something was done which was not."""
    first, second = drafted((ProductFactory(), 2), (ProductFactory(), 2))
    slip = first.packing_slip
    assert worker.post(slip) == []
    assert worker.reverse(slip, {first: None}, token="one") == []
    assert worker.reverse(slip, {first: None}, token="one") == []
    assert worker.reverse(slip, {second: None}, token="one") == ["malformed"]
    assert worker.cancel(slip, token="one") == ["malformed"]
    assert status(slip) == PackingSlipStatus.PARTLY_REVERSED


@pytest.mark.rule("ORD-1")
def test_order_changed_after_the_back_button_is_not_said_to_be_saved(role):
    clerk, customer, product = role("Sales clerk"), CustomerFactory(), ProductFactory()

    def save(quantity: int, token: str) -> SalesOrder:
        lines = [LineEntry(product=product, quantity=Decimal(quantity))]
        values = {"customer": customer, "order_date": date(2026, 1, 2)}
        return save_sales_order(order=None, values=values, lines=lines, user=clerk, token=token)

    order = save(2, "one")
    assert save(2, "one") == order
    with pytest.raises(Malformed):
        save(3, "one")
    assert SalesOrder.objects.get().lines.get().quantity == 2
