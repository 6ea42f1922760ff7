"""What all documents of a sales order have in common."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import SalesOrder
from orders.models.choices import UnitCode
from orders.models.fields import PlainText, QuantityField, SmallCountField


class Document(models.Model):
    """Prepared as a draft; posting gives it its number and makes it final. It keeps the words that it printed."""

    order = models.ForeignKey(SalesOrder, models.PROTECT, related_name="%(class)ss", verbose_name=_("sales order"))
    number = PlainText(  # type: ignore[misc]  # the one text that is null: a draft has no number
        _("number"), max_length=30, null=True, unique=True, editable=False
    )
    document_date = models.DateField(_("date"), null=True, blank=True)
    customer_name = PlainText(_("customer"), max_length=100, blank=True, editable=False)
    address = PlainText(_("address"), max_length=500, blank=True, editable=False)
    language = PlainText(max_length=2, blank=True, editable=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(_("posted"), null=True, editable=False)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")

    class Meta:
        abstract = True
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number=None, posted_at=None, posted_by=None)
                | models.Q(
                    number__isnull=False, posted_at__isnull=False, posted_by__isnull=False, document_date__isnull=False
                ),
                name="%(class)s_number_exactly_when_posted",
            )
        ]

    def __str__(self) -> str:
        return self.number or str(_("Draft"))

    @property
    def is_posted(self) -> bool:
        return self.number is not None


class DocumentLine(models.Model):
    """A quantity of one order line. Item, name and terms are those of the product; posting fixes them."""

    quantity = QuantityField(_("quantity"))
    item_number = PlainText(_("item number"), max_length=40)
    name = PlainText(_("name"), max_length=100)
    unit = PlainText(_("unit"), max_length=3, choices=UnitCode.choices)
    serialised = models.BooleanField(default=False)
    blank_issue_allowed = models.BooleanField(default=False)
    warranty_months = SmallCountField(default=0)
    service_months = SmallCountField(default=0)

    class Meta:
        abstract = True
        default_permissions = ()
