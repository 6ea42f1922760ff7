"""Lists of 100,000 documents: what the last page costs, compared with the first."""

from __future__ import annotations

from functools import partial

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from documents.models import PackingSlip, PackingSlipLine
from orders.models import OrderStatus, SalesOrder, SalesOrderLine
from tests.benchmarks.measuring import medians
from tests.factories import CustomerFactory, serialised_product

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

ROWS = 100_000
CUSTOMERS = 50
ROUNDS = 15


@pytest.fixture
def many_documents(worker):
    """Orders of one line each, with their packing slips, of which every tenth is a draft."""
    product, today, now = serialised_product(), timezone.localdate(), timezone.now()
    customers = [CustomerFactory() for _ in range(CUSTOMERS)]
    orders = SalesOrder.objects.bulk_create(
        (
            SalesOrder(
                number=f"SO-{number:06d}",
                customer=customers[number % CUSTOMERS],
                currency="NOK",
                order_date=today,
                status=OrderStatus.DELIVERED if number % 10 else OrderStatus.OPEN,
                created_by=worker,
            )
            for number in range(ROWS)
        ),
        batch_size=5000,
    )
    lines = SalesOrderLine.objects.bulk_create(
        (
            SalesOrderLine(order=order, position=1, product=product, quantity=4, unit=product.unit, unit_price=1)
            for order in orders
        ),
        batch_size=5000,
    )
    slips = PackingSlip.objects.bulk_create(
        (draft_or_posted(order, number, worker, today, now) for number, order in enumerate(orders)), batch_size=5000
    )
    PackingSlipLine.objects.bulk_create(
        (
            PackingSlipLine(packing_slip=slip, order_line=line, quantity=4, item_number="P", name="P", unit=line.unit)
            for slip, line in zip(slips, lines, strict=True)
        ),
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def draft_or_posted(order, number, user, today, now):
    slip = PackingSlip(order=order, created_by=user)
    if number % 10:
        slip.number, slip.posted_by, slip.posted_at, slip.document_date = f"PS-{number:06d}", user, now, today
        slip.customer_name = order.customer.name
    return slip


@pytest.fixture
def clerk(worker):
    worker.groups.add(Group.objects.get(name="Sales clerk"))
    return worker


def test_lists_end_as_they_begin(many_documents, clerk, person, client_of, table):
    browser, client = person(clerk), client_of(clerk)
    for name, asked in [
        ("sales_order_list", ""),
        ("sales_order_list", "&status=open"),
        ("sales_order_list", "&sort=number"),
        ("sales_order_list", "&q=Customer"),
        ("packing_slip_list", ""),
        ("packing_slip_list", "&status=posted"),
        ("packing_slip_list", "&sort=number"),
        ("packing_slip_list", "&q=Customer"),
    ]:
        first, last = (f"{reverse(name)}?page={page}{asked}" for page in ("1", "last"))
        times = medians({page: partial(browser.get, page) for page in (first, last)}, rounds=ROUNDS, warm_up=2)
        label = f"{name.replace('_', ' ')}{asked.replace('&', ', ')}, last page of {ROWS:,}"
        milliseconds = {page: f"{seconds * 1000:.0f} ms" for page, seconds in times.items()}
        ratio = times[last] / times[first]
        table.add(label, milliseconds[last], floor=milliseconds[first], ratio=ratio, limit=1.2)
        table.add_count(f"{label}: queries", queries_of(client, last), limit=queries_of(client, first))


def queries_of(client, page):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)
