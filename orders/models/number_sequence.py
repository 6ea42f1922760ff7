from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from orders.models.fields import PlainText


class SequenceKind(models.TextChoices):
    """What the numbers are for. Each kind of document has one sequence; groups may have several for their numbers."""

    SALES_ORDER = "sales_order", _("Sales order")
    PACKING_SLIP = "packing_slip", _("Packing slip")
    SERIAL_NUMBER = "serial_number", _("Serial number")
    BATCH_NUMBER = "batch_number", _("Batch number")


DOCUMENT_KINDS = [SequenceKind.SALES_ORDER, SequenceKind.PACKING_SLIP]


class NumberSequence(models.Model):
    """Numbers without gaps and without repeats (SET-6): a prefix, then the value filled with zeros to the width."""

    name = PlainText(_("name"), max_length=60, unique=True)
    kind = PlainText(_("kind"), max_length=20, choices=SequenceKind.choices)
    prefix = PlainText(
        _("prefix"),
        max_length=10,
        blank=True,
        # A digit at its end would make "A1" + "1" the same number as "A" + "11".
        validators=[
            RegexValidator(
                r"\A[!-~]*[!-/:-~]\Z", _("Letters, digits and signs without blanks, and no digit at the end.")
            )
        ],
    )
    width = models.PositiveSmallIntegerField(
        _("width"), default=6, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    last_value = models.PositiveBigIntegerField(_("last value"), default=0, editable=False)
    last_date = models.DateField(_("last date"), null=True, editable=False)
    history = HistoricalRecords(excluded_fields=["last_value", "last_date"])

    class Meta:
        verbose_name = _("number sequence")
        verbose_name_plural = _("number sequences")
        default_permissions = ("view",)
        permissions = [("maintain_numbersequence", "Maintain number sequences")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(kind__in=DOCUMENT_KINDS), name="number_sequence_one_for_a_document"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=SequenceKind.values), name="number_sequence_kind_known"),
            models.CheckConstraint(condition=models.Q(width__gte=1, width__lte=12), name="number_sequence_width"),
        ]

    def __str__(self) -> str:
        return self.name

    def number(self, value: int) -> str:
        """The number of a value, like PS-000012."""
        return f"{self.prefix}{value:0{self.width}d}"

    @property
    def next_number(self) -> str:
        """The number that the next document gets, if nobody is quicker."""
        return self.number(self.last_value + 1)
