"""What a line of a draft may register (REG-3 to REG-7)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from orders.rules.quantity import shown
from serialreg.errors import (
    BatchesMissing,
    NotAvailable,
    NotSerialised,
    QuantityExceeded,
    Refusal,
    SerialsMissing,
    TooManySerials,
)
from tracking.models import RegistrationState, TrackingDimensionGroup

# Every move that a registration can make, and what makes it.
MOVES: dict[RegistrationState, dict[RegistrationState, str]] = {
    RegistrationState.DRAFT: {
        RegistrationState.DELIVERED: "post",
        RegistrationState.PENDING: "remove, when it came from a reversed packing slip",
    },
    RegistrationState.DELIVERED: {RegistrationState.PENDING: "reverse"},
    RegistrationState.PENDING: {
        RegistrationState.DRAFT: "next draft takes it",
        RegistrationState.RELEASED: "release, or cancel the rest",
    },
}


def check_takes_numbers(group: TrackingDimensionGroup, *, product: str, number: str, line: int | None = None) -> None:
    """Refuse numbers on a line that is not serialised, or whose numbers only stock knows (REG-7, WHS-8)."""
    if not group.is_serialised:
        raise NotSerialised(field="text", line=line, product=product)
    if group.serial_active:
        raise NotAvailable(field="text", line=line, product=product, number=number)


def check_place(*, quantity: Decimal, registered: int, adding: int, number: str, line: int | None = None) -> None:
    """Refuse registrations past the quantity of the line (REG-5) [quantity_exceeded]."""
    if registered + adding > quantity:
        raise QuantityExceeded(field="text", line=line, quantity=shown(quantity), registered=registered, number=number)


def faults_of_count(
    group: TrackingDimensionGroup, *, quantity: Decimal, registered: int, product: str, line: int
) -> Iterator[Refusal]:
    """What is wrong with the number of registrations at posting (REG-5, REG-6, WHS-8)."""
    if registered > quantity:
        yield TooManySerials(
            line=line,
            registered=registered,
            quantity=shown(quantity),
            excess=shown(registered - quantity),
            product=product,
        )
    elif group.demands_every_number and registered < quantity:
        yield SerialsMissing(line=line, missing=shown(quantity - registered), quantity=shown(quantity), product=product)
    if group.demands_batches:
        yield BatchesMissing(line=line, product=product)
