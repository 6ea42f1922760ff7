"""Drafting, posting and reversing packing slips: PCK-1 to PCK-6, SET-6."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from documents.models import PackingSlip, PackingSlipLine, PackingSlipLineReversal, PackingSlipStatus
from documents.operations.packing_slip import (
    cancel_packing_slip,
    change_packing_slip,
    create_packing_slip,
    delete_packing_slip,
    post_packing_slip,
    reverse_lines,
)
from documents.operations.registration import mark_not_readable, register_numbers
from documents.rules.packing_slip import MOVES, status_of
from orders.models import NumberSequence, OrderStatus
from orders.rules.permission import MNR
from serialreg.errors import (
    AlreadyPosted,
    AlreadyReturned,
    AlreadyReversed,
    BatchesMissing,
    DateInFuture,
    Malformed,
    ManyFaults,
    NotFound,
    NothingToDeliver,
    NotPermitted,
    NotPosted,
    OverDelivery,
    PartialReversal,
    QuantityInvalid,
    ReasonMissing,
    SerialsMissing,
    TooManySerials,
    WholeQuantity,
)
from tests.factories import (
    CustomerAddressFactory,
    ProductFactory,
    SalesOrderFactory,
    SalesOrderLineFactory,
    serialised_product,
)
from tracking.models import EventKind, Registration, RegistrationState, SerialEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(user_with):
    return user_with("documents.maintain_packingslip", MNR)


@pytest.fixture
def order():
    """Line 1: two serialised units; line 2: ten of a product without numbers."""
    order = SalesOrderFactory(customer__language="nl")
    SalesOrderLineFactory(order=order, quantity=2)
    SalesOrderLineFactory(order=order, quantity=10, product=ProductFactory())
    return order


def draft_of(order, user):
    slip = create_packing_slip(order=order, user=user)
    return slip, list(slip.lines.all())


def register(line, *numbers, user):
    return register_numbers(line_id=line.pk, texts=numbers, user=user)


def posted(order, user, *numbers):
    slip, lines = draft_of(order, user)
    register(lines[0], *numbers, user=user)
    return post_packing_slip(packing_slip=slip, user=user)


def states(order):
    return dict(Registration.objects.filter(order_line__order=order).values_list("number", "state"))


def delivered(order):
    order.refresh_from_db()
    return [line.delivered_quantity for line in order.lines.all()], order.status


# Drafts


@pytest.mark.rule("PCK-1")
def test_a_draft_proposes_what_is_left(order, worker):
    slip, lines = draft_of(order, worker)
    assert not slip.is_posted
    assert [(line.order_line.position, line.quantity) for line in lines] == [(1, 2), (2, 10)]
    change_packing_slip(packing_slip=slip, quantities={lines[1].pk: Decimal(4)}, document_date=None, user=worker)
    second, rest = draft_of(order, worker)
    assert [(line.order_line.position, line.quantity) for line in rest] == [(2, 6)]
    with pytest.raises(NothingToDeliver):
        create_packing_slip(order=order, user=worker)
    assert set(PackingSlip.objects.drafts()) == {slip, second}


@pytest.mark.rule("PCK-2")
def test_the_same_form_makes_one_draft(order, worker):
    first = create_packing_slip(order=order, user=worker, token="form-1")
    assert create_packing_slip(order=order, user=worker, token="form-1") == first
    assert PackingSlip.objects.count() == 1


@pytest.mark.rule("PCK-1")
def test_any_part_can_be_shipped_and_not_more(order, worker):
    slip, (first, second) = draft_of(order, worker)
    with pytest.raises(ManyFaults) as refused:
        change_packing_slip(
            packing_slip=slip,
            quantities={first.pk: Decimal("1.5"), second.pk: Decimal(11)},
            document_date=timezone.localdate() + timedelta(days=1),
            user=worker,
        )
    assert [(type(fault), fault.line) for fault in refused.value.faults] == [
        (DateInFuture, None),
        (WholeQuantity, 1),
        (OverDelivery, 2),
    ]
    change_packing_slip(
        packing_slip=slip, quantities={first.pk: Decimal(1), second.pk: Decimal("2.5")}, document_date=None, user=worker
    )
    assert [line.quantity for line in slip.lines.all()] == [1, Decimal("2.5")]


@pytest.mark.rule("PCK-1", "REG-2")
def test_quantity_zero_takes_the_line_off(order, worker):
    slip, (first, _second) = draft_of(order, worker)
    register(first, "A1", user=worker)
    change_packing_slip(packing_slip=slip, quantities={first.pk: Decimal(0)}, document_date=None, user=worker)
    assert [line.order_line.position for line in slip.lines.all()] == [2]
    assert states(order) == {}


@pytest.mark.rule("REG-2")
def test_deleting_a_draft_frees_fresh_numbers_and_returns_the_others(order, worker):
    cancel_packing_slip(packing_slip=posted(order, worker, "A1", "A2"), user=worker)
    slip, (first, _second) = draft_of(order, worker)
    change_packing_slip(packing_slip=slip, quantities={first.pk: Decimal(2)}, document_date=None, user=worker)
    other = SalesOrderLineFactory(order=order, quantity=1)
    fresh, (line,) = draft_of(order, worker)
    register(line, "B1", user=worker)
    for draft in [slip, fresh]:
        delete_packing_slip(packing_slip=draft, user=worker)
    assert states(order) == {"A1": RegistrationState.PENDING, "A2": RegistrationState.PENDING}
    assert [(event.kind, event.order_line) for event in SerialEvent.objects.all()] == [(EventKind.REMOVED, other)]
    assert not PackingSlip.objects.drafts().exists()


# Posting


@pytest.mark.rule("PCK-2", "SET-6")
def test_posting_numbers_fixes_and_counts(order, worker):
    order.delivery_address = CustomerAddressFactory(customer=order.customer, name="Werf 3", country="NL")
    order.save()
    slip = posted(order, worker, "A1", "A2")
    slip.refresh_from_db()
    assert slip.number == "PS-000001"
    assert (slip.document_date, slip.posted_by) == (timezone.localdate(), worker)
    assert (slip.customer_name, slip.language) == ("Werf 3", "nl")
    assert slip.address.endswith("0155 Oslo\nNederland")
    assert states(order) == {"A1": RegistrationState.DELIVERED, "A2": RegistrationState.DELIVERED}
    assert delivered(order) == ([2, 10], OrderStatus.DELIVERED)


@pytest.mark.rule("PCK-2")
def test_without_a_delivery_address_the_customer_is_named_alone(worker):
    line = SalesOrderLineFactory(order__delivery_address=None, product=ProductFactory())
    slip, _lines = draft_of(line.order, worker)
    post_packing_slip(packing_slip=slip, user=worker)
    slip.refresh_from_db()
    assert (slip.customer_name, slip.address) == (line.order.customer.name, "")


@pytest.mark.rule("SET-4")
def test_a_posted_line_keeps_the_words_and_terms_that_held(order, worker):
    slip, (line, _other) = draft_of(order, worker)
    product = line.order_line.product
    product.name, product.warranty_months, product.service_months = "Drill X", 36, 12
    product.save()
    register(line, "A1", "A2", user=worker)
    post_packing_slip(packing_slip=slip, user=worker)
    product.name = "Drill Y"
    product.save()
    product.tracking_assignment.delete()
    line.refresh_from_db()
    assert (line.name, line.warranty_months, line.service_months, line.serialised) == ("Drill X", 36, 12, True)


@pytest.mark.rule("PCK-2", "REG-5", "REG-6", "PCK-1", "WHS-8")
def test_a_refusal_names_every_fault_of_every_line_and_changes_nothing(worker):
    order = SalesOrderFactory()
    missing = SalesOrderLineFactory(order=order, quantity=3)
    many = SalesOrderLineFactory(order=order, quantity=2)
    SalesOrderLineFactory(order=order, quantity=1, product=ProductFactory())
    SalesOrderLineFactory(order=order, quantity=1, product=serialised_product("active_batch"))
    slip, lines = draft_of(order, worker)
    register(lines[0], "A1", user=worker)
    register(lines[1], "B1", "B2", user=worker)
    PackingSlipLine.objects.filter(pk=lines[1].pk).update(quantity=1)
    PackingSlipLine.objects.filter(pk=lines[2].pk).update(quantity=2)
    with pytest.raises(ManyFaults) as refused:
        post_packing_slip(packing_slip=slip, user=worker)
    assert [(type(fault), fault.line) for fault in refused.value.faults] == [
        (SerialsMissing, missing.position),
        (TooManySerials, many.position),
        (OverDelivery, 3),
        (BatchesMissing, 4),
    ]
    assert refused.value.faults[0].data["missing"] == "2"
    slip.refresh_from_db()
    assert slip.number is None
    assert set(states(order).values()) == {RegistrationState.DRAFT}
    assert delivered(order) == ([0, 0, 0, 0], OrderStatus.OPEN)
    assert NumberSequence.objects.get(kind="packing_slip").last_value == 0


@pytest.mark.rule("REG-5")
def test_a_lowered_quantity_waits_for_numbers_to_be_removed(order, worker):
    slip, (line, _other) = draft_of(order, worker)
    register(line, "A1", "A2", user=worker)
    change_packing_slip(packing_slip=slip, quantities={line.pk: Decimal(1)}, document_date=None, user=worker)
    with pytest.raises(TooManySerials, match="Remove 1 of them"):
        post_packing_slip(packing_slip=slip, user=worker)


@pytest.mark.rule("REG-6", "REG-4")
def test_blank_registrations_count(order, worker):
    slip, (line, _other) = draft_of(order, worker)
    register(line, "A1", user=worker)
    mark_not_readable(line_id=line.pk, user=worker)
    assert post_packing_slip(packing_slip=slip, user=worker).is_posted


@pytest.mark.rule("REG-6")
def test_with_blank_issue_allowed_fewer_will_do(worker):
    line = SalesOrderLineFactory(quantity=3, product=serialised_product("blank_allowed"))
    slip, (slip_line,) = draft_of(line.order, worker)
    register(slip_line, "A1", user=worker)
    post_packing_slip(packing_slip=slip, user=worker)
    slip_line.refresh_from_db()
    assert (slip_line.registered, slip_line.quantity, slip_line.blank_issue_allowed) == (1, 3, True)


@pytest.mark.rule("SET-4")
def test_the_next_posting_uses_the_new_value_of_blank_issue_allowed(order, worker):
    slip, (line, _other) = draft_of(order, worker)
    group = line.order_line.product.tracking_assignment.group
    group.serial_blank_issue_allowed = True
    group.save()
    assert post_packing_slip(packing_slip=slip, user=worker).is_posted


@pytest.mark.rule("PCK-2")
def test_the_same_submission_is_answered_another_attempt_is_refused(order, worker):
    slip, (line, _other) = draft_of(order, worker)
    register(line, "A1", "A2", user=worker)
    first = post_packing_slip(packing_slip=slip, user=worker, token="form-1")
    again = post_packing_slip(packing_slip=slip, user=worker, token="form-1")
    assert (again.pk, again.number) == (first.pk, first.number)
    for token in ["", "form-2"]:
        with pytest.raises(AlreadyPosted, match=first.number):
            post_packing_slip(packing_slip=slip, user=worker, token=token)
    assert delivered(order)[0] == [2, 10]


@pytest.mark.rule("PCK-2")
def test_a_token_of_one_packing_slip_is_none_of_another(worker):
    first, second = (draft_of(SalesOrderLineFactory(product=ProductFactory()).order, worker)[0] for _ in range(2))
    post_packing_slip(packing_slip=first, user=worker, token="form-1")
    for attempt in [post_packing_slip, cancel_packing_slip]:
        with pytest.raises(Malformed):
            attempt(packing_slip=second, user=worker, token="form-1")
    second.refresh_from_db()
    assert not second.is_posted


@pytest.mark.rule("PCK-2")
def test_a_refused_submission_can_be_sent_again(order, worker):
    slip, (line, _other) = draft_of(order, worker)
    with pytest.raises(SerialsMissing):
        post_packing_slip(packing_slip=slip, user=worker, token="form-1")
    register(line, "A1", "A2", user=worker)
    assert post_packing_slip(packing_slip=slip, user=worker, token="form-1").is_posted


@pytest.mark.rule("PCK-2")
def test_a_posted_packing_slip_cannot_be_changed_or_deleted(order, worker):
    slip = posted(order, worker, "A1", "A2")
    with pytest.raises(AlreadyPosted):
        change_packing_slip(packing_slip=slip, quantities={}, document_date=None, user=worker)
    with pytest.raises(AlreadyPosted):
        delete_packing_slip(packing_slip=slip, user=worker)


@pytest.mark.rule("SET-6")
def test_the_document_date_is_today_unless_chosen_and_never_in_the_future(order, worker):
    slip, (line, _other) = draft_of(order, worker)
    register(line, "A1", "A2", user=worker)
    yesterday = timezone.localdate() - timedelta(days=1)
    PackingSlip.objects.filter(pk=slip.pk).update(document_date=yesterday + timedelta(days=2))
    with pytest.raises(DateInFuture):
        post_packing_slip(packing_slip=slip, user=worker)
    change_packing_slip(packing_slip=slip, quantities={}, document_date=yesterday, user=worker)
    assert post_packing_slip(packing_slip=slip, user=worker).document_date == yesterday


def test_an_empty_packing_slip_is_not_posted(order, worker):
    slip, lines = draft_of(order, worker)
    change_packing_slip(
        packing_slip=slip, quantities={line.pk: Decimal(0) for line in lines}, document_date=None, user=worker
    )
    with pytest.raises(NothingToDeliver):
        post_packing_slip(packing_slip=slip, user=worker)


# Reversing


@pytest.mark.rule("PCK-3", "PCK-6")
def test_cancelling_reverses_every_line_and_still_shows_what_was_shipped(order, worker):
    slip = posted(order, worker, "A1", "A2")
    cancel_packing_slip(packing_slip=slip, user=worker, reason="Wrong customer")
    assert delivered(order) == ([0, 0], OrderStatus.OPEN)
    assert states(order) == {"A1": RegistrationState.PENDING, "A2": RegistrationState.PENDING}
    reversals = PackingSlipLineReversal.objects.order_by("pk")
    assert [(row.quantity, row.reason, row.reversed_by) for row in reversals] == [
        (2, "Wrong customer", worker),
        (10, "Wrong customer", worker),
    ]
    Registration.objects.filter(number="A1").update(number="C1")  # what happens later does not show
    line = slip.lines.first()
    assert [(unit.number, unit.reversal.line) for unit in line.units.order_by("pk")] == [("A1", line), ("A2", line)]
    assert PackingSlip.objects.in_status(PackingSlipStatus.CANCELLED).get() == slip


@pytest.mark.rule("PCK-3")
def test_a_serialised_line_is_reversed_in_full_others_in_part(order, worker):
    slip = posted(order, worker, "A1", "A2")
    first, second = slip.lines.all()
    with pytest.raises(PartialReversal):
        reverse_lines(packing_slip=slip, quantities={first.pk: Decimal(1)}, user=worker)
    reverse_lines(packing_slip=slip, quantities={second.pk: Decimal("2.5")}, user=worker)
    assert delivered(order) == ([2, Decimal("7.5")], OrderStatus.PARTLY_DELIVERED)
    assert PackingSlip.objects.in_status(PackingSlipStatus.PARTLY_REVERSED).get() == slip
    with pytest.raises(QuantityInvalid):
        reverse_lines(packing_slip=slip, quantities={second.pk: Decimal(8)}, user=worker)
    reverse_lines(packing_slip=slip, quantities={first.pk: None, second.pk: None}, user=worker)
    assert delivered(order) == ([0, 0], OrderStatus.OPEN)
    for quantities in [{first.pk: None, second.pk: None}, {}]:
        with pytest.raises((AlreadyReversed, ManyFaults)) as refused:
            reverse_lines(packing_slip=slip, quantities=quantities, user=worker)
        assert {fault.code for fault in refused.value.faults} == {"already_reversed"}
    with pytest.raises(AlreadyReversed):
        cancel_packing_slip(packing_slip=slip, user=worker)


@pytest.mark.rule("PCK-3")
def test_cancelling_takes_back_what_is_left(order, worker):
    slip = posted(order, worker, "A1", "A2")
    _first, second = slip.lines.all()
    reverse_lines(packing_slip=slip, quantities={second.pk: Decimal(4)}, user=worker, token="form-1")
    reverse_lines(packing_slip=slip, quantities={second.pk: Decimal(4)}, user=worker, token="form-1")
    cancel_packing_slip(packing_slip=slip, user=worker, token="form-2")
    cancel_packing_slip(packing_slip=slip, user=worker, token="form-2")
    assert sorted(row.quantity for row in PackingSlipLineReversal.objects.all()) == [2, 4, 6]


@pytest.mark.rule("PCK-4")
def test_what_was_invoiced_or_came_back_cannot_be_reversed(order, worker):
    slip = posted(order, worker, "A1", "A2")
    serialised, plain = slip.lines.all()
    order.lines.update(invoiced_quantity=1)
    with pytest.raises(ManyFaults) as refused:
        cancel_packing_slip(packing_slip=slip, user=worker)
    assert [fault.code for fault in refused.value.faults] == ["already_invoiced", "already_invoiced"]
    reverse_lines(packing_slip=slip, quantities={plain.pk: Decimal(9)}, user=worker)
    order.lines.update(invoiced_quantity=0)
    Registration.objects.filter(number="A1").update(state=RegistrationState.RETURNED)
    with pytest.raises(AlreadyReturned):
        reverse_lines(packing_slip=slip, quantities={serialised.pk: None}, user=worker)
    assert delivered(order)[0] == [2, 1]


@pytest.mark.rule("PCK-3")
def test_a_reason_may_be_left_out_but_must_be_readable(order, worker):
    slip = posted(order, worker, "A1", "A2")
    for reason in ["x" * 201, "a\x00b"]:
        with pytest.raises(ReasonMissing):
            cancel_packing_slip(packing_slip=slip, user=worker, reason=reason)
    assert not PackingSlipLineReversal.objects.exists()


@pytest.mark.rule("PCK-3")
def test_a_draft_cannot_be_reversed(order, worker):
    slip, lines = draft_of(order, worker)
    with pytest.raises(NotPosted):
        cancel_packing_slip(packing_slip=slip, user=worker)
    with pytest.raises(NotPosted):
        reverse_lines(packing_slip=slip, quantities={lines[0].pk: None}, user=worker)


@pytest.mark.rule("PCK-5")
def test_the_next_draft_takes_all_pending_numbers_blank_ones_too(order, worker):
    slip, (line, _other) = draft_of(order, worker)
    register(line, "A1", user=worker)
    mark_not_readable(line_id=line.pk, user=worker, note="torn")
    cancel_packing_slip(packing_slip=post_packing_slip(packing_slip=slip, user=worker), user=worker)
    _again, (line, _other) = draft_of(order, worker)
    assert line.registered == 2
    assert [unit.number for unit in line.units.order_by("pk")] == ["A1", ""]
    assert set(states(order).values()) == {RegistrationState.DRAFT}


@pytest.mark.rule("PCK-5", "REG-5")
def test_a_smaller_next_draft_asks_which_ones_do_not_ship(order, worker):
    cancel_packing_slip(packing_slip=posted(order, worker, "A1", "A2"), user=worker)
    slip, (line, other) = draft_of(order, worker)
    quantities = {line.pk: Decimal(1), other.pk: Decimal(10)}
    change_packing_slip(packing_slip=slip, quantities=quantities, document_date=None, user=worker)
    with pytest.raises(TooManySerials):
        post_packing_slip(packing_slip=slip, user=worker)


@pytest.mark.rule("AUT-2", "AUT-3")
def test_everything_takes_the_right(order, worker, user_with):
    slip, _lines = draft_of(order, worker)
    reader = user_with("documents.view_packingslip")
    for attempt in [
        lambda: create_packing_slip(order=order, user=reader),
        lambda: change_packing_slip(packing_slip=slip, quantities={}, document_date=None, user=reader),
        lambda: delete_packing_slip(packing_slip=slip, user=reader),
        lambda: post_packing_slip(packing_slip=slip, user=reader),
        lambda: cancel_packing_slip(packing_slip=slip, user=reader),
        lambda: reverse_lines(packing_slip=slip, quantities={}, user=reader),
    ]:
        with pytest.raises(NotPermitted):
            attempt()


def test_what_was_deleted_meanwhile_is_said_to_be_gone(order, worker):
    slip, _lines = draft_of(order, worker)
    stale = PackingSlip.objects.get(pk=slip.pk)
    delete_packing_slip(packing_slip=slip, user=worker)
    with pytest.raises(NotFound):
        post_packing_slip(packing_slip=stale, user=worker)
    order_id, order.pk = order.pk, 0
    with pytest.raises(NotFound):
        create_packing_slip(order=order, user=worker)
    order.pk = order_id


# Status and speed


@pytest.mark.parametrize(
    ("posted", "total", "reversed_quantity", "status"),
    [
        (False, 3, 0, PackingSlipStatus.DRAFT),
        (True, 3, 0, PackingSlipStatus.POSTED),
        (True, 3, 1, PackingSlipStatus.PARTLY_REVERSED),
        (True, 3, 3, PackingSlipStatus.CANCELLED),
    ],
)
def test_the_status_follows_from_number_and_reversals(posted, total, reversed_quantity, status):
    assert status_of(posted=posted, total=Decimal(total), reversed_quantity=Decimal(reversed_quantity)) == status
    assert status in {*MOVES, *(target for moves in MOVES.values() for target in moves)}


def test_each_status_finds_its_packing_slips(order, worker):
    slip = posted(order, worker, "A1", "A2")
    SalesOrderLineFactory(order=order, quantity=1)
    draft, _lines = draft_of(order, worker)
    assert PackingSlip.objects.in_status(PackingSlipStatus.POSTED).get() == slip
    assert PackingSlip.objects.in_status(PackingSlipStatus.DRAFT).get() == draft
    assert not PackingSlip.objects.in_status("nonsense").exists()
    assert set(PackingSlip.objects.posted()) == {slip}
    totals = PackingSlip.objects.with_totals().get(pk=slip.pk)
    assert (totals.total_quantity, totals.reversed_quantity) == (12, 0)


@pytest.mark.parametrize(("lines", "units"), [(1, 1), (3, 30)])
def test_queries_do_not_grow_with_lines_and_numbers(worker, lines, units, django_assert_num_queries):
    order = SalesOrderFactory()
    for _position in range(lines):
        SalesOrderLineFactory(order=order, quantity=units)
    slip, slip_lines = draft_of(order, worker)
    for line in slip_lines:
        register(line, *(f"A{number}" for number in range(units)), user=worker)
    with django_assert_num_queries(13):
        post_packing_slip(packing_slip=slip, user=worker)
    with django_assert_num_queries(11):
        cancel_packing_slip(packing_slip=slip, user=worker)
    with django_assert_num_queries(11):
        create_packing_slip(order=order, user=worker)
