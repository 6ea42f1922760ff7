"""What a race is made of: a place where everybody meets, and switches that take a lock away.

Every race has a control: the same story without the lock or constraint that decides it, which must show the damage.
Without it, a race that is never really run would pass as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from documents.models import PackingSlipUnit
from documents.triggers import TRIGGERS
from orders.models import User
from serialreg import triggers
from tests.concurrency.threads import MOMENT
from tracking.models import Registration


@pytest.fixture
def worker(user_with: Callable[..., User]) -> User:
    return user_with("documents.maintain_packingslip")


@pytest.fixture
def meet_at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes all who call a function wait for each other first, or until a moment has passed."""

    def arrange(module: Any, name: str, *, people: int = 2) -> None:
        function, place = getattr(module, name), Barrier(people)

        def met(*args: Any, **kwargs: Any) -> Any:
            with suppress(BrokenBarrierError):
                place.wait(MOMENT)
            return function(*args, **kwargs)

        monkeypatch.setattr(module, name, met)

    return arrange


@pytest.fixture
def no_row_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a row that another is working on."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows.all())


@pytest.fixture
def no_unique_registration(transactional_db: None) -> Iterator[None]:
    """The database takes two live registrations of one number."""
    constraint = next(each for each in Registration._meta.constraints if each.name == "registration_one_live")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Registration, constraint)
    yield
    PackingSlipUnit.objects.all().delete()
    Registration.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(Registration, constraint)


@pytest.fixture
def no_triggers(transactional_db: None) -> Iterator[None]:
    """The database takes more reversals than were shipped."""
    triggers.remove(connection, TRIGGERS)
    yield
    triggers.install(connection, TRIGGERS)


@pytest.fixture
def no_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody remembers what was submitted."""

    def every_time(*, work: Callable[[], Any], **_: Any) -> Any:
        with transaction.atomic():
            return work()

    monkeypatch.setattr("documents.operations.packing_slip.once", every_time)
