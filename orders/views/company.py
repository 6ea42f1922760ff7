from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orders.forms.company import CompanyForm
from orders.models import Company
from orders.operations.company import save_company
from orders.rules.permission import check_may, may
from serialreg.web import Request, changes_of, form_page, read_only, refusals_in

VIEW = "orders.view_company"
MAINTAIN = "orders.maintain_company"


@require_http_methods(["GET", "HEAD", "POST"])
def company(request: Request) -> HttpResponse:
    is_sent = request.method == "POST"
    check_may(request.user, MAINTAIN if is_sent else VIEW)
    row = Company.objects.get()
    form = CompanyForm(request.POST, request.FILES, instance=row) if is_sent else CompanyForm(instance=row)
    if is_sent and form.is_valid():
        with refusals_in(form):
            save_company(company=row, values=form.values(), upload=form.picture(), user=request.user)
            messages.success(request, _("The company is saved."))
            return redirect("company")
    may_maintain = may(request.user, MAINTAIN)
    if not may_maintain:
        read_only(form)
    context = {"form": form, "company": row, "may_maintain": may_maintain, "changes": changes_of(row)}
    return form_page(request, "orders/company/form.html", context)


@require_safe
def company_logo(request: Request) -> HttpResponse:
    check_may(request.user, VIEW)
    logo = Company.objects.values_list("logo", flat=True).get()
    if not logo:
        raise Http404
    return HttpResponse(bytes(logo), content_type="image/png")
