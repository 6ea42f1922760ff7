from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from orders.models import NumberSequence, Product, SequenceKind
from orders.models.fields import PlainText

# The selections of the serial dimension that Active in sales process clears: all but its own control and Blank issue
# allowed (SET-2). In the order in which the page shows them.
CLEARED_BY_SALES_PROCESS = (
    "serial_active",
    "serial_blank_receipt_allowed",
    "serial_physical_inventory",
    "serial_financial_inventory",
    "serial_coverage_plan",
    "serial_for_purchase_prices",
    "serial_for_sales_prices",
    "serial_warehouse_tracking",
    "serial_specific_tracking",
    "serial_assign_at_issue",
)

_FOR_THE_ERP = _("Kept for the ERP; changes nothing here.")


def _setting(name: Any, help_text: Any = "") -> models.BooleanField[bool, bool]:
    return models.BooleanField(name, default=False, help_text=help_text)


class TrackingDimensionGroup(models.Model):
    """How the numbers of products are handled: the settings of the serial and the batch dimension (SET-1)."""

    name = PlainText(_("name"), max_length=60, unique=True)
    description = PlainText(_("description"), max_length=200, blank=True)

    serial_active = _setting(_("Active"), _("Numbers are known beforehand, from stock or production."))
    serial_active_in_sales_process = _setting(
        _("Active in sales process"), _("Numbers are captured at sale, and only then.")
    )
    serial_control = _setting(_("Serial number control"), _("One registration for each unit is demanded at posting."))
    serial_blank_issue_allowed = _setting(
        _("Blank issue allowed"), _("Overrides the control: fewer registrations than units may be posted.")
    )
    serial_blank_receipt_allowed = _setting(_("Blank receipt allowed"), _FOR_THE_ERP)
    serial_physical_inventory = _setting(_("Physical inventory"), _FOR_THE_ERP)
    serial_financial_inventory = _setting(_("Financial inventory"), _FOR_THE_ERP)
    serial_coverage_plan = _setting(_("Coverage plan"), _FOR_THE_ERP)
    serial_for_purchase_prices = _setting(_("For purchase prices"), _FOR_THE_ERP)
    serial_for_sales_prices = _setting(_("For sales prices"), _FOR_THE_ERP)
    serial_warehouse_tracking = _setting(_("Warehouse tracking"), _("Numbers are handled in warehouse documents."))
    serial_specific_tracking = _setting(
        _("Specific tracking"), _("The worker must choose exactly which number leaves.")
    )
    serial_assign_at_issue = _setting(_("Assign at issue"), _("New numbers are given when goods leave."))
    serial_number_sequence = models.ForeignKey(
        NumberSequence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"kind": SequenceKind.SERIAL_NUMBER},
        verbose_name=_("number sequence of Assign at issue"),
    )
    serial_format = PlainText(
        _("format"),
        max_length=50,
        blank=True,
        help_text=_("A a letter, 9 a digit, * either, anything else itself; \\ before a sign takes it literally."),
    )
    serial_format_sample = PlainText(
        _("sample"), max_length=50, blank=True, help_text=_("Shown when a number does not match.")
    )
    serial_format_luhn = models.BooleanField(
        _("check digit (Luhn)"), default=False, help_text=_("The last digit checks all the digits of the number.")
    )

    batch_active = _setting(_("Active"), _("Lines carry batch numbers with quantities."))
    batch_control = _setting(
        _("Batch number control"), _("Batch numbers that make up the quantity are demanded at posting.")
    )
    batch_blank_issue_allowed = _setting(_("Blank issue allowed"), _("Overrides the control."))
    batch_blank_receipt_allowed = _setting(_("Blank receipt allowed"), _FOR_THE_ERP)
    batch_physical_inventory = _setting(_("Physical inventory"), _FOR_THE_ERP)
    batch_financial_inventory = _setting(_("Financial inventory"), _FOR_THE_ERP)
    batch_coverage_plan = _setting(_("Coverage plan"), _FOR_THE_ERP)
    batch_for_purchase_prices = _setting(_("For purchase prices"), _FOR_THE_ERP)
    batch_for_sales_prices = _setting(_("For sales prices"), _FOR_THE_ERP)
    batch_warehouse_tracking = _setting(_("Warehouse tracking"), _("Numbers are handled in warehouse documents."))
    batch_specific_tracking = _setting(_("Specific tracking"), _("The worker must choose exactly which number leaves."))
    batch_assign_at_issue = _setting(_("Assign at issue"), _("New numbers are given when goods leave."))
    batch_number_sequence = models.ForeignKey(
        NumberSequence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"kind": SequenceKind.BATCH_NUMBER},
        verbose_name=_("number sequence of Assign at issue"),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("tracking dimension group")
        verbose_name_plural = _("tracking dimension groups")
        default_permissions = ("view",)
        permissions = [("maintain_trackingdimensiongroup", "Maintain tracking dimension groups")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(serial_active_in_sales_process=False)
                | models.Q(
                    serial_control=True,
                    serial_number_sequence=None,
                    **dict.fromkeys(CLEARED_BY_SALES_PROCESS, False),
                ),
                name="group_sales_process_alone",
            ),
            models.CheckConstraint(
                condition=models.Q(serial_format="") | ~models.Q(serial_format_sample=""),
                name="group_format_with_sample",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_serialised(self) -> bool:
        """Whether each unit has a serial number, captured at sale or known before."""
        return self.serial_active_in_sales_process or self.serial_active

    @property
    def demands_every_number(self) -> bool:
        """Whether posting takes a registration for every unit (REG-6)."""
        return self.is_serialised and self.serial_control and not self.serial_blank_issue_allowed

    @property
    def demands_batches(self) -> bool:
        """Whether posting takes batch numbers that make up the quantity (WHS-8)."""
        return self.batch_active and self.batch_control and not self.batch_blank_issue_allowed


class TrackingAssignment(models.Model):
    """A product's place in a tracking dimension group (SET-3)."""

    product = models.OneToOneField(
        Product, models.CASCADE, related_name="tracking_assignment", verbose_name=_("product")
    )
    group = models.ForeignKey(
        TrackingDimensionGroup, models.PROTECT, related_name="assignments", verbose_name=_("group")
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("assignment of a tracking dimension group")
        verbose_name_plural = _("assignments of tracking dimension groups")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.product} – {self.group}"


NO_GROUP = TrackingDimensionGroup()


def group_of(product: Product) -> TrackingDimensionGroup:
    """The product's group; for a product without one, a group in which nothing is selected."""
    assignment = getattr(product, "tracking_assignment", None)
    return assignment.group if assignment else NO_GROUP
