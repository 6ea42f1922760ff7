"""The same submission again finds what the first one made (PCK-2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from orders.models import Submission, User
from serialreg.errors import Malformed, NotFound

M = TypeVar("M", bound=models.Model)

_TOKEN = re.compile("[ -~]{1,100}")


def once(*, token: str, user: User, made: type[M], work: Callable[[], M], said: object = None) -> M:
    """Do the work in a transaction, once for a token of the user, and answer with what it made.

    The token is kept in the work's own transaction: what is refused or fails may be tried again with the same token,
    what was committed is answered. A second request at the same time waits here for the first one.

    `said` is what was asked for, where one form can ask for several things. After the back button, the same token with
    something else is refused: nobody is told that it was done [malformed].
    """
    with transaction.atomic():
        submission = _claim(token, user, _form(made, said)) if token else None
        if submission is not None and submission.made_id is not None:
            return _made_before(made, submission.made_id)
        result = work()
        if submission is not None:
            submission.made_id = result.pk
            submission.save(update_fields=["made_id"])
        return result


def _form(made: type[models.Model], said: object) -> str:
    label = made._meta.label
    return label if said is None else f"{label} {sha256(repr(said).encode()).hexdigest()[:8]}"


def _claim(token: str, user: User, form: str) -> Submission:
    """The submission of this token: a new one, or the one that was carried out before."""
    if not _TOKEN.fullmatch(token):
        raise Malformed(field="form_token", why=_("its token is damaged. Open the page anew."))
    try:
        with transaction.atomic():
            return Submission.objects.create(user=user, token=token, made=form)
    except IntegrityError:
        submission = Submission.objects.get(user=user, token=token)
    if submission.made != form:
        raise Malformed(field="form_token", why=_("its token belongs to another form. Open the page anew."))
    return submission


def _made_before(made: type[M], key: int) -> M:
    """What the first submission made, unless it was deleted since."""
    row = made._default_manager.filter(pk=key).first()
    if row is None:
        raise NotFound
    return row
