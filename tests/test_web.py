"""What all pages share: pages of lists, their order, the history of a row, refusals in forms."""

from __future__ import annotations

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from django.urls import reverse

import documents.urls
import orders.urls
import tracking.urls
from orders.models import Company, Customer
from serialreg.errors import DuplicateInList, ManyFaults, NotPermitted, QuantityInvalid
from serialreg.web import changes_of, page_of, read_only, refusals_in, sorted_by
from tests.factories import CustomerFactory

PATTERNS = [*orders.urls.urlpatterns, *tracking.urls.urlpatterns, *documents.urls.urlpatterns]
KEYED = sorted(str(each.pattern) for each in PATTERNS if "<" in str(each.pattern))


def asking(**query):
    return RequestFactory().get("/", query)


# Requests that cannot be meant


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("key", [10**17, 2**63 - 1, 2**63, 10**30])
@pytest.mark.parametrize("path", KEYED)
@pytest.mark.django_db
def test_key_that_nothing_can_have_is_not_there(admin_client, path, key, method):
    """Too large for the databases to look up, too."""
    status = getattr(admin_client, method)(f"/{path.replace('<key:pk>', str(key))}").status_code
    assert status in {404, 405}


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=zip",
        "multipart/form-data; boundary=x; charset=zip",
        "multipart/form-data; boundary=x; charset=idna",
    ],
)
@pytest.mark.django_db
def test_form_is_read_as_utf_8_whatever_its_header_claims(client, content_type):
    body = "username=Åse&password=x"
    if "boundary" in content_type:
        body = '--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nÅse\r\n--x--\r\n'
    response = client.generic("POST", reverse("login"), body.encode(), content_type)
    assert response.context["form"]["username"].value() == "Åse"


# Lists


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["name", "-name"])
def test_pages_read_from_the_end_hold_the_same_rows(sort, django_assert_num_queries):
    CustomerFactory.create_batch(7, name="Alike")
    rows, _ = sorted_by(asking(sort=sort), Customer.objects.all(), "name")
    expected = list(rows)
    for number in (1, 2, 3, 4):
        with django_assert_num_queries(2):
            page = page_of(asking(page=number), rows.all(), per_page=2)
            assert list(page) == expected[number * 2 - 2 : number * 2]


@pytest.mark.parametrize(("page", "number"), [("", 1), ("0", 4), ("-1", 4), ("99", 4), ("2", 2), ("x", 1), ("\0", 1)])
def test_nonsense_gets_the_first_page_or_the_last(page, number):
    assert page_of(asking(page=page), list(range(7)), per_page=2).number == number


@pytest.mark.parametrize(
    ("asked", "sort"),
    [("name", "name"), ("-name", "-name"), ("", "-id"), ("id", "id"), ("--name", "-id"), ("?", "-id")],
)
def test_only_the_columns_of_the_list_can_be_asked_for(asked, sort):
    rows, found = sorted_by(asking(sort=asked), Customer.objects.all(), "-id", "name")
    assert found == sort
    assert rows.query.order_by == (sort, "-pk" if sort.startswith("-") else "pk")


# History


@pytest.mark.django_db
def test_changes_show_each_field_in_words_the_last_first(user_with):
    user = user_with()
    customer = CustomerFactory(name="Old", language="en")
    customer.name, customer.language, customer._history_user = "New", "nl", user
    customer.save()
    customer.save()
    assert [(change["user"], change["fields"]) for change in changes_of(customer)] == [
        (user, []),
        (
            user,
            [
                {"name": "name", "old": "Old", "new": "New"},
                {"name": "language of documents", "old": "English", "new": "Dutch"},
            ],
        ),
        (None, []),
    ]


@pytest.mark.django_db
def test_only_the_last_changes_are_shown_each_against_the_one_before(django_assert_num_queries):
    company = Company.objects.get()
    for name in "ABCD":
        company.name = name
        company.save()
    with django_assert_num_queries(1):
        changes = changes_of(company, limit=2)
    assert [change["fields"] for change in changes] == [
        [{"name": "name", "old": "C", "new": "D"}],
        [{"name": "name", "old": "B", "new": "C"}],
    ]


# Forms


class QuantityForm(forms.Form):
    quantity = forms.CharField(label="Quantity")
    urgent = forms.BooleanField(required=False)


def bound():
    form = QuantityForm({"quantity": "x"})
    assert form.is_valid()
    return form


QUANTITY = QuantityInvalid(field="quantity", value="x", least="1", most="9", sample="3")
DUPLICATE = DuplicateInList(field="numbers", number="A1", index=2)


@pytest.mark.parametrize(
    ("refused", "errors", "status"),
    [
        (QUANTITY, {"quantity": ["quantity_invalid"]}, 422),
        (DUPLICATE, {"__all__": ["duplicate_serial"]}, 409),
        (ManyFaults([QUANTITY, DUPLICATE]), {"quantity": ["quantity_invalid"], "__all__": ["duplicate_serial"]}, 422),
    ],
)
def test_refusal_becomes_an_error_where_the_fault_is(refused, errors, status):
    form = bound()
    with refusals_in(form):
        raise refused
    assert {field: [error.code for error in found] for field, found in form.errors.as_data().items()} == errors
    assert form.refusal.status == status


@pytest.mark.parametrize(
    ("refused", "fields"),
    [
        (ValidationError("no"), {"__all__"}),
        (ValidationError({"quantity": "no", "hidden": "no"}), {"quantity", "__all__"}),
    ],
)
def test_validation_error_becomes_an_error_where_the_fault_is(refused, fields):
    form = bound()
    with refusals_in(form):
        raise refused
    assert set(form.errors) == fields


def test_lacking_right_is_no_matter_of_the_form():
    form = bound()
    with pytest.raises(NotPermitted), refusals_in(form):
        raise NotPermitted(permission="x")
    assert form.is_valid()


@pytest.mark.parametrize(
    ("name", "data", "classes"),
    [
        ("quantity", {"quantity": "1"}, "form-control"),
        ("quantity", {"quantity": ""}, "form-control is-invalid"),
        ("urgent", {}, "form-check-input"),
    ],
)
def test_widget_gets_the_class_of_its_kind(name, data, classes):
    assert f'class="{classes}"' in str(QuantityForm(data)[name])


def test_form_to_look_at_takes_nothing_in():
    form = QuantityForm({"quantity": "9"}, initial={"quantity": "1"})
    read_only(form)
    assert form.is_valid()
    assert form.cleaned_data["quantity"] == "1"
