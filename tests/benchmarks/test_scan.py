"""One scan through view and database, and four people scanning at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import median
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents.operations.registration import register_numbers
from tests.benchmarks.measuring import medians
from tests.factories import PackingSlipLineFactory, SalesOrderLineFactory

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

ROUNDS = 150
PEOPLE = 4
SECONDS = 2.0  # of each turn of the people
TURNS = 7


def draft_line(registered, user):
    """A line on a draft that already holds so many numbers, and has room."""
    line = PackingSlipLineFactory(order_line=SalesOrderLineFactory(quantity=100_000))
    numbers = [f"OLD-{line.pk}-{number:06d}" for number in range(registered)]
    register_numbers(line_id=line.pk, texts=numbers, user=user)
    return line


def analyse():
    """What the database does by itself after a while: know its tables."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def scanning(person, line) -> Callable[[], str]:
    """Does one scan of a new number each time."""
    path, numbers = reverse("packing_slip_scan", args=[line.pk]), count()
    return lambda: person.post(path, text=f"NEW-{line.pk}-{next(numbers):06d}", mode="add")


def writing_only(person, line) -> Callable[[], str]:
    path, numbers = f"/floor/{line.order_line.product_id}/", count()
    return lambda: person.post(path, text=f"FLOOR-{line.pk}-{next(numbers):06d}")


def test_a_scan(worker, person, client_of, table):
    few, many = draft_line(10, worker), draft_line(10_000, worker)
    analyse()
    browser = person(worker)
    works = {"floor": writing_only(browser, few), "few": scanning(browser, few), "many": scanning(browser, many)}
    times = medians(works, rounds=ROUNDS, warm_up=10)
    shown = {name: f"{seconds * 1000:.1f} ms" for name, seconds in times.items()}
    for label, measured, floor, limit in [
        ("a scan, 10 numbers on the document", "few", "floor", 2.5),
        ("a scan, 10,000 numbers on the document", "many", "floor", 2.5),
        ("a scan, 10,000 numbers against 10", "many", "few", 1.2),
    ]:
        ratio = times[measured] / times[floor]
        table.add(label, shown[measured], floor=shown[floor], ratio=ratio, limit=limit)
    table.add_count("a scan: queries", queries_of_a_scan(client_of(worker), many), limit=15)


def queries_of_a_scan(client, line):
    path = reverse("packing_slip_scan", args=[line.pk])
    with CaptureQueriesContext(connection) as queries:
        response = client.post(path, {"text": "COUNTED", "mode": "add"}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return len(queries)


def test_four_people_scanning(worker, person, table):
    lines = [draft_line(10, worker) for _ in range(PEOPLE)]
    analyse()
    browsers = [person(worker) for _ in range(PEOPLE)]
    floors = [writing_only(*each) for each in zip(browsers, lines, strict=True)]
    scans = [scanning(*each) for each in zip(browsers, lines, strict=True)]
    rates = [(requests_a_second(floors), requests_a_second(scans)) for _ in range(TURNS)]
    floor, measured = (median(turn) for turn in zip(*rates[1:], strict=True))
    table.add(
        "4 people scanning on 4 orders",
        f"{measured:.0f} a second",
        floor=f"{floor:.0f} a second",
        ratio=measured / floor,
        limit=0.5,
        at_least=True,
    )


def requests_a_second(works) -> float:
    """How often all of them together get through their work."""

    def repeat(work) -> int:
        begin, done = perf_counter(), 0
        while perf_counter() - begin < SECONDS:
            work()
            done += 1
        return done

    with ThreadPoolExecutor(len(works)) as pool:
        return sum(pool.map(repeat, works)) / SECONDS
