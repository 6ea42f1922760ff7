"""Numbers of documents, without gaps and without repeats (SET-6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from orders.models import NumberSequence, User
from orders.models.number_sequence import DOCUMENT_KINDS
from orders.operations.master_data import save_row
from orders.rules.permission import check_may


def next_number(kind: str, *, dated: date | None = None) -> str:
    """The next number of the kind's sequence, in the transaction of the document that gets it.

    The sequence's row stays locked until that transaction ends, so call this last: whoever fails gives the number
    back, and no other transaction can have taken a later one.
    """
    sequence = NumberSequence.objects.select_for_update().get(kind=kind)
    sequence.last_value += 1
    sequence.last_date = max(filter(None, (sequence.last_date, dated)), default=None)
    NumberSequence.objects.filter(pk=sequence.pk).update(last_value=sequence.last_value, last_date=sequence.last_date)
    return sequence.number(sequence.last_value)


def save_number_sequence(*, sequence: NumberSequence, values: Mapping[str, Any], user: User) -> NumberSequence:
    """Save a number sequence. Its kind is chosen once, and each kind of document keeps the one that it has (SET-6)."""
    check_may(user, "orders.maintain_numbersequence")
    with transaction.atomic():
        if sequence._state.adding:
            _check_new_kind(values["kind"])
            return save_row(sequence, values=values, user=user)
        # Locked and read again: a document may be taking a number at this moment.
        locked = NumberSequence.objects.select_for_update().get(pk=sequence.pk)
        return save_row(locked, values={**values, "kind": locked.kind}, user=user)


def _check_new_kind(kind: str) -> None:
    if kind in DOCUMENT_KINDS:
        raise ValidationError({"kind": _("Each kind of document has its one sequence already.")})
