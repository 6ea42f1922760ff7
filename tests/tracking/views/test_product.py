"""The pages of products."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from orders.models import Product
from tests.factories import (
    ProductFactory,
    RegistrationFactory,
    SalesOrderLineFactory,
    TrackingDimensionGroupFactory,
    product_in,
    serialised_product,
)
from tests.tracking.channels import codes_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_of, set_up_user) -> Client:
    return client_of(set_up_user)


def edit(product: Product) -> str:
    return reverse("product_edit", args=[product.pk])


def typed(**values: object) -> dict[str, object]:
    return {
        "item_number": "P1",
        "name": "Phone",
        "unit": "H87",
        "price": "99.5",
        "vat_category": "S",
        "vat_rate": "25",
        "warranty_months": "24",
        "service_months": "0",
        **values,
    }


def test_a_new_product(client):
    group = TrackingDimensionGroupFactory()
    made = client.post(reverse("product_create"), typed(group=group.pk, gtin="4006381333931"), follow=True)
    product = Product.objects.get()
    assert made.redirect_chain == [(edit(product), 302)]
    assert "Product P1 Phone is saved." in made.text
    assert (product.price, product.vat_rate, product.gtin) == (Decimal("99.5"), 25, "4006381333931")
    assert product.tracking_assignment.group == group


BAD_NUMBERS = [
    "",
    "-1",
    "1e3",
    "1E3",
    "３",
    "٣",
    "NaN",
    "Infinity",
    "99999999999",
    "9" * 5000,
    "1 000",
    "1_000",
    "0x10",
]


@pytest.mark.parametrize("field", ["price", "vat_rate", "warranty_months", "service_months"])
@pytest.mark.parametrize("text", BAD_NUMBERS)
def test_what_is_no_number_is_refused_at_its_field_and_kept(client, field, text):
    answer = client.post(reverse("product_create"), typed(**{field: text}))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert answer.context["form"][field].value() == text
    assert not Product.objects.exists()


@pytest.mark.parametrize("text", ["1.23456", "1,5"])
def test_a_price_has_four_decimals_and_the_sign_of_the_language(client, text):
    assert client.post(reverse("product_create"), typed(price=text)).status_code == 422


def test_numbers_are_written_as_the_language_writes_them(client):
    product = ProductFactory(price=Decimal("1299.5000"))
    assert 'value="1299.5"' in client.get(edit(product)).text
    client.cookies["django_language"] = "nb"
    assert 'value="1299,5"' in client.get(edit(product)).text
    answer = client.post(edit(product), typed(price="12,25", vat_rate="15,5"))
    assert answer.status_code == 302
    product.refresh_from_db()
    assert (product.price, product.vat_rate) == (Decimal("12.25"), Decimal("15.5"))


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "=1+cmd()", "'; DROP TABLE orders_product; --", "../../etc"]
)
def test_text_is_stored_and_shown_exactly(client, text):
    client.post(reverse("product_create"), typed(name=text))
    product = Product.objects.get()
    assert product.name == text
    assert "<script>alert" not in client.get(edit(product)).text
    assert "<script>alert" not in client.get(reverse("product_list")).text


@pytest.mark.parametrize("text", ["a\x00b", "a\u202eb", "a\u200bb", "a\x1db"])
def test_invisible_characters_are_refused(client, text):
    answer = client.post(reverse("product_create"), typed(name=text))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name"}


def test_duplicates_are_errors(client):
    ProductFactory(item_number="P1", gtin="4006381333931")
    answer = client.post(reverse("product_create"), typed(gtin="4006381333931"))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"item_number", "gtin"}
    answer = client.post(reverse("product_create"), typed(item_number="p1"))
    assert "Another product has this item number." in answer.text


def test_a_vat_rate_that_does_not_fit_its_category_is_explained(client):
    answer = client.post(reverse("product_create"), typed(vat_category="Z"))
    assert answer.status_code == 422
    assert "every other VAT category has 0 %." in answer.text


def test_a_double_click_makes_one_product(client):
    for _click in range(2):
        assert client.post(reverse("product_create"), typed(form_token="t1")).status_code == 302
    assert Product.objects.count() == 1


@pytest.mark.rule("SET-3", "SET-4")
def test_all_that_speaks_against_a_group_is_shown_and_what_was_typed_stays(client):
    phone = product_in(TrackingDimensionGroupFactory(active_serial=True))
    RegistrationFactory(order_line=SalesOrderLineFactory(product=phone))
    other = TrackingDimensionGroupFactory()
    answer = client.post(edit(phone), typed(name="Typed", group=other.pk, catch_weight="on"))
    assert codes_in(answer) == ["catch_weight", "group_in_use"]
    assert answer.status_code == 422
    assert 'value="Typed"' in answer.text
    assert f'<option value="{other.pk}" selected>' in answer.text


@pytest.mark.rule("AUT-3")
def test_the_group_is_locked_for_who_may_not_change_it(client_of, user_with):
    client = client_of(user_with("orders.view_product", "orders.maintain_product"))
    phone = serialised_product()
    assert client.get(edit(phone)).context["form"]["group"].field.disabled
    answer = client.post(edit(phone), typed(name="Telephone", group=TrackingDimensionGroupFactory().pk))
    assert answer.status_code == 302
    renamed = Product.objects.get()
    assert (renamed.name, renamed.tracking_assignment.group) == ("Telephone", phone.tracking_assignment.group)


def test_who_may_only_look_gets_no_buttons(client_of, user_with):
    phone = serialised_product()
    client = client_of(user_with("orders.view_product"))
    page = client.get(edit(phone))
    assert all(field.field.disabled for field in page.context["form"].visible_fields())
    assert 'type="submit" class="btn btn-primary"' not in page.text
    assert "New product" not in client.get(reverse("product_list")).text
    assert client.post(edit(phone), typed()).status_code == 403
    assert client.get(reverse("product_create")).status_code == 403


def test_the_history_tells_changes_and_moves(client):
    first, second = TrackingDimensionGroupFactory(name="First"), TrackingDimensionGroupFactory(name="Second")
    client.post(reverse("product_create"), typed(group=first.pk))
    phone = Product.objects.get()
    client.post(edit(phone), typed(name="Telephone", group=second.pk))
    client.post(edit(phone), typed(name="Telephone"))
    told = [
        (field["name"], field["old"], field["new"])
        for change in client.get(edit(phone)).context["changes"]
        for field in change["fields"]
    ]
    assert told == [
        ("tracking dimension group", "Second", ""),
        ("tracking dimension group", "", "Second"),
        ("name", "Phone", "Telephone"),
        ("tracking dimension group", "First", ""),
        ("tracking dimension group", "", "First"),
    ]


# The list


def names_in(client, **query: object) -> list[str]:
    return [product.name for product in client.get(reverse("product_list"), query).context["page"]]


def test_the_list_is_searched_filtered_and_sorted(client):
    phones = TrackingDimensionGroupFactory(name="Phones")
    product_in(phones, item_number="P1", name="Phone", gtin="4006381333931")
    serialised_product("active_serial", item_number="P2", name="Server")
    serialised_product("untracked", item_number="P3", name="Salmon", catch_weight=True)
    ProductFactory(item_number="P4", name="Cable", price=Decimal(1))
    assert names_in(client) == ["Phone", "Server", "Salmon", "Cable"]
    assert names_in(client, sort="price")[0] == "Cable"
    assert names_in(client, q="p2") == ["Server"]
    assert names_in(client, q="HON") == ["Phone"]
    assert names_in(client, q="400638") == ["Phone"]
    assert names_in(client, group=phones.pk) == ["Phone"]
    assert names_in(client, serialised="yes") == ["Phone", "Server"]
    assert names_in(client, serialised="no") == ["Salmon", "Cable"]
    assert names_in(client, catch_weight="yes") == ["Salmon"]
    assert names_in(client, catch_weight="no") == ["Phone", "Server", "Cable"]
    assert names_in(client, q="nothing like this") == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_as_often_for_one_product_as_for_many(client, count, django_assert_num_queries):
    for _product in range(count):
        serialised_product()
    client.get(reverse("product_list"))
    with django_assert_num_queries(7):
        client.get(reverse("product_list"))
