from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from simple_history.models import HistoricalRecords
from stdnum.eu import vat as eu_vat
from stdnum.no import mva as norwegian_vat

from orders.models.choices import validate_currency
from orders.models.fields import PlainText


def validate_vat_number(value: str) -> None:
    """A VAT number with its country: NO and the members of the EU are checked down to their check digits."""
    if not (norwegian_vat.is_valid(value) or eu_vat.is_valid(value) or _foreign_vat(value)):
        raise ValidationError(
            _("“%(value)s” is not a VAT number, like NO974760673MVA or NL004495445B01."), params={"value": value}
        )


def _foreign_vat(value: str) -> bool:
    known = {"NO", *(code.upper() for code in eu_vat.MEMBER_STATES), "EL"}
    return (
        value[:2].isascii()
        and value[:2].isalpha()
        and value[:2].upper() not in known
        and value.isalnum()
        and value.isascii()
    )


class Address(models.Model):
    """The parts of a postal address; also of the company."""

    street = PlainText(_("street"), max_length=100, blank=True)
    street_2 = PlainText(_("street, second line"), max_length=100, blank=True)
    postal_code = PlainText(_("postal code"), max_length=20, blank=True)
    city = PlainText(_("city"), max_length=80, blank=True)
    country = CountryField(_("country"), default="NO")

    class Meta:
        abstract = True

    def lines(self) -> list[str]:
        """The address as it stands on an envelope, without the name."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        return [line for line in (self.street, self.street_2, town, str(self.country.name)) if line]


class CustomerQuerySet(models.QuerySet["Customer"]):
    def matching(self, text: str) -> CustomerQuerySet:
        """Whose number or name holds the text, or whose VAT number begins with it."""
        return self.filter(
            models.Q(number__icontains=text) | models.Q(name__icontains=text) | models.Q(vat_number__istartswith=text)
        )


class Customer(models.Model):
    """Whom we sell to."""

    number = PlainText(_("customer number"), max_length=20, unique=True)
    name = PlainText(_("name"), max_length=100)
    language = PlainText(_("language of documents"), max_length=2, choices=settings.LANGUAGES, default="en")
    currency = PlainText(_("currency"), max_length=3, validators=[validate_currency], default="NOK")
    country = CountryField(_("country"), default="NO")
    vat_number = PlainText(_("VAT number"), max_length=20, blank=True, validators=[validate_vat_number])
    electronic_address_scheme = PlainText(
        _("scheme of the electronic address"),
        max_length=4,
        blank=True,
        validators=[
            RegexValidator(r"\A[0-9]{4}\Z|\AEM\Z", _("Four digits of the EAS code list, like 0192, or EM for e-mail."))
        ],
        help_text=_(
            "Code of the EAS list: 0192 Norwegian organisation number, 0106 Dutch KvK number, 0088 GLN, EM e-mail."
        ),
    )
    electronic_address = PlainText(
        _("electronic address"), max_length=100, blank=True, help_text=_("Where e-invoices go.")
    )
    history = HistoricalRecords()

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        default_permissions = ("view",)
        permissions = [("maintain_customer", "Maintain customers")]
        constraints = [
            models.UniqueConstraint(
                Lower("number"),
                name="customer_number_unique",
                violation_error_message=_("Another customer has this number."),
            ),
            models.CheckConstraint(
                condition=models.Q(electronic_address="", electronic_address_scheme="")
                | ~models.Q(electronic_address="") & ~models.Q(electronic_address_scheme=""),
                name="customer_electronic_address_with_scheme",
                violation_error_message=_("An electronic address and its scheme go together."),
            ),
        ]
        indexes = [models.Index(fields=["name", "id"], name="customer_by_name")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class CustomerAddress(Address):
    """An address of a customer. Orders are delivered to one of them; one of them gets the invoices."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="addresses")
    name = PlainText(
        _("name at the address"), max_length=100, blank=True, help_text=_("When it is not the customer's.")
    )
    for_invoices = models.BooleanField(_("invoices go here"), default=False)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(for_invoices=True),
                name="customer_one_invoice_address",
                violation_error_message=_("Only one address can get the invoices."),
            )
        ]

    def __str__(self) -> str:
        return ", ".join([self.name or self.customer.name, *self.lines()])
