"""How rows of set-up are saved: checked in full, and with the user in their history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from orders.models import User

M = TypeVar("M", bound=models.Model)


def save_row(row: M, *, values: Mapping[str, Any], user: User) -> M:
    """Give the row these values and save it. Faults are a ValidationError with the names of the fields.

    What somebody else saved since it was checked is found by the database; checking again then says what it was.
    """
    for name, value in values.items():
        setattr(row, name, value)
    row._history_user = user  # type: ignore[attr-defined]  # simple-history looks for it, in commands too
    row.full_clean()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        row.full_clean()
        raise
    return row
