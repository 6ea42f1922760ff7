"""What the database refuses of documents, whoever writes (PCK-2, PCK-3, PCK-5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from documents.models import PackingSlipLine, PackingSlipLineReversal, PrintJob
from documents.triggers import TRIGGERS
from serialreg import triggers
from tests.factories import PackingSlipFactory, PackingSlipLineFactory, PackingSlipUnitFactory, UserFactory, register
from tests.guards import change, constraints_of, out_of_range, refused_by, together

pytestmark = pytest.mark.django_db


def draft() -> Any:
    return PackingSlipFactory()


def posted() -> Any:
    return PackingSlipFactory(posted=True)


def line(quantity: str = "4") -> PackingSlipLine:
    return PackingSlipLineFactory(quantity=Decimal(quantity))


def unit() -> Any:
    return PackingSlipUnitFactory()


def reverse(shipped: PackingSlipLine, quantity: str) -> PackingSlipLineReversal:
    """A reversal that asked nobody."""
    return PackingSlipLineReversal.objects.create(line=shipped, quantity=Decimal(quantity), reversed_by=UserFactory())


def reversal() -> PackingSlipLineReversal:
    return reverse(line(), "1")


def print_job() -> PrintJob:
    return PrintJob.objects.create(packing_slip=draft(), requested_by=UserFactory())


BROKEN = [
    (draft, {"number": "PS-1"}, "packingslip_number_exactly_when_posted"),
    (draft, {"posted_at": timezone.now()}, "packingslip_number_exactly_when_posted"),
    (posted, {"number": None}, "packingslip_number_exactly_when_posted"),
    (posted, {"posted_at": None}, "packingslip_number_exactly_when_posted"),
    (posted, {"posted_by_id": None}, "packingslip_number_exactly_when_posted"),
    (posted, {"document_date": None}, "packingslip_number_exactly_when_posted"),
    (line, {"quantity": 0}, "packing_slip_line_quantity"),
    (line, {"quantity": -1}, "packing_slip_line_quantity"),
    (reversal, {"quantity": 0}, "packing_slip_line_reversal_quantity"),
    (reversal, {"quantity": -1}, "packing_slip_line_reversal_quantity"),
    (unit, {"frozen_number": "SN1"}, "packing_slip_unit_frozen_when_ended"),
    (print_job, {"state": "lost"}, "print_job_state_known"),
    (print_job, {"state": "done"}, "print_job_pdf_exactly_when_done"),
    (print_job, {"pdf": b"%PDF"}, "print_job_pdf_exactly_when_done"),
]


@pytest.mark.rule("PCK-2", "PCK-6")
@pytest.mark.parametrize(("make", "columns", "constraint"), BROKEN)
def test_a_row_that_breaks_a_rule_is_refused(make, columns, constraint):
    row = make()
    with refused_by(constraint):
        change(row, **columns)


def test_a_packing_slip_has_one_line_for_an_order_line():
    one = line()
    other = PackingSlipLineFactory(packing_slip=one.packing_slip)
    with refused_by("packing_slip_line_once"):
        change(other, order_line_id=one.order_line_id)


@pytest.mark.rule("PCK-5")
def test_a_registration_is_on_one_packing_slip_at_a_time():
    [registration] = register(line(), "SN1")
    ended = registration.packing_slip_units.get()
    next_line = PackingSlipLineFactory(order_line=registration.order_line)
    with refused_by("packing_slip_unit_one_open"):
        PackingSlipUnitFactory(line=next_line, registration=registration)
    change(ended, reversal_id=reverse(ended.line, "4").pk)
    PackingSlipUnitFactory(line=next_line, registration=registration)


def test_every_constraint_of_documents_is_tried():
    tried = {constraint for _, _, constraint in BROKEN} | {"packing_slip_line_once", "packing_slip_unit_one_open"}
    assert tried == constraints_of("documents")


@pytest.mark.parametrize(
    ("make", "columns"),
    [
        (posted, {"number": "x" * 31}),
        (draft, {"customer_name": "x" * 101}),
        (draft, {"address": "x" * 501}),
        (line, {"item_number": "x" * 41}),
        (line, {"name": "x" * 101}),
        (line, {"unit": "four"}),
        (line, {"quantity": 1_000_000_000}),
        (line, {"warranty_months": -1}),
        (line, {"service_months": 1201}),
        (line, {"registered": -1}),
        (reversal, {"reason": "x" * 201}),
        (unit, {"frozen_number": "x" * 51}),
    ],
)
def test_what_is_out_of_range_is_refused_on_both_databases(make, columns):
    row = make()
    with out_of_range():
        change(row, **columns)


def test_a_packing_slip_number_is_given_once():
    with out_of_range():
        change(posted(), number=posted().number)


# Reversals


@pytest.mark.rule("PCK-3")
def test_reversals_never_exceed_the_line():
    shipped = line("4")
    reverse(shipped, "3")
    with refused_by("reversed_beyond_quantity"):
        reverse(shipped, "1.001")
    last = reverse(shipped, "1")
    with refused_by("reversed_beyond_quantity"):
        reverse(shipped, "0.001")
    with refused_by("reversed_beyond_quantity"):
        change(last, quantity=2)
    with refused_by("reversed_beyond_quantity"):
        change(reverse(line("9"), "2"), line_id=shipped.pk)


@pytest.mark.rule("PCK-3")
def test_several_reversals_in_one_statement_are_added_up():
    shipped, user = line("4"), UserFactory()
    with refused_by("reversed_beyond_quantity"):
        PackingSlipLineReversal.objects.bulk_create(
            PackingSlipLineReversal(line=shipped, quantity=Decimal(2), reversed_by=user) for _ in range(3)
        )
    assert not shipped.reversals.exists()


@pytest.mark.rule("PCK-3")
def test_tenths_add_up_exactly():
    shipped = line("0.3")
    for tenths in ("0.1", "0.2"):
        reverse(shipped, tenths)
    with refused_by("reversed_beyond_quantity"):
        reverse(shipped, "0.001")


@pytest.mark.rule("PCK-3")
def test_the_line_cannot_shrink_below_what_was_reversed():
    shipped = line("4")
    reverse(shipped, "3")
    with refused_by("quantity_below_reversed"):
        change(shipped, quantity=2)
    change(shipped, quantity=3)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("PCK-3")
@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_two_reversals_at_the_same_moment(guarded):
    """Each fits by what it sees. The control shows that without the trigger both get in."""
    shipped = line("4")
    if not guarded:
        triggers.remove(connection, TRIGGERS)
    try:
        assert together(lambda: reverse(shipped, "3"), lambda: reverse(shipped, "2")) == [False, guarded]
    finally:
        triggers.install(connection, TRIGGERS)
