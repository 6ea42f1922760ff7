"""What counts as a reason where one is demanded."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from orders.models.fields import validate_plain_text
from serialreg.errors import ReasonMissing

LONGEST = 200


def parse_reason(text: str, *, demanded: bool = True) -> str:
    """The reason without outer blanks, at most 200 characters that a reader can see; 1 when demanded [malformed]."""
    reason = text.strip()
    try:
        validate_plain_text(reason)
    except ValidationError:
        raise ReasonMissing(field="reason") from None
    if not int(demanded) <= len(reason) <= LONGEST:
        raise ReasonMissing(field="reason")
    return reason
