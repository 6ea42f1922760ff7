"""Keeping groups: what the three ways of saving have in common is in tests/tracking/test_set_up.py."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from orders.models import NumberSequence, SequenceKind
from serialreg.errors import GroupHasProducts, Malformed, NotFound, NotPermitted
from tests.factories import TrackingDimensionGroupFactory, product_in
from tests.tracking.channels import RIGHTS
from tracking.models import TrackingDimensionGroup
from tracking.operations.dimension_group import delete_dimension_group, save_dimension_group

pytestmark = pytest.mark.django_db


def new(**values):
    return {"group": TrackingDimensionGroup(), "values": {"name": "Phones", **values}}


@pytest.mark.rule("AUT-3")
def test_it_takes_the_right_to_maintain_groups(user_with):
    user = user_with(*[right for right in RIGHTS if right != "tracking.maintain_trackingdimensiongroup"])
    group = TrackingDimensionGroupFactory()
    with pytest.raises(NotPermitted):
        save_dimension_group(**new(), user=user)
    with pytest.raises(NotPermitted):
        delete_dimension_group(group=group, user=user)
    assert TrackingDimensionGroup.objects.get() == group


@pytest.mark.rule("SET-2")
def test_switching_on_gives_the_number_sequence_up(set_up_user):
    sequence = NumberSequence.objects.create(name="Serial numbers", kind=SequenceKind.SERIAL_NUMBER)
    group = TrackingDimensionGroupFactory(
        active_serial=True, serial_assign_at_issue=True, serial_number_sequence=sequence
    )
    save_dimension_group(group=group, values={"serial_active_in_sales_process": True}, user=set_up_user)
    group.refresh_from_db()
    assert (group.serial_active_in_sales_process, group.serial_active, group.serial_number_sequence) == (
        True,
        False,
        None,
    )


@pytest.mark.rule("SET-1")
def test_a_dimension_takes_a_sequence_of_its_own_kind(set_up_user):
    sequence = NumberSequence.objects.create(name="Batches", kind=SequenceKind.BATCH_NUMBER)
    saved = save_dimension_group(**new(batch_number_sequence=sequence), user=set_up_user)
    assert saved.batch_number_sequence == sequence
    with pytest.raises(ValidationError) as refused:
        save_dimension_group(group=saved, values={"serial_number_sequence": sequence}, user=set_up_user)
    assert set(refused.value.error_dict) == {"serial_number_sequence"}


def test_a_name_is_given_once(set_up_user):
    save_dimension_group(**new(), user=set_up_user)
    with pytest.raises(ValidationError) as refused:
        save_dimension_group(**new(), user=set_up_user)
    assert set(refused.value.error_dict) == {"name"}


@pytest.mark.parametrize("name", ["", "x" * 61, "Pho\u202enes", "Pho\x00nes"])
def test_a_name_is_plain_text(set_up_user, name):
    with pytest.raises(ValidationError) as refused:
        save_dimension_group(**new(name=name), user=set_up_user)
    assert set(refused.value.error_dict) == {"name"}
    assert not TrackingDimensionGroup.objects.exists()


def test_the_same_submission_makes_one_group(set_up_user):
    made = save_dimension_group(**new(), user=set_up_user, token="t1")
    assert save_dimension_group(**new(), user=set_up_user, token="t1") == made
    with pytest.raises(Malformed):
        save_dimension_group(**new(name="Tools"), user=set_up_user, token="t1")


def test_who_changed_what_is_kept(set_up_user):
    group = save_dimension_group(**new(), user=set_up_user)
    save_dimension_group(group=group, values={"serial_blank_issue_allowed": True}, user=set_up_user)
    later, first = group.history.order_by("-history_id")
    assert (later.serial_blank_issue_allowed, first.serial_blank_issue_allowed) == (True, False)
    assert {later.history_user, first.history_user} == {set_up_user}


def test_a_group_without_products_is_deleted(set_up_user):
    group = TrackingDimensionGroupFactory()
    delete_dimension_group(group=group, user=set_up_user)
    assert not TrackingDimensionGroup.objects.exists()
    assert TrackingDimensionGroup.history.get(history_type="-").history_user == set_up_user
    with pytest.raises(NotFound):
        delete_dimension_group(group=group, user=set_up_user)


@pytest.mark.rule("SET-3")
def test_a_group_with_products_is_kept_and_they_are_named(set_up_user):
    group = TrackingDimensionGroupFactory()
    for place in range(6):
        product_in(group, item_number=f"P{place}", name="Phone")
    with pytest.raises(GroupHasProducts) as refused:
        delete_dimension_group(group=group, user=set_up_user)
    assert (refused.value.code, refused.value.status) == ("group_in_use", 409)
    assert "P0 Phone, P1 Phone, P2 Phone, P3 Phone, P4 Phone." in str(refused.value)
    assert TrackingDimensionGroup.objects.get() == group
