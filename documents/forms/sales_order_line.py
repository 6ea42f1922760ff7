"""The lines of a sales order as they are typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.forms.packing_slip import LineQuantityField
from documents.rules.sales_order import LineEntry, faults_of_entry
from orders.models import Product, SalesOrderLine
from orders.rules.quantity import parse_price, shown
from serialreg.errors import Refusal
from serialreg.web import key_of

MAX_LINES = 400  # with the fields of each, what one request may carry
EMPTY_ROWS = 5


def offering(url_name: str, datalist: str) -> dict[str, Any]:
    """What makes a field offer what matches while one types."""
    return {
        "list": datalist,
        "autocomplete": "off",
        "hx-get": reverse_lazy(url_name),
        "hx-trigger": "input changed delay:200ms",
        "hx-target": f"#{datalist}",
    }


class PriceField(forms.CharField):
    """A price as people type it, in the active language; empty for the product's [quantity_invalid]."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        try:
            return parse_price(text) if text else None
        except Refusal as refusal:
            raise ValidationError(refusal.text, refusal.code) from refusal


class LineForm(forms.Form):
    """One line. A row in which nothing was typed is no line; `entry` is what the others want."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    product = forms.CharField(
        label=gettext_lazy("Product"),
        max_length=40,
        widget=forms.TextInput(attrs=offering("sales_order_products", "products")),
    )
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
        self.line = current.get(key_of(str(self["id"].value() or "")) or 0)
        self.held = held.get(self.line.pk) if self.line else None
        if self.line and not self.line.quantity:
            quantity: Any = self.fields["quantity"]
            quantity.least = Decimal(0)  # its rest was cancelled
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


class BaseLineForms(forms.BaseFormSet):
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
            form.fields["DELETE"].widget.attrs["disabled"] = True

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


def row_of(line: SalesOrderLine) -> dict[str, Any]:
    return {
        "id": line.pk,
        "product": line.product.item_number,
        "quantity": shown(line.quantity),
        "unit_price": shown(line.unit_price),
    }


def _products_named(texts: Iterable[str]) -> dict[str, Product]:
    """The products of these item numbers or GTINs, in any case, by what names them in lower case."""
    names = {name for text in texts if (name := text.strip()) and name.isprintable()}
    lowered = {name.lower() for name in names}
    wanted = Q(item_number__in=names) | Q(lowered__in=lowered) | Q(gtin__in=names)
    products = Product.objects.select_related("tracking_assignment__group")
    found = list(products.annotate(lowered=Lower("item_number")).filter(wanted))
    by_gtin = {product.gtin: product for product in found if product.gtin}
    return by_gtin | {product.item_number.lower(): product for product in found}
