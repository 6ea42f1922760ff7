"""Registering on a draft: REG-1 to REG-7, REG-9."""

from decimal import Decimal
from unittest.mock import DEFAULT, patch

import pytest
from django.db import IntegrityError

from documents.models import PackingSlipUnit
from documents.operations import registration
from documents.operations.packing_slip import cancel_packing_slip, create_packing_slip, post_packing_slip
from documents.operations.registration import (
    fill_blank,
    mark_not_readable,
    register_numbers,
    remove_registration,
    scan,
    take_off,
)
from orders.rules.permission import MNR
from serialreg.errors import (
    AlreadyPosted,
    DuplicateInList,
    DuplicateSerial,
    Malformed,
    ManyFaults,
    NotAvailable,
    NotFound,
    NotPermitted,
    NotRegistered,
    NotSerialised,
    QuantityExceeded,
    SerialFormat,
    SerialInvalid,
)
from tests.factories import (
    PackingSlipFactory,
    PackingSlipLineFactory,
    ProductFactory,
    SalesOrderFactory,
    SalesOrderLineFactory,
    register,
    serialised_product,
)
from tracking.models import EventKind, Registration, RegistrationState, SerialEvent, SerialNumber
from tracking.scanning import ScanMode

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(user_with):
    return user_with("documents.maintain_packingslip")


@pytest.fixture
def maintainer(user_with):
    return user_with(MNR)


@pytest.fixture
def line():
    """A line of four units on a draft."""
    return PackingSlipLineFactory()


def add(line, text, user, **more):
    return scan(line_id=line.pk, text=text, mode=ScanMode.ADD, user=user, **more)


def remove(line, text, user):
    return scan(line_id=line.pk, text=text, mode=ScanMode.REMOVE, user=user)


def numbers_on(line):
    line.refresh_from_db()
    shown = [unit.number for unit in line.units.select_related("registration").order_by("pk")]
    assert line.registered == len(shown)
    return shown


def live():
    return sorted(Registration.objects.live().values_list("number", flat=True))


@pytest.mark.rule("REG-1")
def test_scans_are_registered_in_their_order(line, worker):
    for text in ["B2\r", "A1\t", "C3\r\n"]:
        add(line, text, worker)
    assert numbers_on(line) == ["B2", "A1", "C3"]


@pytest.mark.rule("REG-9")
def test_an_empty_scan_does_nothing(line, worker):
    assert add(line, " \r", worker).number == ""
    assert numbers_on(line) == []


@pytest.mark.rule("REG-9")
def test_a_refused_scan_changes_nothing(line, worker):
    with pytest.raises(SerialInvalid):
        add(line, "A 1", worker)
    assert numbers_on(line) == []
    assert not SerialNumber.objects.exists()


@pytest.mark.rule("REG-2")
def test_the_mode_says_what_a_scan_does(line, worker):
    add(line, "A1", worker)
    add(line, "A2", worker)
    assert remove(line, "a1", worker).number == "a1"
    assert numbers_on(line) == ["A2"]
    event = SerialEvent.objects.get()
    assert (event.kind, str(event.serial_number), event.user) == (EventKind.REMOVED, "A1", worker)
    assert event.document == line.order_line.order.number


@pytest.mark.rule("REG-2")
def test_a_command_barcode_answers_with_its_mode(line, worker):
    assert add(line, "MODE REMOVE\r", worker).mode is ScanMode.REMOVE
    assert remove(line, "MODE ADD", worker).mode is ScanMode.ADD
    assert numbers_on(line) == []


@pytest.mark.rule("REG-2")
def test_removing_what_is_not_there_is_refused(line, worker):
    other = PackingSlipLineFactory()
    add(other, "A1", worker)
    with pytest.raises(NotRegistered, match="A1 is not on this line"):
        remove(line, "A1", worker)
    assert numbers_on(other) == ["A1"]


@pytest.mark.rule("REG-3")
def test_a_live_number_is_refused_with_its_place(line, worker):
    product = line.order_line.product
    elsewhere = PackingSlipLineFactory(order_line=SalesOrderLineFactory(product=product))
    add(elsewhere, "a1", worker)
    with pytest.raises(DuplicateSerial) as refused:
        add(line, "A1", worker)
    order = elsewhere.order_line.order
    assert refused.value.data == {
        "number": "A1",
        "product": str(product),
        "document": f"a draft packing slip of sales order {order.number}",
        "at": 1,
        "customer": order.customer.name,
    }
    assert numbers_on(line) == []


@pytest.mark.rule("REG-3")
def test_a_duplicate_names_the_posted_packing_slip_or_the_pending_order_line(worker):
    line = PackingSlipLineFactory(order_line__quantity=1)
    add(line, "A1", worker)
    slip = post_packing_slip(packing_slip=line.packing_slip, user=worker)
    other = PackingSlipLineFactory(order_line=SalesOrderLineFactory(product=line.order_line.product))
    with pytest.raises(DuplicateSerial, match=f"packing slip {slip.number}, line 1"):
        add(other, "A1", worker)
    cancel_packing_slip(packing_slip=slip, user=worker)
    with pytest.raises(DuplicateSerial, match=f"pending on sales order {slip.order.number}"):
        add(other, "A1", worker)


@pytest.mark.rule("REG-3")
def test_case_does_not_distinguish_and_what_was_scanned_is_shown(line, worker):
    add(line, "Ab1", worker)
    remove(line, "AB1", worker)
    add(line, "aB1", worker)
    assert numbers_on(line) == ["aB1"]
    assert SerialNumber.objects.get().number == "Ab1"
    with pytest.raises(DuplicateSerial):
        add(line, "AB1", worker)


@pytest.mark.rule("REG-3")
def test_leading_zeros_count_and_products_are_apart(line, worker):
    add(line, "007", worker)
    add(line, "07", worker)
    add(PackingSlipLineFactory(), "007", worker)
    assert live() == ["007", "007", "07"]


@pytest.fixture
def taken_elsewhere(line, worker):
    """A1 is registered on another order of the same product."""
    elsewhere = PackingSlipLineFactory(order_line=SalesOrderLineFactory(product=line.order_line.product))
    add(elsewhere, "A1", worker)
    return elsewhere


@pytest.mark.rule("REG-3")
def test_the_database_says_no_when_nobody_else_did(line, worker, taken_elsewhere):
    """The last guard, with the check before it switched off; it names every place as well."""
    found = registration._duplicates
    with (
        patch.object(registration, "_duplicates", side_effect=[[], DEFAULT], wraps=found),
        pytest.raises(DuplicateSerial) as refused,
    ):
        register_numbers(line_id=line.pk, texts=["B1", "a1"], user=worker)
    assert refused.value.index == 1
    assert refused.value.data["document"].endswith(taken_elsewhere.order_line.order.number)
    assert numbers_on(line) == []


def test_another_fault_that_the_database_finds_is_not_hidden(line, worker, taken_elsewhere):
    with patch.object(registration, "_duplicates", return_value=[]), pytest.raises(IntegrityError):
        add(line, "A1", worker)


@pytest.mark.rule("REG-4")
def test_not_readable_is_a_row_of_its_own_with_a_note(line, maintainer):
    blank = mark_not_readable(line_id=line.pk, user=maintainer, note="label torn")
    assert (blank.is_blank, blank.note, blank.state) == (True, "label torn", RegistrationState.DRAFT)
    assert numbers_on(line) == [""]


@pytest.mark.rule("REG-4")
@pytest.mark.parametrize("note", ["x" * 201, "a\x00b", "\u202etorn"])
def test_a_note_that_nobody_can_read_is_refused(line, maintainer, note):
    with pytest.raises(Malformed):
        mark_not_readable(line_id=line.pk, user=maintainer, note=note)
    assert numbers_on(line) == []


@pytest.mark.rule("REG-4", "AUT-3")
def test_not_readable_takes_the_duty(line, worker):
    with pytest.raises(NotPermitted, match="non-readable serial numbers"):
        mark_not_readable(line_id=line.pk, user=worker)
    assert numbers_on(line) == []


@pytest.mark.rule("REG-4")
def test_a_scan_with_a_blank_selected_fills_it(line, worker, maintainer):
    blank = mark_not_readable(line_id=line.pk, user=maintainer)
    scanned = add(line, "A1", worker, blank_id=blank.pk)
    assert scanned.registration.pk == blank.pk
    assert numbers_on(line) == ["A1"]
    assert SerialEvent.objects.get().kind == EventKind.FILLED


@pytest.mark.rule("REG-4", "REG-3", "SET-5")
def test_filling_is_checked_like_any_number(worker, maintainer):
    line = PackingSlipLineFactory(order_line__product=serialised_product("formatted"))
    add(line, "AB-1234", worker)
    blank = mark_not_readable(line_id=line.pk, user=maintainer)
    for text, refusal in [("AB-1234", DuplicateSerial), ("1234", SerialFormat), ("A B", SerialInvalid)]:
        with pytest.raises(refusal):
            fill_blank(registration_id=blank.pk, text=text, user=worker)
    assert fill_blank(registration_id=blank.pk, text=" ", user=worker).is_blank  # an empty scan does nothing
    assert numbers_on(line) == ["AB-1234", ""]


@pytest.mark.rule("REG-4")
def test_a_scan_fills_no_blank_one_of_another_line(line, worker, maintainer):
    other = PackingSlipLineFactory()
    blank = mark_not_readable(line_id=other.pk, user=maintainer)
    with pytest.raises(NotFound):
        add(line, "A1", worker, blank_id=blank.pk)
    assert numbers_on(other) == [""]


@pytest.mark.rule("REG-2")
def test_numbers_of_several_lines_are_taken_off_at_once(worker):
    slip = PackingSlipLineFactory().packing_slip
    lines = [slip.lines.get(), PackingSlipLineFactory(packing_slip=slip, order_line__order=slip.order)]
    for count, line in enumerate(lines, start=1):
        register(line, *(f"A{number}" for number in range(count)))
    assert take_off(PackingSlipUnit.objects.all(), user=worker) == 3
    assert [numbers_on(line) for line in lines] == [[], []]


@pytest.mark.rule("REG-4")
def test_only_a_blank_one_of_a_draft_can_be_filled(line, worker, maintainer):
    with pytest.raises(NotFound):
        fill_blank(registration_id=0, text="A1", user=worker)
    (taken,) = register_numbers(line_id=line.pk, texts=["A1"], user=worker)
    with pytest.raises(NotFound):
        fill_blank(registration_id=taken.pk, text="A2", user=worker)
    loose = Registration.objects.create(order_line=line.order_line, registered_by=worker)
    with pytest.raises(NotFound):
        fill_blank(registration_id=loose.pk, text="A2", user=worker)
    with pytest.raises(NotPermitted):
        fill_blank(registration_id=loose.pk, text="A2", user=maintainer)


@pytest.mark.rule("REG-4", "REG-2")
def test_a_blank_one_can_be_taken_off_by_either_a_number_by_the_worker(line, worker, maintainer):
    first = mark_not_readable(line_id=line.pk, user=maintainer)
    second = mark_not_readable(line_id=line.pk, user=maintainer)
    (number,) = register_numbers(line_id=line.pk, texts=["A1"], user=worker)
    remove_registration(registration_id=first.pk, user=maintainer)
    remove_registration(registration_id=second.pk, user=worker)
    with pytest.raises(NotPermitted):
        remove_registration(registration_id=number.pk, user=maintainer)
    assert numbers_on(line) == ["A1"]


@pytest.mark.rule("REG-5")
def test_a_scan_past_the_quantity_is_refused_at_once(worker, maintainer):
    line = PackingSlipLineFactory(quantity=2, order_line__quantity=4)
    add(line, "A1", worker)
    add(line, "A2", worker)
    with pytest.raises(QuantityExceeded, match="2 units and 2 are registered: there is no place for A3"):
        add(line, "A3", worker)
    with pytest.raises(QuantityExceeded):
        mark_not_readable(line_id=line.pk, user=maintainer)
    assert numbers_on(line) == ["A1", "A2"]


@pytest.mark.rule("REG-7")
def test_a_line_that_is_not_serialised_takes_none(worker, maintainer):
    line = PackingSlipLineFactory(order_line__product=ProductFactory())
    with pytest.raises(NotSerialised):
        add(line, "A1", worker)
    with pytest.raises(NotSerialised):
        mark_not_readable(line_id=line.pk, user=maintainer)


@pytest.mark.rule("WHS-8")
def test_numbers_that_only_stock_knows_cannot_be_made_up(worker):
    line = PackingSlipLineFactory(order_line__product=serialised_product("active_serial"))
    with pytest.raises(NotAvailable):
        add(line, "A1", worker)


@pytest.mark.rule("SET-5")
def test_a_number_that_does_not_match_the_format_is_refused_with_the_sample(worker):
    line = PackingSlipLineFactory(order_line__product=serialised_product("formatted"))
    with pytest.raises(SerialFormat, match="AB-1234"):
        add(line, "5901234123457", worker)
    add(line, "xy-0001", worker)
    assert numbers_on(line) == ["xy-0001"]


@pytest.mark.rule("REG-3", "REG-5", "REG-9")
def test_many_numbers_are_registered_all_or_none_with_every_fault(worker):
    line = PackingSlipLineFactory(quantity=10, order_line__quantity=10)
    with pytest.raises(ManyFaults) as refused:
        register_numbers(line_id=line.pk, texts=["A1", "A 2", "a1", "A3"], user=worker)
    assert [(type(fault), fault.index) for fault in refused.value.faults] == [(SerialInvalid, 1), (DuplicateInList, 2)]
    assert [row.number for row in register_numbers(line_id=line.pk, texts=["A3", "", "A1"], user=worker)] == [
        "A3",
        "A1",
    ]
    with pytest.raises(ManyFaults) as refused:
        register_numbers(line_id=line.pk, texts=["A1", "B1", "A3"], user=worker)
    assert [(type(fault), fault.index) for fault in refused.value.faults] == [
        (DuplicateSerial, 0),
        (DuplicateSerial, 2),
    ]
    assert numbers_on(line) == ["A3", "A1"]
    assert register_numbers(line_id=line.pk, texts=[], user=worker) == []


@pytest.mark.parametrize("count", [1, 3, 100])
def test_queries_do_not_grow_with_the_numbers(worker, count, django_assert_num_queries):
    line = PackingSlipLineFactory(quantity=1000, order_line__quantity=1000)
    worker.has_perm("")
    with django_assert_num_queries(9):
        register_numbers(line_id=line.pk, texts=[f"A{number}" for number in range(count)], user=worker)


@pytest.mark.rule("REG-2", "PCK-5")
def test_removing_what_came_from_a_reversed_packing_slip_makes_it_pending_again(worker):
    line = PackingSlipLineFactory(order_line__quantity=1)
    add(line, "A1", worker)
    slip = cancel_packing_slip(packing_slip=post_packing_slip(packing_slip=line.packing_slip, user=worker), user=worker)
    (again,) = create_packing_slip(order=slip.order, user=worker).lines.all()
    assert numbers_on(again) == ["A1"]
    remove(again, "A1", worker)
    assert numbers_on(again) == []
    assert Registration.objects.get().state == RegistrationState.PENDING
    assert not SerialEvent.objects.exists()


@pytest.mark.rule("PCK-5")
def test_what_was_taken_off_by_mistake_is_taken_back_by_a_scan(worker):
    line = PackingSlipLineFactory(order_line__quantity=3)
    register_numbers(line_id=line.pk, texts=["A1", "A2", "A3"], user=worker)
    slip = cancel_packing_slip(packing_slip=post_packing_slip(packing_slip=line.packing_slip, user=worker), user=worker)
    (again,) = create_packing_slip(order=slip.order, user=worker).lines.all()
    remove(again, "A2", worker)
    remove(again, "A3", worker)
    before = Registration.objects.count()
    numbers = [row.number for row in register_numbers(line_id=again.pk, texts=["a2", "B1"], user=worker)]
    assert numbers == ["A2", "B1"]
    assert numbers_on(again) == ["A1", "A2", "B1"]
    assert Registration.objects.count() == before + 1
    assert Registration.objects.get(number="A3").state == RegistrationState.PENDING
    with pytest.raises(QuantityExceeded):
        add(again, "A3", worker)


@pytest.mark.rule("REG-3", "PCK-2")
def test_a_posted_line_takes_and_loses_nothing(worker, maintainer):
    line = PackingSlipLineFactory(order_line__quantity=1)
    (number,) = register_numbers(line_id=line.pk, texts=["A1"], user=worker)
    post_packing_slip(packing_slip=line.packing_slip, user=worker)
    for attempt in [
        lambda: add(line, "A2", worker),
        lambda: remove(line, "A1", worker),
        lambda: mark_not_readable(line_id=line.pk, user=maintainer),
        lambda: remove_registration(registration_id=number.pk, user=worker),
        lambda: fill_blank(registration_id=number.pk, text="A3", user=worker),
    ]:
        with pytest.raises(AlreadyPosted):
            attempt()
    assert numbers_on(line) == ["A1"]


def test_what_is_gone_is_said_to_be_gone(worker, maintainer):
    with pytest.raises(NotFound):
        scan(line_id=0, text="A1", mode=ScanMode.ADD, user=worker)
    with pytest.raises(NotFound):
        mark_not_readable(line_id=0, user=maintainer)


@pytest.mark.rule("AUT-2", "AUT-3")
def test_registering_takes_the_right_to_maintain_packing_slips(line, user_with):
    reader = user_with("documents.view_packingslip", "tracking.view_registration")
    for attempt in [
        lambda: add(line, "A1", reader),
        lambda: register_numbers(line_id=line.pk, texts=["A1"], user=reader),
        lambda: remove(line, "A1", reader),
    ]:
        with pytest.raises(NotPermitted):
            attempt()


@pytest.mark.rule("REG-3")
def test_one_registration_of_a_unit_has_one_open_link(line):
    register(line, "A1")
    assert PackingSlipUnit.objects.open().count() == 1
    assert PackingSlipFactory(order=SalesOrderFactory()).lines.count() == 0
    assert line.quantity == Decimal(4)
