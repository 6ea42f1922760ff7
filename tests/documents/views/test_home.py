"""The start page shows what waits for the roles of who looks."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orders.models import OrderStatus
from tests.factories import PackingSlipFactory, PackingSlipLineFactory, SalesOrderFactory, register
from tracking.models import RegistrationState

pytestmark = pytest.mark.django_db


def waiting(client):
    return {tile["text"]: tile["count"] for tile in client.get(reverse("home")).context["waiting"]}


def test_open_work_is_counted_and_the_rest_is_not(user_with, client_of):
    for status in (OrderStatus.OPEN, OrderStatus.OPEN, OrderStatus.PARTLY_DELIVERED, OrderStatus.DELIVERED):
        order = SalesOrderFactory(status=status)
    PackingSlipFactory(order=order)
    PackingSlipFactory(order=order, posted=True)
    line = PackingSlipLineFactory(order_line__order=SalesOrderFactory(status=OrderStatus.INVOICED))
    register(line, "SN1", "", "")
    register(line, "", state=RegistrationState.RELEASED)
    reader = user_with("orders.view_salesorder", "documents.view_packingslip", "tracking.view_registration")
    assert waiting(client_of(reader)) == {
        "Sales orders: Open": 2,
        "Sales orders: Partly delivered": 1,
        "Draft packing slips": 2,
        "Units that were not readable": 2,
    }


@pytest.mark.parametrize(
    ("role_name", "tiles", "starts"),
    [
        ("Sales clerk", 4, {"sales_order_create", "customer_create"}),
        ("Warehouse worker", 4, set()),
        ("Set-up administrator", 0, {"product_create", "dimension_group_create"}),
        ("Auditor", 4, set()),
        ("Cashier", 0, set()),
    ],
)
def test_each_role_sees_its_own(role, client_of, role_name, tiles, starts):
    context = client_of(role(role_name)).get(reverse("home")).context
    assert len(context["waiting"]) == tiles
    assert {url_name for url_name, _ in context["starts"]} == starts


def test_who_has_no_role_is_told_what_to_do(user_with, client_of):
    assert "ask an administrator for a role" in client_of(user_with()).get(reverse("home")).text


@pytest.mark.parametrize("orders", [1, 5])
def test_it_takes_the_same_queries_however_much_waits(role, client_of, orders, django_assert_num_queries):
    SalesOrderFactory.create_batch(orders)
    client = client_of(role("Auditor"))
    with django_assert_num_queries(8):  # session, user, rights, roles for the menu; four counts
        client.get(reverse("home"))
