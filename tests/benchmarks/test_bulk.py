"""10,000 numbers in one call: registered, posted, cancelled."""

from __future__ import annotations

import gc
from collections.abc import Callable
from statistics import median
from time import perf_counter

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from documents.models import PackingSlipUnit
from documents.operations.packing_slip import cancel_packing_slip, post_packing_slip
from documents.operations.registration import register_numbers
from tests.factories import PackingSlipLineFactory, SalesOrderLineFactory
from tracking.models import Registration, SerialNumber

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

NUMBERS = 10_000
ROUNDS = 5
# How many more inserts it takes than for 10 numbers: SQLite takes 999 values at a time, and the rows have 3 + 7 + 4.
BATCHES = {"sqlite": 140, "postgresql": 0}


def numbers_for(line, count):
    return [f"{line.pk:04d}-{number:06d}" for number in range(count)]


def draft_line(quantity):
    return PackingSlipLineFactory(order_line=SalesOrderLineFactory(quantity=quantity))


def create_bare(user):
    """The rows of as many registrations, with nothing asked and nothing checked."""
    line = draft_line(NUMBERS)
    order_line, product = line.order_line, line.order_line.product
    texts = numbers_for(line, NUMBERS)

    def work():
        with transaction.atomic():
            serials = SerialNumber.objects.bulk_create(
                SerialNumber(product=product, number=text, folded=text) for text in texts
            )
            registrations = Registration.objects.bulk_create(
                Registration(order_line=order_line, serial_number=serial, number=serial.number, registered_by=user)
                for serial in serials
            )
            PackingSlipUnit.objects.bulk_create(
                PackingSlipUnit(line=line, registration=registration) for registration in registrations
            )

    return work


def works_of(count, user) -> dict[str, Callable[[], object]]:
    """The three, on one document, one after another."""
    line = draft_line(count)
    packing_slip = line.packing_slip
    return {
        "register": lambda: register_numbers(line_id=line.pk, texts=numbers_for(line, count), user=user),
        "post": lambda: post_packing_slip(packing_slip=packing_slip, user=user),
        "cancel": lambda: cancel_packing_slip(packing_slip=packing_slip, user=user),
    }


def seconds(work) -> float:
    gc.collect()
    begin = perf_counter()
    work()
    return perf_counter() - begin


def queries(work) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def test_many_numbers_at_once(worker, table):
    names = ["bare", "register", "post", "cancel"]
    times = {name: [] for name in names}
    for _ in range(ROUNDS):
        for name, work in {"bare": create_bare(worker), **works_of(NUMBERS, worker)}.items():
            times[name].append(seconds(work))
    floor = median(times["bare"])
    for name in names[1:]:
        taken = median(times[name])
        table.add(f"{name} {NUMBERS:,}", f"{taken:.2f} s", floor=f"{floor:.2f} s", ratio=taken / floor, limit=3)


def test_queries_do_not_grow(worker, table):
    worker.get_all_permissions()  # asked once for a user, whatever is counted first
    few = {name: queries(work) for name, work in works_of(10, worker).items()}
    many = {name: queries(work) for name, work in works_of(NUMBERS, worker).items()}
    for name, count in few.items():
        batches = BATCHES[connection.vendor] if name == "register" else 0
        table.add_count(f"{name} {NUMBERS:,}: queries", many[name], limit=count + batches)
