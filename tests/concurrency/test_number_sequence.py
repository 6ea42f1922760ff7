"""Numbers of documents under writers of which many fail (SET-6)."""

from __future__ import annotations

from itertools import count

import pytest
from django.db import IntegrityError

from documents.models import PackingSlip
from documents.operations import packing_slip as operations
from documents.operations.packing_slip import post_packing_slip
from orders.models import NumberSequence, SequenceKind
from tests.concurrency.threads import at_once
from tests.factories import PackingSlipLineFactory, ProductFactory, SalesOrderLineFactory

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

WRITERS, EACH = 8, 6


class PulledPlug(Exception):
    """What may happen to a posting after it took its number."""


@pytest.fixture
def every_third_fails(monkeypatch):
    next_number, calls = operations.next_number, count(1)

    def failing(*args, **kwargs):
        number = next_number(*args, **kwargs)
        if next(calls) % 3 == 0:
            raise PulledPlug
        return number

    monkeypatch.setattr(operations, "next_number", failing)


@pytest.fixture
def drafts():
    """So many that each writer has its own, of different orders: nothing but the sequence makes them wait."""
    product = ProductFactory()
    return [
        PackingSlipLineFactory(order_line=SalesOrderLineFactory(product=product), serialised=False).packing_slip
        for _ in range(WRITERS * EACH)
    ]


def post_all(drafts, user):
    """The writers post their drafts one after another, all writers at once; what each posting raised or returned."""

    def write(own):
        return [outcome(draft) for draft in own]

    def outcome(draft):
        try:
            return post_packing_slip(packing_slip=draft, user=user)
        except (PulledPlug, IntegrityError) as error:
            return error

    works = [lambda own=drafts[writer::WRITERS]: write(own) for writer in range(WRITERS)]
    return [answer for answers in at_once(*works) for answer in answers]


@pytest.mark.rule("SET-6")
def test_numbers_have_no_gaps_and_no_repeats(drafts, worker, every_third_fails):
    answers = post_all(drafts, worker)
    posted = WRITERS * EACH * 2 // 3
    assert sorted(answer.number for answer in answers if isinstance(answer, PackingSlip)) == [
        f"PS-{value:06d}" for value in range(1, posted + 1)
    ]
    assert sum(isinstance(answer, PulledPlug) for answer in answers) == len(drafts) - posted
    assert PackingSlip.objects.posted().count() == posted
    assert NumberSequence.objects.get(kind=SequenceKind.PACKING_SLIP).last_value == posted


def test_control_without_lock_numbers_repeat(drafts, worker, no_row_locks):
    """The document's own constraint stops the repeats, so the damage is postings that fail for no fault of theirs."""
    answers = post_all(drafts, worker)
    assert any(isinstance(answer, IntegrityError) for answer in answers)
