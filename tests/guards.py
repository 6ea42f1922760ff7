"""The database as last guard: rows changed behind the back of everything else, and what refuses them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, connections, models, transaction

from serialreg.errors import Refusal


def change(row: models.Model, **columns: Any) -> None:
    """Change columns of the row by SQL alone."""
    quoted = connection.ops.quote_name
    settings = ", ".join(f"{quoted(column)} = %s" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {quoted(row._meta.db_table)} SET {settings} WHERE id = %s", [*columns.values(), row.pk])


@contextmanager
def refused_by(name: str) -> Iterator[None]:
    """Nothing but this constraint or trigger refuses what is done inside."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        yield
    assert named_in(refused.value) in {name, None}


def named_in(error: DatabaseError) -> str | None:
    """The constraint that the database names; SQLite names none for a broken UNIQUE of plain columns."""
    if connection.vendor == "postgresql":
        return error.__cause__.diag.constraint_name  # type: ignore[union-attr]
    text = str(error)
    if "." in text and text.startswith("UNIQUE"):
        return None
    return re.sub(r"^\w+ constraint failed: (index )?|'", "", text)


@contextmanager
def out_of_range() -> Iterator[None]:
    """The column itself does not take the value; SQLite says so by a check, PostgreSQL by the column's type."""
    with pytest.raises(DatabaseError), transaction.atomic():
        yield


def constraints_of(app: str) -> set[str]:
    """The names of all constraints that the models of the app declare."""
    return {rule.name for model in apps.get_app_config(app).get_models() for rule in model._meta.constraints}


def together(first: Callable[[], Any], second: Callable[[], Any]) -> list[bool]:
    """Do both in transactions that overlap, the second beginning before the first ends: which were refused?"""
    begun, refused = Event(), [False, False]

    def start() -> None:
        with transaction.atomic():
            first()
            begun.set()
            # Time for the other to come to the lock, or past the place where a lock is missing.
            other.join(0.5)

    def follow() -> None:
        begun.wait(5)
        with transaction.atomic():
            second()

    def run(place: int, work: Callable[[], None]) -> None:
        try:
            work()
        except (IntegrityError, Refusal):
            refused[place] = True
        finally:
            connections.close_all()

    one, other = Thread(target=run, args=(0, start)), Thread(target=run, args=(1, follow))
    for thread in (other, one):
        thread.start()
    for thread in (one, other):
        thread.join()
    return refused
