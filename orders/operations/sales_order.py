"""What every change of an order's lines or counters begins and ends with."""

from __future__ import annotations

from orders.models import SalesOrder, SalesOrderLine
from orders.rules.sales_order import status_of
from serialreg.errors import NotFound


def locked_order(order_id: int) -> SalesOrder:
    """The order as it is now, its row held until the transaction ends."""
    order = SalesOrder.objects.locked().filter(pk=order_id).first()
    if order is None:
        raise NotFound()
    return order


def refresh_status(*, order: SalesOrder) -> None:
    """Keep the status that follows from the lines (ORD-2), in the transaction that changed them."""
    status = status_of(SalesOrderLine.objects.filter(order=order))
    if status != order.status:
        order.status = status
        SalesOrder.objects.filter(pk=order.pk).update(status=status)
