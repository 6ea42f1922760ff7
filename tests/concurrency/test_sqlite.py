"""Several people scanning at once on SQLite, in a file as installed: one writes, the others wait for their turn."""

from __future__ import annotations

import sqlite3
from functools import partial

import pytest
from django.db import OperationalError, connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from documents.models import PackingSlipLine
from documents.operations.registration import scan
from tests.concurrency.threads import at_once
from tests.factories import PackingSlipLineFactory, SalesOrderLineFactory
from tracking.models import Registration
from tracking.scanning import ScanMode

pytestmark = pytest.mark.django_db(transaction=True)  # a database in the midst of a transaction cannot be copied

PEOPLE, SCANS = 4, 25


@pytest.fixture
def database_file(vendor, tmp_path):
    """A copy of the test database in a file: in memory, all threads would share one connection."""
    if vendor != "sqlite":
        pytest.skip("SQLite only")
    path = str(tmp_path / "serialreg.sqlite3")
    with sqlite3.connect(path) as copy:
        connection.connection.backup(copy)
    copy.close()
    return path


@pytest.fixture
def connect(database_file):
    """Makes the running thread use the file, with options that may differ from those of the settings."""

    def opened(**options):
        settings = connections.settings["default"]
        database = DatabaseWrapper(
            {**settings, "NAME": database_file, "OPTIONS": {**settings["OPTIONS"], **options}}, "default"
        )
        connections["default"] = database
        database.ensure_connection()

    original = connections["default"]
    yield opened
    connections["default"].close()
    connections["default"] = original


def scan_all(line, user):
    return [
        scan(line_id=line.pk, text=f"{line.pk}-{number}", mode=ScanMode.ADD, user=user).number
        for number in range(SCANS)
    ]


@pytest.fixture
def scan_at_once(connect, user_with):
    """Each person scans on an order of their own."""

    def scan_at_once(**options):
        connect(**options)
        worker = user_with("documents.maintain_packingslip")
        lines = [PackingSlipLineFactory(order_line=SalesOrderLineFactory(quantity=SCANS)) for _ in range(PEOPLE)]
        works = [partial(scan_all, line, worker) for line in lines]
        return lines, at_once(*works, connect=partial(connect, **options))

    return scan_at_once


@pytest.mark.rule("REG-1", "REG-12")
def test_people_scanning_at_once_lose_nothing(scan_at_once):
    lines, answers = scan_at_once()
    assert answers == [[f"{line.pk}-{number}" for number in range(SCANS)] for line in lines]
    assert Registration.objects.live().count() == PEOPLE * SCANS
    assert set(PackingSlipLine.objects.values_list("registered", flat=True)) == {SCANS}


def test_control_without_immediate_transactions_the_database_is_locked(scan_at_once):
    _lines, answers = scan_at_once(transaction_mode="DEFERRED")
    assert any(isinstance(answer, OperationalError) and "locked" in str(answer) for answer in answers)
