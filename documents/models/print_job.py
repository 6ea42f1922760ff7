from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models.packing_slip import PackingSlip
from orders.models.fields import PlainText

KEPT = timedelta(days=1)


class PrintJobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Printing")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")


class PrintJobQuerySet(models.QuerySet["PrintJob"]):
    def outdated(self) -> PrintJobQuerySet:
        """Those that nobody waits for any more."""
        return self.filter(created_at__lt=timezone.now() - KEPT)


class PrintJob(models.Model):
    """A print too big to wait for in a request (PRN-3): how far it is, and then the PDF, kept for a day."""

    packing_slip = models.ForeignKey(PackingSlip, models.CASCADE, related_name="print_jobs")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    state = PlainText(max_length=10, choices=PrintJobState.choices, default=PrintJobState.WAITING)
    pages = models.PositiveIntegerField(default=0, help_text=_("Laid out so far."))
    pdf = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    finished_at = models.DateTimeField(null=True)

    objects = PrintJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("print job")
        verbose_name_plural = _("print jobs")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=PrintJobState.values), name="print_job_state_known"),
            models.CheckConstraint(
                condition=models.Q(state=PrintJobState.DONE, pdf__isnull=False)
                | ~models.Q(state=PrintJobState.DONE) & models.Q(pdf=None),
                name="print_job_pdf_exactly_when_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.packing_slip}: {self.get_state_display()}"

    @property
    def is_finished(self) -> bool:
        return self.state in {PrintJobState.DONE, PrintJobState.FAILED}
