"""Scans at the same time: one number, the last free place, the same numbers in opposite order."""

from __future__ import annotations

import re
from functools import partial

import pytest
from django.db import OperationalError, connection

from documents.models import PackingSlipLine
from documents.operations import registration as operations
from documents.operations.packing_slip import delete_packing_slip
from documents.operations.registration import register_numbers, scan
from serialreg.errors import DuplicateSerial, ManyFaults
from tests.concurrency.threads import at_once, kinds
from tests.factories import PackingSlipLineFactory, SalesOrderLineFactory, SerialNumberFactory, serialised_product
from tracking.models import Registration, SerialNumber, fold
from tracking.scanning import ScanMode

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROUNDS = 5


def lines_of_one_product(count, *, quantity=20):
    """Lines on drafts of as many orders, all of the same product."""
    product = serialised_product()
    return [
        PackingSlipLineFactory(order_line=SalesOrderLineFactory(product=product, quantity=quantity))
        for _ in range(count)
    ]


def scan_at_once(lines, texts, user):
    return at_once(
        *(
            partial(scan, line_id=line.pk, text=text, mode=ScanMode.ADD, user=user)
            for line, text in zip(lines, texts, strict=True)
        )
    )


def registered_on(line):
    """What the line says that it holds, and what it holds."""
    return PackingSlipLine.objects.get(pk=line.pk).registered, line.units.count()


# One number on several orders


@pytest.fixture
def claiming_without_lock(monkeypatch):
    """Identities are looked up, and not held."""

    def look_up(*, product, numbers):
        found = SerialNumber.objects.filter(product=product, folded__in=map(fold, numbers))
        return {serial.folded: serial for serial in found}

    monkeypatch.setattr(operations, "claim_numbers", look_up)


@pytest.mark.rule("REG-3")
@pytest.mark.parametrize("seen_before", [False, True])
@pytest.mark.parametrize("people", [2, 20])
def test_one_number_goes_to_one_order(worker, meet_at, people, seen_before):
    lines = lines_of_one_product(people)
    if seen_before:
        SerialNumberFactory(product=lines[0].order_line.product, number="sn-1")
    meet_at(operations, "create_registrations", people=people)
    answers = scan_at_once(lines, ["SN-1"] * people, worker)
    assert kinds(answers) == ["DuplicateSerial"] * (people - 1) + ["Scanned"]
    assert sorted(registered_on(line) for line in lines) == [(0, 0)] * (people - 1) + [(1, 1)]


@pytest.mark.rule("REG-3")
def test_the_database_alone_gives_one_number_to_one_order(worker, meet_at, claiming_without_lock):
    lines = lines_of_one_product(4)
    SerialNumberFactory(product=lines[0].order_line.product, number="SN-1")
    meet_at(operations, "create_registrations", people=4)
    answers = scan_at_once(lines, ["SN-1"] * 4, worker)
    assert kinds(answers) == ["DuplicateSerial"] * 3 + ["Scanned"]
    refused = next(answer for answer in answers if isinstance(answer, DuplicateSerial))
    assert refused.data["customer"] in {line.order_line.order.customer.name for line in lines}


def test_control_without_lock_and_constraint_several_get_the_number(
    worker, meet_at, claiming_without_lock, no_unique_registration
):
    lines = lines_of_one_product(4)
    SerialNumberFactory(product=lines[0].order_line.product, number="SN-1")
    meet_at(operations, "create_registrations", people=4)
    scan_at_once(lines, ["SN-1"] * 4, worker)
    assert Registration.objects.live().filter(number="SN-1").count() > 1


# The last free place


@pytest.mark.rule("REG-5", "REG-12")
def test_the_last_free_place_is_taken_once(worker, meet_at):
    [line] = lines_of_one_product(1, quantity=3)
    register_numbers(line_id=line.pk, texts=["A", "B"], user=worker)
    meet_at(operations, "create_registrations", people=5)
    answers = scan_at_once([line] * 5, ["C1", "C2", "C3", "C4", "C5"], worker)
    assert kinds(answers) == ["QuantityExceeded"] * 4 + ["Scanned"]
    assert registered_on(line) == (3, 3)


def test_control_without_lock_the_line_holds_too_many(worker, meet_at, no_row_locks):
    [line] = lines_of_one_product(1, quantity=3)
    register_numbers(line_id=line.pk, texts=["A", "B"], user=worker)
    meet_at(operations, "create_registrations", people=5)
    scan_at_once([line] * 5, ["C1", "C2", "C3", "C4", "C5"], worker)
    assert registered_on(line)[1] > 3


# The same numbers in opposite order


@pytest.fixture
def slow_numbers(transactional_db):
    """Each claimed number, and each event of one, takes a while, so that two lists really meet in their middle."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION take_a_while() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER slow_claim BEFORE INSERT ON tracking_serialnumber"
            " FOR EACH ROW EXECUTE FUNCTION take_a_while()"
        )
        # At the end of the transaction, between the checks of the foreign keys: those are what waits for others.
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER slow_event AFTER INSERT ON tracking_serialevent"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION take_a_while()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION take_a_while() CASCADE")


def register_in_opposite_orders(worker, round_number):
    """Two people register the same 20 numbers, one from the first on, the other from the last back."""
    one, other = lines_of_one_product(2)
    numbers = [f"R{round_number}-{number:02d}" for number in range(20)]
    return at_once(
        partial(register_numbers, line_id=one.pk, texts=numbers, user=worker),
        partial(register_numbers, line_id=other.pk, texts=numbers[::-1], user=worker),
    )


@pytest.mark.rule("REG-3")
def test_opposite_orders_of_the_same_numbers_do_not_deadlock(worker, slow_numbers):
    for round_number in range(ROUNDS):
        answers = register_in_opposite_orders(worker, round_number)
        assert kinds(answers) == ["ManyFaults", "list"]
        [refused] = [answer for answer in answers if not isinstance(answer, list)]
        assert [fault.code for fault in refused.faults] == ["duplicate_serial"] * 20
    assert Registration.objects.live().count() == 20 * ROUNDS


def test_control_unsorted_numbers_deadlock(worker, slow_numbers, monkeypatch):
    monkeypatch.setattr("tracking.operations.registration.sorted", list, raising=False)
    answers = [answer for number in range(2) for answer in register_in_opposite_orders(worker, number)]
    stopped = [answer for answer in answers if isinstance(answer, OperationalError)]
    assert stopped
    assert all(re.search("deadlock detected", str(error)) for error in stopped)


@pytest.mark.rule("REG-2", "REG-3")
def test_a_draft_is_deleted_while_another_registers_its_numbers(worker, slow_numbers):
    one, other = lines_of_one_product(2)
    numbers = [f"SN-{number:02d}" for number in range(20)]
    register_numbers(line_id=one.pk, texts=numbers[::-1], user=worker)
    answers = at_once(
        partial(delete_packing_slip, packing_slip=one.packing_slip, user=worker),
        partial(register_numbers, line_id=other.pk, texts=numbers, user=worker),
    )
    assert answers[0] is None
    assert isinstance(answers[1], (ManyFaults, list))  # whether they are free yet is a matter of luck
