from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import SalesOrderLine
from orders.models.fields import PlainText
from tracking.models.number import SerialNumber


class EventKind(models.TextChoices):
    REMOVED = "removed", _("Removed from a draft")
    FILLED = "filled", _("Number given to a unit that was not readable")
    RELEASED = "released", _("Released")


class SerialEvent(models.Model):
    """What befell a number and leaves no other trace. Written once, never changed.

    Registering, posting and reversing need no event: their rows say who and when.
    """

    kind = PlainText(max_length=10, choices=EventKind.choices)
    serial_number = models.ForeignKey(SerialNumber, models.PROTECT, null=True, related_name="events")
    order_line = models.ForeignKey(SalesOrderLine, models.SET_NULL, null=True, related_name="serial_events")
    document = PlainText(max_length=30)  # the order's number: it outlives a deleted order
    reason = PlainText(_("reason"), max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=EventKind.values), name="serial_event_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.serial_number or _('Not readable')}"
