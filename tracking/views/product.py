from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orders.models import Product
from orders.rules.permission import check_may, may
from serialreg.web import Request, changes_of, form_page, page_of, read_only, refusals_in, sorted_by
from tracking.forms.product import ProductFilter, ProductForm
from tracking.models import TrackingAssignment, TrackingDimensionGroup, group_of
from tracking.operations.dimension_group import MAINTAIN_GROUP
from tracking.operations.product import MAINTAIN_PRODUCT, save_product


@require_safe
def product_list(request: Request) -> HttpResponse:
    check_may(request.user, "orders.view_product")
    filters = ProductFilter(request.GET, Product.objects.select_related("tracking_assignment__group"))
    products, sort = sorted_by(request, filters.qs, "item_number", "name", "gtin", "price")
    page = page_of(request, products)
    context = {
        "filter": filters,
        "sort": sort,
        "page": page,
        "rows": [(product, group_of(product)) for product in page],
        "may_maintain": may(request.user, MAINTAIN_PRODUCT),
    }
    return render(request, "tracking/product/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def product_create(request: Request) -> HttpResponse:
    check_may(request.user, MAINTAIN_PRODUCT)
    return _product_page(request, Product())


@require_http_methods(["GET", "HEAD", "POST"])
def product_edit(request: Request, pk: int) -> HttpResponse:
    check_may(request.user, MAINTAIN_PRODUCT if request.method == "POST" else "orders.view_product")
    return _product_page(
        request, get_object_or_404(Product.objects.select_related("tracking_assignment__group"), pk=pk)
    )


def _product_page(request: Request, product: Product) -> HttpResponse:
    title = str(product) if product.pk else _("New product")
    form = ProductForm(request.POST or None, instance=product, may_choose_group=may(request.user, MAINTAIN_GROUP))
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            saved = save_product(
                product=product,
                values=form.values,
                group=form.cleaned_data["group"],
                user=request.user,
                token=request.POST.get("form_token", ""),
            )
            messages.success(request, _("Product %(product)s is saved.") % {"product": saved})
            return redirect("product_edit", saved.pk)
    may_maintain = may(request.user, MAINTAIN_PRODUCT)
    if not may_maintain:
        read_only(form)
    context = {
        "form": form,
        "product": product,
        "title": title,
        "form_token": request.POST.get("form_token") or uuid4(),
        "may_maintain": may_maintain,
        "changes": _changes_of(product) if product.pk else [],
    }
    return form_page(request, "tracking/product/form.html", context)


def _changes_of(product: Product) -> list[dict[str, Any]]:
    """The last changes of the product and of its place in a group, the latest first."""
    return sorted([*changes_of(product), *_moves_of(product)], key=lambda change: change["at"], reverse=True)


def _moves_of(product: Product) -> list[dict[str, Any]]:
    """Into which groups the product was put and out of which it was taken, also of groups deleted since."""
    names = dict(TrackingDimensionGroup.history.order_by("history_date").values_list("id", "name"))
    moves = TrackingAssignment.history.filter(product_id=product.pk).select_related("history_user")
    return [
        {"at": move.history_date, "user": move.history_user, "fields": [_move(move, names.get(move.group_id, ""))]}
        for move in moves.order_by("-history_id")[:20]
    ]


def _move(move: Any, group: str) -> dict[str, Any]:
    before, after = (group, "") if move.history_type == "-" else ("", group)
    return {"name": _("tracking dimension group"), "old": before, "new": after}
