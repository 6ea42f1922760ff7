"""What the settings of a tracking dimension group allow (SET-2 to SET-5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from serialreg.errors import CatchWeight, GroupInUse, Refusal, SettingNotInSalesProcess, refuse
from tracking.models import TrackingDimensionGroup
from tracking.models.dimension_group import CLEARED_BY_SALES_PROCESS

SALES_PROCESS = "serial_active_in_sales_process"
CONTROL = "serial_control"
# What decides whether a product's units have serial numbers (SET-4).
SWITCHES = ("serial_active", SALES_PROCESS)
# What cannot be selected in the sales process: the settings, and the sequence of one of them.
NOT_IN_SALES_PROCESS = (*CLEARED_BY_SALES_PROCESS, "serial_number_sequence")

Values = Mapping[str, Any]


def switches_sales_process_on(before: Values, wanted: Values) -> bool:
    """Whether the group becomes active in sales process; a new group was not (`before` is empty)."""
    return bool(wanted.get(SALES_PROCESS)) and not before.get(SALES_PROCESS)


def cleared_by_sales_process(values: Values) -> list[str]:
    """Which selections switching the sales process on will clear, in the order of the page (SET-2, SET-5)."""
    return [name for name in NOT_IN_SALES_PROCESS if values.get(name)]


def settle(before: Values, wanted: Values) -> dict[str, Any]:
    """The settings as they will be when `wanted` is saved over `before` (SET-2) [setting_not_in_sales_process]."""
    if switches_sales_process_on(before, wanted):
        return in_sales_process(wanted)
    if wanted.get(SALES_PROCESS):
        refuse(_against_sales_process(wanted))
    return dict(wanted)


def in_sales_process(values: Values) -> dict[str, Any]:
    """The settings with the control selected and all else cleared but Blank issue allowed."""
    cleared: dict[str, Any] = dict.fromkeys(CLEARED_BY_SALES_PROCESS, False)
    return {**values, **cleared, "serial_number_sequence": None, CONTROL: True}


def _against_sales_process(wanted: Values) -> Iterator[Refusal]:
    changed = cleared_by_sales_process(wanted)
    for name in changed if wanted.get(CONTROL) else [*changed, CONTROL]:
        yield SettingNotInSalesProcess(field=name, setting=label_of(name))


def label_of(name: str) -> str:
    """The setting in the words of the page."""
    field = TrackingDimensionGroup._meta.get_field(name)
    return str(field.verbose_name)  # type: ignore[union-attr]  # a column, and no relation the other way round


def turned(before: Values, wanted: Values) -> list[str]:
    """Which switches of the serial dimension change (SET-4)."""
    return [name for name in SWITCHES if bool(before.get(name)) != bool(wanted.get(name))]


def check_switch(
    before: Values, wanted: Values, *, group: str, in_use: str | None, catch_weight: Iterable[str]
) -> None:
    """Refuse to switch the serial dimension under products that rely on it.

    `in_use` is a product of the group with unfinished registrations (SET-4) [group_in_use]; `catch_weight` are its
    catch weight products (SET-3) [catch_weight].
    """
    faults: list[Refusal] = [GroupInUse(field=name, product=in_use) for name in turned(before, wanted)[:1] if in_use]
    if wanted.get(SALES_PROCESS):
        faults.extend(_catch_weight(catch_weight, group, field=SALES_PROCESS))
    refuse(faults)


def check_assignment(
    *, product: str, catch_weight: bool, group: TrackingDimensionGroup | None, leaves_in_use: bool
) -> None:
    """Refuse a product in a group that it cannot be in, or cannot change for now.

    `leaves_in_use` says that it changes its group and has unfinished registrations (SET-4) [group_in_use]. Catch
    weight does not go with the sales process, whichever came first (SET-3) [catch_weight].
    """
    faults: list[Refusal] = [GroupInUse(field="group", product=product)] if leaves_in_use else []
    if catch_weight and group is not None and group.serial_active_in_sales_process:
        faults.extend(_catch_weight([product], group.name, field="group"))
    refuse(faults)


def _catch_weight(products: Iterable[str], group: str, *, field: str) -> Iterator[Refusal]:
    named = ", ".join(products)
    if named:
        yield CatchWeight(field=field, products=named, group=group)
