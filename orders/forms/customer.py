from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import Customer, CustomerAddress
from orders.models.choices import currency_choices

ADDRESS_FIELDS = ["name", "street", "street_2", "postal_code", "city", "country", "for_invoices"]


class CustomerFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Number, name or VAT number"))
    country = django_filters.ChoiceFilter(
        choices=lambda: Customer._meta.get_field("country").choices, label=_("Country"), empty_label=_("All")
    )

    class Meta:
        model = Customer
        fields = ["q", "country"]

    def search(self, rows: Any, name: str, value: str) -> Any:
        return rows.matching(value.strip())


class CustomerForm(forms.ModelForm):
    currency = forms.ChoiceField(label=_("Currency"), choices=currency_choices)

    class Meta:
        model = Customer
        fields = [
            "number",
            "name",
            "language",
            "currency",
            "country",
            "vat_number",
            "electronic_address_scheme",
            "electronic_address",
        ]


class AddressForm(forms.ModelForm):
    class Meta:
        model = CustomerAddress
        fields = ADDRESS_FIELDS


AddressForms = forms.inlineformset_factory(
    Customer, CustomerAddress, form=AddressForm, extra=1, max_num=100, absolute_max=200
)


def values_of(addresses: forms.BaseInlineFormSet) -> list[dict[str, Any]]:
    """The addresses that the customer is to have, in the words of save_customer."""
    return [
        {"id": form.instance.pk, **{name: form.cleaned_data[name] for name in ADDRESS_FIELDS}}
        for form in addresses.forms
        if form.cleaned_data and form not in addresses.deleted_forms
    ]
