from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orders.forms.customer import AddressForms, CustomerFilter, CustomerForm, values_of
from orders.models import Company, Customer
from orders.operations.customer import save_customer
from orders.rules.permission import check_may, may
from serialreg.web import Request, changes_of, form_page, page_of, read_only, refusals_in, sorted_by

VIEW = "orders.view_customer"
MAINTAIN = "orders.maintain_customer"


@require_safe
def customer_list(request: Request) -> HttpResponse:
    check_may(request.user, VIEW)
    filters = CustomerFilter(request.GET, Customer.objects.all())
    rows, sort = sorted_by(request, filters.qs, "number", "name", "country", "language", "currency")
    context = {
        "filter": filters,
        "sort": sort,
        "page": page_of(request, rows),
        "may_maintain": may(request.user, MAINTAIN),
    }
    return render(request, "orders/customer/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def customer_create(request: Request) -> HttpResponse:
    check_may(request.user, MAINTAIN)
    company = Company.objects.get()
    return _customer_page(request, Customer(currency=company.currency, country=company.country))


@require_http_methods(["GET", "HEAD", "POST"])
def customer_edit(request: Request, pk: int) -> HttpResponse:
    check_may(request.user, MAINTAIN if request.method == "POST" else VIEW)
    return _customer_page(request, get_object_or_404(Customer, pk=pk))


def _customer_page(request: Request, customer: Customer) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = CustomerForm(data, instance=copy(customer))  # what is typed is not what the page is headed with
    addresses = AddressForms(data, instance=customer, prefix="addresses")
    if request.method == "POST" and _are_valid(form, addresses):
        with refusals_in(form):
            save_customer(
                customer=customer, values=form.cleaned_data, addresses=values_of(addresses), user=request.user
            )
            messages.success(request, _("Customer %(customer)s is saved.") % {"customer": customer})
            return redirect("customer_edit", customer.pk)
    may_maintain = may(request.user, MAINTAIN)
    if not may_maintain:
        for shown in (form, *addresses):
            read_only(shown)
    context = {
        "form": form,
        "addresses": addresses,
        "customer": customer,
        "may_maintain": may_maintain,
        "changes": changes_of(customer) if customer.pk else [],
    }
    return form_page(request, "orders/customer/form.html", context)


def _are_valid(form: CustomerForm, addresses: BaseFormSet[Any]) -> bool:
    """Whether both are valid; faults of an address are a fault of the customer's form."""
    if form.is_valid() and not addresses.is_valid():
        form.add_error(None, _("Nothing was saved: see the addresses."))
    return form.is_valid()
