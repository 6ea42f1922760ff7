"""Can I scan serial numbers, or do I have to type them? Both, and the scan mode says what a scan does."""

from __future__ import annotations

import pytest

from tests.factories import ProductFactory, product_in, serialised_product
from tests.scenarios.story import numbers_on
from tracking.models import SerialNumber

pytestmark = pytest.mark.django_db

PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


@pytest.fixture
def line(drafted):
    return drafted((serialised_product(), 4))[0]


@pytest.mark.rule("REG-1", "REG-9")
@pytest.mark.parametrize("end", ["", "\r", "\n", "\r\n", "\t"], ids=["typed", "CR", "LF", "CRLF", "TAB"])
def test_enter_and_tab_end_a_number(line, worker, end):
    assert worker.scan(line, f"SN1{end}") == []
    assert numbers_on(line) == ["SN1"]


@pytest.mark.rule("REG-9")
def test_empty_scan_does_nothing(line, worker):
    assert worker.scan(line, "\r\n") == []
    assert numbers_on(line) == []


@pytest.mark.rule("REG-2")
def test_mode_remove_takes_a_number_off(line, worker):
    assert worker.scan(line, "SN1") == []
    assert worker.scan(line, "SN2") == []
    assert worker.scan(line, "sn1", mode="remove") == []
    assert numbers_on(line) == ["SN2"]


@pytest.mark.rule("REG-2")
def test_removing_what_is_not_there_is_refused(line, worker):
    assert worker.scan(line, "SN1") == []
    assert worker.scan(line, "SN9", mode="remove") == ["not_registered"]
    assert numbers_on(line) == ["SN1"]


@pytest.mark.rule("REG-2")
@pytest.mark.parametrize("command", ["MODE ADD", "MODE REMOVE"])
def test_command_barcode_registers_nothing(line, worker, command):
    assert worker.scan(line, command) == []
    assert not SerialNumber.objects.exists()


@pytest.mark.rule("REG-3")
@pytest.mark.parametrize("again", ["SN1", "sn1"])
def test_number_is_registered_once(line, worker, again):
    assert worker.scan(line, "SN1") == []
    assert worker.scan(line, again) == ["duplicate_serial"]
    assert numbers_on(line) == ["SN1"]


@pytest.mark.rule("REG-3")
def test_same_number_of_another_product_is_another_unit(drafted, worker):
    first, second = drafted((serialised_product(), 1), (serialised_product(), 1))
    assert worker.scan(first, "SN1") == []
    assert worker.scan(second, "SN1") == []
    assert (numbers_on(first), numbers_on(second)) == (["SN1"], ["SN1"])


@pytest.mark.rule("REG-3")
def test_leading_zeros_count_and_case_is_shown_as_scanned(line, worker):
    for text in ["1", "01", "001", "aB"]:
        assert worker.scan(line, text) == []
    assert numbers_on(line) == ["1", "01", "001", "aB"]


@pytest.mark.rule("REG-7")
def test_line_that_is_not_serialised_takes_no_numbers(drafted, worker):
    [line] = drafted((ProductFactory(), 4))
    assert worker.scan(line, "SN1") == ["not_serialised"]
    assert numbers_on(line) == []


@pytest.mark.rule("WHS-8")
def test_numbers_that_stock_must_know_are_not_taken(drafted, worker):
    [line] = drafted((serialised_product("active_serial"), 4))
    assert worker.scan(line, "SN1") == ["not_available"]
    assert numbers_on(line) == []


@pytest.mark.rule("SET-5")
def test_wrong_label_on_the_box_is_refused(drafted, worker):
    [line] = drafted((serialised_product("formatted"), 4))
    assert worker.scan(line, "7090000000000") == ["serial_format"]
    assert worker.scan(line, "xy-0001") == []
    assert numbers_on(line) == ["xy-0001"]


@pytest.mark.rule("REG-9")
@pytest.mark.parametrize(
    "text",
    [
        PRINTABLE[:50],
        PRINTABLE[50:],
        "x" * 50,
        "<script>alert(1)</script>",
        "=1+cmd('/c',calc)!A0",
        "'--;DROP",
        "../../etc/passwd",
        "{{number}}%(x)s",
        "NULL",
        "0",
    ],
)
def test_odd_but_legal_number_is_kept_exactly(line, worker, text):
    assert worker.scan(line, text) == []
    assert numbers_on(line) == [text]


@pytest.mark.rule("REG-9")
@pytest.mark.parametrize(
    "text",
    [
        "SN 1",
        "x" * 51,
        "x" * 10_000,
        "SN\x001",
        "SN\x1d1",
        "SN\x7f",
        "SN\u202e1",
        "SN\u200b1",
        "ＳＮ１",
        "ЅN1",
        "SN١",
        "SN\xa01",
        "SN\n1",
        "SN\t1",
        "\ufeffSN1",
        "é",
        "😀",
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_what_no_serial_number_can_be_is_refused(line, worker, text):
    assert worker.scan(line, text) == ["serial_invalid"]
    assert numbers_on(line) == []
    assert not SerialNumber.objects.exists()


@pytest.mark.rule("REG-3", "SET-5")
def test_two_products_of_one_group_share_its_format_but_not_its_numbers(drafted, worker):
    first = serialised_product("formatted")
    second = product_in(first.tracking_assignment.group)
    one, two = drafted((first, 1), (second, 1))
    assert worker.scan(one, "AB-0001") == []
    assert worker.scan(two, "AB-0001") == []
    assert worker.scan(two, "AB0001") == ["serial_format"]
