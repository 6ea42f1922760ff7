"""Number sequences are made for serial and batch numbers; those of documents are there, and stay."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from orders.models import NumberSequence, SequenceKind
from orders.operations.number_sequence import next_number, save_number_sequence
from serialreg.errors import NotPermitted

pytestmark = [pytest.mark.django_db, pytest.mark.rule("SET-6")]

VALUES = {"name": "Serial numbers of boilers", "kind": SequenceKind.SERIAL_NUMBER, "prefix": "BO-", "width": 8}


@pytest.fixture
def administrator(user_with):
    return user_with("orders.maintain_numbersequence")


def of_packing_slips():
    return NumberSequence.objects.get(kind=SequenceKind.PACKING_SLIP)


@pytest.mark.parametrize("kind", [SequenceKind.SERIAL_NUMBER, SequenceKind.BATCH_NUMBER])
def test_sequence_for_a_group_can_be_made(administrator, kind):
    made = save_number_sequence(sequence=NumberSequence(), values={**VALUES, "kind": kind}, user=administrator)
    assert NumberSequence.objects.get(kind=kind) == made
    assert made.next_number == "BO-00000001"


@pytest.mark.parametrize("kind", [SequenceKind.SALES_ORDER, SequenceKind.PACKING_SLIP])
def test_second_sequence_for_a_kind_of_document_is_refused(administrator, kind):
    with pytest.raises(ValidationError) as refused:
        save_number_sequence(sequence=NumberSequence(), values={**VALUES, "kind": kind}, user=administrator)
    assert set(refused.value.error_dict) == {"kind"}
    assert NumberSequence.objects.filter(kind=kind).count() == 1


def test_new_prefix_and_width_hold_from_the_next_number_on(administrator):
    with transaction.atomic():
        assert next_number(SequenceKind.PACKING_SLIP) == "PS-000001"
    stale = NumberSequence(pk=of_packing_slips().pk, last_value=0)  # as a page has it that was opened before
    stale._state.adding = False
    values = {"name": "Packing slips", "prefix": "F", "width": 3}
    save_number_sequence(sequence=stale, values=values, user=administrator)
    with transaction.atomic():
        assert next_number(SequenceKind.PACKING_SLIP) == "F002"


def test_kind_is_chosen_once(administrator):
    sequence = of_packing_slips()
    save_number_sequence(sequence=sequence, values={"kind": SequenceKind.BATCH_NUMBER}, user=administrator)
    assert of_packing_slips() == sequence


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "Sales orders"),
        ("name", "line\x0bfeed"),
        ("kind", "invoices"),
        ("prefix", "A1"),
        ("prefix", "A B-"),
        ("prefix", "P\u200b-"),
        ("prefix", "ÆØÅ"),
        ("prefix", "P" * 11),
        ("width", 0),
        ("width", 13),
        ("width", -1),
        ("width", None),
        ("width", "x"),
    ],
)
def test_bad_value_is_refused_at_its_field(administrator, field, value):
    with pytest.raises(ValidationError) as refused:
        save_number_sequence(sequence=NumberSequence(), values={**VALUES, field: value}, user=administrator)
    assert set(refused.value.error_dict) == {field}
    assert not NumberSequence.objects.filter(prefix="BO-").exists()


@pytest.mark.rule("AUT-3", "AUT-4")
def test_who_may_only_look_may_not_save(user_with):
    with pytest.raises(NotPermitted):
        save_number_sequence(sequence=NumberSequence(), values=VALUES, user=user_with("orders.view_numbersequence"))
