from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast
from uuid import uuid4

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.forms.packing_slip import LineQuantityField
from documents.rules.sales_order import LineEntry, faults_of_entry
from orders.models import Customer, CustomerAddress, OrderStatus, Product, SalesOrder, SalesOrderLine
from orders.models.fields import validate_plain_text
from orders.rules.quantity import parse_price, shown
from serialreg.errors import Refusal

MAX_LINES = 400  # with the fields of each, what one request may carry
EMPTY_ROWS = 5


class SalesOrderFilter(django_filters.FilterSet):  # type: ignore[misc]  # comes without types
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


class LineChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
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


class ReleaseForm(forms.Form):
    """Why a pending number is given up (ORD-4)."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, validators=[validate_plain_text])


# The order


class CustomerField(forms.CharField):
    """A customer by number; the page offers numbers while one types."""

    def clean(self, value: Any) -> Customer | None:
        number = super().clean(value).strip()
        customer = Customer.objects.filter(number__iexact=number).first() if number else None
        if number and customer is None:
            raise ValidationError(
                _("There is no customer with the number “%(number)s”."), "not_found", {"number": number}
            )
        return customer


class SalesOrderForm(forms.Form):
    """An order with its lines, which are a formset of their own: `form.lines`."""

    form_token = forms.CharField(widget=forms.HiddenInput, required=False, initial=lambda: str(uuid4()))
    customer = CustomerField(label=gettext_lazy("Customer"), max_length=20)
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
            initial=[_row_of(line) for line in current] if rows is None else rows,
            current={line.pk: line for line in current},
            held=held or {},
        )
        number = str(self["customer"].value() or "").strip()
        self.named = Customer.objects.filter(number__iexact=number).first() if number.isprintable() and number else None
        self._offer_addresses()

    def _offer_addresses(self) -> None:
        """Those of the customer; the first one is proposed."""
        field: Any = self.fields["delivery_address"]
        field.queryset = CustomerAddress.objects.filter(customer=self.named).select_related("customer").order_by("pk")
        if self.named and not self.order:
            self.initial.setdefault("delivery_address", field.queryset.first())

    def clean(self) -> dict[str, Any]:
        if not self.lines.is_valid():
            raise ValidationError(_("Some lines have faults, or are too many: see below."), self.lines.first_code)
        return self.cleaned_data

    def again(self, **values: Any) -> SalesOrderForm:
        """The same with all that was typed and further empty rows, before anything of it is judged."""
        typed = {name: self[name].value() for name in self.fields}
        if self.named is None or typed["delivery_address"] == "":
            del typed["delivery_address"]
        return SalesOrderForm(order=self.order, initial=typed, rows=self.lines.typed(), **values)


def _header_of(order: SalesOrder) -> dict[str, Any]:
    return {
        "customer": order.customer.number,
        "delivery_address": order.delivery_address_id,
        "customer_reference": order.customer_reference,
        "order_date": order.order_date,
    }


# Its lines


class PriceField(forms.CharField):
    """A price as people type it, in the active language; empty for the product's [quantity_invalid]."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_price(text) if text else None
        except Refusal as refusal:
            raise ValidationError(refusal.text, refusal.code) from refusal


class LineForm(forms.Form):
    """One line. A row in which nothing was typed is no line; `entry` is what the others want."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    product = forms.CharField(label=gettext_lazy("Product"), max_length=40)
    quantity = LineQuantityField(label=gettext_lazy("Quantity"))
    unit_price = PriceField(label=gettext_lazy("Price"), required=False)

    def __init__(
        self,
        *args: Any,
        products: Mapping[str, Product],
        current: Mapping[int, SalesOrderLine],
        held: Mapping[int, Refusal],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.products = products
        self.line = current.get(_key(self["id"].value()))
        self.held = held.get(self.line.pk) if self.line else None
        if self.held:
            self.fields["product"].widget.attrs["readonly"] = True

    @property
    def named(self) -> Product | None:
        """The product of what stands in the field."""
        return self.products.get(str(self["product"].value() or "").strip().lower())

    def clean_product(self) -> Product:
        if self.named is None:
            text = self.cleaned_data["product"]
            raise ValidationError(
                _("There is no product with the item number or GTIN “%(text)s”."), "not_found", {"text": text}
            )
        return self.named

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            for fault in faults_of_entry(self.entry, self.line or SalesOrderLine(position=0)):
                self.add_error(fault.field, ValidationError(fault.text, fault.code))
        return self.cleaned_data

    @property
    def entry(self) -> LineEntry:
        return LineEntry(**{name: self.cleaned_data[name] for name in ("product", "quantity", "unit_price", "id")})


class BaseLineForms(forms.BaseFormSet):  # type: ignore[type-arg]
    """The rows of an order; products are looked up together, in one query."""

    def __init__(
        self, *args: Any, current: Mapping[int, SalesOrderLine], held: Mapping[int, Refusal], **kwargs: Any
    ) -> None:
        self.current, self.held = current, held
        super().__init__(*args, **kwargs)

    def initial_form_count(self) -> int:
        """Which line a row is about is said by its key alone, so rows without one may stay empty."""
        return 0 if self.is_bound else super().initial_form_count()

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {"products": self.products, "current": self.current, "held": self.held}

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove")
        if form.held:
            form.fields["DELETE"].widget.attrs |= {"disabled": True, "title": form.held.text}

    @cached_property
    def products(self) -> Mapping[str, Product]:
        """The products that the rows name, by item number and by GTIN."""
        if self.is_bound:
            typed = [str(self.data.get(f"{self.add_prefix(i)}-product", "")) for i in range(self.total_form_count())]
        else:
            typed = [str(row.get("product", "")) for row in self.initial or []]
        return _products_named(typed)

    @property
    def first_code(self) -> str:
        """The code of the first fault."""
        faults = [self.non_form_errors(), *(error for form in self.forms for error in form.errors.values())]
        return next((error.code for errors in faults for error in errors.as_data()), "")

    def entries(self) -> list[LineEntry]:
        """The lines that are wanted."""
        return [form.entry for form in self.forms if form.has_changed() and form not in self.deleted_forms]

    def removed(self) -> set[int]:
        """The keys of the lines that are to go."""
        return {form.cleaned_data["id"] for form in self.deleted_forms if form.cleaned_data.get("id")}

    def typed(self) -> list[dict[str, Any]]:
        """What stands in the rows, unjudged; the empty ones are left out."""
        rows = [{name: form[name].value() for name in form.fields} for form in self.forms]
        return [row for row in rows if any(row.values())]


LineForms = cast(
    "type[BaseLineForms]",
    forms.formset_factory(
        LineForm,
        formset=BaseLineForms,
        extra=EMPTY_ROWS,
        can_delete=True,
        max_num=MAX_LINES,
        absolute_max=MAX_LINES,
        validate_max=True,
    ),
)


def _row_of(line: SalesOrderLine) -> dict[str, Any]:
    return {
        "id": line.pk,
        "product": line.product.item_number,
        "quantity": shown(line.quantity),
        "unit_price": shown(line.unit_price),
    }


def _key(text: Any) -> int:
    """The key that stands in a hidden field; 0, which no row has, for nonsense."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _products_named(texts: Iterable[str]) -> dict[str, Product]:
    """The products of these item numbers or GTINs, in any case, by what names them in lower case."""
    names = {name for text in texts if (name := text.strip()) and name.isprintable()}
    lowered = {name.lower() for name in names}
    wanted = Q(item_number__in=names) | Q(lowered__in=lowered) | Q(gtin__in=names)
    products = Product.objects.select_related("tracking_assignment__group")
    found = list(products.annotate(lowered=Lower("item_number")).filter(wanted))
    by_gtin = {product.gtin: product for product in found if product.gtin}
    return by_gtin | {product.item_number.lower(): product for product in found}
