"""What a sales order is, judged by its lines (ORD-2, ORD-3)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from orders.models import OrderStatus, SalesOrderLine
from orders.rules.quantity import shown
from serialreg.errors import BelowDelivered


def status_of(lines: Iterable[SalesOrderLine]) -> OrderStatus:
    """The furthest status that holds of an order with these lines (ORD-2). Without lines it is open."""
    lines = list(lines)
    nothing_left = bool(lines) and all(line.remaining_quantity <= 0 for line in lines)
    delivered = any(line.delivered_quantity for line in lines)
    if nothing_left and not delivered:
        return OrderStatus.CANCELLED
    if any(line.invoiced_quantity for line in lines):
        in_full = all(line.invoiced_quantity >= line.quantity for line in lines)
        return OrderStatus.INVOICED if in_full else OrderStatus.PARTLY_INVOICED
    if delivered:
        return OrderStatus.DELIVERED if nothing_left else OrderStatus.PARTLY_DELIVERED
    return OrderStatus.OPEN


def check_line_quantity(line: SalesOrderLine, quantity: Decimal) -> None:
    """Refuse to order less than was delivered or invoiced (ORD-3) [below_delivered]."""
    least = max(line.delivered_quantity, line.invoiced_quantity)
    if quantity < least:
        raise BelowDelivered(field="quantity", line=line.position, least=shown(least))
