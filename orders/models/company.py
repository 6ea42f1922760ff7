from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from stdnum import bic, iban

from orders.models.choices import validate_currency
from orders.models.customer import Address, validate_vat_number
from orders.models.fields import PlainText

MAX_LOGO_BYTES = 300_000


def validate_iban(value: str) -> None:
    if not iban.is_valid(value):
        raise ValidationError(_("“%(value)s” is not an IBAN: its check digits do not fit."), params={"value": value})


def validate_bic(value: str) -> None:
    if not bic.is_valid(value):
        raise ValidationError(_("“%(value)s” is not a BIC, like DNBANOKK."), params={"value": value})


class Company(Address):
    """The one company that sells: what stands on its documents, and its settings. One row, made by a migration."""

    name = PlainText(_("name"), max_length=100)
    organisation_number = PlainText(_("organisation number"), max_length=20, blank=True)
    vat_number = PlainText(_("VAT number"), max_length=20, blank=True, validators=[validate_vat_number])
    iban = PlainText(_("IBAN"), max_length=34, blank=True, validators=[validate_iban])
    bic = PlainText(_("BIC"), max_length=11, blank=True, validators=[validate_bic])
    phone = PlainText(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), max_length=100, blank=True)
    website = models.URLField(_("website"), max_length=100, blank=True)
    # The goods may leave from elsewhere than the office.
    dispatch_address = PlainText(
        _("dispatch address"),
        max_length=300,
        blank=True,
        help_text=_("Where goods leave and come back, when not the address above."),
    )
    # A picture of a few kilobytes, made anew from what was uploaded: it is backed up with the rest, and nothing of a
    # hostile file survives.
    logo = models.BinaryField(_("logo"), blank=True, default=bytes, validators=[MaxLengthValidator(MAX_LOGO_BYTES)])
    currency = PlainText(_("currency of new customers"), max_length=3, validators=[validate_currency], default="NOK")
    document_footer = PlainText(_("footer of documents"), max_length=300, blank=True)
    history = HistoricalRecords(excluded_fields=["logo"])

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("company")
        default_permissions = ("view",)
        permissions = [("maintain_company", "Maintain the company")]
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="company_is_one")]

    def __str__(self) -> str:
        return self.name
