"""Whatever people do, in whatever order: the counts stay right, and pages end where operations end."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents.models import PackingSlip, PackingSlipLine, PackingSlipLineReversal, PackingSlipUnit
from orders.models import SalesOrder, User
from orders.rules.sales_order import status_of
from tests.channels import Codes, Operations, Pages
from tests.factories import ProductFactory, SalesOrderFactory, SalesOrderLineFactory, serialised_product
from tracking.models import Registration, RegistrationState

pytestmark = pytest.mark.django_db

ROLES = ["Sales clerk", "Warehouse worker", "Serial number maintainer"]
NUMBERS = ["SN1", "sn1", "SN2", "SN3", "SN4", "bad number"]

places = st.integers(0, 2)  # which of the order's lines
numbers = st.sampled_from(NUMBERS)
# What brings a story forward comes up most often.
FORWARD = ["draft", "ship", "cancel", "draft", "ship", "cancel", "delete", "post", "cancel_rest"]
forward = st.tuples(st.sampled_from(FORWARD))
steps = st.one_of(
    forward,
    forward,
    forward,
    st.tuples(st.sampled_from(["scan", "scan", "remove", "fill"]), places, numbers),
    st.tuples(st.sampled_from(["cannot_read", "take_off", "reverse", "release"]), places),
    st.tuples(st.just("change"), places, st.sampled_from(["0", "1", "2", "2.5", "9"])),
    st.tuples(st.just("reverse_part"), places, st.sampled_from(["1", "2.5"])),
)


# Most courses never come far by themselves.
BEGINNINGS = ["draft", "draft ship", "draft ship cancel", "draft ship cancel draft", "draft ship cancel draft ship"]
courses = st.builds(
    lambda beginning, events: [(name,) for name in beginning.split()] + events,
    st.sampled_from(BEGINNINGS),
    st.lists(steps, min_size=8, max_size=20),
)


class Story:
    """One order of three lines, and somebody who may do everything to it."""

    def __init__(self, somebody: Operations | Pages) -> None:
        self.somebody = somebody
        self.order = SalesOrderFactory()
        for product in (serialised_product(), serialised_product("blank_allowed"), ProductFactory()):
            SalesOrderLineFactory(order=self.order, product=product, quantity=3)

    def do(self, step: tuple[str, ...]) -> Codes | None:
        """Do it and answer with the codes; None when there is nothing that it could be done to."""
        name, *arguments = step
        return getattr(self, name)(*arguments)

    def draft(self) -> Codes:
        return self.somebody.draft(self.order)

    def delete(self) -> Codes | None:
        slip = self._slip()
        return slip and self.somebody.delete(slip)

    def post(self) -> Codes | None:
        slip = self._slip()
        return slip and self.somebody.post(slip)

    def cancel(self) -> Codes | None:
        slip = self._slip()
        return slip and self.somebody.cancel(slip)

    def cancel_rest(self) -> Codes:
        return self.somebody.cancel_rest(self.order)

    def scan(self, place: int, number: str) -> Codes | None:
        line = self._line(place)
        return line and self.somebody.scan(line, number)

    def remove(self, place: int, number: str) -> Codes | None:
        line = self._line(place)
        return line and self.somebody.scan(line, number, mode="remove")

    def fill(self, place: int, number: str) -> Codes | None:
        line, blank = self._line(place), self._registration(place, number="")
        return line and blank and self.somebody.scan(line, number, blank=blank)

    def ship(self) -> Codes | None:
        """Post, and whatever is missing cannot be read."""
        line = self._line(0)
        missing = int(line.quantity - line.registered) if line else 0
        marked = [code for _ in range(missing) for code in self.somebody.cannot_read(line)]
        return marked or self.post()

    def cannot_read(self, place: int) -> Codes | None:
        line = self._line(place)
        return line and self.somebody.cannot_read(line)

    def take_off(self, place: int) -> Codes | None:
        registration = self._registration(place, state=RegistrationState.DRAFT)
        return registration and self.somebody.take_off(registration)

    def release(self, place: int) -> Codes | None:
        registration = self._registration(place, state=RegistrationState.PENDING)
        return registration and self.somebody.release(registration, reason="Lost")

    def change(self, place: int, quantity: str) -> Codes | None:
        line = self._line(place)
        return line and self.somebody.change(line.packing_slip, {line: quantity})

    def reverse(self, place: int) -> Codes | None:
        line = self._line(place)
        return line and self.somebody.reverse(line.packing_slip, {line: None})

    def reverse_part(self, place: int, quantity: str) -> Codes | None:
        line = self._line(place)
        if line is None or line.serialised:
            return None  # the page has no field for it
        return self.somebody.reverse(line.packing_slip, {line: quantity})

    def _slip(self) -> PackingSlip | None:
        return PackingSlip.objects.filter(order=self.order).order_by("-pk").first()

    def _line(self, place: int) -> PackingSlipLine | None:
        lines = PackingSlipLine.objects.select_related("packing_slip", "order_line")
        return lines.filter(packing_slip=self._slip(), order_line__position=place + 1).first()

    def _registration(self, place: int, **values: str) -> Registration | None:
        return Registration.objects.filter(order_line__position=place + 1, **values).order_by("pk").first()

    def rows(self) -> list[object]:
        """All that the story left behind, without keys and times."""
        lines = self.order.lines.order_by("position")
        slips = PackingSlip.objects.order_by("pk")
        slip_lines = PackingSlipLine.objects.order_by("pk")
        units = PackingSlipUnit.objects.select_related("registration").order_by("pk")
        return [
            SalesOrder.objects.get(pk=self.order.pk).status,
            list(lines.values_list("position", "quantity", "delivered_quantity")),
            list(slips.values_list("number", "document_date")),
            list(slip_lines.values_list("order_line__position", "quantity", "registered", "serialised")),
            list(PackingSlipLineReversal.objects.order_by("pk").values_list("line__order_line__position", "quantity")),
            [(unit.line.order_line.position, unit.number, unit.reversal_id is None) for unit in units],
            list(Registration.objects.order_by("pk").values_list("order_line__position", "number", "state")),
        ]


def check_counts(order: SalesOrder) -> None:
    """What is counted is what is there, and every registration stands where its state says."""
    order.refresh_from_db()
    assert order.status == status_of(order.lines.all())
    for line in order.lines.all():
        shipped = PackingSlipLine.objects.filter(order_line=line).exclude(packing_slip__number=None)
        reversed_quantity = PackingSlipLineReversal.objects.filter(line__order_line=line)
        assert line.delivered_quantity == _total(shipped) - _total(reversed_quantity)
        assert line.delivered_quantity <= line.quantity
    for slip_line in PackingSlipLine.objects.select_related("packing_slip"):
        # A draft holds its registrations; what was posted keeps its count, whatever is reversed later.
        assert slip_line.registered == slip_line.units.count()
        if slip_line.packing_slip.is_posted:
            assert slip_line.registered <= slip_line.quantity
    for registration in Registration.objects.all():
        assert registration.state in MEANT[_place_of(registration)]


MEANT = {
    "draft": {RegistrationState.DRAFT},
    "posted": {RegistrationState.DELIVERED},
    "nowhere": {RegistrationState.PENDING, RegistrationState.RELEASED},
}


def _place_of(registration: Registration) -> str:
    unit = registration.packing_slip_units.filter(reversal=None).select_related("line__packing_slip").first()
    if unit is None:
        return "nowhere"
    return "posted" if unit.line.packing_slip.is_posted else "draft"


def _total(rows) -> Decimal:
    return rows.aggregate(total=Sum("quantity"))["total"] or Decimal(0)


def course_of(events: list[tuple[str, ...]], somebody: Operations | Pages) -> tuple[list[Codes | None], list[object]]:
    """What each step answered and which rows are left. Nothing stays behind."""
    with transaction.atomic():
        story = Story(somebody)
        answers = []
        for step in events:
            answers.append(story.do(step))
            check_counts(story.order)
        rows = story.rows()
        transaction.set_rollback(True)
    return answers, rows


def some(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many courses. The test itself rolls the database back after each."""
    limits = settings(max_examples=count, suppress_health_check=list(HealthCheck), derandomize=True)
    return lambda test: limits(given(events=courses)(test))


def counts_stay_right(user: User, events: list[tuple[str, ...]]) -> None:
    course_of(events, Operations(user))


def pages_end_where_operations_end(user: User, events: list[tuple[str, ...]]) -> None:
    done, rows = course_of(events, Operations(user))
    sent, shown_rows = course_of(events, Pages(user))
    assert list(zip(events, sent, strict=True)) == list(zip(events, done, strict=True))
    assert shown_rows == rows


@pytest.mark.rule("PCK-2", "PCK-5", "ORD-2")
@some(12)
def test_counts_stay_right(role, events):
    counts_stay_right(role(*ROLES), events)


@pytest.mark.rule("REG-2", "PCK-2", "PCK-3")
@some(6)
def test_pages_end_where_operations_end(role, events):
    pages_end_where_operations_end(role(*ROLES), events)


@pytest.mark.long
@some(400)
def test_counts_stay_right_in_many_courses(role, events):
    counts_stay_right(role(*ROLES), events)


@pytest.mark.long
@some(150)
def test_pages_end_where_operations_end_in_many_courses(role, events):
    pages_end_where_operations_end(role(*ROLES), events)
