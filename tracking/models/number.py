from __future__ import annotations

from django.db import models
from django.db.models.functions import Length, Upper
from django.utils.translation import gettext_lazy as _

from orders.models import Product

MAX_LENGTH = 50  # REG-9


def fold(number: str) -> str:
    """The number as it is compared: case does not distinguish numbers (REG-3). Numbers are ASCII, so this is exact."""
    return number.upper()


class SerialNumber(models.Model):
    """The identity of one unit of one product. Sale, and later stock and production, point to it."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="serial_numbers", verbose_name=_("product"))
    number = models.CharField(_("serial number"), max_length=MAX_LENGTH, help_text=_("As first seen."))
    folded = models.CharField(max_length=MAX_LENGTH, editable=False)

    class Meta:
        verbose_name = _("serial number")
        verbose_name_plural = _("serial numbers")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["product", "folded"], name="serial_number_unique"),
            models.CheckConstraint(condition=models.Q(folded=Upper("number")), name="serial_number_folded"),
            models.CheckConstraint(
                condition=models.Q(models.lookups.GreaterThan(Length("number"), 0))
                & models.Q(models.lookups.LessThanOrEqual(Length("number"), MAX_LENGTH)),
                name="serial_number_length",
            ),
        ]

    def __str__(self) -> str:
        return self.number
