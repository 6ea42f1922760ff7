"""The pages of customers; their list is the pattern of all lists."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orders.models import Customer
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

VALUES = {
    "number": "C1",
    "name": "Fjord Elektro AS",
    "language": "nb",
    "currency": "NOK",
    "country": "NO",
    "vat_number": "",
    "electronic_address_scheme": "",
    "electronic_address": "",
}
NO_ADDRESSES = {"addresses-TOTAL_FORMS": 0, "addresses-INITIAL_FORMS": 0}


@pytest.fixture
def clerk(user_with, client_of):
    return client_of(user_with("orders.view_customer", "orders.maintain_customer"))


@pytest.fixture
def reader(user_with, client_of):
    return client_of(user_with("orders.view_customer"))


def numbers_on(response):
    return [customer.number for customer in response.context["page"]]


# The list


@pytest.mark.parametrize("rows", [1, 3])
def test_list_takes_the_same_queries_however_long(reader, rows, django_assert_num_queries):
    CustomerFactory.create_batch(rows)
    with django_assert_num_queries(6):  # session, user, rights, roles for the menu; count, rows
        assert len(numbers_on(reader.get(reverse("customer_list")))) == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["A1", "B2", "C3"]),
        ("?q=b2", ["B2"]),
        ("?q=%20nordlys ", ["A1"]),
        ("?q=NO9747", ["C3"]),
        ("?q=nobody", []),
        ("?q=%00", ["A1", "B2", "C3"]),
        ("?q=%25", []),
        ("?country=NL", ["B2"]),
        ("?country=XX", ["A1", "B2", "C3"]),
        ("?sort=name", ["B2", "C3", "A1"]),
        ("?sort=-name", ["A1", "C3", "B2"]),
        ("?sort=pk;drop", ["A1", "B2", "C3"]),
        ("?sort=addresses__street", ["A1", "B2", "C3"]),
        ("?page=99", ["A1", "B2", "C3"]),
        ("?page=x", ["A1", "B2", "C3"]),
    ],
)
def test_list_is_searched_filtered_and_sorted(reader, query, found):
    CustomerFactory(number="C3", name="Fjord", vat_number="NO974760673MVA")
    CustomerFactory(number="A1", name="Nordlys")
    CustomerFactory(number="B2", name="Dijk", country="NL")
    assert numbers_on(reader.get(reverse("customer_list") + query)) == found


def test_pages_of_a_list_hold_every_row_once(reader):
    CustomerFactory.create_batch(120, name="All alike")
    pages = [numbers_on(reader.get(reverse("customer_list"), {"sort": "name", "page": n})) for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 20]
    assert len({number for page in pages for number in page}) == 120


def test_moving_through_the_pages_keeps_the_search(reader):
    CustomerFactory.create_batch(60)
    page = reader.get(reverse("customer_list"), {"q": "C", "sort": "-name"}).text
    assert "?q=C&amp;sort=-name&amp;page=2" in page


def test_list_without_rows_says_so(reader):
    assert "There is nothing here yet." in reader.get(reverse("customer_list")).text
    assert "Nothing matches." in reader.get(reverse("customer_list"), {"q": "x"}).text


def test_names_are_shown_as_they_are_never_as_markup(reader):
    customer = CustomerFactory(name="<b>O'Neill</b> & {{ Sons }}")
    for url in (reverse("customer_list"), reverse("customer_edit", args=[customer.pk])):
        page = reader.get(url).text
        assert "&lt;b&gt;O&#x27;Neill&lt;/b&gt; &amp; {{ Sons }}" in page
        assert "<b>O" not in page


# One customer


def test_new_customer_begins_with_the_country_and_currency_of_the_company(clerk):
    form = clerk.get(reverse("customer_create")).context["form"]
    assert (form["currency"].value(), form["country"].value()) == ("NOK", "NO")


def test_customer_is_made_with_an_address(clerk):
    address = {"addresses-0-street": "Storgata 1", "addresses-0-country": "NO", "addresses-0-for_invoices": "on"}
    data = VALUES | {"addresses-TOTAL_FORMS": 2, "addresses-INITIAL_FORMS": 0, "addresses-1-country": "NO"} | address
    response = clerk.post(reverse("customer_create"), data, follow=True)
    customer = Customer.objects.get()
    assert response.redirect_chain == [(reverse("customer_edit", args=[customer.pk]), 302)]
    assert "Customer C1 Fjord Elektro AS is saved." in response.text
    assert customer.addresses.get().street == "Storgata 1"


def test_address_is_deleted_by_its_box(clerk):
    customer = CustomerFactory(number="C1")
    data = VALUES | {
        "addresses-TOTAL_FORMS": 1,
        "addresses-INITIAL_FORMS": 1,
        "addresses-0-id": customer.addresses.get().pk,
        "addresses-0-country": "NO",
        "addresses-0-DELETE": "on",
    }
    assert clerk.post(reverse("customer_edit", args=[customer.pk]), data).status_code == 302
    assert not customer.addresses.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("number", ""), ("name", "x" * 101), ("name", "\u202edetrever"), ("name", "nul\0"), ("vat_number", "NO123")],
)
def test_form_says_what_is_wrong_at_the_field_and_keeps_what_was_typed(clerk, field, value):
    response = clerk.post(reverse("customer_create"), VALUES | NO_ADDRESSES | {field: value})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert f'id="id_{field}_error"' in response.text
    assert 'aria-invalid="true"' in response.text
    assert 'value="Fjord Elektro AS"' in response.text or field == "name"
    assert not Customer.objects.exists()


def test_two_addresses_for_invoices_are_refused_on_the_page(clerk):
    boxes = {
        f"addresses-{n}-{name}": value for n in (0, 1) for name, value in (("country", "NO"), ("for_invoices", "on"))
    }
    data = VALUES | {"addresses-TOTAL_FORMS": 2, "addresses-INITIAL_FORMS": 0} | boxes
    response = clerk.post(reverse("customer_create"), data)
    assert response.status_code == 422
    assert "Only one address can get the invoices." in response.text


@pytest.mark.parametrize("management", [{}, {"addresses-TOTAL_FORMS": "x", "addresses-INITIAL_FORMS": "-1"}])
def test_form_without_its_address_part_is_refused(clerk, management):
    response = clerk.post(reverse("customer_create"), VALUES | management)
    assert response.status_code == 422
    assert not Customer.objects.exists()


def test_history_is_shown_with_who_and_what(clerk, user_with, client_of):
    ola = client_of(user_with("orders.view_customer", "orders.maintain_customer", username="ola"))
    ola.post(reverse("customer_create"), VALUES | NO_ADDRESSES)
    url = reverse("customer_edit", args=[Customer.objects.get().pk])
    ola.post(url, VALUES | NO_ADDRESSES | {"name": "Fjord AS"})
    changes = clerk.get(url).context["changes"]
    assert [(str(change["user"]), change["fields"]) for change in changes] == [
        ("ola", [{"name": "name", "old": "Fjord Elektro AS", "new": "Fjord AS"}]),
        ("ola", []),
    ]


# Rights


@pytest.mark.rule("AUT-3", "AUT-4")
def test_who_may_only_look_sees_all_and_can_change_nothing(reader):
    customer = CustomerFactory(number="C1")
    url = reverse("customer_edit", args=[customer.pk])
    page = reader.get(url)
    assert page.status_code == 200
    assert all(field.field.disabled for field in page.context["form"])
    assert "Save" not in page.text
    assert "New customer" not in reader.get(reverse("customer_list")).text
    assert reader.get(reverse("customer_create")).status_code == 403
    refused = reader.post(url, VALUES | NO_ADDRESSES)
    assert refused.status_code == 403
    assert 'data-code="permission_denied"' in refused.text
    assert Customer.objects.get().name == customer.name


@pytest.mark.rule("AUT-3")
@pytest.mark.parametrize("url", ["/customers/", "/customers/new/", "/customers/1/"])
def test_who_lacks_the_right_is_told_so(user_with, client_of, url):
    response = client_of(user_with("orders.view_product")).get(url)
    assert response.status_code == 403
    assert "permission_denied" in response.text


def test_customer_that_is_not_there(reader):
    assert reader.get(reverse("customer_edit", args=[999])).status_code == 404


def test_list_is_only_read(reader):
    assert reader.post(reverse("customer_list")).status_code == 405
