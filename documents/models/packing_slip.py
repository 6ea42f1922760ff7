from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Sum, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, LessThan
from django.utils.translation import gettext_lazy as _

from documents.models.base import Document, DocumentLine
from orders.models import SalesOrderLine
from orders.models.fields import PlainText, QuantityField
from tracking.models import Registration, RegistrationState
from tracking.models.number import MAX_LENGTH


class PackingSlipStatus(models.TextChoices):
    """Follows from number and reversals; its moves are in rules.packing_slip.MOVES."""

    DRAFT = "draft", _("Draft")
    POSTED = "posted", _("Posted")
    PARTLY_REVERSED = "partly_reversed", _("Partly reversed")
    CANCELLED = "cancelled", _("Cancelled")


def _sum_of(model: type[models.Model], path: str) -> Coalesce:
    """The sum of the quantities of the model's rows that belong, by the path, to the row that is looked at."""
    rows = model._default_manager.filter(**{path: OuterRef("pk")}).order_by().values(path)
    total = models.Subquery(rows.annotate(total=Sum("quantity")).values("total"))
    return Coalesce(total, Decimal(0), output_field=QuantityField())


class PackingSlipQuerySet(models.QuerySet["PackingSlip"]):
    def drafts(self) -> PackingSlipQuerySet:
        return self.filter(number=None)

    def posted(self) -> PackingSlipQuerySet:
        return self.exclude(number=None)

    def matching(self, text: str) -> PackingSlipQuerySet:
        """Whose number, sales order or customer holds the text."""
        return self.filter(
            Q(number__icontains=text)
            | Q(order__number__icontains=text)
            | Q(order__customer__name__icontains=text)
            | Q(order__customer__number__istartswith=text)
        )

    def with_totals(self) -> PackingSlipQuerySet:
        """With total_quantity and reversed_quantity, from which the status follows."""
        sums = {
            "total_quantity": _sum_of(PackingSlipLine, "packing_slip"),
            "reversed_quantity": _sum_of(PackingSlipLineReversal, "line__packing_slip"),
        }
        return self.annotate(**sums)

    def in_status(self, status: str) -> PackingSlipQuerySet:
        """Those of one status. Reversals are few, so they are asked for first."""
        reversals = Exists(PackingSlipLineReversal.objects.filter(line__packing_slip=OuterRef("pk")))
        match status:
            case PackingSlipStatus.DRAFT:
                return self.drafts()
            case PackingSlipStatus.POSTED:
                return self.posted().exclude(reversals)
            case PackingSlipStatus.PARTLY_REVERSED:
                return (
                    self.filter(reversals).with_totals().filter(LessThan(F("reversed_quantity"), F("total_quantity")))
                )
            case PackingSlipStatus.CANCELLED:
                return self.filter(reversals).with_totals().filter(Exact(F("reversed_quantity"), F("total_quantity")))
        return self.none()


class PackingSlip(Document):
    """The document of a shipment."""

    total_quantity: Decimal  # both: with_totals()
    reversed_quantity: Decimal

    objects = PackingSlipQuerySet.as_manager()

    class Meta(Document.Meta):
        verbose_name = _("packing slip")
        verbose_name_plural = _("packing slips")
        permissions = [("maintain_packingslip", "Maintain packing slips")]
        indexes = [models.Index(fields=["-id"], condition=Q(number=None), name="packing_slip_drafts")]


class PackingSlipLineQuerySet(models.QuerySet["PackingSlipLine"]):
    def with_reversed(self) -> PackingSlipLineQuerySet:
        """With reversed_quantity, the sum of the line's reversals, and has_returned, whether a unit came back."""
        returned = PackingSlipUnit.objects.open().filter(registration__state=RegistrationState.RETURNED)
        found = {
            "reversed_quantity": _sum_of(PackingSlipLineReversal, "line"),
            "has_returned": Exists(returned.filter(line=OuterRef("pk"))),
        }
        return self.annotate(**found)

    def for_decisions(self) -> PackingSlipLineQuerySet:
        """With all that the rules look at, in one query."""
        return self.select_related("packing_slip", "order_line__product__tracking_assignment__group")


class PackingSlipLine(DocumentLine):
    """What a packing slip ships of one order line."""

    reversed_quantity: Decimal  # both: with_reversed()
    has_returned: bool

    packing_slip = models.ForeignKey(PackingSlip, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(SalesOrderLine, models.PROTECT, related_name="packing_slip_lines")
    # How many registrations the line holds; fixed by posting. Kept, not counted: a scan costs the same on a line of
    # 10 and of 10,000.
    registered = models.PositiveIntegerField(default=0)

    objects = PackingSlipLineQuerySet.as_manager()

    class Meta(DocumentLine.Meta):
        verbose_name = _("packing slip line")
        verbose_name_plural = _("packing slip lines")
        ordering = ["order_line__position"]
        constraints = [
            models.UniqueConstraint(fields=["packing_slip", "order_line"], name="packing_slip_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="packing_slip_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.packing_slip}: {self.item_number}"


class PackingSlipLineReversal(models.Model):
    """Takes back a posted line: in full when it is serialised, else in part or in full (PCK-3).

    A trigger of the database keeps their sum within the line's quantity.
    """

    line = models.ForeignKey(PackingSlipLine, models.PROTECT, related_name="reversals")
    quantity = QuantityField(_("quantity"))
    reason = PlainText(_("reason"), max_length=200, blank=True)
    reversed_at = models.DateTimeField(auto_now_add=True)
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("reversal")
        verbose_name_plural = _("reversals")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="packing_slip_line_reversal_quantity")]

    def __str__(self) -> str:
        return f"{self.line} −{self.quantity}"


class PackingSlipUnitQuerySet(models.QuerySet["PackingSlipUnit"]):
    def open(self) -> PackingSlipUnitQuerySet:
        """The links that were not ended."""
        return self.filter(reversal=None)

    def with_number(self) -> PackingSlipUnitQuerySet:
        """With shown_number: what the property `number` says, for thousands of units at once."""
        number = Case(When(reversal=None, then=F("registration__number")), default=F("frozen_number"))
        numbers = {"shown_number": number}
        return self.annotate(**numbers)


class PackingSlipUnit(models.Model):
    """The link of a registration to the line that ships it. A reversal ends it and freezes its number (PCK-6)."""

    line = models.ForeignKey(PackingSlipLine, models.CASCADE, related_name="units")
    registration = models.ForeignKey(Registration, models.PROTECT, related_name="packing_slip_units")
    reversal = models.ForeignKey(PackingSlipLineReversal, models.PROTECT, null=True, related_name="units")
    frozen_number = models.CharField(max_length=MAX_LENGTH, blank=True)

    objects = PackingSlipUnitQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(reversal=None), name="packing_slip_unit_one_open"
            ),
            models.CheckConstraint(
                condition=Q(reversal__isnull=False) | Q(frozen_number=""), name="packing_slip_unit_frozen_when_ended"
            ),
        ]
        # A scan shows the newest units of its line, however many there are.
        indexes = [models.Index(fields=["line", "-id"], name="packing_slip_unit_newest")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number that the document shows; empty for a unit that was not readable."""
        return self.registration.number if self.reversal_id is None else self.frozen_number
