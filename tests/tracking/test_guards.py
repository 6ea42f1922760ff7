"""What the database refuses of tracking, whoever writes (SET-2, SET-3, REG-3, REG-4, REG-9)."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from orders.models import NumberSequence, SequenceKind
from serialreg import triggers
from tests.factories import (
    ProductFactory,
    RegistrationFactory,
    SerialNumberFactory,
    TrackingAssignmentFactory,
    TrackingDimensionGroupFactory,
    UserFactory,
    product_in,
)
from tests.guards import change, constraints_of, out_of_range, refused_by, together
from tracking.models import EventKind, RegistrationState, SerialEvent, TrackingAssignment, TrackingDimensionGroup
from tracking.models.dimension_group import CLEARED_BY_SALES_PROCESS
from tracking.triggers import TRIGGERS

pytestmark = pytest.mark.django_db


def group(*traits: str) -> TrackingDimensionGroup:
    return TrackingDimensionGroupFactory(**dict.fromkeys(traits, True))


def registration(**values: Any) -> Any:
    return RegistrationFactory(**values)


def blank_registration() -> Any:
    return RegistrationFactory(blank=True)


def serial_number() -> Any:
    return SerialNumberFactory(number="AbC")


def event() -> SerialEvent:
    return SerialEvent.objects.create(kind=EventKind.REMOVED, document="SO-1", user=UserFactory())


BROKEN = [
    *[(group, {name: True}, "group_sales_process_alone") for name in CLEARED_BY_SALES_PROCESS],
    (group, {"serial_control": False}, "group_sales_process_alone"),
    (group, {"serial_format": "AA99"}, "group_format_with_sample"),
    (serial_number, {"folded": "AbC"}, "serial_number_folded"),
    (serial_number, {"folded": "XYZ"}, "serial_number_folded"),
    (serial_number, {"number": "", "folded": ""}, "serial_number_length"),
    (registration, {"number": ""}, "registration_number_or_blank"),
    (registration, {"serial_number_id": None}, "registration_number_or_blank"),
    (blank_registration, {"number": "SN1"}, "registration_number_or_blank"),
    (registration, {"state": "lost"}, "registration_state_known"),
    (event, {"kind": "lost"}, "serial_event_kind_known"),
]


@pytest.mark.rule("SET-2", "SET-5", "REG-3", "REG-4")
@pytest.mark.parametrize(("make", "columns", "constraint"), BROKEN)
def test_a_row_that_breaks_a_rule_is_refused(make, columns, constraint):
    row = make()
    with refused_by(constraint):
        change(row, **columns)


@pytest.mark.rule("SET-2")
def test_the_sales_process_has_no_number_sequence():
    sequence = NumberSequence.objects.create(name="Serial numbers", kind=SequenceKind.SERIAL_NUMBER)
    with refused_by("group_sales_process_alone"):
        change(group(), serial_number_sequence_id=sequence.pk)


@pytest.mark.rule("REG-3")
def test_a_number_is_one_identity_of_its_product():
    first = SerialNumberFactory(number="SN1")
    second = SerialNumberFactory(product=first.product, number="SN2")
    with refused_by("serial_number_unique"):
        change(second, number="sn1", folded="SN1")
    SerialNumberFactory(number="SN1")  # of another product


@pytest.mark.rule("REG-3")
def test_a_number_has_one_live_registration():
    first = RegistrationFactory(number="SN1")
    live = {"order_line": first.order_line, "serial_number": first.serial_number, "number": "sn1"}
    for state in (RegistrationState.RETURNED, RegistrationState.RELEASED):
        RegistrationFactory(**live, state=state)
    second = RegistrationFactory(**live, state=RegistrationState.RETURNED)
    for state in (RegistrationState.DRAFT, RegistrationState.DELIVERED, RegistrationState.PENDING):
        with refused_by("registration_one_live"):
            change(second, state=state)


def test_every_constraint_of_tracking_is_tried():
    tried = {constraint for _, _, constraint in BROKEN} | {"serial_number_unique", "registration_one_live"}
    assert tried == constraints_of("tracking")


@pytest.mark.parametrize(
    ("make", "columns"),
    [
        (group, {"name": "x" * 61}),
        (group, {"description": "x" * 201}),
        (group, {"serial_format": "9" * 51, "serial_format_sample": "1"}),
        (group, {"serial_format_sample": "1" * 51}),
        (serial_number, {"number": "X" * 51, "folded": "X" * 51}),
        (blank_registration, {"note": "x" * 201}),
        (event, {"document": "x" * 31}),
        (event, {"reason": "x" * 201}),
    ],
)
def test_what_is_too_long_is_refused_on_both_databases(make, columns):
    row = make()
    with out_of_range():
        change(row, **columns)


def test_a_group_name_is_unique_and_a_product_is_in_one_group():
    one, other = group(), group()
    with pytest.raises(IntegrityError), transaction.atomic():
        change(other, name=one.name)
    assignment = TrackingAssignmentFactory(group=one)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrackingAssignment.objects.bulk_create([TrackingAssignment(product=assignment.product, group=other)])


# Catch weight, from its three sides


@pytest.mark.rule("SET-3")
def test_a_catch_weight_product_cannot_be_assigned_to_the_sales_process():
    fish = ProductFactory(catch_weight=True)
    with refused_by("catch_weight_assigned"):
        TrackingAssignment.objects.bulk_create([TrackingAssignment(product=fish, group=group())])
    TrackingAssignmentFactory(product=fish, group=group("active_serial"))


@pytest.mark.rule("SET-3")
def test_nor_moved_to_it():
    assignment = TrackingAssignmentFactory(product=ProductFactory(catch_weight=True), group=group("untracked"))
    with refused_by("catch_weight_assigned"):
        change(assignment, group_id=group().pk)
    phone = TrackingAssignmentFactory()
    with refused_by("catch_weight_assigned"):
        change(phone, product_id=ProductFactory(catch_weight=True).pk)
    change(assignment, group_id=group("active_batch").pk)


@pytest.mark.rule("SET-3")
def test_a_product_of_the_sales_process_cannot_become_catch_weight():
    with refused_by("catch_weight_of_product"):
        change(product_in(group()), catch_weight=True)
    change(product_in(group("active_serial")), catch_weight=True)
    change(ProductFactory(), catch_weight=True)


@pytest.mark.rule("SET-3")
def test_the_sales_process_cannot_be_switched_on_over_catch_weight():
    fish = group("untracked")
    product_in(fish, catch_weight=True)
    with refused_by("catch_weight_in_group"):
        change(fish, serial_active_in_sales_process=True, serial_control=True)
    phones = group("untracked")
    product_in(phones)
    change(phones, serial_active_in_sales_process=True, serial_control=True)


# Two at once


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("SET-3")
@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
@pytest.mark.parametrize(("first", "second"), [*permutations(["product", "group", "assignment"], 2)])
def test_two_sides_at_the_same_moment_do_not_meet_in_the_forbidden_middle(first, second, guarded):
    """Each is allowed by what it sees. The control shows that without the triggers they do meet."""
    sides = {first, second}
    fish = ProductFactory(catch_weight="product" not in sides)
    pool = group("untracked" if "group" in sides else "strict")
    if "assignment" not in sides:
        TrackingAssignmentFactory(product=fish, group=pool)
    steps = {
        "product": lambda: change(fish, catch_weight=True),
        "group": lambda: change(pool, serial_active_in_sales_process=True, serial_control=True),
        "assignment": lambda: TrackingAssignment.objects.bulk_create([TrackingAssignment(product=fish, group=pool)]),
    }
    if not guarded:
        triggers.remove(connection, TRIGGERS)
    try:
        assert together(steps[first], steps[second]) == [False, guarded]
    finally:
        triggers.install(connection, TRIGGERS)
