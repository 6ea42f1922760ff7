from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from documents.models import PackingSlip, PackingSlipLine, PackingSlipStatus
from orders.models.fields import validate_plain_text
from orders.rules.quantity import LEAST, parse_quantity, shown
from serialreg.errors import QuantityInvalid


class RemarkField(forms.CharField):
    """A reason or a note: optional, one line, for people."""

    default_validators = [validate_plain_text]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 200, "required": False, **kwargs})


class LineQuantityField(forms.CharField):
    """A quantity as people type it, in the active language [quantity_invalid]."""

    def __init__(self, *, least: Decimal = LEAST, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least = least
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        try:
            return parse_quantity(text, least=self.least) if text else None
        except QuantityInvalid as refusal:
            raise ValidationError(refusal.text, code=refusal.code) from refusal


class PackingSlipFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Number, order or customer"))
    status = django_filters.ChoiceFilter(
        method="in_status", choices=PackingSlipStatus.choices, label=_("Status"), empty_label=_("All")
    )

    class Meta:
        model = PackingSlip
        fields = ["q", "status"]

    def search(self, rows: Any, name: str, value: str) -> Any:
        return rows.matching(value.strip())

    def in_status(self, rows: Any, name: str, value: str) -> Any:
        return rows.in_status(value)


class QuantitiesForm(forms.Form):
    """A quantity for each line, by the line's key."""

    def __init__(self, lines: Iterable[PackingSlipLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(lines)


class PackingSlipForm(QuantitiesForm):
    """Quantities and date of a draft."""

    document_date = forms.DateField(
        label=_("Date"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Empty: the day of posting."),
    )

    def __init__(self, lines: Iterable[PackingSlipLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(lines, *args, **kwargs)
        for line in self.lines:
            self.fields[f"quantity_{line.pk}"] = LineQuantityField(
                label=_("Quantity of line %(line)s") % {"line": line.order_line.position},
                initial=shown(line.quantity),
                least=Decimal(0),
            )

    def quantities(self) -> dict[int, Decimal]:
        return {line.pk: self.cleaned_data[f"quantity_{line.pk}"] for line in self.lines}


class ReasonForm(forms.Form):
    """Why a packing slip is cancelled."""

    reason = RemarkField(label=_("Reason"))


class NoteForm(forms.Form):
    """What can be seen of a label that is not readable."""

    note = RemarkField(label=_("Note"))


class ReversalForm(QuantitiesForm):
    """Which lines are reversed; how much of those that are not serialised (PCK-3)."""

    reason = RemarkField(label=_("Reason"))

    def __init__(self, lines: Iterable[PackingSlipLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(lines, *args, **kwargs)
        for line in self.lines:
            name = _("Reverse line %(line)s") % {"line": line.order_line.position}
            self.fields[f"take_{line.pk}"] = forms.BooleanField(label=name, required=False)
            if not line.serialised:
                self.fields[f"quantity_{line.pk}"] = LineQuantityField(
                    label=_("Quantity of line %(line)s") % {"line": line.order_line.position},
                    required=False,
                )

    def clean(self) -> dict[str, Any]:
        ticked = [line for line in self.lines if self.cleaned_data.get(f"take_{line.pk}")]
        if not ticked:
            raise ValidationError(_("Tick the lines to reverse."), code="malformed")
        return self.cleaned_data

    def quantities(self) -> dict[int, Decimal | None]:
        """The ticked lines; None takes back all that is left."""
        return {
            line.pk: self.cleaned_data.get(f"quantity_{line.pk}")
            for line in self.lines
            if self.cleaned_data[f"take_{line.pk}"]
        }
