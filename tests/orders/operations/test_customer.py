"""Customers and their addresses are saved as a whole or not at all."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from orders.models import Customer, CustomerAddress
from orders.operations import master_data
from orders.operations.customer import save_customer
from serialreg.errors import NotPermitted
from tests.factories import CustomerFactory, SalesOrderFactory

pytestmark = pytest.mark.django_db

VALUES = {
    "number": "C1",
    "name": "Fjord Elektro AS",
    "language": "nb",
    "currency": "NOK",
    "country": "NO",
    "vat_number": "NO974760673MVA",
    "electronic_address_scheme": "0192",
    "electronic_address": "974760673",
}


def address(**values):
    return {"name": "", "street": "Storgata 1", "postal_code": "0155", "city": "Oslo", "country": "NO", **values}


@pytest.fixture
def clerk(user_with):
    return user_with("orders.maintain_customer")


def test_new_customer_has_its_values_and_addresses(clerk):
    addresses = [address(for_invoices=True), address(street="Havnegata 2")]
    customer = save_customer(customer=Customer(), values=VALUES, addresses=addresses, user=clerk)
    saved = Customer.objects.get()
    assert saved == customer
    assert {name: getattr(saved, name) for name in VALUES} == VALUES
    assert set(saved.addresses.values_list("street", "for_invoices")) == {("Storgata 1", True), ("Havnegata 2", False)}


def test_history_names_the_user_outside_of_requests_too(clerk):
    customer = save_customer(customer=Customer(), values=VALUES, user=clerk)
    save_customer(customer=customer, values={"name": "Fjord AS"}, user=clerk)
    assert set(customer.history.values_list("name", "history_user")) == {
        ("Fjord Elektro AS", clerk.pk),
        ("Fjord AS", clerk.pk),
    }


def test_without_addresses_they_stay_as_they_are(clerk):
    customer = CustomerFactory()
    save_customer(customer=customer, values={"name": "New name"}, user=clerk)
    assert customer.addresses.count() == 1


def test_addresses_are_changed_added_and_deleted(clerk):
    customer = save_customer(
        customer=Customer(), values=VALUES, addresses=[address(), address(street="Gone")], user=clerk
    )
    kept = customer.addresses.get(street="Storgata 1")
    wanted = [address(id=kept.pk, street="Storgata 3"), address(street="New")]
    save_customer(customer=customer, values=VALUES, addresses=wanted, user=clerk)
    assert {(row.street, row.pk == kept.pk) for row in customer.addresses.all()} == {
        ("Storgata 3", True),
        ("New", False),
    }


def test_invoices_can_move_from_one_address_to_another(clerk):
    addresses = [address(for_invoices=True), address(street="B", for_invoices=False)]
    customer = save_customer(customer=Customer(), values=VALUES, addresses=addresses, user=clerk)
    first, second = customer.addresses.order_by("pk")
    wanted = [address(id=second.pk, street="B", for_invoices=True), address(id=first.pk, for_invoices=False)]
    save_customer(customer=customer, values=VALUES, addresses=wanted, user=clerk)
    assert customer.addresses.get(for_invoices=True) == second


def test_two_addresses_for_invoices_are_refused_and_nothing_is_saved(clerk):
    addresses = [address(for_invoices=True), address(for_invoices=True)]
    with pytest.raises(ValidationError, match="Only one address"):
        save_customer(customer=Customer(), values=VALUES, addresses=addresses, user=clerk)
    assert not Customer.objects.exists()


def test_address_of_another_customer_is_not_touched(clerk):
    other = CustomerFactory()
    theirs = other.addresses.get()
    customer = save_customer(
        customer=Customer(), values=VALUES, addresses=[address(id=theirs.pk, street="Mine")], user=clerk
    )
    assert customer.addresses.get().pk != theirs.pk
    assert CustomerAddress.objects.get(pk=theirs.pk).street == theirs.street


def test_address_of_a_sales_order_cannot_be_deleted(clerk):
    order = SalesOrderFactory()
    with pytest.raises(ValidationError, match="delivery address of a sales order"):
        save_customer(customer=order.customer, values={"name": "Changed"}, addresses=[], user=clerk)
    assert not Customer.objects.filter(name="Changed").exists()
    assert CustomerAddress.objects.filter(pk=order.delivery_address_id).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", ""),
        ("number", "C" * 21),
        ("name", ""),
        ("name", "N" * 101),
        ("name", "tab\there"),
        ("name", "nul\0here"),
        ("name", "right-to-left\u202eoverride"),
        ("name", "zero\u200bwidth"),
        ("name", "escape\x1b[31m"),
        ("language", "xx"),
        ("currency", "XXZ"),
        ("currency", "nok"),
        ("country", "XX"),
        ("vat_number", "NO974760674MVA"),  # the check digit is wrong
        ("vat_number", "NO974760673"),
        ("vat_number", "NL004495446B01"),
        ("vat_number", "974760673"),
        ("vat_number", "DE12"),
        ("vat_number", "ＮＯ974760673MVA"),
        ("vat_number", "<script>"),
        ("electronic_address_scheme", "192"),
        ("electronic_address_scheme", "٠١٩٢"),
        ("electronic_address", "9" * 101),
    ],
)
def test_bad_value_is_refused_at_its_field_and_nothing_is_saved(clerk, field, value):
    with pytest.raises(ValidationError) as refused:
        save_customer(customer=Customer(), values={**VALUES, field: value}, user=clerk)
    assert set(refused.value.error_dict) == {field}
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    "value", ["", "NO974760673MVA", "NL004495445B01", "SE556188840401", "GB980780684", "CHE107787577IVA"]
)
def test_vat_number_of_a_country_is_taken(clerk, value):
    assert save_customer(customer=Customer(), values={**VALUES, "vat_number": value}, user=clerk).vat_number == value


@pytest.mark.parametrize("field", ["electronic_address", "electronic_address_scheme"])
def test_electronic_address_and_scheme_go_together(clerk, field):
    with pytest.raises(ValidationError, match="go together"):
        save_customer(customer=Customer(), values={**VALUES, field: ""}, user=clerk)


@pytest.mark.parametrize("number", ["C1", "c1"])
def test_number_is_taken_once_whatever_its_case(clerk, number):
    CustomerFactory(number="C1")
    with pytest.raises(ValidationError, match="this"):
        save_customer(customer=Customer(), values={**VALUES, "number": number}, user=clerk)


def test_number_that_somebody_took_meanwhile_is_refused_all_the_same(clerk, monkeypatch):
    """Between the check and the write somebody else saves the same number: the database finds it, the check says it."""
    check = Customer.full_clean

    def check_then_somebody_is_quicker(customer, *args, **kwargs):
        check(customer, *args, **kwargs)
        CustomerFactory(number="C1")

    monkeypatch.setattr(Customer, "full_clean", check_then_somebody_is_quicker)
    with pytest.raises(ValidationError, match="already exists"):
        save_customer(customer=Customer(), values=VALUES, user=clerk)


def test_fault_of_the_database_that_no_check_explains_stays_what_it_is(clerk, monkeypatch):
    def broken(self, *args, **kwargs):
        raise IntegrityError("something else")

    monkeypatch.setattr(Customer, "save", broken)
    with pytest.raises(IntegrityError, match="something else"):
        master_data.save_row(Customer(), values=VALUES, user=clerk)


@pytest.mark.rule("AUT-3", "AUT-4")
def test_who_may_only_look_may_not_save(user_with):
    with pytest.raises(NotPermitted, match="Maintain customers"):
        save_customer(customer=Customer(), values=VALUES, user=user_with("orders.view_customer"))
    assert not Customer.objects.exists()
