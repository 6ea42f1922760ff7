"""The same submission again finds what the first one made (PCK-2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, models, transaction

from orders.models import Submission, User

M = TypeVar("M", bound=models.Model)


def once(*, token: str, user: User, made: type[M], work: Callable[[], M]) -> M:
    """Do the work in a transaction, once for a token of the user, and answer with what it made.

    The token is kept in the work's own transaction: what is refused or fails may be tried again with the same token,
    what was committed is answered. A second request at the same time waits here for the first one.
    """
    with transaction.atomic():
        submission = _claim(token, user, made) if token else None
        if submission is not None and submission.made_id is not None:
            return made._default_manager.get(pk=submission.made_id)
        result = work()
        if submission is not None:
            submission.made_id = result.pk
            submission.save(update_fields=["made_id"])
        return result


def _claim(token: str, user: User, made: type[models.Model]) -> Submission:
    """The submission of this token: a new one, or the one that was carried out before."""
    claim = {"user": user, "token": token[:100], "made": made._meta.label}
    try:
        with transaction.atomic():
            return Submission.objects.create(**claim)
    except IntegrityError:
        return Submission.objects.get(**claim)
