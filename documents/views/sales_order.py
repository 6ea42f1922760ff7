"""Sales orders: the list, one order with its documents and pending numbers, and the form (ORD)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from documents.forms.sales_order import RestForm, SalesOrderFilter, SalesOrderForm
from documents.models import PackingSlip, PackingSlipLine, PackingSlipStatus, PackingSlipUnit
from documents.operations.sales_order import (
    MAINTAIN,
    cancel_rest,
    delete_sales_order,
    packing_slips_of,
    release_pending,
    save_sales_order,
)
from documents.rules.packing_slip import status_of
from documents.rules.sales_order import check_no_documents, check_no_draft, check_something_left
from orders.models import Customer, Product, SalesOrder, SalesOrderLine
from orders.rules.permission import MSC, check_may, may
from serialreg.errors import NotFound, Refusal, faults_of
from serialreg.web import Request, changes_of, form_page, page_of, refusals_in, refusals_on, sorted_by
from tracking.models import Registration, RegistrationState, group_of

VIEW = "orders.view_salesorder"
OFFERED = 50  # how many customers or products are offered at a time
PENDING_A_PAGE = 100


@require_safe
def sales_order_list(request: Request) -> HttpResponse:
    check_may(request.user, VIEW)
    orders = SalesOrderFilter(request.GET, SalesOrder.objects.select_related("customer"))
    rows, sort = sorted_by(request, orders.qs, "-number", "number", "status")
    context = {
        "filter": orders,
        "sort": sort,
        "page": page_of(request, rows),
        "may_maintain": may(request.user, MAINTAIN),
    }
    return render(request, "documents/sales_order/list.html", context)


# One order


@require_safe
def sales_order_detail(request: Request, pk: int) -> HttpResponse:
    return sales_order_page(request, pk)


def sales_order_page(request: Request, pk: int, *, refusal: Refusal | None = None) -> HttpResponse:
    """An order as it stands, with what was refused there."""
    check_may(request.user, VIEW)
    order = get_object_or_404(SalesOrder.objects.select_related("customer", "delivery_address__customer"), pk=pk)
    lines = list(_lines_of(order))
    packing_slips = list(order.packingslips.with_totals().order_by("-pk"))
    context = {
        "order": order,
        "lines": [(line, group_of(line.product)) for line in lines],
        "packing_slips": [(packing_slip, _status_of(packing_slip)) for packing_slip in packing_slips],
        "page": page_of(request, _pending_of(order), PENDING_A_PAGE),
        "rest": RestForm(order),
        "changes": changes_of(order),
        "refusal": refusal,
        "form_token": uuid4(),
        **_actions(request, lines, packing_slips),
    }
    return render(request, "documents/sales_order/detail.html", context)


def _lines_of(order: SalesOrder) -> QuerySet[SalesOrderLine]:
    """The lines, each with how many numbers are pending on it and how much of it draft packing slips hold."""
    on_drafts = PackingSlipLine.objects.filter(order_line=OuterRef("pk"), packing_slip__number=None).order_by()
    drafted = on_drafts.values("order_line").annotate(total=Sum("quantity"))
    return order.lines.select_related("product__tracking_assignment__group").annotate(
        pending=Count("registrations", filter=Q(registrations__state=RegistrationState.PENDING)),
        drafted=Coalesce(Subquery(drafted.values("total")), Decimal(0)),
    )


def _status_of(packing_slip: Any) -> PackingSlipStatus:
    return status_of(
        posted=packing_slip.is_posted,
        total=packing_slip.total_quantity,
        reversed_quantity=packing_slip.reversed_quantity,
    )


def _pending_of(order: SalesOrder) -> QuerySet[Registration]:
    """The pending numbers of an order, each with the packing slip that it came from last (ORD-4)."""
    links = PackingSlipUnit.objects.filter(registration=OuterRef("pk"), reversal__isnull=False).order_by("-pk")
    pending = Registration.objects.filter(order_line__order=order, state=RegistrationState.PENDING)
    return (
        pending.select_related("order_line__product")
        .annotate(
            from_id=Subquery(links.values("line__packing_slip")[:1]),
            from_number=Subquery(links.values("line__packing_slip__number")[:1]),
        )
        .order_by("order_line__position", "pk")
    )


def _actions(request: Request, lines: Sequence[Any], packing_slips: Sequence[PackingSlip]) -> dict[str, Any]:
    """What the user's roles allow, and what speaks against each of it now."""
    nothing_left = _why_not(lambda: check_something_left(lines))
    in_draft = _why_not(lambda: check_no_draft(packing_slips))
    any_free = any(line.remaining_quantity > line.drafted for line in lines)
    any_pending = any(line.pending for line in lines)
    return {
        "may_maintain": may(request.user, MAINTAIN),
        "may_ship": may(request.user, "documents.maintain_packingslip"),
        "may_release": may(request.user, MSC),
        "no_shipping": None if any_free else nothing_left or in_draft,
        "no_cancelling": in_draft or (None if any_pending else nothing_left),
        "no_deleting": _why_not(lambda: check_no_documents(packing_slips)),
    }


def _why_not(check: Callable[[], object]) -> Refusal | None:
    return next(iter(faults_of(check)), None)


@require_POST
@refusals_on(sales_order_page)
def sales_order_cancel_rest(request: Request, pk: int) -> HttpResponse:
    check_may(request.user, MAINTAIN)
    order = get_object_or_404(SalesOrder, pk=pk)
    cancel_rest(order=order, user=request.user, line_id=_chosen_line(order, request))
    messages.success(request, _("The rest of %(order)s is cancelled.") % {"order": order})
    return redirect("sales_order_detail", pk)


def _chosen_line(order: SalesOrder, request: Request) -> int | None:
    """The key of the line that was chosen, or None for all of them."""
    form = RestForm(order, request.POST)
    if not form.is_valid():
        raise NotFound(field="line")
    line = form.cleaned_data["line"]
    return line.pk if line else None


@require_POST
@refusals_on(sales_order_page)
def sales_order_delete(request: Request, pk: int) -> HttpResponse:
    check_may(request.user, MAINTAIN)
    order = get_object_or_404(SalesOrder, pk=pk)
    delete_sales_order(order=order, user=request.user)
    messages.success(request, _("Sales order %(order)s is deleted.") % {"order": order})
    return redirect("sales_order_list")


def _order_page_of_registration(request: Request, pk: int, *, refusal: Refusal) -> HttpResponse:
    return sales_order_page(request, get_object_or_404(SalesOrder, lines__registrations=pk).pk, refusal=refusal)


@require_POST
@refusals_on(_order_page_of_registration)
def registration_release(request: Request, pk: int) -> HttpResponse:
    released = release_pending(registration_id=pk, reason=request.POST.get("reason", ""), user=request.user)
    messages.success(request, _("%(number)s is released.") % {"number": released})
    return redirect("sales_order_detail", released.order_line.order_id)


# The form


@require_http_methods(["GET", "HEAD", "POST"])
def sales_order_create(request: Request) -> HttpResponse:
    check_may(request.user, MAINTAIN)
    return _form_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def sales_order_edit(request: Request, pk: int) -> HttpResponse:
    check_may(request.user, MAINTAIN)
    return _form_page(request, get_object_or_404(SalesOrder, pk=pk))


def _form_page(request: Request, order: SalesOrder | None) -> HttpResponse:
    held = _held_lines(order) if order else {}
    form = SalesOrderForm(request.POST or None, order=order, held=held)
    if "again" in request.POST:
        form = form.again(held=held)
    elif request.method == "POST" and form.is_valid():
        with refusals_in(form):
            saved = save_sales_order(
                order=order,
                values=form.cleaned_data,
                lines=form.lines.entries(),
                removed=form.lines.removed(),
                user=request.user,
                token=form.cleaned_data["form_token"],
            )
            messages.success(request, _("Sales order %(order)s is saved.") % {"order": saved})
            return redirect("sales_order_detail", saved.pk)
    context = {"form": form, "order": order, "customers": _customers(""), "products": _products("")}
    return form_page(request, "documents/sales_order/form.html", context)


def _held_lines(order: SalesOrder) -> dict[int, Refusal]:
    """Why a line of the order can be neither removed nor exchanged, by its key."""
    found = {
        line_id: _why_not(partial(check_no_documents, packing_slips))
        for line_id, packing_slips in packing_slips_of(list(order.lines.all())).items()
    }
    return {line_id: held for line_id, held in found.items() if held}


@require_safe
def sales_order_customers(request: Request) -> HttpResponse:
    """The customers to offer for what is typed."""
    check_may(request.user, MAINTAIN)
    return render(request, "documents/sales_order/_options.html", {"options": _customers(_typed(request))})


@require_safe
def sales_order_products(request: Request) -> HttpResponse:
    """The products to offer for what is typed."""
    check_may(request.user, MAINTAIN)
    return render(request, "documents/sales_order/_options.html", {"options": _products(_typed(request))})


def _typed(request: Request) -> str:
    """The text of the one field that asks, whatever its name in the form is."""
    text = str(next(iter(request.GET.values()), "")).strip()
    return text if text.isprintable() else ""


def _customers(text: str) -> QuerySet[Customer, tuple[str, str]]:
    return Customer.objects.matching(text).order_by("number").values_list("number", "name")[:OFFERED]


def _products(text: str) -> QuerySet[Product, tuple[str, str]]:
    return Product.objects.matching(text).order_by("item_number").values_list("item_number", "name")[:OFFERED]
