"""SET-6: numbers without gaps and without repeats."""

from datetime import date

import pytest
from django.db import transaction

from orders.models import NumberSequence, SequenceKind
from orders.operations.number_sequence import next_number

pytestmark = [pytest.mark.django_db, pytest.mark.rule("SET-6")]


def take(**more):
    with transaction.atomic():
        return next_number(SequenceKind.PACKING_SLIP, **more)


def test_numbers_count_up_with_prefix_and_width():
    assert [take(), take(), take()] == ["PS-000001", "PS-000002", "PS-000003"]


def test_prefix_and_width_can_be_changed_and_the_count_goes_on():
    take()
    NumberSequence.objects.filter(kind=SequenceKind.PACKING_SLIP).update(prefix="P/", width=2)
    assert take() == "P/02"
    NumberSequence.objects.filter(kind=SequenceKind.PACKING_SLIP).update(last_value=99)
    assert take() == "P/100"


def test_who_fails_gives_the_number_back():
    class Failed(Exception):
        pass

    def fail():
        with transaction.atomic():
            assert next_number(SequenceKind.PACKING_SLIP) == "PS-000001"
            raise Failed

    with pytest.raises(Failed):
        fail()
    assert take() == "PS-000001"


def test_each_kind_counts_by_itself():
    take()
    with transaction.atomic():
        assert next_number(SequenceKind.SALES_ORDER) == "SO-000001"


def test_the_last_date_is_kept():
    take(dated=date(2026, 3, 2))
    take(dated=date(2026, 3, 1))
    take()
    assert NumberSequence.objects.get(kind=SequenceKind.PACKING_SLIP).last_date == date(2026, 3, 2)
