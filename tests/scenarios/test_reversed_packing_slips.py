"""Can I correct what I registered on a packing slip? Reverse the line in full; its numbers wait for the next one."""

from __future__ import annotations

import pytest

from documents.models import PackingSlipStatus
from orders.models import OrderStatus
from tests.factories import PackingSlipLineFactory, ProductFactory, SalesOrderLineFactory, serialised_product
from tests.scenarios.conftest import draft_of
from tests.scenarios.story import numbers_on, pending, registrations_on, status
from tracking.models import Registration, RegistrationState

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped(drafted, worker):
    """A posted line of three units: SN1, SN2, SN3."""
    [line] = drafted((serialised_product(), 3))
    for text in ["SN1", "SN2", "SN3"]:
        assert worker.scan(line, text) == []
    assert worker.post(line.packing_slip) == []
    return line


@pytest.mark.rule("PCK-3")
def test_serialised_line_is_not_reversed_in_part(drafted, worker):
    [line] = drafted((serialised_product("blank_allowed"), 3))
    assert worker.post(line.packing_slip) == []
    assert worker.reverse(line.packing_slip, {line: None}) == []
    assert status(line.packing_slip) == PackingSlipStatus.CANCELLED


@pytest.mark.rule("PCK-3")
def test_other_lines_are_reversed_in_part(order, drafted, worker):
    [line] = drafted((ProductFactory(), 5))
    assert worker.post(line.packing_slip) == []
    assert worker.reverse(line.packing_slip, {line: "2"}) == []
    assert status(line.packing_slip) == PackingSlipStatus.PARTLY_REVERSED
    order.refresh_from_db()
    assert order.status == OrderStatus.PARTLY_DELIVERED

    assert worker.reverse(line.packing_slip, {line: "4"}) == ["quantity_invalid"]
    assert worker.reverse(line.packing_slip, {line: "3"}) == []
    assert worker.reverse(line.packing_slip, {line: "1"}) == ["already_reversed"]
    order.refresh_from_db()
    assert order.status == OrderStatus.OPEN


@pytest.mark.rule("PCK-3", "PCK-5")
def test_one_line_is_reversed_the_other_stays(drafted, worker):
    first, second = drafted((serialised_product(), 1), (serialised_product(), 1))
    assert worker.scan(first, "A1") == []
    assert worker.scan(second, "B1") == []
    assert worker.post(first.packing_slip) == []
    assert worker.reverse(first.packing_slip, {first: None}) == []
    assert status(first.packing_slip) == PackingSlipStatus.PARTLY_REVERSED
    assert (pending(first.order_line), pending(second.order_line)) == (["A1"], [])


@pytest.mark.rule("PCK-5")
def test_next_packing_slip_takes_the_numbers_by_itself(order, shipped, worker):
    kept = registrations_on(shipped)
    assert worker.cancel(shipped.packing_slip) == []
    assert pending(shipped.order_line) == ["SN1", "SN2", "SN3"]

    [line] = draft_of(order, worker)
    assert registrations_on(line) == kept
    assert worker.post(line.packing_slip) == []
    assert numbers_on(line) == ["SN1", "SN2", "SN3"]
    assert set(Registration.objects.values_list("state", flat=True)) == {RegistrationState.DELIVERED}


@pytest.mark.rule("PCK-6")
def test_reversed_packing_slip_shows_what_it_had_shipped(order, drafted, worker, maintainer):
    """Even after the blank one got its number on the next packing slip."""
    [line] = drafted((serialised_product(), 2))
    assert worker.scan(line, "SN1") == []
    assert maintainer.cannot_read(line) == []
    assert worker.post(line.packing_slip) == []
    assert worker.cancel(line.packing_slip) == []
    [again] = draft_of(order, worker)
    assert worker.fill(registrations_on(again)[1], "SN2") == []
    assert worker.post(again.packing_slip) == []
    assert numbers_on(line) == ["SN1", ""]
    assert numbers_on(again) == ["SN1", "SN2"]


@pytest.mark.rule("PCK-5", "REG-2", "REG-5")
def test_clerk_takes_off_what_does_not_ship_this_time(order, shipped, worker):
    assert worker.cancel(shipped.packing_slip) == []
    [line] = draft_of(order, worker)
    assert worker.change(line.packing_slip, {line: "2"}) == []
    assert worker.post(line.packing_slip) == ["too_many_serials"]
    assert worker.scan(line, "SN2", mode="remove") == []
    assert pending(shipped.order_line) == ["SN2"]
    assert worker.post(line.packing_slip) == []

    [last] = draft_of(order, worker)
    assert numbers_on(last) == ["SN2"]


@pytest.mark.rule("REG-2", "PCK-5")
def test_deleted_draft_gives_carried_numbers_back_and_forgets_fresh_ones(order, shipped, worker):
    assert worker.cancel(shipped.packing_slip) == []
    [line] = draft_of(order, worker)
    assert worker.scan(line, "SN2", mode="remove") == []
    assert worker.scan(line, "SN4") == []
    assert worker.delete(line.packing_slip) == []
    assert pending(shipped.order_line) == ["SN1", "SN2", "SN3"]
    assert not Registration.objects.filter(number="SN4").exists()


@pytest.mark.rule("REG-3", "PCK-5")
def test_pending_number_is_still_taken(order, shipped, worker):
    """For every other line: on its own, a scan takes back what was taken off by mistake."""
    assert worker.cancel(shipped.packing_slip) == []
    [line] = draft_of(order, worker)
    assert worker.scan(line, "SN1") == ["duplicate_serial"]
    assert worker.scan(line, "SN1", mode="remove") == []
    elsewhere = PackingSlipLineFactory(order_line=SalesOrderLineFactory(product=line.order_line.product))
    assert worker.scan(elsewhere, "SN1") == ["duplicate_serial"]
    assert worker.scan(line, "SN1") == []
    assert pending(line.order_line) == []


@pytest.mark.rule("ORD-4", "REG-3")
def test_released_number_may_ship_again(order, shipped, worker, maintainer, clerk):
    assert worker.cancel(shipped.packing_slip) == []
    registration = registrations_on(shipped)[0]
    assert clerk.release(registration, reason="Scrapped") == ["permission_denied"]
    assert maintainer.release(registration, reason=" ") == ["malformed"]
    assert maintainer.release(registration, reason="Scrapped") == []
    assert maintainer.release(registration, reason="Scrapped") == ["not_available"]
    assert pending(shipped.order_line) == ["SN2", "SN3"]

    [line] = draft_of(order, worker)
    assert worker.scan(line, "SN1") == []
    assert numbers_on(line) == ["SN2", "SN3", "SN1"]


@pytest.mark.rule("ORD-4", "ORD-2")
def test_cancelling_the_rest_releases_what_is_pending(order, shipped, worker, clerk):
    assert worker.cancel(shipped.packing_slip) == []
    assert clerk.cancel_rest(order) == []
    assert pending(shipped.order_line) == []
    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELLED


@pytest.mark.rule("PCK-2", "PCK-3")
def test_posted_packing_slip_is_final(shipped, worker, maintainer):
    slip, [registration, *_] = shipped.packing_slip, registrations_on(shipped)
    assert worker.scan(shipped, "SN4") == ["already_posted"]
    assert worker.scan(shipped, "SN1", mode="remove") == ["already_posted"]
    assert worker.take_off(registration) == ["already_posted"]
    assert worker.fill(registration, "SN4") == ["already_posted"]
    assert maintainer.cannot_read(shipped) == ["already_posted"]
    assert worker.change(slip, {shipped: "1"}) == ["already_posted"]
    assert worker.delete(slip) == ["already_posted"]
    assert numbers_on(shipped) == ["SN1", "SN2", "SN3"]


@pytest.mark.rule("PCK-3")
def test_draft_cannot_be_reversed(drafted, worker):
    [line] = drafted((ProductFactory(), 1))
    assert worker.cancel(line.packing_slip) == ["not_posted"]
    assert worker.reverse(line.packing_slip, {line: None}) == ["not_posted"]
