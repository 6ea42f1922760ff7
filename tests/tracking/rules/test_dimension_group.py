"""What the settings of a group allow (SET-2 to SET-5)."""

from __future__ import annotations

import pytest

from serialreg.errors import CatchWeight, GroupInUse, ManyFaults, Refusal
from tests.factories import TrackingDimensionGroupFactory
from tracking.models import TrackingDimensionGroup
from tracking.models.dimension_group import CLEARED_BY_SALES_PROCESS
from tracking.rules.dimension_group import (
    check_assignment,
    check_switch,
    cleared_by_sales_process,
    label_of,
    settle,
    switches_sales_process_on,
)

ON = {"serial_active_in_sales_process": True, "serial_control": True}
OFF = {"serial_active_in_sales_process": False, "serial_control": False}
NOTHING_CLEARED = dict.fromkeys(CLEARED_BY_SALES_PROCESS, False) | {"serial_number_sequence": None}
EVERYTHING = dict.fromkeys(CLEARED_BY_SALES_PROCESS, True) | {"serial_number_sequence": "a sequence"}


def codes_and_fields(refusal: Refusal) -> list[tuple[str, str]]:
    return [(fault.code, fault.field) for fault in refusal.faults]


@pytest.mark.rule("SET-2")
@pytest.mark.parametrize("before", [{}, OFF, OFF | EVERYTHING], ids=["new", "off", "everything"])
@pytest.mark.parametrize("blank_issue_allowed", [True, False])
@pytest.mark.parametrize("control", [True, False])
def test_switching_on_selects_the_control_and_clears_the_rest(before, blank_issue_allowed, control):
    kept = {"serial_blank_issue_allowed": blank_issue_allowed, "batch_active": True, "name": "Phones"}
    wanted = {**EVERYTHING, **kept, "serial_active_in_sales_process": True, "serial_control": control}
    assert settle(before, wanted) == NOTHING_CLEARED | kept | ON


@pytest.mark.rule("SET-2")
@pytest.mark.parametrize("name", [*CLEARED_BY_SALES_PROCESS, "serial_number_sequence"])
def test_a_cleared_setting_cannot_be_selected_while_it_is_on(name):
    with pytest.raises(Refusal) as refused:
        settle(ON, ON | {name: True})
    assert codes_and_fields(refused.value) == [("setting_not_in_sales_process", name)]
    assert label_of(name) in str(refused.value)
    assert refused.value.status == 422


@pytest.mark.rule("SET-2")
def test_the_control_cannot_be_cleared_while_it_is_on():
    with pytest.raises(Refusal) as refused:
        settle(ON, ON | {"serial_control": False})
    assert codes_and_fields(refused.value) == [("setting_not_in_sales_process", "serial_control")]


@pytest.mark.rule("SET-2")
def test_all_such_faults_are_named_at_once():
    with pytest.raises(ManyFaults) as refused:
        settle(ON, ON | EVERYTHING | {"serial_control": False})
    fields = [*CLEARED_BY_SALES_PROCESS, "serial_number_sequence", "serial_control"]
    assert codes_and_fields(refused.value) == [("setting_not_in_sales_process", field) for field in fields]


@pytest.mark.rule("SET-2")
@pytest.mark.parametrize("blank_issue_allowed", [True, False])
def test_blank_issue_allowed_can_be_set_either_way_while_it_is_on(blank_issue_allowed):
    wanted = ON | {"serial_blank_issue_allowed": blank_issue_allowed}
    assert settle(ON | {"serial_blank_issue_allowed": not blank_issue_allowed}, wanted) == wanted


@pytest.mark.parametrize("before", [ON, OFF])
def test_without_the_sales_process_everything_can_be_selected(before):
    wanted = OFF | EVERYTHING
    assert settle(before, wanted) == wanted


@pytest.mark.rule("SET-5")
def test_what_will_be_cleared_is_named_in_the_order_of_the_page():
    selected = {
        "serial_number_sequence": 7,
        "serial_specific_tracking": True,
        "serial_active": True,
        "batch_active": True,
    }
    assert cleared_by_sales_process(selected) == ["serial_active", "serial_specific_tracking", "serial_number_sequence"]
    assert cleared_by_sales_process(ON | {"serial_blank_issue_allowed": True}) == []


@pytest.mark.parametrize(
    ("before", "wanted", "switches"),
    [({}, ON, True), (OFF, ON, True), (ON, ON, False), (ON, OFF, False), ({}, {}, False)],
)
def test_switching_on_is_a_change(before, wanted, switches):
    assert switches_sales_process_on(before, wanted) is switches


def group_values(*selected: str) -> dict[str, bool]:
    return dict.fromkeys(selected, True)


SALES, ACTIVE = "serial_active_in_sales_process", "serial_active"


@pytest.mark.rule("SET-4")
@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ([SALES], [], SALES),
        ([], [SALES], SALES),
        ([ACTIVE], [], ACTIVE),
        ([], [ACTIVE], ACTIVE),
        ([ACTIVE], [SALES], ACTIVE),
        ([SALES], [ACTIVE], ACTIVE),
    ],
)
def test_neither_switch_turns_while_registrations_are_unfinished(before, after, field):
    with pytest.raises(GroupInUse) as refused:
        check_switch(group_values(*before), group_values(*after), group="Phones", in_use="P1 Phone", catch_weight=[])
    assert refused.value.field == field
    assert refused.value.status == 409
    assert "P1 Phone" in str(refused.value)
    check_switch(group_values(*before), group_values(*after), group="Phones", in_use=None, catch_weight=[])


@pytest.mark.rule("SET-4")
@pytest.mark.parametrize("name", ["serial_blank_issue_allowed", "serial_control", "serial_format", "batch_active"])
def test_everything_else_can_be_changed_meanwhile(name):
    check_switch(ON, ON | {name: True}, group="Phones", in_use="P1 Phone", catch_weight=[])


@pytest.mark.rule("SET-3")
def test_the_sales_process_is_not_switched_on_over_catch_weight_products():
    with pytest.raises(CatchWeight) as refused:
        check_switch(OFF, ON, group="Fish", in_use=None, catch_weight=["P1 Salmon", "P2 Cod"])
    assert (refused.value.code, refused.value.field) == ("catch_weight", SALES)
    assert "P1 Salmon, P2 Cod with Fish" in str(refused.value)
    check_switch(ON, OFF, group="Fish", in_use=None, catch_weight=["P1 Salmon"])


@pytest.mark.rule("SET-3", "SET-4")
def test_both_faults_of_a_switch_are_named():
    with pytest.raises(ManyFaults) as refused:
        check_switch(OFF, ON, group="Fish", in_use="P3 Scale", catch_weight=["P1 Salmon"])
    assert codes_and_fields(refused.value) == [("group_in_use", SALES), ("catch_weight", SALES)]


def group(*traits: str) -> TrackingDimensionGroup:
    return TrackingDimensionGroupFactory.build(**dict.fromkeys(traits, True))


@pytest.mark.rule("SET-3")
@pytest.mark.parametrize(
    ("trait", "catch_weight", "refused"),
    [
        ("strict", True, True),
        ("blank_allowed", True, True),
        ("strict", False, False),
        ("active_serial", True, False),
        ("active_batch", True, False),
        ("untracked", True, False),
    ],
)
def test_catch_weight_goes_with_every_group_but_those_of_the_sales_process(trait, catch_weight, refused):
    faults = []
    try:
        check_assignment(product="P1 Salmon", catch_weight=catch_weight, group=group(trait), leaves_in_use=False)
    except Refusal as refusal:
        faults = codes_and_fields(refusal)
    assert faults == ([("catch_weight", "group")] if refused else [])


@pytest.mark.rule("SET-3")
def test_a_product_needs_no_group():
    check_assignment(product="P1 Salmon", catch_weight=True, group=None, leaves_in_use=False)


@pytest.mark.rule("SET-4")
def test_a_product_in_use_does_not_leave_its_group():
    with pytest.raises(GroupInUse) as refused:
        check_assignment(product="P1 Phone", catch_weight=False, group=None, leaves_in_use=True)
    assert refused.value.field == "group"
    assert "P1 Phone" in str(refused.value)
