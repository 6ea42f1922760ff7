from __future__ import annotations

from copy import copy
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.forms.models import model_to_dict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tracking.models import TrackingDimensionGroup
from tracking.rules.dimension_group import (
    CONTROL,
    NOT_IN_SALES_PROCESS,
    SALES_PROCESS,
    SWITCHES,
    cleared_by_sales_process,
    in_sales_process,
    label_of,
    switches_sales_process_on,
)

# The settings of each dimension in the order of the page: those that act here, then those that are kept for the ERP.
SETTINGS = (
    "active",
    "active_in_sales_process",
    "control",
    "blank_issue_allowed",
    "warehouse_tracking",
    "specific_tracking",
    "assign_at_issue",
    "number_sequence",
)
BATCH_SETTINGS = tuple(name for name in SETTINGS if name != "active_in_sales_process")
ERP_SETTINGS = (
    "blank_receipt_allowed",
    "physical_inventory",
    "financial_inventory",
    "coverage_plan",
    "for_purchase_prices",
    "for_sales_prices",
)
FORMAT = ("serial_format", "serial_format_sample", "serial_format_luhn")
SERIAL_FIELDS = (*(f"serial_{name}" for name in (*SETTINGS, *ERP_SETTINGS)), *FORMAT)
BATCH_FIELDS = tuple(f"batch_{name}" for name in (*BATCH_SETTINGS, *ERP_SETTINGS))


class DimensionGroupFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Name or description"))
    serial = django_filters.ChoiceFilter(
        method="with_serial",
        label=_("Serial number"),
        empty_label=_("All"),
        choices=[
            (SALES_PROCESS, _("Active in sales process")),
            ("serial_active", _("Active")),
            ("none", _("Not active")),
        ],
    )

    class Meta:
        model = TrackingDimensionGroup
        fields = ["q", "serial"]

    def search(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(name__icontains=value.strip()) | Q(description__icontains=value.strip()))

    def with_serial(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(**dict.fromkeys(SWITCHES, False)) if value == "none" else rows.filter(**{value: True})


class DimensionGroupSettings(forms.ModelForm):
    """The settings of a group as they are typed; the operation judges them."""

    class Meta:
        model = TrackingDimensionGroup
        fields = ["name", "description", *SERIAL_FIELDS, *BATCH_FIELDS]

    def _get_validation_exclusions(self) -> set[str]:
        """What the operation checks: whether the name is taken, and what it settles before (settings and sample)."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # not in the stubs
        return excluded | {"name", SALES_PROCESS, "serial_format_sample"}

    @property
    def values(self) -> dict[str, Any]:
        """What the operation is to save."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.Meta.fields}


class DimensionGroupForm(DimensionGroupSettings):
    """The settings on the page, which shows at once what the sales process makes of them (SET-2).

    A setting that the sales process does not take is shown locked, but read all the same: who sends it is refused.
    """

    # What the clerk was told that switching the sales process on will clear (SET-5).
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, group: TrackingDimensionGroup, initial: Any = None) -> None:
        super().__init__(data, instance=copy(group), initial=initial)
        self.group, self.stored = group, model_to_dict(group)
        self.fields[SALES_PROCESS].widget.attrs |= {
            "hx-post": reverse("dimension_group_settings", args=[group.pk] if group.pk else []),
            "hx-target": "#serial-settings",
            "hx-swap": "outerHTML",
        }
        for field in (*self.serial_erp_settings(), *self.batch_erp_settings()):
            field.help_text = ""  # said once, above them
        self._lock()

    def _lock(self) -> None:
        """Lock what the sales process has settled; what is otherwise still stays open, to be put right."""
        if self[SALES_PROCESS].value():
            for name in (*NOT_IN_SALES_PROCESS, CONTROL):
                if bool(self[name].value()) == (name == CONTROL):
                    self.fields[name].widget.attrs["disabled"] = True

    @property
    def control_is_locked(self) -> bool:
        """Whether the page sends the control by itself: browsers send nothing of what is disabled."""
        return "disabled" in self.fields[CONTROL].widget.attrs

    def unconfirmed(self) -> list[str]:
        """What saving will clear although the clerk was not told so (SET-5)."""
        told = self.cleaned_data["confirmed"].split()
        return [name for name in self._cleared() if name not in told]

    def settled(self) -> DimensionGroupForm:
        """The form as switching the sales process on or off leaves it, for the clerk to look at before it is saved."""
        if self.values[SALES_PROCESS]:
            shown = {**in_sales_process(self.values), "confirmed": " ".join(self._cleared())}
        else:
            shown = self.values | {name: self.stored[name] for name in (*NOT_IN_SALES_PROCESS, CONTROL)}
        return DimensionGroupForm(group=self.group, initial=shown)

    def _cleared(self) -> list[str]:
        """What is selected, in the stored group or in the form, and switching the sales process on will clear."""
        if not switches_sales_process_on(self.stored, self.values):
            return []
        selected = {*cleared_by_sales_process(self.stored), *cleared_by_sales_process(self.values)}
        return [name for name in NOT_IN_SALES_PROCESS if name in selected]

    @property
    def will_clear(self) -> list[str]:
        """What the page says that saving will clear."""
        told = str(self["confirmed"].value() or "").split()
        return [label_of(name) for name in NOT_IN_SALES_PROCESS if name in told]

    def general(self) -> list[forms.BoundField]:
        return [self["name"], self["description"]]

    def serial_settings(self) -> list[forms.BoundField]:
        return [self[f"serial_{name}"] for name in SETTINGS]

    def serial_erp_settings(self) -> list[forms.BoundField]:
        return [self[f"serial_{name}"] for name in ERP_SETTINGS]

    def format_settings(self) -> list[forms.BoundField]:
        return [self[name] for name in FORMAT]

    def batch_settings(self) -> list[forms.BoundField]:
        return [self[f"batch_{name}"] for name in BATCH_SETTINGS]

    def batch_erp_settings(self) -> list[forms.BoundField]:
        return [self[f"batch_{name}"] for name in ERP_SETTINGS]
