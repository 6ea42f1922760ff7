"""Packing slips: the journal, drafts, posting and reversing (PCK)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar
from uuid import uuid4

from django.contrib import messages
from django.db.models import F, Prefetch, prefetch_related_objects
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from documents.forms.packing_slip import (
    PackingSlipFilter,
    PackingSlipForm,
    QuantitiesForm,
    ReasonForm,
    ReversalForm,
)
from documents.models import PackingSlip, PackingSlipLine, PackingSlipUnit
from documents.operations.packing_slip import (
    cancel_packing_slip,
    change_packing_slip,
    create_packing_slip,
    delete_packing_slip,
    post_packing_slip,
    reverse_lines,
)
from documents.operations.registration import MAINTAIN
from documents.rules.packing_slip import check_draft, check_posted, check_reversal, status_of
from documents.views.sales_order import sales_order_page
from documents.views.scan_page import LineState, posting_context, scan_context, units_of, with_origin
from orders.models import SalesOrder
from orders.rules.permission import check_may, may
from orders.rules.quantity import shown
from serialreg.errors import Malformed, NotFound, Refusal, faults_of
from serialreg.web import Request, form_page, key_of, page_of, refusals_on, sorted_by

AForm = TypeVar("AForm", bound=QuantitiesForm)

VIEW = "documents.view_packingslip"
FIRST_NUMBERS = 20  # how many numbers of each line the journal page shows; the rest have a list of their own
NUMBERS_A_PAGE = 200
SIBLINGS = 20


@require_safe
def packing_slip_list(request: Request) -> HttpResponse:
    check_may(request.user, VIEW)
    filters = PackingSlipFilter(request.GET, PackingSlip.objects.all())
    rows, sort = sorted_by(request, filters.qs, "-id", "number")
    page = page_of(request, rows.values_list("pk", flat=True))
    # What is dear to know is asked for the rows of the page alone, not for those before it.
    found = PackingSlip.objects.with_totals().select_related("order__customer").in_bulk(list(page))
    context = {"filter": filters, "sort": sort, "page": page, "rows": [_row(found[pk]) for pk in page if pk in found]}
    return render(request, "documents/packing_slip/list.html", context)


def _row(packing_slip: Any) -> dict[str, Any]:
    """A packing slip in the list, with the status that follows from its totals."""
    status = status_of(
        posted=packing_slip.is_posted,
        total=packing_slip.total_quantity,
        reversed_quantity=packing_slip.reversed_quantity,
    )
    return {"packing_slip": packing_slip, "status": status}


@require_POST
@refusals_on(sales_order_page)
def packing_slip_create(request: Request, pk: int) -> HttpResponse:
    """A draft of what is left of the order (PCK-1)."""
    order = SalesOrder.objects.filter(pk=pk).first()
    if order is None:
        raise NotFound
    packing_slip = create_packing_slip(order=order, user=request.user, token=_token(request))
    return redirect("packing_slip_detail", packing_slip.pk)


@require_safe
def packing_slip_detail(request: Request, pk: int) -> HttpResponse:
    return packing_slip_page(request, pk)


def packing_slip_page(
    request: Request,
    pk: int,
    *,
    refusal: Refusal | None = None,
    line_id: int | None = None,
    typed: type[Form] | None = None,
) -> HttpResponse:
    """The scan page of a draft, the journal page of what is posted.

    It says what was refused there, and keeps what was typed into the form of the class `typed`.
    """
    check_may(request.user, VIEW)
    packing_slip = _found(pk)
    lines = list(packing_slip.lines.for_decisions().with_reversed())
    context: dict[str, Any] = {
        "packing_slip": packing_slip,
        "refusal": refusal,
        "may_maintain": may(request.user, MAINTAIN),
    }
    if packing_slip.is_posted:
        reason = request.POST.get("reason", "")
        context |= _journal(packing_slip, lines, request.POST if typed is ReversalForm else None, reason)
        return form_page(request, "documents/packing_slip/detail.html", context)
    scanning = scan_context(request, lines, line_id=line_id or key_of(request.GET.get("line")))
    context |= scanning
    context |= _draft(packing_slip, scanning["states"], request.POST if typed is PackingSlipForm else None)
    return form_page(request, "documents/packing_slip/draft.html", context)


def _change_page(request: Request, pk: int, *, refusal: Refusal | None = None) -> HttpResponse:
    return packing_slip_page(request, pk, refusal=refusal, typed=PackingSlipForm)


def _reversal_page(request: Request, pk: int, *, refusal: Refusal | None = None) -> HttpResponse:
    return packing_slip_page(request, pk, refusal=refusal, typed=ReversalForm)


def _draft(packing_slip: PackingSlip, states: list[LineState], typed: QueryDict | None) -> dict[str, Any]:
    lines = [state.line for state in states]
    form = PackingSlipForm(lines, typed, initial={"document_date": packing_slip.document_date})
    rows = [(state, form[f"quantity_{state.line.pk}"]) for state in states]
    return {"form": form, "rows": rows, **posting_context(packing_slip, lines)}


def _journal(
    packing_slip: PackingSlip, lines: list[PackingSlipLine], typed: QueryDict | None, reason: str
) -> dict[str, Any]:
    left = {line.pk: line.quantity - line.reversed_quantity for line in lines}
    initial = {"reason": reason, **{f"quantity_{line.pk}": shown(left[line.pk]) for line in lines}}
    form = ReversalForm(lines, typed, initial=initial)
    prefetch_related_objects(lines, _first_units())
    total = sum((line.quantity for line in lines), Decimal(0))
    reversed_quantity = total - sum(left.values())
    return {
        "status": status_of(posted=True, total=total, reversed_quantity=reversed_quantity),
        "form": form,
        "rows": [_journal_row(form, line, left[line.pk]) for line in lines],
        "is_cancelled": not any(left.values()),
        "form_token": uuid4(),
        "siblings": packing_slip.order.packingslips.exclude(pk=packing_slip.pk).order_by("-pk")[:SIBLINGS],
    }


def _journal_row(form: ReversalForm, line: Any, left: Decimal) -> dict[str, Any]:
    """A posted line, its first numbers, and how it is reversed or why it cannot be."""
    faults = faults_of(check_reversal, line, left)
    names = {"take": f"take_{line.pk}", "quantity": f"quantity_{line.pk}"}
    for name in names.values():
        if faults and name in form.fields:
            form.fields[name].widget.attrs["disabled"] = True  # for the eye alone: what was typed stays
    fields = {key: form[name] for key, name in names.items() if name in form.fields}
    return {"line": line, "units": line.first_units, "fault": next(iter(faults), None), **fields}


@require_safe
def packing_slip_numbers(request: Request, pk: int) -> HttpResponse:
    """All numbers of one line (INQ-1)."""
    check_may(request.user, VIEW)
    line = PackingSlipLine.objects.select_related("packing_slip__order").filter(pk=pk).first()
    if line is None:
        raise NotFound
    page = page_of(request, units_of(line), per_page=NUMBERS_A_PAGE)
    context = {
        "line": line,
        "packing_slip": line.packing_slip,
        "page": page,
        "units": page if line.packing_slip.is_posted else with_origin(line, page),
        "may_register": may(request.user, MAINTAIN) and not line.packing_slip.is_posted,
    }
    return render(request, "documents/packing_slip/numbers.html", context)


# What a draft takes


@require_POST
@refusals_on(_change_page)
def packing_slip_change(request: Request, pk: int) -> HttpResponse:
    """Quantities and date of a draft."""
    check_may(request.user, MAINTAIN)
    packing_slip = _found(pk)
    check_draft(packing_slip)
    form = PackingSlipForm(packing_slip.lines.select_related("order_line"), request.POST)
    if not form.is_valid():
        return _change_page(request, pk)
    change_packing_slip(
        packing_slip=packing_slip,
        quantities=form.quantities(),
        document_date=form.cleaned_data["document_date"],
        user=request.user,
    )
    messages.success(request, _("The quantities are saved."))
    return redirect("packing_slip_detail", pk)


@require_POST
@refusals_on(packing_slip_page)
def packing_slip_delete(request: Request, pk: int) -> HttpResponse:
    packing_slip = _found(pk)
    delete_packing_slip(packing_slip=packing_slip, user=request.user)
    messages.success(request, _("The draft packing slip of %(order)s is deleted.") % {"order": packing_slip.order})
    return redirect("packing_slip_list")


@require_POST
@refusals_on(packing_slip_page)
def packing_slip_post(request: Request, pk: int) -> HttpResponse:
    posted = post_packing_slip(packing_slip=_found(pk), user=request.user, token=_token(request))
    messages.success(request, _("Packing slip %(number)s is posted.") % {"number": posted.number})
    return redirect("packing_slip_detail", posted.pk)


# What a posted packing slip takes


@require_POST
@refusals_on(packing_slip_page)
def packing_slip_cancel(request: Request, pk: int) -> HttpResponse:
    """Reverse every line (PCK-3)."""
    packing_slip, form = _found(pk), ReasonForm(request.POST)
    if not form.is_valid():
        raise Malformed(why=" ".join(map(str, form.errors["reason"])))
    cancel_packing_slip(
        packing_slip=packing_slip, user=request.user, reason=form.cleaned_data["reason"], token=_token(request)
    )
    messages.success(request, _("Packing slip %(number)s is cancelled.") % {"number": packing_slip.number})
    return redirect("packing_slip_detail", pk)


@require_POST
@refusals_on(_reversal_page)
def packing_slip_reverse(request: Request, pk: int) -> HttpResponse:
    """Reverse the ticked lines (PCK-3)."""
    check_may(request.user, MAINTAIN)
    packing_slip = _found(pk)
    check_posted(packing_slip)
    form = ReversalForm(packing_slip.lines.select_related("order_line"), request.POST)
    if not form.is_valid():
        return _reversal_page(request, pk)
    reverse_lines(
        packing_slip=packing_slip,
        quantities=form.quantities(),
        user=request.user,
        reason=form.cleaned_data["reason"],
        token=_token(request),
    )
    messages.success(request, _("The lines are reversed."))
    return redirect("packing_slip_detail", pk)


def _found(pk: int) -> PackingSlip:
    slips = PackingSlip.objects.select_related("order__customer", "order__delivery_address", "posted_by")
    packing_slip = slips.filter(pk=pk).first()
    if packing_slip is None:
        raise NotFound
    return packing_slip


def _first_units() -> Prefetch[Any]:
    units = PackingSlipUnit.objects.with_number().annotate(note=F("registration__note")).order_by("pk")
    return Prefetch("units", units[:FIRST_NUMBERS], to_attr="first_units")


def _token(request: Request) -> str:
    """What makes a form that is sent twice count once (PCK-2)."""
    return request.POST.get("form_token", "")
