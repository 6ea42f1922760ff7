"""Money as people read it."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def price(amount: Decimal) -> str:
    """A price for one unit in the active language: two decimals, or as many as it needs, and thousands apart."""
    exponent = amount.normalize().as_tuple().exponent
    return number_format(amount, decimal_pos=max(2, -int(exponent)), force_grouping=True)
