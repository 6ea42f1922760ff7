"""The people of the stories. Every story runs twice: through the operations, and through the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from documents.models import PackingSlip, PackingSlipLine
from orders.models import SalesOrder
from tests.channels import Operations, Pages
from tests.factories import SalesOrderFactory, SalesOrderLineFactory


@pytest.fixture(params=[Operations, Pages], ids=["operations", "pages"])
def channel(request):
    return request.param


@pytest.fixture
def clerk(channel, role):
    return channel(role("Sales clerk"))


@pytest.fixture
def worker(channel, role):
    return channel(role("Warehouse worker"))


@pytest.fixture
def maintainer(channel, role):
    return channel(role("Serial number maintainer"))


@pytest.fixture
def order(db) -> SalesOrder:
    """An order without lines; `ships` adds them."""
    return SalesOrderFactory()


@pytest.fixture
def drafted(order, worker) -> Callable[..., list[PackingSlipLine]]:
    """Orders these (product, quantity) and drafts a packing slip of them; answers with its lines."""

    def make(*lines: tuple[object, int]) -> list[PackingSlipLine]:
        for product, quantity in lines:
            SalesOrderLineFactory(order=order, product=product, quantity=quantity)
        return draft_of(order, worker)

    return make


def draft_of(order: SalesOrder, worker: Operations | Pages) -> list[PackingSlipLine]:
    """The lines of a new draft of what is left of the order."""
    assert not worker.draft(order)
    packing_slip = PackingSlip.objects.filter(order=order).latest("pk")
    return list(packing_slip.lines.select_related("packing_slip", "order_line"))
