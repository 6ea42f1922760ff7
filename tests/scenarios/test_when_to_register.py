"""When do I register serial numbers? On the packing slip, as many as ship; and the printed document shows them."""

from __future__ import annotations

import pypdfium2
import pytest

from documents.printing import packing_slip_pdf
from tests.factories import serialised_product
from tests.scenarios.story import numbers_on, pending, posted
from tracking.models import Registration, RegistrationState

pytestmark = pytest.mark.django_db


@pytest.mark.rule("REG-1", "PCK-2")
def test_registered_numbers_ship_with_the_packing_slip(drafted, worker):
    [line] = drafted((serialised_product(), 2))
    assert worker.scan(line, "SN1") == []
    assert worker.scan(line, "SN2") == []
    assert worker.post(line.packing_slip) == []

    slip = posted(line.packing_slip)
    assert slip.number == "PS-000001"
    assert numbers_on(line) == ["SN1", "SN2"]
    assert set(Registration.objects.values_list("state", flat=True)) == {RegistrationState.DELIVERED}
    line.order_line.refresh_from_db()
    assert line.order_line.delivered_quantity == 2
    assert not pending(line.order_line)


@pytest.mark.rule("REG-5")
def test_more_numbers_than_units_are_refused_at_once(drafted, worker):
    [line] = drafted((serialised_product(), 1))
    assert worker.scan(line, "SN1") == []
    assert worker.scan(line, "SN2") == ["quantity_exceeded"]
    assert numbers_on(line) == ["SN1"]


@pytest.mark.rule("PRN-1")
def test_printed_packing_slip_includes_the_numbers(drafted, worker, maintainer):
    [line] = drafted((serialised_product(), 3))
    assert worker.scan(line, "SN-0001") == []
    assert worker.scan(line, "<b>&amp;") == []
    assert maintainer.cannot_read(line) == []
    assert worker.post(line.packing_slip) == []

    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(_pdf(line)))
    assert "SN-0001" in text
    assert "<b>&amp;" in text
    assert "Not readable" in text


def _pdf(line) -> bytes:
    return packing_slip_pdf(posted(line.packing_slip))
