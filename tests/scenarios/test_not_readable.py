"""What do I do when a serial number is not readable? Register a blank, and give it its number when it is known."""

from __future__ import annotations

import pytest

from tests.factories import ProductFactory, serialised_product
from tests.scenarios.story import numbers_on, registrations_on
from tracking.models import EventKind, SerialEvent

pytestmark = [pytest.mark.django_db, pytest.mark.rule("REG-4")]


@pytest.fixture
def line(drafted):
    return drafted((serialised_product(), 2))[0]


def test_blank_is_a_row_of_its_own_with_a_note(line, maintainer):
    assert maintainer.cannot_read(line, note="Torn") == []
    assert maintainer.cannot_read(line) == []
    assert [(row.number, row.note) for row in registrations_on(line)] == [("", "Torn"), ("", "")]


@pytest.mark.rule("REG-5")
def test_blank_takes_a_place(line, worker, maintainer):
    assert worker.scan(line, "SN1") == []
    assert maintainer.cannot_read(line) == []
    assert maintainer.cannot_read(line) == ["quantity_exceeded"]
    assert worker.scan(line, "SN2") == ["quantity_exceeded"]


@pytest.mark.rule("REG-7")
def test_line_without_numbers_takes_no_blank(drafted, maintainer):
    [line] = drafted((ProductFactory(), 2))
    assert maintainer.cannot_read(line) == ["not_serialised"]


def test_number_fills_a_blank_and_stays_the_same_unit(line, worker, maintainer):
    assert maintainer.cannot_read(line, note="Torn") == []
    [blank] = registrations_on(line)
    assert worker.fill(blank, "SN1\r") == []
    [filled] = registrations_on(line)
    assert (filled.pk, filled.number, filled.note) == (blank.pk, "SN1", "Torn")
    assert SerialEvent.objects.get().kind == EventKind.FILLED


def test_scan_fills_the_selected_blank(line, worker, maintainer):
    assert maintainer.cannot_read(line) == []
    [blank] = registrations_on(line)
    assert worker.scan(line, "SN1", blank=blank) == []
    assert numbers_on(line) == ["SN1"]


@pytest.mark.rule("REG-3", "REG-9", "SET-5")
def test_filling_keeps_every_rule_of_registering(drafted, worker, maintainer):
    [line] = drafted((serialised_product("formatted"), 2))
    assert worker.scan(line, "AB-0001") == []
    assert maintainer.cannot_read(line) == []
    blank = registrations_on(line)[1]
    assert worker.fill(blank, "ab-0001") == ["duplicate_serial"]
    assert worker.fill(blank, "AB 0001") == ["serial_invalid"]
    assert worker.fill(blank, "AB0001") == ["serial_format"]
    assert numbers_on(line) == ["AB-0001", ""]


def test_blank_is_taken_off_like_a_number(line, worker, maintainer):
    assert maintainer.cannot_read(line) == []
    assert worker.take_off(registrations_on(line)[0]) == []
    assert numbers_on(line) == []
