from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import Company
from orders.models.choices import currency_choices


class CompanyForm(forms.ModelForm):
    logo = forms.FileField(
        label=_("Logo"), required=False, help_text=_("PNG or JPEG, at most 2 MB. It is made smaller to fit documents.")
    )
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)
    currency = forms.ChoiceField(label=_("Currency of new customers"), choices=currency_choices)

    class Meta:
        model = Company
        fields = [
            "name",
            "organisation_number",
            "vat_number",
            "street",
            "street_2",
            "postal_code",
            "city",
            "country",
            "dispatch_address",
            "phone",
            "email",
            "website",
            "iban",
            "bic",
            "currency",
            "document_footer",
        ]
        widgets = {
            "dispatch_address": forms.Textarea(attrs={"rows": 3}),
            "document_footer": forms.Textarea(attrs={"rows": 3}),
        }

    def clean_logo(self) -> bytes | None:
        """The bytes of the upload; nothing when none was sent."""
        upload = self.cleaned_data["logo"]
        return upload.read() if upload else None

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def picture(self) -> bytes | None:
        """What is to become of the logo, in the words of save_company."""
        return b"" if self.cleaned_data["remove_logo"] else self.cleaned_data["logo"]
