"""Registrations of a sales order line, whatever document they are made on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orders.models import Product, SalesOrderLine, User
from tracking.models import EventKind, Registration, RegistrationState, SerialEvent, SerialNumber, fold


def claim_numbers(*, product: Product, numbers: Iterable[str]) -> dict[str, SerialNumber]:
    """The identities of these numbers, by folded number; new ones are made.

    Every row is written, so whoever else wants one of the numbers waits until this transaction ends, and then sees
    what became of it. Sorted, so that two lists with the same numbers cannot wait for each other.
    """
    wanted = sorted({fold(number): number for number in numbers}.items())
    claimed = SerialNumber.objects.bulk_create(
        [SerialNumber(product=product, number=number, folded=folded) for folded, number in wanted],
        update_conflicts=True,
        unique_fields=["product", "folded"],
        update_fields=["folded"],
    )
    return {serial.folded: serial for serial in claimed}


def create_registrations(
    *, order_line: SalesOrderLine, numbers: Sequence[str], claimed: dict[str, SerialNumber], user: User
) -> list[Registration]:
    """A draft registration of each number, shown as it was scanned."""
    return Registration.objects.bulk_create(
        Registration(order_line=order_line, serial_number=claimed[fold(number)], number=number, registered_by=user)
        for number in numbers
    )


def take_back(pending: Iterable[Registration]) -> None:
    """Put pending registrations on a draft again (PCK-5)."""
    if keys := [registration.pk for registration in pending]:
        Registration.objects.filter(pk__in=keys).update(state=RegistrationState.DRAFT)


def discard_registrations(*, registrations: Sequence[Registration], user: User) -> None:
    """Delete registrations that never were on a posted document; an event of each stays (REG-2)."""
    SerialEvent.objects.bulk_create(events_of(registrations, kind=EventKind.REMOVED, user=user))
    Registration.objects.filter(pk__in=[registration.pk for registration in registrations]).delete()


def events_of(
    registrations: Iterable[Registration], *, kind: EventKind, user: User, reason: str = ""
) -> list[SerialEvent]:
    """An event for each registration; they come with their order line and order.

    Sorted like the numbers of `claim_numbers`: an event holds its number too, when the foreign key is checked.
    """
    return [
        SerialEvent(
            kind=kind,
            serial_number_id=registration.serial_number_id,
            order_line=registration.order_line,
            document=registration.order_line.order.number,
            reason=reason,
            user=user,
        )
        for registration in sorted(registrations, key=lambda registration: fold(registration.number))
    ]


def release_registrations(*, registrations: Sequence[Registration], user: User, reason: str = "") -> None:
    """Give up pending numbers: they are no longer live, their history stays (ORD-4)."""
    pending = Registration.objects.filter(pk__in=[registration.pk for registration in registrations])
    pending.filter(state=RegistrationState.PENDING).update(state=RegistrationState.RELEASED)
    SerialEvent.objects.bulk_create(events_of(registrations, kind=EventKind.RELEASED, user=user, reason=reason))
