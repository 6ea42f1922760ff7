"""Fields whose limits the database keeps on SQLite too, which by itself ignores lengths and ranges."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:  # Django's fields are generic for the type checker alone
    _Text = models.CharField[str, str]
    _Number = models.DecimalField[Decimal | int | Combinable, Decimal]
    _Count = models.PositiveIntegerField[int, int]
else:
    _Text, _Number, _Count = models.CharField, models.DecimalField, models.PositiveIntegerField

MAX_QUANTITY = Decimal(999999999)
MAX_AMOUNT = Decimal(9999999999)

# Characters that change how the text around them is shown: the directions of Unicode's bidi algorithm, and those
# without a width of their own.
_DECEPTIVE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def validate_plain_text(value: str) -> None:
    """Refuse what a reader cannot see: control characters (line breaks excepted), directions, zero widths."""
    for character in value:
        if character not in "\r\n" and (unicodedata.category(character) in {"Cc", "Cs"} or _DECEPTIVE.match(character)):
            raise ValidationError(
                _("The text holds an invisible character (%(code)s). Type it anew."),
                code="invisible",
                params={"code": f"U+{ord(character):04X}"},
            )


class PlainText(_Text):
    """Text for people, of one line or several, whose length the database guards as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.validators = [*self.validators, validate_plain_text]

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        """PostgreSQL's varchar does this itself."""
        if connection.vendor != "sqlite":
            return None
        return f"length({connection.ops.quote_name(self.column)}) <= {self.max_length}"


class _Ranged(_Number):
    most: Decimal

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        column = connection.ops.quote_name(self.column)
        return f"{column} BETWEEN -{self.most} AND {self.most}"


class QuantityField(_Ranged):
    """A quantity in the unit of its product, with three decimals."""

    most = MAX_QUANTITY

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 12, "decimal_places": 3, **kwargs})


class AmountField(_Ranged):
    """A price for one unit, in the currency of its document, with four decimals."""

    most = MAX_AMOUNT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 14, "decimal_places": 4, **kwargs})


class SmallCountField(_Count):
    """A count that a person sets, such as months; 0 to 1,200."""

    most = 1200

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.validators = [*self.validators, MaxValueValidator(self.most)]

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        return f"{connection.ops.quote_name(self.column)} BETWEEN 0 AND {self.most}"
