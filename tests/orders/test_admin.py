"""Django admin goes through the same operations, with the same rights; users and roles are the superuser's."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from orders.models import Company, Customer, NumberSequence, SequenceKind, User
from orders.operations import customer as customer_operation
from serialreg.errors import HasPostings
from tests.factories import PASSWORD, CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db

CUSTOMER = {"number": "C1", "name": "Fjord", "language": "nb", "currency": "NOK", "country": "NO"}
ADD = reverse("admin:orders_customer_add")


@pytest.fixture
def administrator(user_with, client_of):
    """Of staff, with rights by role."""

    def make(*rights):
        return client_of(user_with(*rights, is_staff=True))

    return make


@pytest.fixture
def superuser(client_of):
    return client_of(UserFactory(is_staff=True, is_superuser=True))


def test_customer_is_saved_by_the_operation(administrator):
    client = administrator("orders.maintain_customer")
    assert client.post(ADD, CUSTOMER).status_code == 302
    assert Customer.objects.get().history.get().history_user is not None
    url = reverse("admin:orders_customer_change", args=[Customer.objects.get().pk])
    assert client.post(url, CUSTOMER | {"name": "Fjord AS"}).status_code == 302
    assert Customer.objects.get().name == "Fjord AS"


def test_company_and_its_logo_are_saved_by_the_operation(administrator):
    client = administrator("orders.maintain_company")
    url = reverse("admin:orders_company_change", args=[1])
    assert client.get(url).status_code == 200
    data = {"name": "Serialreg AS", "country": "NO", "currency": "NOK"}
    assert client.post(url, data).status_code == 302
    assert Company.objects.get().name == "Serialreg AS"
    assert client.get(reverse("admin:orders_company_add")).status_code == 403


def test_number_sequence_is_saved_by_the_operation(administrator):
    client = administrator("orders.maintain_numbersequence")
    values = {"name": "Boilers", "kind": "serial_number", "prefix": "B-", "width": 4}
    assert client.post(reverse("admin:orders_numbersequence_add"), values).status_code == 302
    sequence = NumberSequence.objects.get(kind=SequenceKind.PACKING_SLIP)
    url = reverse("admin:orders_numbersequence_change", args=[sequence.pk])
    assert client.post(url, {"name": "Slips", "prefix": "F-", "width": 3}).status_code == 302
    sequence.refresh_from_db()
    assert (sequence.kind, sequence.next_number) == (SequenceKind.PACKING_SLIP, "F-001")


def test_refusal_is_shown_in_the_form_with_what_was_typed_and_nothing_is_saved(administrator, monkeypatch):
    def refuse(*args, **kwargs):
        raise HasPostings

    monkeypatch.setattr(customer_operation, "_check_one_gets_invoices", refuse)
    response = administrator("orders.maintain_customer").post(ADD, CUSTOMER)
    assert response.status_code == 409
    assert "There are posted documents" in response.text
    assert 'value="Fjord"' in response.text
    assert not Customer.objects.exists()


def test_fault_that_only_the_operation_sees_is_shown_in_the_form(administrator, monkeypatch):
    """Somebody takes the number between the form's check and the operation's."""
    check = customer_operation.check_may

    def somebody_is_quicker(*args):
        check(*args)
        CustomerFactory(number="C1")

    monkeypatch.setattr(customer_operation, "check_may", somebody_is_quicker)
    response = administrator("orders.maintain_customer").post(ADD, CUSTOMER)
    assert response.status_code == 422
    assert "already exists" in response.text


@pytest.mark.rule("AUT-3", "AUT-4")
def test_right_that_is_lost_meanwhile_is_refused_by_the_operation(administrator, monkeypatch):
    client = administrator("orders.view_customer")
    monkeypatch.setattr("orders.admin.CustomerAdmin.has_add_permission", lambda *args: True)
    response = client.post(ADD, CUSTOMER)
    assert response.status_code == 403
    assert "permission_denied" in response.text
    assert not Customer.objects.exists()


@pytest.mark.rule("AUT-3", "AUT-4")
def test_who_may_only_look_can_change_nothing(administrator):
    customer = CustomerFactory()
    client = administrator("orders.view_customer")
    url = reverse("admin:orders_customer_change", args=[customer.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, CUSTOMER).status_code == 403
    assert client.get(ADD).status_code == 403


def test_nothing_is_deleted(superuser):
    customer = CustomerFactory()
    assert (
        superuser.post(reverse("admin:orders_customer_delete", args=[customer.pk]), {"post": "yes"}).status_code == 403
    )
    action = {"action": "delete_selected", "_selected_action": customer.pk, "post": "yes"}
    superuser.post(reverse("admin:orders_customer_changelist"), action)
    assert Customer.objects.filter(pk=customer.pk).exists()


@pytest.mark.parametrize("model", [Customer, Company, NumberSequence, User, Group])
def test_list_and_form_of_each_model_open(superuser, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    first = model.objects.order_by("pk").first() or CustomerFactory()
    assert superuser.get(reverse(f"{name}_changelist")).status_code == 200
    assert superuser.get(reverse(f"{name}_change", args=[first.pk])).status_code == 200


@pytest.mark.rule("AUT-4")
@pytest.mark.parametrize("url_name", ["admin:orders_user_changelist", "admin:auth_group_changelist"])
def test_users_and_roles_are_the_superusers_alone(administrator, superuser, url_name):
    every_right = administrator("orders.maintain_customer", "orders.maintain_company", "auth.change_group")
    assert every_right.get(reverse(url_name)).status_code == 403
    assert superuser.get(reverse(url_name)).status_code == 200


@pytest.mark.rule("AUT-4")
def test_superuser_gives_a_user_a_role(superuser):
    password = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    superuser.post(reverse("admin:orders_user_add"), {"username": "kari", **password})
    kari = User.objects.get(username="kari")
    role = Group.objects.get(name="Sales clerk")
    superuser.post(
        reverse("admin:orders_user_change", args=[kari.pk]),
        {"username": "kari", "is_active": "on", "groups": [role.pk]},
    )
    assert set(kari.groups.all()) == {role}


@pytest.mark.rule("AUT-1")
def test_who_is_not_of_staff_has_no_admin(user_with, client_of):
    response = client_of(user_with("orders.maintain_customer")).get(reverse("admin:index"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))


@pytest.mark.parametrize("page", ["orders_customer", "orders_user"])
def test_filter_that_no_database_takes_is_refused(superuser, page):
    assert superuser.get(reverse(f"admin:{page}_changelist"), {"id": "1\0"}).status_code == 400
