"""What a packing slip may do (PCK-1 to PCK-4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format

from documents.models import PackingSlip, PackingSlipLine, PackingSlipStatus
from orders.rules.quantity import check_whole, shown
from serialreg.errors import (
    AlreadyInvoiced,
    AlreadyPosted,
    AlreadyReturned,
    AlreadyReversed,
    DateInFuture,
    NothingToDeliver,
    NotPosted,
    OverDelivery,
    PartialReversal,
    QuantityInvalid,
    Refusal,
    faults_of,
    refuse,
)
from tracking.models import group_of
from tracking.rules.registration import faults_of_count

# Every move that a packing slip can make, and what makes it.
MOVES: dict[PackingSlipStatus, dict[PackingSlipStatus, str]] = {
    PackingSlipStatus.DRAFT: {PackingSlipStatus.POSTED: "post"},
    PackingSlipStatus.POSTED: {
        PackingSlipStatus.PARTLY_REVERSED: "reverse some lines",
        PackingSlipStatus.CANCELLED: "cancel, or reverse every line",
    },
    PackingSlipStatus.PARTLY_REVERSED: {PackingSlipStatus.CANCELLED: "cancel, or reverse the other lines"},
}


def status_of(*, posted: bool, total: Decimal, reversed_quantity: Decimal) -> PackingSlipStatus:
    """The status of a packing slip, from its number and the sums of its lines and their reversals."""
    if not posted:
        return PackingSlipStatus.DRAFT
    if not reversed_quantity:
        return PackingSlipStatus.POSTED
    return PackingSlipStatus.CANCELLED if reversed_quantity >= total else PackingSlipStatus.PARTLY_REVERSED


def check_draft(packing_slip: PackingSlip) -> None:
    """Refuse to change what is posted [already_posted]."""
    if packing_slip.is_posted:
        raise AlreadyPosted(number=packing_slip.number)


def check_posted(packing_slip: PackingSlip) -> None:
    """Refuse what only a posted packing slip has [not_posted]."""
    if not packing_slip.is_posted:
        raise NotPosted()


def check_date(chosen: date | None, *, today: date) -> None:
    """A document date never lies in the future (SET-6) [date_out_of_order]."""
    if chosen is not None and chosen > today:
        raise DateInFuture(
            field="document_date",
            date=date_format(chosen, "SHORT_DATE_FORMAT"),
            latest=date_format(today, "SHORT_DATE_FORMAT"),
        )


def check_line_quantity(line: PackingSlipLine, quantity: Decimal) -> None:
    """What a line of a draft can ship: whole units when serialised, no more than is left (PCK-1)."""
    refuse(_faults_of_quantity(line, quantity))


def _faults_of_quantity(line: PackingSlipLine, quantity: Decimal) -> Iterator[Refusal]:
    order_line = line.order_line
    product = order_line.product
    if group_of(product).is_serialised:
        yield from faults_of(check_whole, quantity, product=str(product), line=order_line.position)
    if quantity > order_line.remaining_quantity:
        yield OverDelivery(
            field="quantity",
            line=order_line.position,
            product=str(product),
            quantity=shown(quantity),
            remaining=shown(order_line.remaining_quantity),
        )


def faults_at_posting(packing_slip: PackingSlip, lines: Iterable[PackingSlipLine], *, today: date) -> Iterator[Refusal]:
    """Every fault of every line, all at once (PCK-2, REG-5, REG-6)."""
    yield from faults_of(check_date, packing_slip.document_date, today=today)
    empty = True
    for line in lines:
        empty = False
        product = line.order_line.product
        yield from _faults_of_quantity(line, line.quantity)
        yield from faults_of_count(
            group_of(product),
            quantity=line.quantity,
            registered=line.registered,
            product=str(product),
            line=line.order_line.position,
        )
    if empty:
        yield NothingToDeliver()


def check_post(packing_slip: PackingSlip, lines: Iterable[PackingSlipLine], *, today: date) -> None:
    """Refuse to post what is posted, or has faults (PCK-2)."""
    check_draft(packing_slip)
    refuse(faults_at_posting(packing_slip, lines, today=today))


def check_reversal(line: PackingSlipLine, quantity: Decimal) -> None:
    """Refuse to take back more than is left of a posted line, or a part of a serialised one (PCK-3).

    Nor what came back already, or was invoiced: no more of an order line is ever invoiced than delivered (PCK-4).
    """
    left = line.quantity - line.reversed_quantity
    order_line = line.order_line
    position = order_line.position
    if left <= 0:
        raise AlreadyReversed(line=position)
    if line.has_returned:
        raise AlreadyReturned(line=position)
    if line.serialised and quantity != line.quantity:
        raise PartialReversal(
            field="quantity", line=position, product=f"{line.item_number} {line.name}", quantity=shown(line.quantity)
        )
    if not 0 < quantity <= left:
        raise QuantityInvalid(
            field="quantity",
            line=position,
            value=shown(quantity),
            least=shown(Decimal("0.001")),
            most=shown(left),
            sample=shown(left),
        )
    if order_line.delivered_quantity - quantity < order_line.invoiced_quantity:
        raise AlreadyInvoiced(line=position)
