"""Packing slips as PDF: at once when small, by the worker when big (PRN-1, PRN-3)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from documents.models import PackingSlip, PrintJob, PrintJobState
from documents.operations.print_job import VIEW, start_print_job
from documents.printing import is_big, packing_slip_pdf
from orders.rules.permission import check_may
from serialreg.web import Request


@require_http_methods(["GET", "HEAD", "POST"])
def packing_slip_print(request: Request, pk: int) -> HttpResponse:
    """The packing slip as PDF. A big one is printed by the worker, when POST asks for it."""
    packing_slip = _packing_slip(request, pk)
    if request.method == "POST":
        return redirect("print_job_detail", pk=start_print_job(packing_slip=packing_slip, user=request.user).pk)
    if packing_slip.is_posted and is_big(packing_slip):
        return render(request, "documents/print_job/start.html", {"packing_slip": packing_slip})
    return _pdf(packing_slip, packing_slip_pdf(packing_slip))


@require_safe
def print_job_detail(request: Request, pk: int) -> HttpResponse:
    """How far the print is. HTMX asks for the progress alone, and for the whole page once there is no more of it."""
    job = _print_job(request, pk)
    if request.htmx and job.is_finished:
        return HttpResponseClientRefresh()
    template = "documents/print_job/_progress.html" if request.htmx else "documents/print_job/detail.html"
    return render(request, template, {"job": job})


@require_safe
def print_job_pdf(request: Request, pk: int) -> HttpResponse:
    job = _print_job(request, pk, state=PrintJobState.DONE)
    return _pdf(job.packing_slip, bytes(job.pdf))  # type: ignore[arg-type]  # a job that is done has one


def _packing_slip(request: Request, pk: int) -> PackingSlip:
    check_may(request.user, VIEW)
    return get_object_or_404(PackingSlip.objects.select_related("order"), pk=pk)


def _print_job(request: Request, pk: int, **conditions: str) -> PrintJob:
    """The user's own job: what others print is no concern of theirs."""
    check_may(request.user, VIEW)
    jobs = PrintJob.objects.select_related("packing_slip")
    return get_object_or_404(jobs, pk=pk, requested_by=request.user, **conditions)


def _pdf(packing_slip: PackingSlip, pdf: bytes) -> HttpResponse:
    filename = f"{get_valid_filename(packing_slip.number)}.pdf"
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": content_disposition_header(as_attachment=False, filename=filename)},
    )
