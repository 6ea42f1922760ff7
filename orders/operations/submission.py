"""The same submission again finds what the first one made (PCK-2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from orders.models import Submission, User
from serialreg.errors import Malformed, NotFound

M = TypeVar("M", bound=models.Model)

_TOKEN = re.compile("[ -~]{1,100}")


def once(*, token: str, user: User, made: type[M], work: Callable[[], M]) -> M:
    """Do the work in a transaction, once for a token of the user, and answer with what it made.

    The token is kept in the work's own transaction: what is refused or fails may be tried again with the same token,
    what was committed is answered. A second request at the same time waits here for the first one.
    """
    with transaction.atomic():
        submission = _claim(token, user, made) if token else None
        if submission is not None and submission.made_id is not None:
            return _made_before(made, submission.made_id)
        result = work()
        if submission is not None:
            submission.made_id = result.pk
            submission.save(update_fields=["made_id"])
        return result


def _claim(token: str, user: User, made: type[models.Model]) -> Submission:
    """The submission of this token: a new one, or the one that was carried out before."""
    if not _TOKEN.fullmatch(token):
        raise Malformed(field="form_token", why=_("its token is damaged. Open the page anew."))
    try:
        with transaction.atomic():
            return Submission.objects.create(user=user, token=token, made=made._meta.label)
    except IntegrityError:
        submission = Submission.objects.get(user=user, token=token)
    if submission.made != made._meta.label:
        raise Malformed(field="form_token", why=_("its token belongs to another form. Open the page anew."))
    return submission


def _made_before(made: type[M], key: int) -> M:
    """What the first submission made, unless it was deleted since."""
    row = made._default_manager.filter(pk=key).first()
    if row is None:
        raise NotFound
    return row
