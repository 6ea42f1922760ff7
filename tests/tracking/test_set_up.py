"""The rules of set-up, each by operation, page and Django admin with the same rows and codes (SET-1 to SET-5)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orders.models import Product
from tests.factories import (
    PackingSlipLineFactory,
    ProductFactory,
    RegistrationFactory,
    SalesOrderLineFactory,
    TrackingDimensionGroupFactory,
    product_in,
    serialised_product,
)
from tracking.models import RegistrationState, TrackingAssignment, TrackingDimensionGroup
from tracking.models.dimension_group import CLEARED_BY_SALES_PROCESS
from tracking.operations.dimension_group import values_of

pytestmark = pytest.mark.django_db

SALES_PROCESS = {"serial_active_in_sales_process": True, "serial_control": True}


def group(*traits: str, **values: object) -> TrackingDimensionGroup:
    return TrackingDimensionGroupFactory(**dict.fromkeys(traits, True), **values)


def stored(row: TrackingDimensionGroup) -> dict[str, object]:
    return values_of(TrackingDimensionGroup.objects.get(pk=row.pk))


# Groups


@pytest.mark.rule("SET-1")
def test_every_setting_of_both_dimensions_is_kept(administrator):
    settings = {
        field.name: True
        for field in TrackingDimensionGroup._meta.concrete_fields
        if field.get_internal_type() == "BooleanField"
    } | {"serial_active_in_sales_process": False, "serial_format_luhn": False}
    assert administrator.save_group(TrackingDimensionGroup(), name="All", description="Everything", **settings) == []
    made = TrackingDimensionGroup.objects.get(name="All")
    assert {name: value for name, value in stored(made).items() if name in settings} == settings
    assert made.description == "Everything"


@pytest.mark.rule("SET-2")
@pytest.mark.parametrize("blank_issue_allowed", [True, False])
def test_switching_the_sales_process_on_settles_the_rest(administrator, blank_issue_allowed):
    phones = group("untracked", **dict.fromkeys(CLEARED_BY_SALES_PROCESS, True))
    selected = {"serial_active_in_sales_process": True, "serial_blank_issue_allowed": blank_issue_allowed}
    assert administrator.save_group(phones, **selected) == []
    cleared = dict.fromkeys(CLEARED_BY_SALES_PROCESS, False)
    assert stored(phones) == stored(phones) | SALES_PROCESS | cleared | selected


@pytest.mark.rule("SET-2")
@pytest.mark.parametrize("name", CLEARED_BY_SALES_PROCESS)
def test_a_cleared_setting_cannot_be_selected(administrator, name):
    phones = group()
    before = stored(phones)
    assert administrator.save_group(phones, **{name: True}) == ["setting_not_in_sales_process"]
    assert stored(phones) == before


@pytest.mark.rule("SET-2")
def test_all_of_them_are_refused_at_once_with_the_control(administrator):
    phones = group()
    before = stored(phones)
    selected = dict.fromkeys(CLEARED_BY_SALES_PROCESS, True) | {"serial_control": False}
    assert administrator.save_group(phones, **selected) == ["setting_not_in_sales_process"] * len(selected)
    assert stored(phones) == before


@pytest.mark.rule("SET-2", "SET-4")
def test_blank_issue_allowed_can_be_set_either_way_at_any_time(administrator):
    phones = group()
    RegistrationFactory(order_line=SalesOrderLineFactory(product=product_in(phones)))
    for allowed in (True, False):
        assert administrator.save_group(phones, serial_blank_issue_allowed=allowed) == []
        assert stored(phones)["serial_blank_issue_allowed"] is allowed


@pytest.mark.rule("SET-4")
@pytest.mark.parametrize(
    ("state", "invoiced", "refused"),
    [
        (RegistrationState.DRAFT, 0, True),
        (RegistrationState.PENDING, 0, True),
        (RegistrationState.DELIVERED, 0, True),
        (RegistrationState.DELIVERED, 3, True),
        (RegistrationState.DELIVERED, 4, False),
        (RegistrationState.RETURNED, 0, False),
        (RegistrationState.RELEASED, 0, False),
    ],
)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("strict", {"serial_active_in_sales_process": False}),
        ("active_serial", {"serial_active": False}),
        ("untracked", {"serial_active": True}),
        ("untracked", SALES_PROCESS),
    ],
)
def test_the_switches_do_not_turn_while_registrations_are_unfinished(
    set_up_user, before, after, state, invoiced, refused
):
    from tests.tracking.channels import Operations

    phones = group(before)
    line = SalesOrderLineFactory(
        product=product_in(phones), delivered_quantity=Decimal(4), invoiced_quantity=Decimal(invoiced)
    )
    RegistrationFactory(order_line=line, state=state)
    settings = stored(phones)
    assert Operations(set_up_user).save_group(phones, **after) == (["group_in_use"] if refused else [])
    assert stored(phones) == (settings if refused else settings | after)


@pytest.mark.rule("SET-4")
def test_the_product_in_use_is_named(administrator):
    phone = serialised_product(item_number="P1", name="Phone")
    RegistrationFactory(order_line=SalesOrderLineFactory(product=phone))
    phones = phone.tracking_assignment.group
    assert administrator.save_group(phones, serial_active_in_sales_process=False) == ["group_in_use"]
    assert stored(phones)["serial_active_in_sales_process"]


@pytest.mark.rule("SET-3")
def test_a_group_of_catch_weight_products_cannot_go_into_the_sales_process(administrator):
    fish = group("untracked")
    product_in(fish, catch_weight=True)
    assert administrator.save_group(fish, **SALES_PROCESS) == ["catch_weight"]
    assert not stored(fish)["serial_active_in_sales_process"]


@pytest.mark.rule("SET-5")
@pytest.mark.parametrize(
    ("format_", "codes", "kept"),
    [
        ({"serial_format": "AA99", "serial_format_sample": "XY42"}, [], ("AA99", "XY42")),
        ({"serial_format": "AA99"}, [], ("AA99", "AB12")),
        ({"serial_format": "99999", "serial_format_luhn": True}, [], ("99999", "12344")),
        ({"serial_format_sample": "XY42"}, [], ("", "")),
        ({"serial_format": "AA99", "serial_format_sample": "4211"}, ["serial_format"], ("", "")),
        ({"serial_format": "AA\\"}, ["serial_format"], ("", "")),
        ({"serial_format": "AA AA"}, ["serial_format"], ("", "")),
        ({"serial_format_luhn": True}, ["serial_format"], ("", "")),
    ],
)
def test_a_format_is_kept_with_a_sample_that_it_matches(administrator, format_, codes, kept):
    phones = group()
    assert administrator.save_group(phones, **format_) == codes
    assert (stored(phones)["serial_format"], stored(phones)["serial_format_sample"]) == kept


# Products


def group_id(product: Product) -> int | None:
    return TrackingAssignment.objects.filter(product=product).values_list("group", flat=True).first()


def new_product(**values: object) -> dict[str, object]:
    return {"item_number": "P1", "name": "Phone", "unit": "H87", "price": Decimal(100)} | {
        "vat_category": "S",
        "vat_rate": Decimal(25),
        "warranty_months": 24,
        "service_months": 0,
        **values,
    }


@pytest.mark.rule("SET-3")
@pytest.mark.parametrize("traits", [["strict"], []], ids=["a group", "no group"])
def test_a_product_is_made_in_a_group_or_in_none(administrator, traits):
    chosen = group(*traits) if traits else None
    assert administrator.save_product(Product(), group=chosen, **new_product()) == []
    made = Product.objects.get(item_number="P1")
    assert group_id(made) == (chosen and chosen.pk)
    assert (made.name, made.price, made.warranty_months) == ("Phone", 100, 24)


@pytest.mark.rule("SET-3")
def test_a_product_changes_its_group_and_leaves_it(administrator):
    phone = serialised_product()
    for chosen in (group("active_serial"), None, group("blank_allowed")):
        assert administrator.save_product(phone, group=chosen, name="Telephone") == []
        assert group_id(phone) == (chosen and chosen.pk)
        assert Product.objects.get(pk=phone.pk).name == "Telephone"


@pytest.mark.rule("SET-3")
@pytest.mark.parametrize("trait", ["strict", "blank_allowed"])
def test_a_catch_weight_product_is_not_put_into_the_sales_process(administrator, trait):
    fish = ProductFactory(catch_weight=True)
    assert administrator.save_product(fish, group=group(trait)) == ["catch_weight"]
    assert group_id(fish) is None
    assert administrator.save_product(Product(), group=group(trait), **new_product(catch_weight=True)) == [
        "catch_weight"
    ]
    assert not Product.objects.filter(item_number="P1").exists()


@pytest.mark.rule("SET-3")
def test_a_product_of_the_sales_process_does_not_become_catch_weight(administrator):
    phone = serialised_product()
    assert administrator.save_product(phone, group=phone.tracking_assignment.group, catch_weight=True) == [
        "catch_weight"
    ]
    assert not Product.objects.get(pk=phone.pk).catch_weight


@pytest.mark.rule("SET-3")
def test_catch_weight_and_the_group_can_change_together(administrator):
    """Whichever way round: at no moment does the database see both."""
    product, weighed, sold = serialised_product(), group("untracked"), group()
    assert administrator.save_product(product, group=weighed, catch_weight=True) == []
    product.refresh_from_db()
    assert administrator.save_product(product, group=sold, catch_weight=False) == []
    assert group_id(product) == sold.pk


@pytest.mark.rule("SET-4")
@pytest.mark.parametrize("trait", ["active_serial", "untracked", None])
def test_a_product_in_use_does_not_change_its_group(administrator, trait):
    phone = serialised_product()
    RegistrationFactory(order_line=PackingSlipLineFactory(order_line__product=phone).order_line)
    before = group_id(phone)
    assert administrator.save_product(phone, group=trait and group(trait), name="Telephone") == ["group_in_use"]
    assert (group_id(phone), Product.objects.get(pk=phone.pk).name) == (before, phone.name)
    assert administrator.save_product(phone, group=phone.tracking_assignment.group, name="Telephone") == []
