from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from stdnum import ean

from orders.models.choices import UnitCode, VatCategory
from orders.models.fields import AmountField, PlainText, SmallCountField


def validate_gtin(value: str) -> None:
    """A GTIN of 8, 12, 13 or 14 digits with its check digit."""
    if not (
        value.isascii()
        and value.isdigit()
        and len(value) in {8, 12, 13, 14}
        and ean.calc_check_digit(value[:-1]) == value[-1]
    ):
        raise ValidationError(
            _("“%(value)s” is not a GTIN: 8, 12, 13 or 14 digits, the last a check digit."), params={"value": value}
        )


class ProductQuerySet(models.QuerySet["Product"]):
    def matching(self, text: str) -> ProductQuerySet:
        """Whose item number, name or GTIN holds the text."""
        return self.filter(
            models.Q(item_number__icontains=text) | models.Q(name__icontains=text) | models.Q(gtin__startswith=text)
        )


class Product(models.Model):
    """What we sell. Which numbers it takes is said by its tracking dimension group, which orders know nothing of."""

    item_number = PlainText(_("item number"), max_length=40, unique=True)
    name = PlainText(_("name"), max_length=100)
    gtin = PlainText(_("GTIN"), max_length=14, blank=True, validators=[validate_gtin])
    unit = PlainText(_("unit"), max_length=3, choices=UnitCode.choices, default=UnitCode.PIECE)
    price = AmountField(
        _("price"), validators=[MinValueValidator(Decimal(0))], help_text=_("For one unit, without VAT.")
    )
    vat_category = PlainText(_("VAT category"), max_length=2, choices=VatCategory.choices, default=VatCategory.STANDARD)
    vat_rate = models.DecimalField(
        _("VAT rate, %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(25),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    warranty_months = SmallCountField(_("warranty, months"), default=24, help_text=_("0: no warranty."))
    service_months = SmallCountField(_("service, months"), default=0, help_text=_("0: no service."))
    catch_weight = models.BooleanField(
        _("catch weight"),
        default=False,
        help_text=_("Sold in pieces but priced by weight; never serialised in the sales process."),
    )
    history = HistoricalRecords()

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        default_permissions = ("view",)
        permissions = [("maintain_product", "Maintain products")]
        constraints = [
            models.UniqueConstraint(
                Lower("item_number"),
                name="product_item_number_unique",
                violation_error_message=_("Another product has this item number."),
            ),
            models.UniqueConstraint(
                fields=["gtin"],
                condition=~models.Q(gtin=""),
                name="product_gtin_unique",
                violation_error_code="unique",
                violation_error_message=_("Another product has this GTIN."),
            ),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="product_price_not_negative"),
            models.CheckConstraint(
                condition=models.Q(vat_category=VatCategory.STANDARD, vat_rate__gt=0, vat_rate__lte=100)
                | ~models.Q(vat_category=VatCategory.STANDARD) & models.Q(vat_rate=0),
                name="product_vat_rate_of_category",
                violation_error_message=_("The standard rate is above 0 %%; every other VAT category has 0 %%."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_number} {self.name}"
