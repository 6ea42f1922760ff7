"""What counts as a quantity or a price when a person types it."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.formats import get_format
from django.utils.translation import gettext as _

from orders.models.fields import MAX_AMOUNT, MAX_QUANTITY
from serialreg.errors import QuantityInvalid, WholeQuantity

SHOWN = 20  # how much of a bad value is shown again
LEAST = Decimal("0.001")


def decimal_sign() -> str:
    """How the active language writes decimals: comma or point."""
    return str(get_format("DECIMAL_SEPARATOR"))


def parse_decimal(text: str, *, places: int, sign: str | None = None) -> Decimal | None:
    """The number that was typed, or None: ASCII digits with at most so many decimals; no exponents, no thousands.

    A lone sign of the other kind is refused, not guessed: 1.000 is a thousand to one reader and one to another.
    """
    sign = sign or decimal_sign()
    number = re.fullmatch(rf"(-?[0-9]{{1,12}})(?:{re.escape(sign)}([0-9]{{1,{places}}}))?", text.strip(" "))
    return Decimal(f"{number[1]}.{number[2] or 0}") if number else None


def parse_quantity(text: str, *, least: Decimal = LEAST, field: str = "quantity", sign: str | None = None) -> Decimal:
    """The quantity that was typed, in the unit of its product [quantity_invalid]."""
    sample = _("3 or %(decimal)s") % {"decimal": shown(Decimal("1.5"))}
    return _parsed(text, places=3, least=least, most=MAX_QUANTITY, field=field, sample=sample, sign=sign)


def parse_price(text: str, *, field: str = "unit_price", sign: str | None = None) -> Decimal:
    """The price for one unit that was typed, with at most four decimals [quantity_invalid]."""
    sample = shown(Decimal("99.5"))
    return _parsed(text, places=4, least=Decimal(0), most=MAX_AMOUNT, field=field, sample=sample, sign=sign)


def _parsed(
    text: str, *, places: int, least: Decimal, most: Decimal, field: str, sample: str, sign: str | None
) -> Decimal:
    number = parse_decimal(text, places=places, sign=sign)
    if number is None or not least <= number <= most:
        typed = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text[:SHOWN])
        more = "…" if len(text) > SHOWN else ""
        raise QuantityInvalid(field=field, value=typed + more, least=shown(least), most=shown(most), sample=sample)
    return number


def shown(number: Decimal) -> str:
    """The number as the active language writes it, without idle zeros and without thousands."""
    plain = f"{number.normalize():f}" if number else "0"
    return plain.replace(".", decimal_sign())


def check_whole(quantity: Decimal, *, product: str, line: int | None = None) -> None:
    """Refuse a part of a unit of a serialised product (ORD-1) [whole_quantity]."""
    if quantity != int(quantity):
        raise WholeQuantity(field="quantity", line=line, product=product, quantity=shown(quantity))
