"""A double click, a back button, a colleague with the same page open: everything happens once."""

from __future__ import annotations

import pytest

from documents.models import PackingSlip, PackingSlipStatus
from tests.factories import ProductFactory, SalesOrderLineFactory
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
