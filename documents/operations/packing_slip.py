"""Packing slips: drafting, posting, reversing (PCK)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Sum
from django.utils import timezone
from django.utils.translation import override

from documents.models import PackingSlip, PackingSlipLine, PackingSlipLineReversal, PackingSlipUnit
from documents.operations.registration import MAINTAIN, take_off
from documents.rules.packing_slip import (
    check_date,
    check_draft,
    check_line_quantity,
    check_post,
    check_posted,
    check_reversal,
)
from orders.models import SalesOrder, SalesOrderLine, SequenceKind, User
from orders.operations.number_sequence import next_number
from orders.operations.sales_order import locked_order, refresh_status
from orders.operations.submission import once
from orders.rules.permission import check_may
from orders.rules.reason import parse_reason
from serialreg.errors import AlreadyReversed, NotFound, NothingToDeliver, Refusal, faults_of, refuse
from tracking.models import Registration, RegistrationState, group_of
from tracking.models.registration import RegistrationQuerySet
from tracking.operations.registration import take_back

# Drafting


def create_packing_slip(*, order: SalesOrder, user: User, token: str = "") -> PackingSlip:
    """A draft of what is left of the order and on no other draft (PCK-1); pending numbers come along (PCK-5)."""
    check_may(user, MAINTAIN)
    return once(token=token, user=user, made=PackingSlip, said=order.pk, work=lambda: _draft_of(order.pk, user))


def _draft_of(order_id: int, user: User) -> PackingSlip:
    order = locked_order(order_id)
    lines = [
        PackingSlipLine(order_line=order_line, quantity=quantity, **_words_of(order_line))
        for order_line, quantity in _proposed(order)
    ]
    if not lines:
        raise NothingToDeliver()
    packing_slip = PackingSlip.objects.create(order=order, created_by=user)
    for line in lines:
        line.packing_slip = packing_slip
    _take_pending(PackingSlipLine.objects.bulk_create(lines))
    return packing_slip


def _proposed(order: SalesOrder) -> Iterator[tuple[SalesOrderLine, Decimal]]:
    """What each order line has left that no draft ships."""
    on_drafts = PackingSlipLine.objects.filter(packing_slip__order=order, packing_slip__number=None)
    drafted = dict(on_drafts.order_by().values_list("order_line").annotate(Sum("quantity")))
    for line in order.lines.select_related("product__tracking_assignment__group"):
        left = line.remaining_quantity - drafted.get(line.pk, 0)
        if left > 0:
            yield line, left


def _words_of(order_line: SalesOrderLine) -> dict[str, object]:
    """What a document line keeps of its product and group: the words that it prints and the terms that held."""
    product = order_line.product
    group = group_of(product)
    return {
        "item_number": product.item_number,
        "name": product.name,
        "unit": order_line.unit,
        "serialised": group.is_serialised,
        "blank_issue_allowed": group.serial_blank_issue_allowed,
        "warranty_months": product.warranty_months,
        "service_months": product.service_months,
    }


def _take_pending(lines: list[PackingSlipLine]) -> None:
    """Put all the pending registrations of the order lines on the draft's lines (PCK-5)."""
    line_of = {line.order_line_id: line for line in lines}
    waiting = Registration.objects.filter(order_line__in=line_of, state=RegistrationState.PENDING)
    pending = list(waiting.order_by("pk").only("order_line_id"))
    if not pending:
        return
    for registration in pending:
        line_of[registration.order_line_id].registered += 1
    PackingSlipUnit.objects.bulk_create(
        PackingSlipUnit(line=line_of[registration.order_line_id], registration=registration) for registration in pending
    )
    take_back(pending)
    PackingSlipLine.objects.bulk_update(lines, ["registered"])


def change_packing_slip(
    *, packing_slip: PackingSlip, quantities: Mapping[int, Decimal], document_date: date | None, user: User
) -> PackingSlip:
    """Set quantities of lines of a draft, by the lines' keys, and its date. A line of quantity zero is taken off."""
    check_may(user, MAINTAIN)
    with transaction.atomic():
        packing_slip = _locked_slip(packing_slip)
        check_draft(packing_slip)
        lines = [line for line in _lines_of(packing_slip) if line.pk in quantities]
        refuse(_draft_faults(lines, quantities, document_date))
        gone = [line.pk for line in lines if not quantities[line.pk]]
        take_off(PackingSlipUnit.objects.filter(line__in=gone), user=user)
        PackingSlipLine.objects.filter(pk__in=gone).delete()
        kept = [line for line in lines if quantities[line.pk]]
        for line in kept:
            line.quantity = quantities[line.pk]
        PackingSlipLine.objects.bulk_update(kept, ["quantity"])
        packing_slip.document_date = document_date
        packing_slip.save(update_fields=["document_date"])
        return packing_slip


def _draft_faults(
    lines: list[PackingSlipLine], quantities: Mapping[int, Decimal], document_date: date | None
) -> Iterator[Refusal]:
    yield from faults_of(check_date, document_date, today=timezone.localdate())
    for line in lines:
        yield from faults_of(check_line_quantity, line, quantities[line.pk])


def delete_packing_slip(*, packing_slip: PackingSlip, user: User) -> None:
    """Delete a draft; its numbers are pending again or gone, as when each is removed (REG-2)."""
    check_may(user, MAINTAIN)
    with transaction.atomic():
        packing_slip = _locked_slip(packing_slip)
        check_draft(packing_slip)
        take_off(PackingSlipUnit.objects.filter(line__packing_slip=packing_slip), user=user)
        packing_slip.delete()


# Posting


def post_packing_slip(*, packing_slip: PackingSlip, user: User, token: str = "") -> PackingSlip:
    """Make a draft final: it gets its number, its registrations are delivered, the order counts them (PCK-2)."""
    check_may(user, MAINTAIN)
    return once(
        token=token,
        user=user,
        made=PackingSlip,
        said=("post", packing_slip.pk),
        work=lambda: _post(packing_slip, user),
    )


def _post(packing_slip: PackingSlip, user: User) -> PackingSlip:
    packing_slip = _locked_slip(packing_slip)
    lines = _lines_of(packing_slip)
    check_post(packing_slip, lines, today=timezone.localdate())
    _fix_words(packing_slip, lines)
    _open_registrations(lines).update(state=RegistrationState.DELIVERED)
    _count_delivered(lines)
    refresh_status(order=packing_slip.order)
    packing_slip.document_date = packing_slip.document_date or timezone.localdate()
    packing_slip.posted_at, packing_slip.posted_by = timezone.now(), user
    packing_slip.number = next_number(SequenceKind.PACKING_SLIP, dated=packing_slip.document_date)
    packing_slip.save()
    return packing_slip


def _fix_words(packing_slip: PackingSlip, lines: list[PackingSlipLine]) -> None:
    """Keep the words that the document prints, as they are now."""
    order = packing_slip.order
    packing_slip.customer_name = order.customer.name
    packing_slip.language = order.customer.language
    if order.delivery_address:
        packing_slip.customer_name = order.delivery_address.name or order.customer.name
        with override(order.customer.language):  # the name of the country (PRN-2)
            packing_slip.address = "\n".join(order.delivery_address.lines())
    for line in lines:
        for name, value in _words_of(line.order_line).items():
            setattr(line, name, value)
    PackingSlipLine.objects.bulk_update(lines, list(_words_of(lines[0].order_line)))


def _count_delivered(lines: list[PackingSlipLine]) -> None:
    shipped = PackingSlipLine.objects.filter(pk__in=[line.pk for line in lines], order_line=OuterRef("pk"))
    SalesOrderLine.objects.filter(pk__in=[line.order_line_id for line in lines]).update(
        delivered_quantity=F("delivered_quantity") + Subquery(shipped.values("quantity"))
    )


# Reversing


def cancel_packing_slip(*, packing_slip: PackingSlip, user: User, reason: str = "", token: str = "") -> PackingSlip:
    """Reverse all that is left of every line of a posted packing slip (PCK-3)."""
    check_may(user, MAINTAIN)
    return once(
        token=token,
        user=user,
        made=PackingSlip,
        work=lambda: _reverse(packing_slip, quantities=None, user=user, reason=reason),
        said=("cancel", packing_slip.pk),
    )


def reverse_lines(
    *,
    packing_slip: PackingSlip,
    quantities: Mapping[int, Decimal | None],
    user: User,
    reason: str = "",
    token: str = "",
) -> PackingSlip:
    """Reverse lines of a posted packing slip, by the lines' keys: a quantity, or None for all that is left (PCK-3)."""
    check_may(user, MAINTAIN)
    return once(
        token=token,
        user=user,
        made=PackingSlip,
        work=lambda: _reverse(packing_slip, quantities, user, reason),
        said=(packing_slip.pk, sorted(quantities.items())),
    )


def _reverse(
    packing_slip: PackingSlip, quantities: Mapping[int, Decimal | None] | None, user: User, reason: str
) -> PackingSlip:
    reason = parse_reason(reason, demanded=False)
    packing_slip = _locked_slip(packing_slip)
    check_posted(packing_slip)
    chosen = _chosen(_lines_of(packing_slip), quantities)
    reversals = PackingSlipLineReversal.objects.bulk_create(
        PackingSlipLineReversal(line=line, quantity=quantity, reason=reason, reversed_by=user)
        for line, quantity in chosen.items()
    )
    _open_registrations(chosen).update(state=RegistrationState.PENDING)
    _end_links(reversals)
    _count_reversed(reversals)
    refresh_status(order=packing_slip.order)
    return packing_slip


def _chosen(
    lines: list[PackingSlipLine], quantities: Mapping[int, Decimal | None] | None
) -> dict[PackingSlipLine, Decimal]:
    """The quantity to take back of each line; every fault of every line at once."""
    left = {line.pk: line.quantity - line.reversed_quantity for line in lines}
    if quantities is None:
        quantities = {pk: quantity for pk, quantity in left.items() if quantity}
    chosen = {
        line: left[line.pk] if (quantity := quantities[line.pk]) is None else quantity
        for line in lines
        if line.pk in quantities
    }
    if not chosen:
        raise AlreadyReversed()
    refuse(_reversal_faults(chosen))
    return chosen


def _reversal_faults(chosen: Mapping[PackingSlipLine, Decimal]) -> Iterator[Refusal]:
    for line, quantity in chosen.items():
        yield from faults_of(check_reversal, line, quantity)


def _end_links(reversals: list[PackingSlipLineReversal]) -> None:
    """End the links of the reversed lines, each with the number as it stands now (PCK-6)."""
    ended_by = PackingSlipLineReversal.objects.filter(pk__in=[row.pk for row in reversals], line=OuterRef("line"))
    number = Registration.objects.filter(pk=OuterRef("registration"))
    PackingSlipUnit.objects.open().filter(line__in=[row.line_id for row in reversals]).update(
        reversal=Subquery(ended_by.values("pk")), frozen_number=Subquery(number.values("number"))
    )


def _count_reversed(reversals: list[PackingSlipLineReversal]) -> None:
    taken_back = PackingSlipLineReversal.objects.filter(
        pk__in=[row.pk for row in reversals], line__order_line=OuterRef("pk")
    )
    lines = SalesOrderLine.objects.filter(packing_slip_lines__in=[row.line_id for row in reversals])
    lines.update(delivered_quantity=F("delivered_quantity") - Subquery(taken_back.values("quantity")))


# What all of them need


def _locked_slip(packing_slip: PackingSlip) -> PackingSlip:
    """The packing slip as it is now, its order locked."""
    locked_order(packing_slip.order_id)
    slips = PackingSlip.objects.select_related("order__customer", "order__delivery_address__customer")
    found = slips.filter(pk=packing_slip.pk).first()
    if found is None:
        raise NotFound()
    return found


def _lines_of(packing_slip: PackingSlip) -> list[PackingSlipLine]:
    return list(packing_slip.lines.for_decisions().with_reversed())


def _open_registrations(lines: Iterable[PackingSlipLine]) -> RegistrationQuerySet:
    """The registrations that the lines hold."""
    units = PackingSlipUnit.objects.open().filter(line__in=list(lines))
    return Registration.objects.filter(pk__in=units.values("registration"))
