from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orders.rules.permission import check_may, may
from serialreg.errors import Refusal
from serialreg.web import Request, changes_of, form_page, page_of, read_only, refusals_in, refusals_on, sorted_by
from tracking.forms.dimension_group import DimensionGroupFilter, DimensionGroupForm
from tracking.models import TrackingDimensionGroup
from tracking.operations.dimension_group import (
    MAINTAIN_GROUP,
    delete_dimension_group,
    save_dimension_group,
    why_not_deleted,
)

VIEW_GROUP = "tracking.view_trackingdimensiongroup"


@require_safe
def dimension_group_list(request: Request) -> HttpResponse:
    check_may(request.user, VIEW_GROUP)
    groups = TrackingDimensionGroup.objects.annotate(products=Count("assignments"))
    filters = DimensionGroupFilter(request.GET, groups)
    rows, sort = sorted_by(request, filters.qs, "name", "description", "products")
    context = {
        "filter": filters,
        "sort": sort,
        "page": page_of(request, rows),
        "may_maintain": may(request.user, MAINTAIN_GROUP),
    }
    return render(request, "tracking/dimension_group/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def dimension_group_create(request: Request) -> HttpResponse:
    check_may(request.user, MAINTAIN_GROUP)
    return _group_page(request, TrackingDimensionGroup())


@require_http_methods(["GET", "HEAD", "POST"])
def dimension_group_edit(request: Request, pk: int) -> HttpResponse:
    check_may(request.user, MAINTAIN_GROUP if request.method == "POST" else VIEW_GROUP)
    return _group_page(request, get_object_or_404(TrackingDimensionGroup, pk=pk))


def _group_page(request: Request, group: TrackingDimensionGroup) -> HttpResponse:
    form = DimensionGroupForm(request.POST or None, group=group)
    if request.method == "POST" and form.is_valid():
        if form.unconfirmed():
            return _page_with(request, form.settled())
        with refusals_in(form):
            token = request.POST.get("form_token", "")
            saved = save_dimension_group(group=group, values=form.values, user=request.user, token=token)
            messages.success(request, _("Tracking dimension group %(group)s is saved.") % {"group": saved})
            return redirect("dimension_group_edit", saved.pk)
    return _page_with(request, form)


def _page_with(request: Request, form: DimensionGroupForm, refusal: Refusal | None = None) -> HttpResponse:
    group, may_maintain = form.group, may(request.user, MAINTAIN_GROUP)
    if not may_maintain:
        read_only(form)
    context = {
        "form": form,
        "group": group,
        "refusal": refusal,
        "form_token": request.POST.get("form_token") or uuid4(),
        "may_maintain": may_maintain,
        "kept": why_not_deleted(group) if group.pk else None,
        "changes": changes_of(group) if group.pk else [],
    }
    return form_page(request, "tracking/dimension_group/form.html", context)


@require_POST
def dimension_group_settings(request: Request, pk: int | None = None) -> HttpResponse:
    """The serial settings as switching the sales process leaves them; nothing is saved."""
    check_may(request.user, MAINTAIN_GROUP)
    group = get_object_or_404(TrackingDimensionGroup, pk=pk) if pk else TrackingDimensionGroup()
    form = DimensionGroupForm(request.POST, group=group)
    form.is_valid()  # reads what can be read: a name that is still missing is no matter here
    return render(request, "tracking/dimension_group/_settings.html", {"form": form.settled()})


def _kept_page(request: Request, pk: int, *, refusal: Refusal) -> HttpResponse:
    """The page of a group that was not deleted."""
    group = get_object_or_404(TrackingDimensionGroup, pk=pk)
    return _page_with(request, DimensionGroupForm(group=group), refusal)


@require_POST
@refusals_on(_kept_page)
def dimension_group_delete(request: Request, pk: int) -> HttpResponse:
    group = get_object_or_404(TrackingDimensionGroup, pk=pk)
    delete_dimension_group(group=group, user=request.user)
    messages.success(request, _("Tracking dimension group %(group)s is deleted.") % {"group": group})
    return redirect("dimension_group_list")
