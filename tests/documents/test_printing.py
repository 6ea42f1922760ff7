"""What a packing slip prints, read from its PDF."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from documents.models import PackingSlip, PackingSlipLine, PackingSlipLineReversal
from documents.operations.packing_slip import post_packing_slip
from documents.printing import GAP, ROW_LENGTH, in_columns, is_big, packing_slip_pdf
from orders.models import Company, Customer, User
from serialreg.errors import NotPosted
from tests.factories import (
    CustomerFactory,
    PackingSlipFactory,
    PackingSlipLineFactory,
    SalesOrderFactory,
    SalesOrderLineFactory,
    register,
    register_many,
)
from tests.pdf import Pdf, read_pdf
from tracking.models import Registration

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<svg/onload=alert()>",
    "=1+cmd()",
    "../../etc/passwd",
    "{{company}}",
    "&amp;",
    "';DROP--",
    "file:///etc/passwd",
]


def posted(language: str = "en", **values: Any) -> PackingSlip:
    customer = CustomerFactory(language=language, name="Østerdalen Kraftlag SA")
    order = SalesOrderFactory(customer=customer, number="SO-000077", customer_reference="PO 4500017734")
    values = {
        "number": "PS-000012",
        "address": "Storgata 1\n2500 Tynset\nNorway",
        "document_date": date(2026, 3, 9),
    } | values
    return PackingSlipFactory(posted=True, order=order, **values)


def line_of(
    packing_slip: PackingSlip, *numbers: str, quantity: Decimal | int | None = None, **values: Any
) -> PackingSlipLine:
    quantity = Decimal(len(numbers) if quantity is None else quantity)
    order_line = SalesOrderLineFactory(order=packing_slip.order, quantity=quantity)
    line = PackingSlipLineFactory(packing_slip=packing_slip, order_line=order_line, **values)
    register(line, *numbers)
    return line


def take_back(line: PackingSlipLine, quantity: Decimal | int | None = None) -> None:
    """Reverse the line as the operation does; its units keep the numbers of that moment."""
    reversal = PackingSlipLineReversal.objects.create(
        line=line, quantity=line.quantity if quantity is None else quantity, reversed_by=line.packing_slip.created_by
    )
    for unit in line.units.select_related("registration"):
        unit.reversal, unit.frozen_number = reversal, unit.registration.number
        unit.save()


def printed(packing_slip: PackingSlip) -> Pdf:
    return read_pdf(packing_slip_pdf(packing_slip))


@pytest.mark.rule("PRN-1")
def test_it_says_who_what_and_to_whom() -> None:
    Company.objects.update(
        name="Nordlys Måleteknikk AS",
        street="Havnegata 12",
        postal_code="7010",
        city="Trondheim",
        organisation_number="974 760 673",
        vat_number="NO974760673MVA",
        email="ordre@nordlys.example",
        dispatch_address="Lager 3\n7080 Heimdal",
        document_footer="Check the goods on arrival.",
    )
    packing_slip = posted()
    line_of(packing_slip, "SN-1", "SN-2", item_number="X200", name="Router X200, wall mount")

    pdf = printed(packing_slip)

    assert pdf.title == "Packing slip PS-000012"
    for text in [
        "Nordlys Måleteknikk AS · Havnegata 12 · 7010 Trondheim\nØsterdalen Kraftlag SA\nStorgata 1\n2500 Tynset\n",
        "Packing slip PS-000012\nDate 9 March 2026\nOrder number SO-000077\nYour reference PO 4500017734\n",
        "Dispatched from Lager 3\n7080 Heimdal\n",
        "ordre@nordlys.example",
        "Line Item number Name Quantity Unit\n1 X200 Router X200, wall mount 2 piece\nSerial numbers: 2\nSN-1 SN-2\n",
        "Organisation number 974 760 673 · VAT number NO974760673MVA",
        "Check the goods on arrival.",
        "Page 1 of 1",
    ]:
        assert text in pdf.text
    assert pdf.pictures == 0


@pytest.mark.rule("PRN-1")
def test_it_carries_the_logo() -> None:
    logo = BytesIO()
    Image.new("RGB", (40, 20), "teal").save(logo, "PNG")
    Company.objects.update(logo=logo.getvalue())
    packing_slip = posted()
    line_of(packing_slip, "SN-1")

    assert printed(packing_slip).pictures == 1


@pytest.mark.rule("PRN-1", "REG-4")
def test_blank_ones_are_not_readable_and_units_without_number_are_counted() -> None:
    packing_slip = posted()
    line_of(packing_slip, "SN-1", "", "SN-3", "", quantity=9)
    line_of(packing_slip, quantity=3)

    text = printed(packing_slip).text

    assert (
        "Serial numbers: 2 · Not readable: 2 · Without serial number: 5\nSN-1 Not readable SN-3 Not readable\n" in text
    )
    assert "3 piece\nWithout serial number: 3\n" in text


@pytest.mark.rule("PRN-1")
def test_what_is_not_serialised_has_no_numbers() -> None:
    packing_slip = posted()
    line_of(packing_slip, quantity=Decimal("1250.5"), serialised=False, unit="MTR", item_number="CU", name="Cable")

    text = printed(packing_slip).text

    assert "1 CU Cable 1,250.5 metre\n" in text
    assert "erial number" not in text


@pytest.mark.rule("PRN-1", "REG-9")
def test_hostile_text_is_printed_as_it_is() -> None:
    packing_slip = posted(customer_name="<b>B & Co</b>", address="<img src=file:///etc/passwd>")
    line_of(packing_slip, *HOSTILE, name="<script>alert(1)</script>")

    pdf = printed(packing_slip)

    assert {*HOSTILE, "<script>alert(1)</script>"} <= set(pdf.text.split())
    assert "<b>B & Co</b>\n<img src=file:///etc/passwd>\n" in pdf.text
    assert pdf.pictures == 0


@pytest.mark.rule("PCK-6")
def test_a_reversed_line_keeps_its_numbers_and_says_so() -> None:
    packing_slip = posted()
    back = line_of(packing_slip, "SN-1", "", item_number="X200", name="Router")
    line_of(packing_slip, "SN-3", item_number="X300", name="Gateway")
    take_back(back)
    Registration.objects.filter(number="SN-1").update(number="SN-1-corrected")

    text = printed(packing_slip).text

    assert "1 X200 Router Reversed 2 piece\nSerial numbers: 1 · Not readable: 1\nSN-1 Not readable\n" in text
    assert "2 X300 Gateway 1 piece\nSerial numbers: 1\nSN-3\n" in text
    assert "Cancelled" not in text


@pytest.mark.rule("PCK-6")
def test_a_partly_reversed_line_says_how_much() -> None:
    packing_slip = posted()
    line = line_of(packing_slip, quantity=8, serialised=False, item_number="SET", name="Mounting set")
    take_back(line, Decimal("2.5"))

    assert "1 SET Mounting set Reversed: 2.5 8 piece\n" in printed(packing_slip).text


@pytest.mark.rule("PCK-6")
def test_a_packing_slip_reversed_in_full_is_cancelled() -> None:
    packing_slip = posted()
    take_back(line_of(packing_slip, "SN-1"))

    assert "Packing slip PS-000012 Cancelled\n" in printed(packing_slip).text


@pytest.mark.rule("PRN-2")
@pytest.mark.parametrize(
    ("language", "day", "quantity"),
    [("en", "9 March 2026", "1,250.5"), ("nb", "9. mars 2026", "1\xa0250,5"), ("nl", "9 maart 2026", "1.250,5")],
)
def test_it_is_in_the_language_of_the_customer(language: str, day: str, quantity: str) -> None:
    packing_slip = posted(language)
    line_of(packing_slip, quantity=Decimal("1250.5"), serialised=False)

    pdf = printed(packing_slip)

    assert pdf.language == language
    assert day in pdf.text
    assert quantity in pdf.text.replace("\u202f", "\xa0")


@pytest.mark.rule("PRN-2")
def test_the_country_is_in_the_language_of_the_customer(user_with: Callable[..., User]) -> None:
    order_line = SalesOrderLineFactory(order__customer__language="nl")
    line = PackingSlipLineFactory(order_line=order_line, quantity=1)
    register(line, "SN-1")

    post_packing_slip(packing_slip=line.packing_slip, user=user_with("documents.maintain_packingslip"))

    line.packing_slip.refresh_from_db()
    assert "0155 Oslo\nNoorwegen\n" in printed(line.packing_slip).text


@pytest.mark.rule("PRN-2")
def test_the_language_stays_that_of_posting() -> None:
    packing_slip = posted("nb")
    line_of(packing_slip, "SN-1")
    Customer.objects.update(language="nl")
    Company.objects.update(country="NO")

    pdf = printed(packing_slip)

    assert pdf.language == "nb"
    assert "Norge" in pdf.text


@pytest.mark.rule("PRN-3")
def test_thousands_of_numbers_run_over_pages_with_heads_and_page_numbers() -> None:
    packing_slip = posted()
    many = line_of(packing_slip, quantity=3000, item_number="X200")
    numbers = [f"X200-{number:07d}" for number in range(3000)]
    register_many(many, numbers)
    line_of(packing_slip, "LAST-1", item_number="X300")

    pdf = printed(packing_slip)

    total = len(pdf.pages)
    assert total > 5
    assert [found for found in pdf.text.split() if found in {*numbers, "LAST-1"}] == [*numbers, "LAST-1"]
    for at, page in enumerate(pdf.pages, 1):
        assert "Line Item number Name Quantity Unit\n" in page
        assert f"Page {at} of {total}" in page
    for page in pdf.pages[1:]:
        assert "Packing slip PS-000012 · 9 March 2026" in page
        assert "Continued: 1 X200" in page
    assert "Continued" not in pdf.pages[0]


@pytest.mark.rule("PRN-3")
def test_a_page_that_begins_with_a_line_continues_none() -> None:
    packing_slip = posted()
    for position in range(30):
        line_of(packing_slip, f"SN-{position}-1", f"SN-{position}-2")

    pages = printed(packing_slip).pages

    assert len(pages) > 1
    assert all("Continued" not in page for page in pages)


@pytest.mark.rule("PRN-5")
def test_it_is_tagged_and_has_its_fonts() -> None:
    packing_slip = posted()
    line_of(packing_slip, "SN-1")

    pdf = printed(packing_slip)

    assert pdf.tagged
    assert pdf.fonts
    assert all(pdf.fonts.values())


def test_a_draft_does_not_print() -> None:
    draft = PackingSlipLineFactory().packing_slip

    with pytest.raises(NotPosted):
        packing_slip_pdf(draft)


def test_queries_do_not_grow_with_lines_and_numbers() -> None:
    def queries(packing_slip: PackingSlip) -> int:
        packing_slip = PackingSlip.objects.select_related("order").get(pk=packing_slip.pk)
        with CaptureQueriesContext(connection) as captured:
            packing_slip_pdf(packing_slip)
        return len(captured)

    small = posted()
    line_of(small, "SN-1")
    large = PackingSlipFactory(posted=True)
    for line in range(3):
        take_back(line_of(large, *(f"SN-{line}-{unit}" for unit in range(5))))

    assert queries(small) == queries(large) == 3


# In columns


@pytest.mark.rule("PRN-3")
@pytest.mark.parametrize(
    ("cells", "columns"),
    [(["1" * 50] * 3, 2), (["1" * 16] * 9, 5), (["1" * 5] * 20, 13), (["x" * 200] * 2, 1), (["1", "2" * 50, "3"], 2)],
)
def test_the_longest_decides_how_many_stand_side_by_side(cells: list[str], columns: int) -> None:
    rows = in_columns(cells)

    assert [row.split() for row in rows] == [cells[at : at + columns] for at in range(0, len(cells), columns)]
    assert all(len(row) <= max(ROW_LENGTH, len(max(cells, key=len))) for row in rows)


def test_columns_stand_apart_and_straight() -> None:
    assert in_columns(["A" * 50, "B" * 50, "C"]) == ["A" * 50 + " " * GAP + "B" * 50, "C"]


def test_nothing_is_no_row() -> None:
    assert in_columns([]) == []


# What is big


@pytest.mark.rule("PRN-3")
@pytest.mark.parametrize(("registered", "big"), [([], False), ([2000], False), ([2001], True), ([1500, 501], True)])
def test_more_than_two_thousand_numbers_are_big(registered: list[int], big: bool) -> None:
    packing_slip = posted()
    for count in registered:
        line = line_of(packing_slip, quantity=count)
        PackingSlipLine.objects.filter(pk=line.pk).update(registered=count)

    assert is_big(packing_slip) is big
