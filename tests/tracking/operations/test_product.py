"""Keeping products: what the three ways of saving have in common is in tests/tracking/test_set_up.py."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from orders.models import Product
from serialreg.errors import Malformed, NotFound, NotPermitted
from tests.factories import ProductFactory, TrackingDimensionGroupFactory, product_in, serialised_product
from tracking.models import TrackingAssignment
from tracking.operations.product import save_product

pytestmark = pytest.mark.django_db


def new(**values):
    values = {"item_number": "P1", "name": "Phone", "price": Decimal(100), **values}
    return {"product": Product(), "values": values, "group": None}


@pytest.mark.rule("AUT-3")
def test_it_takes_the_right_to_maintain_products(user_with):
    with pytest.raises(NotPermitted):
        save_product(**new(), user=user_with("tracking.maintain_trackingdimensiongroup"))
    assert not Product.objects.exists()


@pytest.mark.rule("AUT-3")
def test_changing_the_group_takes_the_right_to_maintain_groups_as_well(user_with):
    user = user_with("orders.maintain_product")
    phone = serialised_product(name="Phone")
    for group in (None, TrackingDimensionGroupFactory()):
        with pytest.raises(NotPermitted):
            save_product(product=phone, values={"name": "Telephone"}, group=group, user=user)
    assert Product.objects.get().name == "Phone"
    save_product(product=phone, values={"name": "Telephone"}, group=phone.tracking_assignment.group, user=user)
    assert Product.objects.get().name == "Telephone"


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"item_number": "P9"}, {"item_number"}),
        ({"item_number": "p9"}, {"__all__"}),  # an index over lower case belongs to no single field
        ({"gtin": "4006381333931"}, {"gtin"}),
        ({"gtin": "4006381333932"}, {"gtin"}),
        ({"gtin": "４００６３８１３３３９３１"}, {"gtin"}),
        ({"item_number": ""}, {"item_number"}),
        ({"name": "x" * 101}, {"name"}),
        ({"name": "Pho\u200bne"}, {"name"}),
        ({"price": Decimal(-1)}, {"price"}),
        ({"price": Decimal("NaN")}, {"price"}),
        ({"price": Decimal("1E+20")}, {"price"}),
        ({"price": Decimal("0.00001")}, {"price"}),
        ({"vat_rate": Decimal(101)}, {"vat_rate"}),
        ({"vat_category": "Z"}, {"__all__"}),
        ({"vat_category": "S", "vat_rate": Decimal(0)}, {"__all__"}),
        ({"vat_category": "??"}, {"vat_category"}),
        ({"unit": "XXX"}, {"unit"}),
        ({"warranty_months": 1201}, {"warranty_months"}),
        ({"service_months": -1}, {"service_months"}),
    ],
)
def test_what_is_wrong_is_named_by_its_field(set_up_user, values, fields):
    ProductFactory(item_number="P9", gtin="4006381333931")
    with pytest.raises(ValidationError) as refused:
        save_product(**new(**values), user=set_up_user)
    assert set(refused.value.error_dict) == fields
    assert not Product.objects.exclude(item_number="P9").exists()


def test_products_without_gtin_do_not_clash(set_up_user):
    for item_number in ("P1", "P2"):
        save_product(**new(item_number=item_number), user=set_up_user)
    assert Product.objects.filter(gtin="").count() == 2


def test_the_same_submission_makes_one_product(set_up_user):
    made = save_product(**new(), user=set_up_user, token="t1")
    assert save_product(**new(), user=set_up_user, token="t1") == made
    with pytest.raises(Malformed):
        save_product(**new(item_number="P2"), user=set_up_user, token="t1")


def test_what_is_gone_is_said_to_be_gone(set_up_user):
    phone, group = ProductFactory(), TrackingDimensionGroupFactory()
    Product.objects.all().delete()
    with pytest.raises(NotFound):
        save_product(product=phone, values={}, group=None, user=set_up_user)
    type(group).objects.all().delete()
    with pytest.raises(NotFound):
        save_product(**new() | {"group": group}, user=set_up_user)


def test_the_moves_between_groups_are_kept(set_up_user):
    first, second = TrackingDimensionGroupFactory(), TrackingDimensionGroupFactory()
    phone = product_in(first)
    save_product(product=phone, values={}, group=second, user=set_up_user)
    moves = TrackingAssignment.history.order_by("history_id").values_list("history_type", "group_id", "history_user")
    assert list(moves)[1:] == [("-", first.pk, set_up_user.pk), ("+", second.pk, set_up_user.pk)]
