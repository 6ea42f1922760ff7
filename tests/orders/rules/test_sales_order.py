from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.models import OrderStatus, SalesOrderLine
from orders.rules.sales_order import check_line_quantity, status_of
from serialreg.errors import BelowDelivered


def line(quantity: int, delivered: int = 0, invoiced: int = 0) -> SalesOrderLine:
    return SalesOrderLine(
        position=1,
        quantity=Decimal(quantity),
        delivered_quantity=Decimal(delivered),
        invoiced_quantity=Decimal(invoiced),
    )


@pytest.mark.rule("ORD-2")
@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], OrderStatus.OPEN),
        ([line(2)], OrderStatus.OPEN),
        ([line(2), line(0)], OrderStatus.OPEN),
        ([line(2, 1)], OrderStatus.PARTLY_DELIVERED),
        ([line(2, 2), line(1)], OrderStatus.PARTLY_DELIVERED),
        ([line(2, 2)], OrderStatus.DELIVERED),
        ([line(2, 2), line(0)], OrderStatus.DELIVERED),
        ([line(2, 2, 1)], OrderStatus.PARTLY_INVOICED),
        ([line(2, 1, 1)], OrderStatus.PARTLY_INVOICED),
        ([line(2, 2, 2), line(1)], OrderStatus.PARTLY_INVOICED),
        ([line(2, 2, 2)], OrderStatus.INVOICED),
        ([line(2, 2, 2), line(0)], OrderStatus.INVOICED),
        # Returned, to be delivered again, and not credited.
        ([line(2, 1, 2)], OrderStatus.INVOICED),
        ([line(0)], OrderStatus.CANCELLED),
        ([line(0), line(0)], OrderStatus.CANCELLED),
    ],
)
def test_the_furthest_status_that_holds(lines: list[SalesOrderLine], status: OrderStatus) -> None:
    assert status_of(lines) == status


quantities = st.integers(0, 5)
any_line = st.builds(
    lambda least, more, invoiced: line(least + more, least, min(invoiced, least)), quantities, quantities, quantities
)


@pytest.mark.rule("ORD-2")
@given(st.lists(any_line, max_size=5))
def test_status_does_not_depend_on_the_order_of_the_lines(lines: list[SalesOrderLine]) -> None:
    assert status_of(lines) == status_of(lines[::-1])


@pytest.mark.rule("ORD-2")
@given(st.lists(any_line, min_size=1, max_size=5))
def test_status_after_the_rest_is_cancelled_leaves_nothing_to_deliver(lines: list[SalesOrderLine]) -> None:
    rest_cancelled = [
        line(int(a.delivered_quantity), int(a.delivered_quantity), int(a.invoiced_quantity)) for a in lines
    ]
    assert status_of(rest_cancelled) not in {OrderStatus.OPEN, OrderStatus.PARTLY_DELIVERED}


@pytest.mark.rule("ORD-2")
@given(st.lists(any_line, min_size=1, max_size=5))
def test_statuses_say_what_they_say(lines: list[SalesOrderLine]) -> None:
    delivered = sum(a.delivered_quantity for a in lines)
    invoiced = sum(a.invoiced_quantity for a in lines)
    holds = {
        OrderStatus.CANCELLED: all(not a.quantity for a in lines),
        OrderStatus.INVOICED: invoiced and all(a.invoiced_quantity == a.quantity for a in lines),
        OrderStatus.PARTLY_INVOICED: invoiced,
        OrderStatus.DELIVERED: delivered and all(a.delivered_quantity == a.quantity for a in lines),
        OrderStatus.PARTLY_DELIVERED: delivered,
        OrderStatus.OPEN: True,
    }
    assert status_of(lines) == next(status for status, held in holds.items() if held)


@pytest.mark.rule("ORD-3")
@pytest.mark.parametrize(("delivered", "invoiced", "least"), [(2, 0, "2"), (2, 1, "2"), (1, 2, "2")])
def test_a_quantity_is_at_least_what_was_delivered_or_invoiced(delivered: int, invoiced: int, least: str) -> None:
    ordered = line(3, delivered, invoiced)
    check_line_quantity(ordered, Decimal(least))
    with pytest.raises(BelowDelivered) as refused:
        check_line_quantity(ordered, Decimal(least) - Decimal("0.001"))
    assert (refused.value.line, refused.value.field, refused.value.data) == (1, "quantity", {"least": least})
