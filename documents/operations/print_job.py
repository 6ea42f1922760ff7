"""Big prints: asked for in a request, made by the worker (PRN-3)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from documents.models import PackingSlip, PrintJob, PrintJobState
from documents.printing import packing_slip_pdf
from documents.rules.packing_slip import check_posted
from orders.models import User
from orders.rules.permission import check_may

VIEW = "documents.view_packingslip"


def start_print_job(*, packing_slip: PackingSlip, user: User) -> PrintJob:
    """Have the worker print the packing slip [not_posted]. Each request is a job of its own: one that died is left."""
    check_may(user, VIEW)
    check_posted(packing_slip)
    with transaction.atomic():
        PrintJob.objects.outdated().delete()
        job = PrintJob.objects.create(packing_slip=packing_slip, requested_by=user)
        run_print_job.enqueue(job.pk)
    return job


@task()
def run_print_job(job_id: int) -> None:
    """The worker's part."""
    print_for(job_id)


def print_for(job_id: int) -> None:
    """Print what the job asks for, and keep in it how far that is and the PDF."""
    packing_slip = PackingSlip.objects.select_related("order").get(print_jobs=job_id)
    job = PrintJob.objects.filter(pk=job_id)
    job.update(state=PrintJobState.RUNNING)
    try:
        pdf = packing_slip_pdf(packing_slip, on_page=lambda page: job.update(pages=page))
    except BaseException:  # a worker that is told to stop says so too
        job.update(state=PrintJobState.FAILED, finished_at=timezone.now())
        raise
    job.update(state=PrintJobState.DONE, pdf=pdf, finished_at=timezone.now())
