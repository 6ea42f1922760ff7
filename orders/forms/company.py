from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import Company
from orders.models.choices import currency_choices
from orders.rules.logo import MAX_UPLOAD_BYTES


class CompanyForm(forms.ModelForm):
    upload = forms.FileField(
        label=_("Logo"), required=False, help_text=_("PNG or JPEG, at most 2 MB. It is made smaller to fit documents.")
    )
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)
    currency = forms.ChoiceField(label=_("Currency of new customers"), choices=currency_choices)

    website = forms.URLField(label=_("Website"), max_length=100, required=False, assume_scheme="https")

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

    def clean_upload(self) -> bytes | None:
        """The bytes of the upload, one more than allowed at most; nothing when none was sent."""
        upload = self.cleaned_data["upload"]
        return upload.read(MAX_UPLOAD_BYTES + 1) if upload else None

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in {"upload", "remove_logo"}}

    def picture(self) -> bytes | None:
        """What is to become of the logo, in the words of save_company."""
        return b"" if self.cleaned_data["remove_logo"] else self.cleaned_data["upload"]
