"""The start page: what waits for this user, and where to begin."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from documents.models import PackingSlip, PackingSlipStatus
from orders.models import OrderStatus, SalesOrder
from orders.rules.permission import may
from serialreg.web import Request
from tracking.models import Registration


@require_safe
def home(request: Request) -> HttpResponse:
    context = {"waiting": waiting_for(request.user), "starts": starts_of(request.user)}
    return render(request, "documents/home.html", context)


def waiting_for(user: Any) -> list[dict[str, Any]]:
    """The work of the user's roles that is not finished: one count each."""
    waiting = []
    if may(user, "orders.view_salesorder"):
        for status in (OrderStatus.OPEN, OrderStatus.PARTLY_DELIVERED):
            orders = SalesOrder.objects.filter(status=status)
            text = _("Sales orders: %(status)s") % {"status": status.label}
            waiting.append(_waiting(text, orders.count(), "sales_order_list", f"?status={status}"))
    if may(user, "documents.view_packingslip"):
        drafts = PackingSlip.objects.drafts()
        waiting.append(
            _waiting(
                _("Draft packing slips"), drafts.count(), "packing_slip_list", f"?status={PackingSlipStatus.DRAFT}"
            )
        )
    if may(user, "tracking.view_registration"):
        blanks = Registration.objects.live().blank()
        waiting.append(_waiting(_("Units that were not readable"), blanks.count(), "blank_list"))
    return waiting


def _waiting(text: str, count: int, url_name: str, query: str = "") -> dict[str, Any]:
    return {"text": text, "count": count, "url_name": url_name, "query": query}


def starts_of(user: Any) -> list[tuple[str, str]]:
    """What the user can make: (url name, text)."""
    starts = [
        ("orders.maintain_salesorder", "sales_order_create", _("New sales order")),
        ("orders.maintain_customer", "customer_create", _("New customer")),
        ("orders.maintain_product", "product_create", _("New product")),
        ("tracking.maintain_trackingdimensiongroup", "dimension_group_create", _("New tracking dimension group")),
    ]
    return [(url_name, text) for right, url_name, text in starts if may(user, right)]
