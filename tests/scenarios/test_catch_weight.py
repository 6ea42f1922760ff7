"""Can I register serial numbers for catch weight products? No, from whichever side one tries."""

from __future__ import annotations

import pytest

from orders.models import Product
from serialreg.errors import CatchWeight
from tests.factories import ProductFactory, TrackingDimensionGroupFactory, product_in
from tracking.models import TrackingAssignment
from tracking.operations.dimension_group import save_dimension_group
from tracking.operations.product import save_product

pytestmark = [pytest.mark.django_db, pytest.mark.rule("SET-3")]


@pytest.fixture
def administrator(role):
    return role("Set-up administrator")


def test_catch_weight_product_is_not_assigned(administrator):
    product = ProductFactory(catch_weight=True)
    with pytest.raises(CatchWeight):
        save_product(product=product, values={}, group=TrackingDimensionGroupFactory(), user=administrator)
    assert not TrackingAssignment.objects.exists()


def test_assigned_product_does_not_become_catch_weight(administrator):
    group = TrackingDimensionGroupFactory()
    product = product_in(group)
    with pytest.raises(CatchWeight):
        save_product(product=product, values={"catch_weight": True}, group=group, user=administrator)
    assert not Product.objects.get().catch_weight


def test_sales_process_is_not_activated_over_it(administrator):
    group = TrackingDimensionGroupFactory(untracked=True)
    product_in(group, catch_weight=True)
    with pytest.raises(CatchWeight):
        save_dimension_group(group=group, values={"serial_active_in_sales_process": True}, user=administrator)
    group.refresh_from_db()
    assert not group.serial_active_in_sales_process


def test_other_groups_take_it(administrator):
    group = TrackingDimensionGroupFactory(untracked=True)
    save_product(product=ProductFactory(catch_weight=True), values={}, group=group, user=administrator)
    assert TrackingAssignment.objects.get().group == group
