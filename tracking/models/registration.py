from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import SalesOrderLine
from orders.models.fields import PlainText
from tracking.models.number import MAX_LENGTH, SerialNumber


class RegistrationState(models.TextChoices):
    """Where a registered unit stands. Its moves are in rules.registration.MOVES."""

    DRAFT = "draft", _("On a draft")
    DELIVERED = "delivered", _("Delivered")
    PENDING = "pending", _("Pending")
    RETURNED = "returned", _("Returned")
    RELEASED = "released", _("Released")


LIVE = [RegistrationState.DRAFT, RegistrationState.DELIVERED, RegistrationState.PENDING]


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def live(self) -> RegistrationQuerySet:
        """Those that hold their number: no other live registration of it can exist (REG-3)."""
        return self.filter(state__in=LIVE)

    def blank(self) -> RegistrationQuerySet:
        """Those that are not readable (REG-4)."""
        return self.filter(serial_number=None)

    def unfinished(self) -> RegistrationQuerySet:
        """On drafts, pending, or delivered on a line that is not invoiced in full (SET-4)."""
        delivered = models.Q(
            state=RegistrationState.DELIVERED,
            order_line__invoiced_quantity__lt=models.F("order_line__delivered_quantity"),
        )
        return self.filter(models.Q(state__in=[RegistrationState.DRAFT, RegistrationState.PENDING]) | delivered)


class Registration(models.Model):
    """One unit of a sales order line: a serial number, or blank when its label was not readable (REG-4)."""

    order_line = models.ForeignKey(SalesOrderLine, models.PROTECT, related_name="registrations")
    serial_number = models.ForeignKey(SerialNumber, models.PROTECT, null=True, related_name="registrations")
    # As it was scanned this time; case may differ from the time when the number was first seen.
    number = models.CharField(_("serial number"), max_length=MAX_LENGTH, blank=True)
    state = models.CharField(max_length=10, choices=RegistrationState.choices, default=RegistrationState.DRAFT)
    note = PlainText(_("note"), max_length=200, blank=True)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        default_permissions = ("view",)
        permissions = [
            ("maintain_serial_number_corrections", "Maintain serial number corrections"),
            ("maintain_not_readable", "Maintain registration of non-readable serial numbers"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["serial_number"], condition=models.Q(state__in=LIVE), name="registration_one_live"
            ),
            models.CheckConstraint(
                condition=models.Q(serial_number=None, number="")
                | models.Q(serial_number__isnull=False) & ~models.Q(number=""),
                name="registration_number_or_blank",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=RegistrationState.values), name="registration_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["order_line", "state"], name="registration_of_line"),
            models.Index(
                fields=["state", "id"],
                condition=models.Q(serial_number=None, state__in=LIVE),
                name="registration_open_blank",
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(_("Not readable"))

    def is_pending_on(self, order_line_id: int) -> bool:
        """Whether it waits on this order line for the next draft, which may take it by itself or by a scan (PCK-5)."""
        return self.state == RegistrationState.PENDING and self.order_line_id == order_line_id

    @property
    def is_blank(self) -> bool:
        return self.serial_number_id is None
