"""Code lists of the trade, with the words that documents print."""

from __future__ import annotations

from functools import cache

from babel import Locale
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class UnitCode(TextChoices):
    """Units of measure by their code of UN/ECE Recommendation 20 (and 21, those with an X)."""

    PIECE = "H87", _("piece")
    PAIR = "PR", _("pair")
    SET = "SET", _("set")
    PACKAGE = "XPK", _("package")
    BOX = "XBX", _("box")
    PALLET = "XPX", _("pallet")
    KILOGRAM = "KGM", _("kilogram")
    GRAM = "GRM", _("gram")
    METRE = "MTR", _("metre")
    SQUARE_METRE = "MTK", _("square metre")
    LITRE = "LTR", _("litre")
    HOUR = "HUR", _("hour")
    DAY = "DAY", _("day")


class VatCategory(TextChoices):
    """VAT categories by their code of UNCL 5305, those that EN 16931 uses."""

    STANDARD = "S", _("Standard rate")
    ZERO = "Z", _("Zero rated")
    EXEMPT = "E", _("Exempt from VAT")
    REVERSE_CHARGE = "AE", _("Reverse charge")
    INTRA_COMMUNITY = "K", _("Intra-Community supply")
    EXPORT = "G", _("Export outside the EU")
    OUTSIDE = "O", _("Outside the scope of VAT")


@cache
def _currency_names(language: str) -> dict[str, str]:
    return dict(Locale.parse(language).currencies)


def validate_currency(value: str) -> None:
    """A currency in use, by its code of ISO 4217."""
    if value not in _currency_names("en"):
        raise ValidationError(_("“%(code)s” is not a currency code, like NOK or EUR."), params={"code": value})


def currency_choices() -> list[tuple[str, str]]:
    """The currencies that customers of the three languages pay in first, then all others, by name."""
    names = _currency_names(get_language() or settings.LANGUAGE_CODE)
    usual = ["NOK", "EUR", "SEK", "DKK", "GBP", "USD", "CHF"]
    others = sorted((code for code in names if code not in usual), key=lambda code: names[code].casefold())
    return [(code, f"{code} – {names[code]}") for code in [*usual, *others]]
