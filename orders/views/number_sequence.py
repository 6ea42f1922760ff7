from __future__ import annotations

from copy import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orders.forms.number_sequence import NumberSequenceForm
from orders.models import NumberSequence
from orders.operations.number_sequence import save_number_sequence
from orders.rules.permission import check_may, may
from serialreg.web import Request, changes_of, form_page, page_of, read_only, refusals_in, sorted_by

VIEW = "orders.view_numbersequence"
MAINTAIN = "orders.maintain_numbersequence"


@require_safe
def number_sequence_list(request: Request) -> HttpResponse:
    check_may(request.user, VIEW)
    rows, sort = sorted_by(request, NumberSequence.objects.all(), "name", "kind")
    context = {
        "sort": sort,
        "page": page_of(request, rows),
        "may_maintain": may(request.user, MAINTAIN),
    }
    return render(request, "orders/number_sequence/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def number_sequence_create(request: Request) -> HttpResponse:
    check_may(request.user, MAINTAIN)
    return _number_sequence_page(request, NumberSequence())


@require_http_methods(["GET", "HEAD", "POST"])
def number_sequence_edit(request: Request, pk: int) -> HttpResponse:
    check_may(request.user, MAINTAIN if request.method == "POST" else VIEW)
    return _number_sequence_page(request, get_object_or_404(NumberSequence, pk=pk))


def _number_sequence_page(request: Request, sequence: NumberSequence) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = NumberSequenceForm(data, instance=copy(sequence))  # what is typed is not what the page says of the sequence
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            saved = save_number_sequence(sequence=sequence, values=form.cleaned_data, user=request.user)
            messages.success(request, _("Number sequence %(sequence)s is saved.") % {"sequence": saved})
            return redirect("number_sequence_list")
    may_maintain = may(request.user, MAINTAIN)
    if not may_maintain:
        read_only(form)
    context = {
        "form": form,
        "sequence": sequence,
        "may_maintain": may_maintain,
        "changes": changes_of(sequence) if sequence.pk else [],
    }
    return form_page(request, "orders/number_sequence/form.html", context)
