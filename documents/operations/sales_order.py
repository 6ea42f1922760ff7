"""Sales orders: what was ordered, what is cancelled, which pending numbers are given up (ORD).

They live here, above the documents, because documents decide what may still be changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from documents.models import PackingSlip, PackingSlipLine
from documents.rules.sales_order import LineEntry, check_no_documents, check_no_draft, check_pending, faults_of_entry
from orders.models import Product, SalesOrder, SalesOrderLine, SequenceKind, User
from orders.operations.number_sequence import next_number
from orders.operations.sales_order import locked_order, refresh_status
from orders.operations.submission import once
from orders.rules.permission import MSC, check_may
from orders.rules.reason import parse_reason
from serialreg.errors import NotFound, Refusal, faults_of, refuse
from tracking.models import Registration, RegistrationState
from tracking.operations.registration import release_registrations

MAINTAIN = "orders.maintain_salesorder"
HEADER = ["customer", "customer_reference", "delivery_address", "order_date"]
ENTERED = ["product_id", "unit", "quantity", "unit_price"]

Wanted = tuple[SalesOrderLine, LineEntry]

# Saving


def save_sales_order(
    *,
    order: SalesOrder | None,
    values: Mapping[str, Any],
    lines: Sequence[LineEntry],
    user: User,
    removed: Collection[int] = (),
    token: str = "",
) -> SalesOrder:
    """Make an order, or change one: its header and the lines that are named; `removed` holds keys of lines (ORD-1).

    Lines that are not named stay as they are, so two people can work on one order. Every fault of every line is
    told at once.
    """
    check_may(user, MAINTAIN)
    order_id = order.pk if order else None
    return once(
        token=token,
        user=user,
        made=SalesOrder,
        work=lambda: _save(order_id, values, lines, removed, user),
        said=(order_id, sorted(values.items()), list(lines), sorted(removed)),
    )


def _save(
    order_id: int | None, values: Mapping[str, Any], entries: Sequence[LineEntry], removed: Collection[int], user: User
) -> SalesOrder:
    order = locked_order(order_id) if order_id else SalesOrder(created_by=user)
    _set_header(order, values)
    current = {line.pk: line for line in order.lines.all()} if order_id else {}
    gone = [line for line in current.values() if line.pk in removed]
    wanted = _wanted(order, _with_products(entries), current)
    refuse(_faults(wanted, gone))
    if not order_id:
        order.number = next_number(SequenceKind.SALES_ORDER)
    order._history_user = user  # type: ignore[attr-defined]  # simple-history looks for it, in commands too
    order.save()
    for line in gone:
        line.delete()
    _write(wanted, user)
    refresh_status(order=order)
    return order


def _set_header(order: SalesOrder, values: Mapping[str, Any]) -> None:
    customer_before = order.customer_id
    for name in HEADER:
        if name in values:
            setattr(order, name, values[name])
    order.clean_fields(exclude=["number", "currency"])
    if order.customer_id != customer_before:
        if customer_before:
            check_no_documents(order.packingslips.all(), field="customer")
        order.currency = order.customer.currency
    if order.delivery_address and order.delivery_address.customer_id != order.customer_id:
        raise ValidationError({"delivery_address": _("This is not an address of the customer.")})


def _with_products(entries: Sequence[LineEntry]) -> list[LineEntry]:
    """The entries with their products, and the groups of these, as they are now."""
    products = Product.objects.select_related("tracking_assignment__group")
    found = products.in_bulk({entry.product.pk for entry in entries})
    refuse(NotFound(field="product", index=i) for i, entry in enumerate(entries) if entry.product.pk not in found)
    return [replace(entry, product=found[entry.product.pk]) for entry in entries]


def _wanted(order: SalesOrder, entries: Sequence[LineEntry], current: Mapping[int, SalesOrderLine]) -> list[Wanted]:
    """The line that each entry is about. New ones come after all others, so a line never changes its position."""
    refuse(NotFound(index=i) for i, entry in enumerate(entries) if entry.id is not None and entry.id not in current)
    positions = count(max((line.position for line in current.values()), default=0) + 1)
    return [
        (SalesOrderLine(order=order, position=next(positions)) if entry.id is None else current[entry.id], entry)
        for entry in entries
    ]


def _faults(wanted: Sequence[Wanted], gone: Sequence[SalesOrderLine]) -> Iterator[Refusal]:
    for line, entry in wanted:
        yield from faults_of_entry(entry, line)
    exchanged = [line for line, entry in wanted if entry.id and line.product_id != entry.product.pk]
    packing_slips = packing_slips_of([*exchanged, *gone])
    for line in [*exchanged, *gone]:
        with_documents = partial(check_no_documents, packing_slips[line.pk], field="product", line=line.position)
        yield from faults_of(with_documents)


def packing_slips_of(lines: Collection[SalesOrderLine]) -> Mapping[int, list[PackingSlip]]:
    """The packing slips that ship each order line, by the line's key."""
    found = defaultdict[int, list[PackingSlip]](list)
    for shipped in PackingSlipLine.objects.filter(order_line__in=lines).select_related("packing_slip"):
        found[shipped.order_line_id].append(shipped.packing_slip)
    return found


def _write(wanted: Sequence[Wanted], user: User) -> None:
    changed = [line for line, entry in wanted if _apply(entry, line)]
    new = [line for line in changed if line._state.adding]
    old = [line for line in changed if not line._state.adding]
    bulk_create_with_history(new, SalesOrderLine, default_user=user)
    bulk_update_with_history(old, SalesOrderLine, ENTERED, default_user=user)


def _apply(entry: LineEntry, line: SalesOrderLine) -> bool:
    """Put on the line what the entry says; whether that changed anything."""
    product = entry.product
    before = [getattr(line, name) for name in ENTERED]
    if line.product_id != product.pk:
        line.unit = product.unit
    line.product_id = product.pk
    line.quantity = entry.quantity
    line.unit_price = product.price if entry.unit_price is None else entry.unit_price
    return before != [getattr(line, name) for name in ENTERED]


# Giving up


def cancel_rest(*, order: SalesOrder, user: User, line_id: int | None = None) -> SalesOrder:
    """Lower what is ordered to what was delivered, on one line or on all (ORD-2), and release their pending numbers.

    Where nothing is left, nothing changes.
    """
    check_may(user, MAINTAIN)
    with transaction.atomic():
        order = locked_order(order.pk)
        lines = list(order.lines.filter(pk=line_id) if line_id else order.lines.all())
        if line_id and not lines:
            raise NotFound()
        check_no_draft(PackingSlip.objects.drafts().filter(lines__order_line__in=lines))
        _release_all(lines, user)
        rest = [line for line in lines if line.remaining_quantity > 0]
        for line in rest:
            line.quantity = line.delivered_quantity
        bulk_update_with_history(rest, SalesOrderLine, ["quantity"], default_user=user)
        refresh_status(order=order)
        return order


def _release_all(lines: Iterable[SalesOrderLine], user: User) -> None:
    pending = Registration.objects.filter(order_line__in=lines, state=RegistrationState.PENDING)
    release_registrations(registrations=list(pending.select_related("order_line__order")), user=user)


def release_pending(*, registration_id: int, reason: str, user: User) -> Registration:
    """Give up one pending number; its history stays (ORD-4). As it was once posted, this takes the duty MSC."""
    check_may(user, MSC)
    reason = parse_reason(reason)
    with transaction.atomic():
        locked_order(_order_of(registration_id))
        registration = Registration.objects.select_related("order_line__order").get(pk=registration_id)
        check_pending(registration)
        release_registrations(registrations=[registration], user=user, reason=reason)
        registration.refresh_from_db(fields=["state"])
        return registration


def _order_of(registration_id: int) -> int:
    """The order that a registration belongs to, which never changes."""
    order_id = SalesOrderLine.objects.filter(registrations=registration_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound()
    return order_id


def delete_sales_order(*, order: SalesOrder, user: User) -> None:
    """Delete an order of which no document was ever made (ORD-3)."""
    check_may(user, MAINTAIN)
    with transaction.atomic():
        order = locked_order(order.pk)
        check_no_documents(order.packingslips.all())
        order.delete()
