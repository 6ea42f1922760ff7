"""How a sales order and its lines may be changed (ORD-1, ORD-3, ORD-4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from documents.models import PackingSlip
from orders.models import Product, SalesOrderLine
from orders.rules.quantity import LEAST, check_whole, parse_price, parse_quantity
from orders.rules.sales_order import check_line_quantity
from serialreg.errors import AlreadySelected, HasPostings, NothingToDeliver, NotPending, Refusal, faults_of
from tracking.models import Registration, RegistrationState, group_of


@dataclass(frozen=True)
class LineEntry:
    """A line as somebody wants it: a new one without `id`, at the product's price without `unit_price`."""

    product: Product
    quantity: Decimal
    unit_price: Decimal | None = None
    id: int | None = None


def faults_of_entry(entry: LineEntry, line: SalesOrderLine) -> Sequence[Refusal]:
    """All that is wrong with what somebody wants of a line, which may be a new one (ORD-1, ORD-3)."""
    faults = [
        *faults_of(lambda: _check_quantity(entry, line)),
        *faults_of(lambda: _check_price(entry)),
    ]
    for fault in faults:
        fault.line = line.position
    return faults


def _check_quantity(entry: LineEntry, line: SalesOrderLine) -> None:
    # A line of which the rest was cancelled may stay at zero while the others are changed.
    cancelled = entry.id is not None and not line.quantity
    parse_quantity(_plain(entry.quantity), least=Decimal(0) if cancelled else LEAST, sign=".")
    if group_of(entry.product).is_serialised:
        check_whole(entry.quantity, product=str(entry.product))
    check_line_quantity(line, entry.quantity)


def _check_price(entry: LineEntry) -> None:
    if entry.unit_price is not None:
        parse_price(_plain(entry.unit_price), sign=".")


def _plain(number: Decimal) -> str:
    """Digits alone, so that one policy judges what was typed and what a program hands over."""
    return f"{number.normalize():f}"


def check_no_draft(packing_slips: Iterable[PackingSlip], **place: Any) -> None:
    """Refuse while a draft packing slip holds it [already_selected]."""
    for packing_slip in packing_slips:
        if not packing_slip.is_posted:
            made = date_format(timezone.localtime(packing_slip.created_at), "SHORT_DATETIME_FORMAT")
            raise AlreadySelected(made=made, **place)


def check_no_documents(packing_slips: Iterable[PackingSlip], **place: Any) -> None:
    """Refuse to delete or exchange what a document refers to (ORD-3) [already_selected, has_postings]."""
    packing_slips = list(packing_slips)
    check_no_draft(packing_slips, **place)
    if packing_slips:
        raise HasPostings(**place)


def check_something_left(lines: Iterable[SalesOrderLine]) -> None:
    """Refuse where nothing is left to deliver [over_delivery]."""
    if all(line.remaining_quantity <= 0 for line in lines):
        raise NothingToDeliver()


def check_pending(registration: Registration) -> None:
    """Only a pending number can be released (ORD-4) [not_available]."""
    if registration.state != RegistrationState.PENDING:
        raise NotPending()
