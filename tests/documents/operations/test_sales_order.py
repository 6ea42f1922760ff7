"""Sales orders through the operations; tests/documents/views/test_sales_order.py tells the same stories by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.operations.sales_order import cancel_rest, delete_sales_order, release_pending, save_sales_order
from documents.rules.sales_order import LineEntry
from orders.models import OrderStatus, SalesOrder, SalesOrderLine, User
from orders.models.fields import MAX_AMOUNT, MAX_QUANTITY
from orders.rules.permission import MSC
from serialreg.errors import NotPermitted, Refusal
from tests.factories import (
    CustomerFactory,
    PackingSlipFactory,
    PackingSlipLineFactory,
    ProductFactory,
    RegistrationFactory,
    SalesOrderFactory,
    SalesOrderLineFactory,
    give_back,
    serialised_product,
)
from tracking.models import EventKind, Registration, RegistrationState, SerialEvent

pytestmark = pytest.mark.django_db

MAINTAIN = "orders.maintain_salesorder"


@pytest.fixture
def clerk(user_with: Callable[..., User]) -> User:
    user = user_with(MAINTAIN)
    user.get_all_permissions()  # asked once for each request; counts of queries start after it
    return user


def header(**values: Any) -> dict[str, Any]:
    customer = values.get("customer") or CustomerFactory(currency="EUR")
    return {
        "customer": customer,
        "customer_reference": "PO 7",
        "order_date": date(2026, 2, 3),
        "delivery_address": customer.addresses.first(),
        **values,
    }


def ordered(line: SalesOrderLine, **values: Any) -> LineEntry:
    """The line as it stands, but for these values."""
    now = {"product": line.product, "quantity": line.quantity, "unit_price": line.unit_price, "id": line.pk}
    return LineEntry(**{**now, **values})


def change(order: SalesOrder, user: User, *lines: LineEntry, **values: Any) -> SalesOrder:
    return save_sales_order(order=order, values={}, lines=lines, user=user, **values)


def content(order: SalesOrder) -> list[tuple[Any, ...]]:
    return list(order.lines.values_list("position", "product_id", "quantity", "unit", "unit_price"))


def shipped(line: SalesOrderLine, quantity: int, **values: Any) -> None:
    """As if a packing slip had delivered so much of the line."""
    PackingSlipLineFactory(order_line=line, packing_slip__posted=True, quantity=quantity)
    line.delivered_quantity = Decimal(quantity)
    line.save()


def refused(work: Callable[[], object]) -> list[tuple[str, int | None]]:
    """The codes of the refusal, with the line of each."""
    with pytest.raises(Refusal) as refusal:
        work()
    return [(fault.code, fault.line) for fault in refusal.value.faults]


# Saving


@pytest.mark.rule("ORD-1")
def test_a_new_order_gets_number_and_currency_and_its_lines(clerk: User) -> None:
    radio, cable = serialised_product(price=1200), ProductFactory(unit="MTR", price="9.5")
    values = header()

    order = save_sales_order(
        order=None,
        values=values,
        lines=[LineEntry(radio, Decimal(2)), LineEntry(cable, Decimal("1.5"), Decimal("8.75"))],
        user=clerk,
    )

    order.refresh_from_db()
    assert order.number == "SO-000001"
    assert (order.customer, order.currency, order.customer_reference) == (values["customer"], "EUR", "PO 7")
    assert (order.order_date, order.created_by, order.status) == (date(2026, 2, 3), clerk, OrderStatus.OPEN)
    assert content(order) == [
        (1, radio.pk, Decimal(2), "H87", Decimal(1200)),
        (2, cable.pk, Decimal("1.5"), "MTR", Decimal("8.75")),
    ]
    assert SalesOrderLine.history.filter(history_user=clerk, history_type="+").count() == 2


@pytest.mark.rule("ORD-2")
def test_an_order_without_lines_is_open(clerk: User) -> None:
    assert save_sales_order(order=None, values=header(), lines=[], user=clerk).status == OrderStatus.OPEN


@pytest.mark.rule("ORD-1")
def test_changing_keeps_positions_and_lines_that_are_not_named(clerk: User) -> None:
    first = SalesOrderLineFactory()
    order, product = first.order, ProductFactory(unit="SET", price=5)
    second, third = SalesOrderLineFactory.create_batch(2, order=order)

    change(
        order,
        clerk,
        LineEntry(product, Decimal(1)),
        ordered(third, product=product, quantity=Decimal("2.5"), unit_price=None),
        removed=[first.pk],
    )

    assert content(order) == [
        (2, second.product_id, Decimal(4), "H87", Decimal(100)),
        (3, product.pk, Decimal("2.5"), "SET", Decimal(5)),
        (4, product.pk, Decimal(1), "SET", Decimal(5)),
    ]


def test_saving_what_is_there_changes_nothing(clerk: User) -> None:
    line = SalesOrderLineFactory()

    change(line.order, clerk, ordered(line))

    assert SalesOrderLine.history.filter(history_type="~").count() == 0


def test_removing_what_is_gone_changes_nothing(clerk: User) -> None:
    line, elsewhere = SalesOrderLineFactory(), SalesOrderLineFactory()

    change(line.order, clerk, removed=[elsewhere.pk, 999_999])

    assert set(SalesOrderLine.objects.all()) == {line, elsewhere}


def test_the_same_token_again_answers_with_the_same_order(clerk: User) -> None:
    values, lines = header(), [LineEntry(ProductFactory(), Decimal(1))]

    first = save_sales_order(order=None, values=values, lines=lines, user=clerk, token="once")
    again = save_sales_order(order=None, values=values, lines=lines, user=clerk, token="once")

    assert first == again
    assert SalesOrder.objects.count() == 1


def test_a_refused_order_takes_no_number(clerk: User) -> None:
    product = ProductFactory()
    refused(lambda: save_sales_order(order=None, values=header(), lines=[LineEntry(product, Decimal(0))], user=clerk))

    assert save_sales_order(order=None, values=header(), lines=[], user=clerk).number == "SO-000001"


BAD_QUANTITIES = ["0", "-1", "0.0004", "1.0005", "NaN", "Infinity", "1E+40", "2147483648", "9" * 5000]


@pytest.mark.rule("ORD-1")
@pytest.mark.parametrize("quantity", BAD_QUANTITIES, ids=lambda text: text[:12])
def test_a_bad_quantity_is_refused(clerk: User, quantity: str) -> None:
    entry = LineEntry(ProductFactory(), Decimal(quantity))

    assert refused(lambda: save_sales_order(order=None, values=header(), lines=[entry], user=clerk)) == [
        ("quantity_invalid", 1)
    ]


def test_the_greatest_quantity_and_price_are_kept(clerk: User) -> None:
    entry = LineEntry(ProductFactory(), MAX_QUANTITY, MAX_AMOUNT)

    order = save_sales_order(order=None, values=header(), lines=[entry], user=clerk)

    assert order.lines.get().quantity == MAX_QUANTITY
    assert order.lines.get().unit_price == MAX_AMOUNT


@pytest.mark.parametrize("price", ["-0.01", "1.00005", "NaN", "10000000000"])
def test_a_bad_price_is_refused(clerk: User, price: str) -> None:
    entry = LineEntry(ProductFactory(), Decimal(1), Decimal(price))

    assert refused(lambda: save_sales_order(order=None, values=header(), lines=[entry], user=clerk)) == [
        ("quantity_invalid", 1)
    ]


@pytest.mark.rule("ORD-1")
@pytest.mark.parametrize("kind", ["strict", "blank_allowed", "active_serial"])
def test_a_serialised_quantity_is_whole(clerk: User, kind: str) -> None:
    entry = LineEntry(serialised_product(kind), Decimal("1.5"))

    assert refused(lambda: save_sales_order(order=None, values=header(), lines=[entry], user=clerk)) == [
        ("whole_quantity", 1)
    ]


@pytest.mark.rule("ORD-1")
@pytest.mark.parametrize("kind", ["untracked", "active_batch"])
def test_other_quantities_need_not_be_whole(clerk: User, kind: str) -> None:
    entry = LineEntry(serialised_product(kind), Decimal("1.5"))

    assert save_sales_order(order=None, values=header(), lines=[entry], user=clerk).lines.get().quantity == Decimal(
        "1.5"
    )


@pytest.mark.rule("ORD-1", "ORD-3")
def test_all_faults_of_all_lines_are_told_at_once(clerk: User) -> None:
    line = SalesOrderLineFactory()
    shipped(line, 3)

    assert refused(
        lambda: change(
            line.order,
            clerk,
            ordered(line, quantity=Decimal(2), product=ProductFactory()),
            LineEntry(serialised_product(), Decimal("0.5"), Decimal(-1)),
        )
    ) == [("below_delivered", 1), ("whole_quantity", 2), ("quantity_invalid", 2), ("has_postings", 1)]
    assert line.order.lines.get() == line


@pytest.mark.rule("ORD-3")
def test_a_quantity_falls_to_what_was_delivered_and_no_further(clerk: User) -> None:
    line = SalesOrderLineFactory()
    shipped(line, 3)

    assert refused(lambda: change(line.order, clerk, ordered(line, quantity=Decimal(2)))) == [("below_delivered", 1)]
    assert change(line.order, clerk, ordered(line, quantity=Decimal(3))).status == OrderStatus.DELIVERED


def test_a_line_whose_rest_was_cancelled_does_not_stand_in_the_way_of_the_others(clerk: User) -> None:
    cancelled = SalesOrderLineFactory(quantity=Decimal(0))
    other = SalesOrderLineFactory(order=cancelled.order)

    change(cancelled.order, clerk, ordered(cancelled), ordered(other, quantity=Decimal(9)))

    assert list(cancelled.order.lines.values_list("quantity", flat=True)) == [0, 9]


@pytest.mark.rule("ORD-3")
@pytest.mark.parametrize(("posted", "code"), [(True, "has_postings"), (False, "already_selected")])
def test_a_line_with_documents_is_neither_removed_nor_exchanged(clerk: User, posted: bool, code: str) -> None:
    line = PackingSlipLineFactory(packing_slip__posted=posted).order_line

    assert refused(lambda: change(line.order, clerk, removed=[line.pk])) == [(code, 1)]
    assert refused(lambda: change(line.order, clerk, ordered(line, product=ProductFactory()))) == [(code, 1)]
    assert change(line.order, clerk, ordered(line, quantity=Decimal(9))).lines.get().quantity == 9


@pytest.mark.parametrize(("posted", "code"), [(True, "has_postings"), (False, "already_selected")])
def test_the_customer_is_not_exchanged_once_there_are_documents(clerk: User, posted: bool, code: str) -> None:
    order = PackingSlipFactory(posted=posted).order

    assert refused(lambda: save_sales_order(order=order, values=header(), lines=[], user=clerk)) == [(code, None)]


def test_another_customer_brings_another_currency(clerk: User) -> None:
    order = SalesOrderFactory()

    assert save_sales_order(order=order, values=header(), lines=[], user=clerk).currency == "EUR"


def test_the_delivery_address_is_one_of_the_customers(clerk: User) -> None:
    elsewhere = CustomerFactory().addresses.get()

    with pytest.raises(ValidationError) as refusal:
        save_sales_order(order=None, values=header(delivery_address=elsewhere), lines=[], user=clerk)
    assert list(refusal.value.message_dict) == ["delivery_address"]


def test_an_order_needs_no_delivery_address(clerk: User) -> None:
    assert save_sales_order(order=None, values=header(delivery_address=None), lines=[], user=clerk).pk


@pytest.mark.parametrize("reference", ["x" * 61, "a\x00b", "a\u202eb"])
def test_a_reference_is_short_and_readable(clerk: User, reference: str) -> None:
    with pytest.raises(ValidationError):
        save_sales_order(order=None, values=header(customer_reference=reference), lines=[], user=clerk)
    assert not SalesOrder.objects.exists()


def test_what_is_gone_meanwhile_is_not_found(clerk: User) -> None:
    line, elsewhere, gone = SalesOrderLineFactory(), SalesOrderLineFactory(), ProductFactory()
    deleted = SalesOrderFactory()
    SalesOrder.objects.filter(pk=deleted.pk).delete()
    ProductFactory._meta.model.objects.filter(pk=gone.pk).delete()

    assert refused(lambda: change(line.order, clerk, ordered(elsewhere))) == [("not_found", None)]
    assert refused(lambda: change(line.order, clerk, LineEntry(gone, Decimal(1)))) == [("not_found", None)]
    assert refused(lambda: change(deleted, clerk)) == [("not_found", None)]
    assert refused(lambda: cancel_rest(order=deleted, user=clerk)) == [("not_found", None)]
    assert refused(lambda: cancel_rest(order=line.order, user=clerk, line_id=elsewhere.pk)) == [("not_found", None)]
    assert refused(lambda: delete_sales_order(order=deleted, user=clerk)) == [("not_found", None)]


def queries(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        work()
    return len(captured)


def test_lines_cost_no_queries_of_their_own(clerk: User) -> None:
    def entries(count: int) -> list[LineEntry]:
        return [LineEntry(serialised_product(), Decimal(1)) for _ in range(count)]

    def counts(count: int) -> tuple[int, int]:
        lines, values = entries(count), header()
        created = queries(lambda: save_sales_order(order=None, values=values, lines=lines, user=clerk))
        order = SalesOrder.objects.latest("id")
        raised = [ordered(line, quantity=Decimal(2)) for line in order.lines.select_related("product")]
        return created, queries(lambda: change(order, clerk, *raised))

    assert counts(1) == counts(3)
    # The statements of so many rows go to the database in batches.
    created, changed = counts(200)
    assert created <= counts(1)[0] + 8
    assert changed <= counts(1)[1] + 8


# Giving up


@pytest.mark.rule("ORD-2", "ORD-4")
def test_cancelling_the_rest_lowers_what_is_ordered_and_releases_what_is_pending(clerk: User) -> None:
    line = SalesOrderLineFactory()
    other = SalesOrderLineFactory(order=line.order)
    numbers = give_back(line, "SN1", "")
    shipped(line, 1)

    order = cancel_rest(order=line.order, user=clerk)

    assert order.status == OrderStatus.DELIVERED
    assert list(order.lines.values_list("quantity", "delivered_quantity")) == [(1, 1), (0, 0)]
    assert {a.state for a in Registration.objects.all()} == {RegistrationState.RELEASED}
    events = SerialEvent.objects.values_list("kind", "serial_number", "order_line", "document", "user")
    assert set(events) == {
        (EventKind.RELEASED, number.serial_number_id, line.pk, order.number, clerk.pk) for number in numbers
    }
    assert SalesOrderLine.history.filter(history_user=clerk, history_type="~").count() == 2
    assert other.order == order


@pytest.mark.rule("ORD-2")
def test_cancelling_the_rest_of_one_line_leaves_the_others(clerk: User) -> None:
    line, other = SalesOrderLineFactory.create_batch(2, order=SalesOrderFactory())
    pending = give_back(other, "SN1")[0]

    order = cancel_rest(order=line.order, user=clerk, line_id=line.pk)

    assert order.status == OrderStatus.OPEN
    assert list(order.lines.values_list("quantity", flat=True)) == [0, 4]
    pending.refresh_from_db()
    assert pending.state == RegistrationState.PENDING


@pytest.mark.rule("ORD-2")
def test_an_order_of_which_nothing_was_delivered_is_then_cancelled(clerk: User) -> None:
    assert cancel_rest(order=SalesOrderLineFactory().order, user=clerk).status == OrderStatus.CANCELLED


@pytest.mark.rule("ORD-2")
def test_cancelling_the_rest_again_changes_nothing(clerk: User) -> None:
    line = SalesOrderLineFactory()
    give_back(line, "SN1")
    cancel_rest(order=line.order, user=clerk)
    before = SalesOrderLine.history.count(), SerialEvent.objects.count(), SalesOrder.history.count()

    cancel_rest(order=line.order, user=clerk)

    assert (SalesOrderLine.history.count(), SerialEvent.objects.count(), SalesOrder.history.count()) == before


@pytest.mark.rule("ORD-2")
def test_a_draft_packing_slip_holds_its_lines(clerk: User) -> None:
    line = PackingSlipLineFactory().order_line
    free = SalesOrderLineFactory(order=line.order)

    assert refused(lambda: cancel_rest(order=line.order, user=clerk)) == [("already_selected", None)]
    assert refused(lambda: cancel_rest(order=line.order, user=clerk, line_id=line.pk)) == [("already_selected", None)]
    cancel_rest(order=line.order, user=clerk, line_id=free.pk)
    assert list(line.order.lines.values_list("quantity", flat=True)) == [4, 0]


def test_numbers_cost_no_queries_of_their_own(clerk: User) -> None:
    def cancelling(count: int) -> int:
        line = SalesOrderLineFactory(quantity=count)
        give_back(line, *[f"N{line.pk}-{i}" for i in range(count)])
        return queries(lambda: cancel_rest(order=line.order, user=clerk))

    assert cancelling(1) == cancelling(3)


@pytest.mark.rule("ORD-4")
def test_a_pending_number_is_released_with_a_reason(user_with: Callable[..., User]) -> None:
    maintainer = user_with(MSC)
    number, other = give_back(SalesOrderLineFactory(), "SN1", "SN2")

    released = release_pending(registration_id=number.pk, reason=" Lost in the yard ", user=maintainer)

    assert (released, released.state) == (number, RegistrationState.RELEASED)
    event = SerialEvent.objects.get()
    assert (event.kind, event.serial_number, event.reason, event.user) == (
        EventKind.RELEASED,
        number.serial_number,
        "Lost in the yard",
        maintainer,
    )
    other.refresh_from_db()
    assert other.state == RegistrationState.PENDING
    # It is no longer live: the number can be sold again.
    RegistrationFactory(order_line=number.order_line, serial_number=number.serial_number, number="SN1")


@pytest.mark.rule("ORD-4")
@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_a_release_without_a_reason_is_refused(user_with: Callable[..., User], reason: str) -> None:
    number = give_back(SalesOrderLineFactory(), "SN1")[0]

    assert refused(lambda: release_pending(registration_id=number.pk, reason=reason, user=user_with(MSC))) == [
        ("malformed", None)
    ]


@pytest.mark.rule("ORD-4")
@pytest.mark.parametrize("state", sorted(set(RegistrationState) - {RegistrationState.PENDING}))
def test_what_is_not_pending_cannot_be_released(user_with: Callable[..., User], state: RegistrationState) -> None:
    number = RegistrationFactory(state=state)

    assert refused(lambda: release_pending(registration_id=number.pk, reason="Lost", user=user_with(MSC))) == [
        ("not_available", None)
    ]
    assert not SerialEvent.objects.exists()


def test_what_never_was_cannot_be_released(user_with: Callable[..., User]) -> None:
    assert refused(lambda: release_pending(registration_id=7, reason="Lost", user=user_with(MSC))) == [
        ("not_found", None)
    ]


# Deleting


@pytest.mark.rule("ORD-3")
def test_an_order_without_documents_is_deleted(clerk: User) -> None:
    delete_sales_order(order=SalesOrderLineFactory().order, user=clerk)

    assert not SalesOrder.objects.exists()
    assert not SalesOrderLine.objects.exists()


@pytest.mark.rule("ORD-3")
@pytest.mark.parametrize(("posted", "code"), [(True, "has_postings"), (False, "already_selected")])
def test_an_order_with_documents_is_not_deleted(clerk: User, posted: bool, code: str) -> None:
    order = PackingSlipFactory(posted=posted).order

    assert refused(lambda: delete_sales_order(order=order, user=clerk)) == [(code, None)]
    assert SalesOrder.objects.filter(pk=order.pk).exists()


# Rights


@pytest.mark.rule("AUT-3", "ORD-4")
def test_each_operation_asks_for_its_right(user_with: Callable[..., User]) -> None:
    number = give_back(SalesOrderLineFactory(), "SN1")[0]
    order = number.order_line.order
    others = user_with("orders.view_salesorder", MSC)
    not_msc = user_with(MAINTAIN, "documents.maintain_packingslip")

    with pytest.raises(NotPermitted):
        save_sales_order(order=None, values=header(), lines=[], user=others)
    with pytest.raises(NotPermitted):
        cancel_rest(order=order, user=others)
    with pytest.raises(NotPermitted):
        delete_sales_order(order=order, user=others)
    with pytest.raises(NotPermitted):
        release_pending(registration_id=number.pk, reason="Lost", user=not_msc)
