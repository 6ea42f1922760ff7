from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.forms.sales_order_line import LineForms, offering, row_of
from orders.models import Customer, CustomerAddress, OrderStatus, SalesOrder, SalesOrderLine
from orders.models.fields import validate_plain_text
from serialreg.errors import Refusal


class SalesOrderFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=gettext_lazy("Number, reference or customer"))
    status = django_filters.ChoiceFilter(
        choices=OrderStatus.choices, label=gettext_lazy("Status"), empty_label=gettext_lazy("All")
    )

    class Meta:
        model = SalesOrder
        fields = ["q", "status"]

    def search(self, rows: QuerySet[SalesOrder], name: str, value: str) -> QuerySet[SalesOrder]:
        text = value.strip()
        return rows.filter(
            Q(number__icontains=text)
            | Q(customer_reference__icontains=text)
            | Q(customer__number__istartswith=text)
            | Q(customer__name__icontains=text)
        )


class LineChoice(forms.ModelChoiceField):
    def label_from_instance(self, line: SalesOrderLine) -> str:
        return f"{line.position} – {line.product}"


class RestForm(forms.Form):
    """Of which line the rest is cancelled (ORD-2)."""

    line = LineChoice(SalesOrderLine.objects.none(), label=gettext_lazy("Line"), required=False)

    def __init__(self, order: SalesOrder, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["line"]
        field.queryset = order.lines.select_related("product")
        field.empty_label = _("All lines")


# The order


LONGEST_NUMBER = 20


def _customer_named(number: str) -> Customer | None:
    """Whatever is typed can be asked for here: no database is bothered with what it cannot take."""
    can_be = 0 < len(number) <= LONGEST_NUMBER and number.isprintable()
    return Customer.objects.filter(number__iexact=number).first() if can_be else None


class CustomerField(forms.CharField):
    """A customer by number; the page offers numbers while one types."""

    def clean(self, value: Any) -> Customer | None:
        number = super().clean(value).strip()
        customer = _customer_named(number)
        if number and customer is None:
            raise ValidationError(
                _("There is no customer with the number “%(number)s”."), "not_found", {"number": number}
            )
        return customer


class SalesOrderForm(forms.Form):
    """An order with its lines, which are a formset of their own: `form.lines`."""

    form_token = forms.CharField(
        widget=forms.HiddenInput({"autocomplete": "off"}), required=False, initial=lambda: str(uuid4())
    )
    customer = CustomerField(
        label=gettext_lazy("Customer"),
        max_length=LONGEST_NUMBER,
        widget=forms.TextInput(attrs=offering("sales_order_customers", "customers")),
    )
    delivery_address = forms.ModelChoiceField(
        CustomerAddress.objects.none(), label=gettext_lazy("Delivery address"), required=False
    )
    customer_reference = forms.CharField(
        label=gettext_lazy("Customer's reference"), required=False, max_length=60, validators=[validate_plain_text]
    )
    order_date = forms.DateField(
        label=gettext_lazy("Order date"),
        initial=timezone.localdate,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        order: SalesOrder | None = None,
        initial: dict[str, Any] | None = None,
        rows: Sequence[dict[str, Any]] | None = None,
        held: Mapping[int, Refusal] | None = None,
    ) -> None:
        current = list(order.lines.select_related("product")) if order else []
        super().__init__(data, initial=_header_of(order) if order and initial is None else initial)
        self.order = order
        self.lines = LineForms(
            data,
            prefix="lines",
            initial=[row_of(line) for line in current] if rows is None else rows,
            current={line.pk: line for line in current},
            held=held or {},
        )
        self.named = _customer_named(str(self["customer"].value() or "").strip())
        self._offer_addresses()

    def _offer_addresses(self) -> None:
        """Those of the customer; the first one is proposed."""
        field: Any = self.fields["delivery_address"]
        field.queryset = CustomerAddress.objects.filter(customer=self.named).select_related("customer").order_by("pk")
        if "delivery_address" not in self.initial:
            self.initial["delivery_address"] = field.queryset.first()

    def clean(self) -> dict[str, Any]:
        if not self.lines.is_valid():
            raise ValidationError(_("Some lines have faults, or are too many: see below."), self.lines.first_code)
        return self.cleaned_data

    def again(self, **values: Any) -> SalesOrderForm:
        """The same with all that was typed and further empty rows, before anything of it is judged."""
        typed = {name: self[name].value() for name in self.fields}
        offered: Any = self.fields["delivery_address"]
        if typed["delivery_address"] not in {str(address.pk) for address in offered.queryset}:
            del typed["delivery_address"]
        return SalesOrderForm(order=self.order, initial=typed, rows=self.lines.typed(), **values)


def _header_of(order: SalesOrder) -> dict[str, Any]:
    return {
        "customer": order.customer.number,
        "delivery_address": order.delivery_address_id,
        "customer_reference": order.customer_reference,
        "order_date": order.order_date,
    }
