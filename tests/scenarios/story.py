"""What stories look at afterwards: always the rows, whichever way they were made."""

from __future__ import annotations

from documents.models import PackingSlip, PackingSlipLine, PackingSlipStatus
from documents.rules.packing_slip import status_of
from orders.models import SalesOrderLine
from tracking.models import Registration, RegistrationState


def numbers_on(line: PackingSlipLine) -> list[str]:
    """The numbers that the line of a document shows, in the order of their registration; "" is not readable."""
    return [unit.number for unit in line.units.select_related("registration").order_by("pk")]


def registrations_on(line: PackingSlipLine) -> list[Registration]:
    """The registrations of a line, in their order."""
    return [unit.registration for unit in line.units.select_related("registration").order_by("pk")]


def pending(order_line: SalesOrderLine) -> list[str]:
    """The numbers that wait on the order line for the next packing slip."""
    rows = order_line.registrations.filter(state=RegistrationState.PENDING).order_by("pk")
    return [row.number for row in rows]


def posted(packing_slip: PackingSlip) -> PackingSlip:
    """The packing slip as it is now."""
    return PackingSlip.objects.posted().get(pk=packing_slip.pk)


def status(packing_slip: PackingSlip) -> PackingSlipStatus:
    """What the packing slip is now."""
    slip = PackingSlip.objects.with_totals().get(pk=packing_slip.pk)
    return status_of(posted=slip.is_posted, total=slip.total_quantity, reversed_quantity=slip.reversed_quantity)
