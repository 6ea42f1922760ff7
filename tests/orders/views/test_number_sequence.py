"""The pages of number sequences."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orders.models import NumberSequence, SequenceKind

pytestmark = [pytest.mark.django_db, pytest.mark.rule("SET-6")]

VALUES = {"name": "Boilers", "kind": SequenceKind.SERIAL_NUMBER, "prefix": "BO-", "width": 8}


@pytest.fixture
def administrator(user_with, client_of):
    return client_of(user_with("orders.view_numbersequence", "orders.maintain_numbersequence"))


def of_packing_slips():
    return NumberSequence.objects.get(kind=SequenceKind.PACKING_SLIP)


def test_list_shows_each_sequence_with_its_next_number(administrator):
    NumberSequence.objects.filter(kind=SequenceKind.PACKING_SLIP).update(last_value=41)
    response = administrator.get(reverse("number_sequence_list"))
    assert {(row.name, row.next_number) for row in response.context["page"]} == {
        ("Packing slips", "PS-000042"),
        ("Sales orders", "SO-000001"),
    }
    assert "PS-000042" in response.text


def test_sequence_is_made(administrator):
    assert administrator.post(reverse("number_sequence_create"), VALUES).status_code == 302
    assert NumberSequence.objects.get(name="Boilers").next_number == "BO-00000001"


def test_only_kinds_that_are_not_a_documents_are_offered(administrator):
    form = administrator.get(reverse("number_sequence_create")).context["form"]
    assert {value for value, _ in form.fields["kind"].choices} == {"serial_number", "batch_number"}


@pytest.mark.parametrize("kind", ["packing_slip", "sales_order", "", "other"])
def test_other_kind_is_refused(administrator, kind):
    response = administrator.post(reverse("number_sequence_create"), VALUES | {"kind": kind})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"kind"}


def test_sequence_of_a_document_is_renamed_but_keeps_its_kind(administrator):
    sequence = of_packing_slips()
    url = reverse("number_sequence_edit", args=[sequence.pk])
    assert "PS-000001" in administrator.get(url).text
    assert administrator.post(url, VALUES).status_code == 302
    assert (of_packing_slips().pk, of_packing_slips().next_number) == (sequence.pk, "BO-00000001")


@pytest.mark.parametrize(
    ("field", "value"),
    [("prefix", "A9"), ("prefix", "A\u202e"), ("width", "13"), ("width", "9" * 20), ("width", "٣x"), ("name", "")],
)
def test_bad_value_is_refused_at_its_field(administrator, field, value):
    url = reverse("number_sequence_edit", args=[of_packing_slips().pk])
    response = administrator.post(url, VALUES | {field: value})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert "PS-000001" in response.text
    assert of_packing_slips().next_number == "PS-000001"


@pytest.mark.rule("AUT-3", "AUT-4")
def test_who_may_only_look_sees_all_and_can_change_nothing(user_with, client_of):
    reader = client_of(user_with("orders.view_numbersequence"))
    url = reverse("number_sequence_edit", args=[of_packing_slips().pk])
    assert "Save" not in reader.get(url).text
    assert reader.post(url, VALUES).status_code == 403
    assert reader.get(reverse("number_sequence_create")).status_code == 403
    assert "New number sequence" not in reader.get(reverse("number_sequence_list")).text
    assert of_packing_slips().next_number == "PS-000001"


@pytest.mark.rule("AUT-3")
def test_who_lacks_the_right_is_told_so(user_with, client_of):
    client = client_of(user_with())
    for url in (reverse("number_sequence_list"), reverse("number_sequence_edit", args=[1])):
        assert client.get(url).status_code == 403
