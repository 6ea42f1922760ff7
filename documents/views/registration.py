"""Registering serial numbers on a draft packing slip (REG), and the work list of what was not readable (REG-4)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from documents.forms.packing_slip import NoteForm
from documents.models import PackingSlipLine, PackingSlipUnit
from documents.operations.registration import mark_not_readable, remove_registration, scan
from documents.views.packing_slip import packing_slip_page
from documents.views.scan_page import mode_of, scan_answer
from orders.rules.permission import check_may
from serialreg.errors import Malformed, NotFound, Refusal
from serialreg.web import Request, key_of, page_of, refusals_on
from tracking.models import Registration
from tracking.scanning import ScanMode


def _scan_page(request: Request, pk: int, *, refusal: Refusal | None = None) -> HttpResponse:
    """The page of the line's draft; for a script, what a scan changes of it."""
    if request.htmx:
        return scan_answer(request, pk, refused=refusal)
    return packing_slip_page(request, _packing_slip_of(pk), refusal=refusal, line_id=pk)


def _unit_page(request: Request, pk: int, *, refusal: Refusal | None = None) -> HttpResponse:
    """The page of the draft on which the registration stands."""
    return _scan_page(request, _line_of(pk), refusal=refusal)


@require_POST
@refusals_on(_scan_page)
def packing_slip_scan(request: Request, pk: int) -> HttpResponse:
    """One scan: a script gets what it changed, a browser without scripts the page again (REG-1, REG-2)."""
    scanned = scan(
        line_id=pk,
        text=request.POST.get("text", ""),
        mode=mode_of(request.POST),
        user=request.user,
        blank_id=key_of(request.POST.get("blank")),
    )
    if request.htmx:
        return scan_answer(request, pk, scanned=scanned)
    if scanned.number:
        done = _("%(number)s is removed.") if scanned.mode is ScanMode.REMOVE else _("%(number)s is registered.")
        messages.success(request, done % {"number": scanned.number})
    return _back_to(pk, scanned.mode)


@require_POST
@refusals_on(_scan_page)
def packing_slip_not_readable(request: Request, pk: int) -> HttpResponse:
    """A unit without a readable label (REG-4)."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise Malformed(why=" ".join(map(str, form.errors["note"])))
    mark_not_readable(line_id=pk, user=request.user, note=form.cleaned_data["note"])
    return _back_to(pk, ScanMode.ADD)


@require_POST
@refusals_on(_unit_page)
def registration_remove(request: Request, pk: int) -> HttpResponse:
    """Take one registration off its draft (REG-2)."""
    line_id = _line_of(pk)
    remove_registration(registration_id=pk, user=request.user)
    if request.POST.get("list"):
        return redirect("packing_slip_numbers", line_id)
    return _back_to(line_id, mode_of(request.POST))


@require_safe
def blank_list(request: Request) -> HttpResponse:
    """The work list of what was not readable, nearest to an invoice first (REG-4)."""
    check_may(request.user, "tracking.view_registration")
    # By the names of the states: delivered comes before draft, and draft before pending.
    blanks = Registration.objects.live().blank().order_by("state", "pk")
    units = PackingSlipUnit.objects.open().select_related("line__packing_slip")
    blanks = blanks.select_related("order_line__order__customer", "order_line__product", "registered_by")
    blanks = blanks.prefetch_related(Prefetch("packing_slip_units", units, to_attr="open_units"))
    return render(request, "documents/registration/blank_list.html", {"page": page_of(request, blanks)})


def _line_of(registration_id: int) -> int:
    """The line of the document on which a registration stands."""
    line_id = PackingSlipUnit.objects.open().filter(registration=registration_id).values_list("line", flat=True).first()
    if line_id is None:
        raise NotFound
    return line_id


def _packing_slip_of(line_id: int) -> int:
    packing_slip_id = PackingSlipLine.objects.filter(pk=line_id).values_list("packing_slip", flat=True).first()
    if packing_slip_id is None:
        raise NotFound
    return packing_slip_id


def _back_to(line_id: int, mode: ScanMode) -> HttpResponse:
    """The page on which the next scan is made, as it stood."""
    query = urlencode({"line": line_id, "mode": mode.value})
    return redirect(reverse("packing_slip_detail", args=[_packing_slip_of(line_id)]) + "?" + query)
