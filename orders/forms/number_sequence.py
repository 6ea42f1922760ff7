from __future__ import annotations

from typing import Any

from django import forms

from orders.models import NumberSequence, SequenceKind
from orders.models.number_sequence import DOCUMENT_KINDS

OTHER_KINDS = [choice for choice in SequenceKind.choices if choice[0] not in DOCUMENT_KINDS]


class NumberSequenceForm(forms.ModelForm):
    """The kind is chosen when the sequence is made, out of those that are not a document's."""

    class Meta:
        model = NumberSequence
        fields = ["name", "kind", "prefix", "width"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["kind"].disabled = True
        else:
            self.fields["kind"] = forms.ChoiceField(label=self.fields["kind"].label, choices=OTHER_KINDS)
