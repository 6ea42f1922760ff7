"""Registering serial numbers on a draft packing slip (REG)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Case, Exists, F, OuterRef, QuerySet, When
from django.utils.translation import gettext as _

from documents.models import PackingSlipLine, PackingSlipUnit
from documents.rules.packing_slip import check_draft
from orders.models import SalesOrder, User
from orders.rules.permission import MNR, check_may
from orders.rules.reason import parse_reason
from serialreg.errors import (
    DuplicateInList,
    DuplicateSerial,
    NotFound,
    NotRegistered,
    Refusal,
    SerialInvalid,
    faults_of,
    refuse,
)
from tracking.models import EventKind, Registration, RegistrationState, SerialEvent, fold, group_of
from tracking.models.registration import RegistrationQuerySet
from tracking.operations.registration import (
    claim_numbers,
    create_registrations,
    discard_registrations,
    events_of,
    take_back,
)
from tracking.rules.registration import check_place, check_takes_numbers
from tracking.rules.serial_format import check_format
from tracking.scanning import ScanMode, command_of, serial_of

MAINTAIN = "documents.maintain_packingslip"


@dataclass(frozen=True)
class Scanned:
    """What became of a scan. `number` is empty when the scan was, or was a command that sets the mode.

    `lines` are those of the document as a registered number left them, so that nobody needs to read them again.
    """

    mode: ScanMode
    number: str = ""
    registration: Registration | None = None
    lines: Sequence[PackingSlipLine] = ()


def scan(*, line_id: int, text: str, mode: ScanMode, user: User, blank_id: int | None = None) -> Scanned:
    """Do with a scanned text what the mode says, on a line of a draft (REG-1, REG-2, REG-9).

    In mode Add with a blank registration selected, the number fills that one (REG-4). An empty scan does nothing; a
    command barcode answers with the mode that it sets.
    """
    check_may(user, MAINTAIN)
    if command := command_of(text):
        return Scanned(command)
    number = serial_of(text)
    if not number:
        return Scanned(mode)
    if mode is ScanMode.REMOVE:
        remove_number(line_id=line_id, number=number, user=user)
        return Scanned(mode, number)
    if blank_id is not None:
        return Scanned(mode, number, fill_blank(registration_id=blank_id, line_id=line_id, text=text, user=user))
    [registration], lines = _register_on(line_id, [number], user)
    return Scanned(mode, number, registration, lines)


def register_numbers(*, line_id: int, texts: Sequence[str], user: User) -> list[Registration]:
    """Register numbers on a line of a draft: all of them, or none and every fault (REG-3, REG-5, REG-9)."""
    check_may(user, MAINTAIN)
    registrations, _lines = _register_on(line_id, _numbers_of(texts), user)
    return registrations


def _register_on(
    line_id: int, numbers: Sequence[str], user: User
) -> tuple[list[Registration], Sequence[PackingSlipLine]]:
    """Register numbers on a line; with the lines of the document as that left them."""
    try:
        with transaction.atomic():
            line, lines = _locked_draft(line_id)
            return _register(line, numbers, user), lines
    except IntegrityError:
        # The constraint of the database said it: somebody's registration of the same number, outside any lock.
        refuse(_duplicates(_of_product_on(line_id, numbers), numbers))
        raise


def mark_not_readable(*, line_id: int, user: User, note: str = "") -> Registration:
    """Register a unit whose label cannot be read: a row of its own, without number (REG-4)."""
    check_may(user, MNR)
    note = parse_reason(note, demanded=False)
    with transaction.atomic():
        line = _locked_line(line_id)
        product = line.order_line.product
        check_takes_numbers(group_of(product), product=str(product), number=_("Not readable"))
        check_place(quantity=line.quantity, registered=line.registered, adding=1, number=_("Not readable"))
        blank = Registration.objects.create(order_line=line.order_line, note=note, registered_by=user)
        _link(line, [blank])
        return blank


def fill_blank(*, registration_id: int, text: str, user: User, line_id: int | None = None) -> Registration:
    """Give a blank registration of a draft its number (REG-4); of this line, when one is named."""
    check_may(user, MAINTAIN)
    number = serial_of(text)
    with transaction.atomic():
        unit = _locked_unit(registration_id)
        registration, line = unit.registration, unit.line
        if not (registration.is_blank and line_id in {None, line.pk}):
            raise NotFound(field="text")
        if not number:
            return registration
        product = line.order_line.product
        check_format(group_of(product), number, str(product))
        claimed = claim_numbers(product=product, numbers=[number])
        refuse(_duplicates(Registration.objects.filter(serial_number__in=claimed.values()), [number]))
        registration.serial_number, registration.number = claimed[fold(number)], number
        registration.save(update_fields=["serial_number", "number"])
        SerialEvent.objects.bulk_create(events_of([registration], kind=EventKind.FILLED, user=user))
        return registration


def remove_number(*, line_id: int, number: str, user: User) -> None:
    """Take a number off a line of a draft (REG-2) [not_registered]."""
    check_may(user, MAINTAIN)
    with transaction.atomic():
        line = _locked_line(line_id)
        units = line.units.filter(registration__serial_number__folded=fold(number))
        if not take_off(units, user=user):
            raise NotRegistered(field="text", number=number)


def remove_registration(*, registration_id: int, user: User) -> None:
    """Take a registration, blank ones too, off its draft (REG-2)."""
    check_may(user, MAINTAIN, MNR)
    with transaction.atomic():
        unit = _locked_unit(registration_id)
        check_may(user, MAINTAIN, *([MNR] if unit.registration.is_blank else []))
        take_off(PackingSlipUnit.objects.filter(pk=unit.pk), user=user)


def take_off(units: QuerySet[PackingSlipUnit], *, user: User) -> int:
    """Take units off draft lines and say how many they were.

    A number that came from a reversed packing slip is pending again; a fresh one is deleted (REG-2).
    """
    posted_before = PackingSlipUnit.objects.filter(registration=OuterRef("registration"), reversal__isnull=False)
    found = list(units.select_related("registration__order_line__order").annotate(posted_before=Exists(posted_before)))
    PackingSlipUnit.objects.filter(pk__in=[unit.pk for unit in found]).delete()
    back = [unit.registration_id for unit in found if unit.posted_before]
    Registration.objects.filter(pk__in=back).update(state=RegistrationState.PENDING)
    discard_registrations(registrations=[unit.registration for unit in found if not unit.posted_before], user=user)
    if per_line := Counter(unit.line_id for unit in found):
        taken = Case(*(When(pk=line_id, then=count) for line_id, count in per_line.items()))
        PackingSlipLine.objects.filter(pk__in=per_line).update(registered=F("registered") - taken)
    return len(found)


def _numbers_of(texts: Sequence[str]) -> list[str]:
    """The numbers in the texts; every text that is none is a fault, and every number that stands twice."""
    numbers, faults, seen = [], list[Refusal](), set[str]()
    for index, text in enumerate(texts):
        try:
            number = serial_of(text, index=index)
        except SerialInvalid as fault:
            faults.append(fault)
            continue
        if fold(number) in seen:
            faults.append(DuplicateInList(field="text", index=index, number=number))
        elif number:
            seen.add(fold(number))
            numbers.append(number)
    refuse(faults)
    return numbers


def _locked_draft(line_id: int) -> tuple[PackingSlipLine, Sequence[PackingSlipLine]]:
    """The line of a draft, and all the lines of that draft, as they are now, their order locked."""
    list(SalesOrder.objects.locked().filter(packingslips__lines=line_id).values_list("pk"))
    lines = list(PackingSlipLine.objects.for_decisions().filter(packing_slip__lines=line_id))
    line = next((line for line in lines if line.pk == line_id), None)
    if line is None:  # perhaps deleted by whoever held the lock
        raise NotFound()
    check_draft(line.packing_slip)
    return line, lines


def _locked_line(line_id: int) -> PackingSlipLine:
    """The line of a draft as it is now, its order locked."""
    return _locked_draft(line_id)[0]


def _locked_unit(registration_id: int) -> PackingSlipUnit:
    """The link of a registration to a draft as it is now, its order locked."""
    if not SalesOrder.objects.locked().filter(lines__registrations=registration_id).values_list("pk", flat=True):
        raise NotFound()
    path = "line__order_line__product__tracking_assignment__group"
    units = PackingSlipUnit.objects.open().select_related("registration__order_line__order", "line__packing_slip", path)
    unit = units.filter(registration=registration_id).first()
    if unit is None:
        raise NotFound()
    check_draft(unit.line.packing_slip)
    return unit


def _register(line: PackingSlipLine, numbers: Sequence[str], user: User) -> list[Registration]:
    product = line.order_line.product
    group = group_of(product)
    check_takes_numbers(group, product=str(product), number=numbers[0] if numbers else "")
    refuse(_format_faults(line, numbers))
    claimed = claim_numbers(product=product, numbers=numbers)
    live = list(Registration.objects.live().filter(serial_number__in=claimed.values()))
    back = {fold(taken.number): taken for taken in live if taken.is_pending_on(line.order_line_id)}
    held = [taken.pk for taken in live if fold(taken.number) not in back]
    if held:
        refuse(_duplicates(Registration.objects.filter(pk__in=held), numbers))
    shown = ", ".join(numbers[:3])
    check_place(quantity=line.quantity, registered=line.registered, adding=len(numbers), number=shown)
    take_back(back.values())
    fresh = [number for number in numbers if fold(number) not in back]
    registrations = create_registrations(order_line=line.order_line, numbers=fresh, claimed=claimed, user=user)
    found = back | {fold(registration.number): registration for registration in registrations}
    ordered = [found[fold(number)] for number in numbers]
    _link(line, ordered)
    return ordered


def _format_faults(line: PackingSlipLine, numbers: Sequence[str]) -> Iterator[Refusal]:
    product = line.order_line.product
    group, name = group_of(product), str(product)
    for index, number in enumerate(numbers):
        yield from faults_of(check_format, group, number, name, index=index)


def _link(line: PackingSlipLine, registrations: Sequence[Registration]) -> None:
    """Put registrations on the line of a draft."""
    PackingSlipUnit.objects.bulk_create(
        PackingSlipUnit(line=line, registration=registration) for registration in registrations
    )
    PackingSlipLine.objects.filter(pk=line.pk).update(registered=F("registered") + len(registrations))
    line.registered += len(registrations)


def _duplicates(registrations: RegistrationQuerySet, numbers: Sequence[str]) -> Iterator[Refusal]:
    """A fault for each number that a live one of the registrations holds, saying where it stands (REG-3)."""
    places = registrations.live().select_related("order_line__product", "order_line__order__customer")
    taken = {fold(registration.number): registration for registration in places}
    documents = _documents_of(taken.values())
    for index, number in enumerate(numbers):
        if registration := taken.get(fold(number)):
            yield DuplicateSerial(
                field="text",
                index=index,
                number=number,
                product=str(registration.order_line.product),
                document=documents[registration.pk],
                at=registration.order_line.position,
                customer=registration.order_line.order.customer.name,
            )


def _documents_of(registrations: Iterable[Registration]) -> dict[int, str]:
    """The document on which each live registration stands, in words."""
    where = {
        registration.pk: _("pending on sales order %(order)s") % {"order": registration.order_line.order.number}
        for registration in registrations
    }
    units = PackingSlipUnit.objects.open().filter(registration__in=list(where))
    for unit in units.select_related("line__packing_slip__order"):
        slip = unit.line.packing_slip
        where[unit.registration_id] = (
            _("packing slip %(number)s") % {"number": slip.number}
            if slip.is_posted
            else _("a draft packing slip of sales order %(order)s") % {"order": slip.order.number}
        )
    return where


def _of_product_on(line_id: int, numbers: Sequence[str]) -> RegistrationQuerySet:
    """The registrations of these numbers of the line's product, whatever the line has become."""
    return Registration.objects.filter(
        serial_number__product__order_lines__packing_slip_lines=line_id,
        serial_number__folded__in=[fold(number) for number in numbers],
    )
