from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import Product
from orders.rules.quantity import parse_decimal, shown
from tracking.models import TrackingDimensionGroup

PRODUCT_FIELDS = [
    "item_number",
    "name",
    "gtin",
    "unit",
    "price",
    "vat_category",
    "vat_rate",
    "warranty_months",
    "service_months",
    "catch_weight",
]
_SERIALISED = Q(tracking_assignment__group__serial_active_in_sales_process=True) | Q(
    tracking_assignment__group__serial_active=True
)


YES_OR_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]


class ProductFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=gettext_lazy("Item number, name or GTIN"))
    group = django_filters.ModelChoiceFilter(
        field_name="tracking_assignment__group",
        queryset=TrackingDimensionGroup.objects.order_by("name"),
        label=gettext_lazy("Tracking dimension group"),
        empty_label=gettext_lazy("All"),
    )
    serialised = django_filters.ChoiceFilter(
        method="by_serialised", choices=YES_OR_NO, label=gettext_lazy("Serialised"), empty_label=gettext_lazy("All")
    )
    catch_weight = django_filters.ChoiceFilter(
        method="by_catch_weight", choices=YES_OR_NO, label=gettext_lazy("Catch weight"), empty_label=gettext_lazy("All")
    )

    class Meta:
        model = Product
        fields = ["q", "group", "serialised", "catch_weight"]

    def search(self, rows: Any, name: str, value: str) -> Any:
        return rows.matching(value.strip())

    def by_serialised(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(_SERIALISED) if value == "yes" else rows.exclude(_SERIALISED)

    def by_catch_weight(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(catch_weight=value == "yes")


class TypedDecimalField(forms.DecimalField):
    """A number as the language writes it, in ASCII digits: no exponents, no thousands, no NaN."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs think of integers
        if value in self.empty_values:
            return None
        number = parse_decimal(str(value), places=self.decimal_places or 0)
        if number is None:
            raise ValidationError(
                _("Write a number with at most %(places)s decimals, like %(sample)s."),
                code="invalid",
                params={"places": self.decimal_places, "sample": shown(Decimal("99.5"))},
            )
        return number

    def prepare_value(self, value: Any) -> Any:
        return shown(value) if isinstance(value, Decimal) else value


class TypedCountField(forms.IntegerField):
    """A count in ASCII digits; Python by itself reads those of every script."""

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        if not re.fullmatch(r" *[0-9]{1,9} *", str(value)):
            raise ValidationError(_("Write a whole number."), code="invalid")
        return int(value)


class ProductForm(forms.ModelForm):
    group = forms.ModelChoiceField(
        TrackingDimensionGroup.objects.order_by("name"),
        required=False,
        label=gettext_lazy("Tracking dimension group"),
        empty_label=gettext_lazy("No group: it takes no numbers"),
    )

    class Meta:
        model = Product
        fields = PRODUCT_FIELDS
        field_classes = {
            "price": TypedDecimalField,
            "vat_rate": TypedDecimalField,
            "warranty_months": TypedCountField,
            "service_months": TypedCountField,
        }

    def __init__(self, *args: Any, may_choose_group: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assignment = getattr(self.instance, "tracking_assignment", None)
        self.fields["group"].initial = assignment and assignment.group
        self.fields["group"].disabled = not may_choose_group

    def _get_validation_exclusions(self) -> set[str]:
        """Whether these are taken is asked by the operation: the same submission again is no duplicate of itself."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # not in the stubs
        return excluded | {"item_number", "gtin"}

    @property
    def values(self) -> dict[str, Any]:
        """What the operation is to save of the product itself."""
        return {name: self.cleaned_data[name] for name in PRODUCT_FIELDS}
