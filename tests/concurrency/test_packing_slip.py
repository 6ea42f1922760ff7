"""Two people, or one impatient one, at the same packing slip at the same time."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from threading import Event
from time import sleep

import pytest

from documents.models import PackingSlip, PackingSlipLine, PackingSlipLineReversal
from documents.operations import packing_slip as operations
from documents.operations import registration as registering
from documents.operations.packing_slip import (
    cancel_packing_slip,
    create_packing_slip,
    delete_packing_slip,
    post_packing_slip,
)
from documents.operations.registration import scan
from orders.models import NumberSequence, SalesOrderLine
from serialreg.errors import AlreadyPosted, NotFound
from tests.concurrency.threads import MOMENT, PATIENCE, at_once, kinds
from tests.factories import PackingSlipLineFactory, SalesOrderLineFactory, register, serialised_product
from tracking.models import Registration, RegistrationState
from tracking.scanning import ScanMode

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def full_draft(*, order_line=None, numbers=("A", "B", "C", "D")):
    """A draft of four units, all registered; its order line still has others left."""
    line = PackingSlipLineFactory(order_line=order_line or SalesOrderLineFactory(quantity=12), quantity=Decimal(4))
    register(line, *numbers)
    return line.packing_slip


def delivered(packing_slip):
    return SalesOrderLine.objects.get(packing_slip_lines__packing_slip=packing_slip).delivered_quantity


def taken_numbers():
    return NumberSequence.objects.get(kind="packing_slip").last_value


# Posting twice


def post_twice(user, *, tokens=("", "")):
    draft = full_draft()
    return draft, at_once(*(partial(post_packing_slip, packing_slip=draft, user=user, token=token) for token in tokens))


@pytest.mark.rule("PCK-2")
def test_two_postings_make_one_document(worker, meet_at):
    meet_at(operations, "_fix_words")
    draft, answers = post_twice(worker)
    assert kinds(answers) == ["AlreadyPosted", "PackingSlip"]
    assert (delivered(draft), taken_numbers()) == (4, 1)


def test_control_without_lock_two_postings_deliver_twice(worker, meet_at, no_row_locks):
    meet_at(operations, "_fix_words")
    draft, answers = post_twice(worker)
    assert kinds(answers) == ["PackingSlip", "PackingSlip"]
    assert delivered(draft) == 8


@pytest.mark.rule("PCK-2")
def test_one_submission_sent_twice_gets_its_document_twice(worker, meet_at):
    meet_at(operations, "_fix_words")
    draft, answers = post_twice(worker, tokens=("a form", "a form"))
    assert [answer.pk for answer in answers] == [draft.pk, draft.pk]
    assert answers[0].number == answers[1].number
    assert (delivered(draft), taken_numbers()) == (4, 1)


@pytest.mark.rule("PCK-2")
def test_two_submissions_are_two_postings(worker, meet_at):
    meet_at(operations, "_fix_words")
    _draft, answers = post_twice(worker, tokens=("a form", "another form"))
    assert kinds(answers) == ["AlreadyPosted", "PackingSlip"]


def test_control_without_token_the_second_answer_is_a_refusal(worker, meet_at, no_tokens):
    meet_at(operations, "_fix_words")
    _draft, answers = post_twice(worker, tokens=("a form", "a form"))
    assert kinds(answers) == ["AlreadyPosted", "PackingSlip"]


@pytest.mark.rule("PCK-2")
def test_what_a_refused_submission_leaves_is_free_for_the_next(worker, meet_at):
    """The one that waits for a submission that is then refused carries it out itself, and is refused likewise."""
    draft = PackingSlipLineFactory().packing_slip
    meet_at(operations, "check_post")
    answers = at_once(*[partial(post_packing_slip, packing_slip=draft, user=worker, token="a form")] * 2)
    assert kinds(answers) == ["SerialsMissing", "SerialsMissing"]
    assert taken_numbers() == 0


# Drafting twice


def draft_twice(user):
    order = SalesOrderLineFactory().order
    return at_once(*[partial(create_packing_slip, order=order, user=user, token="a form")] * 2)


@pytest.mark.rule("PCK-1")
def test_one_submission_sent_twice_makes_one_draft(worker, meet_at):
    meet_at(operations, "_take_pending")
    answers = draft_twice(worker)
    assert {answer.pk for answer in answers} == {PackingSlip.objects.get().pk}


def test_control_without_token_and_lock_there_are_two_drafts(worker, meet_at, no_tokens, no_row_locks):
    meet_at(operations, "_take_pending")
    draft_twice(worker)
    assert PackingSlip.objects.count() == 2


# Posting against scanning


def post_while_scanning(user, meet_at):
    """A line that may be posted with fewer numbers than units, so that there is room for the scan in any case."""
    order_line = SalesOrderLineFactory(product=serialised_product("blank_allowed"))
    line = PackingSlipLineFactory(order_line=order_line, blank_issue_allowed=True)
    register(line, "A")
    meet_at(registering, "create_registrations")
    meet_at(operations, "next_number")
    answers = at_once(
        partial(post_packing_slip, packing_slip=line.packing_slip, user=user),
        partial(scan, line_id=line.pk, text="B", mode=ScanMode.ADD, user=user),
    )
    return line, answers


@pytest.mark.rule("PCK-2", "REG-12")
@pytest.mark.parametrize("round_number", range(4))
def test_a_scan_never_lands_on_a_posted_document(worker, meet_at, round_number):
    line, [posted, scanned] = post_while_scanning(worker, meet_at)
    assert posted.is_posted
    units = 1 if isinstance(scanned, AlreadyPosted) else 2
    assert line.units.count() == PackingSlipLine.objects.get(pk=line.pk).registered == units
    assert set(Registration.objects.values_list("state", flat=True)) == {RegistrationState.DELIVERED}


def test_control_without_lock_a_draft_registration_is_on_a_posted_document(worker, meet_at, no_row_locks, monkeypatch):
    line, [posted, _scanned] = post_while_scanning(worker, meet_at)
    assert posted.is_posted
    assert line.units.filter(registration__state=RegistrationState.DRAFT).exists()


# Deleting against scanning


@pytest.mark.rule("REG-12")
def test_a_scan_that_waits_for_the_deletion_of_its_draft_finds_nothing(worker, monkeypatch):
    line = PackingSlipLineFactory()
    deleting = Event()
    take_off = operations.take_off

    def slow(*args, **kwargs):
        deleting.set()
        sleep(MOMENT)
        return take_off(*args, **kwargs)

    def scan_meanwhile():
        deleting.wait(PATIENCE)
        return scan(line_id=line.pk, text="A", mode=ScanMode.ADD, user=worker)

    monkeypatch.setattr(operations, "take_off", slow)
    answers = at_once(
        partial(delete_packing_slip, packing_slip=line.packing_slip, user=worker),
        scan_meanwhile,
    )
    assert answers[0] is None
    assert isinstance(answers[1], NotFound)


# Reversing twice


def cancel_twice(user, meet_at):
    """Another packing slip of the same order line stays posted, so the order line's own limits catch nothing."""
    order_line = SalesOrderLineFactory(quantity=12)
    posted, _other = [
        post_packing_slip(packing_slip=full_draft(order_line=order_line, numbers=numbers), user=user)
        for numbers in ["ABCD", "EFGH"]
    ]
    meet_at(operations, "_open_registrations")
    return posted, at_once(*[partial(cancel_packing_slip, packing_slip=posted, user=user)] * 2)


def reversed_quantities():
    return list(PackingSlipLineReversal.objects.values_list("quantity", flat=True))


@pytest.mark.rule("PCK-3")
def test_two_cancellations_reverse_once(worker, meet_at):
    posted, answers = cancel_twice(worker, meet_at)
    assert kinds(answers) == ["AlreadyReversed", "PackingSlip"]
    assert reversed_quantities() == [4]
    assert SalesOrderLine.objects.get().delivered_quantity == 4
    assert list(posted.lines.get().units.values_list("frozen_number", flat=True).order_by("pk")) == [*"ABCD"]


@pytest.mark.rule("PCK-3")
def test_the_database_alone_lets_nobody_reverse_twice(worker, meet_at, no_row_locks):
    _posted, answers = cancel_twice(worker, meet_at)
    assert kinds(answers) == ["IntegrityError", "PackingSlip"]
    assert reversed_quantities() == [4]


def test_control_without_lock_and_trigger_a_line_is_reversed_twice(worker, meet_at, no_row_locks, no_triggers):
    cancel_twice(worker, meet_at)
    assert reversed_quantities() == [4, 4]
    assert SalesOrderLine.objects.get().delivered_quantity == 0
