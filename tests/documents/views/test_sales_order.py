"""Sales orders through their pages: the stories of operations/test_sales_order.py, with the same rows and codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents.models import PackingSlip
from orders.models import OrderStatus, SalesOrder, SalesOrderLine, User
from orders.rules.permission import MSC
from tests.factories import (
    CustomerAddressFactory,
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
from tracking.models import EventKind, RegistrationState, SerialEvent

pytestmark = pytest.mark.django_db

VIEW, MAINTAIN, SHIP = "orders.view_salesorder", "orders.maintain_salesorder", "documents.maintain_packingslip"

ClientOf = Callable[[User], Client]
UserWith = Callable[..., User]


@pytest.fixture
def clerk(client_of: ClientOf, user_with: UserWith) -> Client:
    return client_of(user_with(VIEW, MAINTAIN))


@pytest.fixture
def reader(client_of: ClientOf, user_with: UserWith) -> Client:
    return client_of(user_with(VIEW))


def typed(*rows: dict[str, Any], **header: Any) -> dict[str, Any]:
    """What a browser sends: the header, and rows of which the last ones are empty."""
    customer = header.pop("customer", None) or CustomerFactory(currency="EUR")
    data = {
        "form_token": "t1",
        "customer": customer.number,
        "delivery_address": customer.addresses.get().pk,
        "customer_reference": "PO 7",
        "order_date": "2026-02-03",
        "lines-TOTAL_FORMS": len(rows) + 2,
        "lines-INITIAL_FORMS": 0,
        **header,
    }
    for i, row in enumerate([*rows, {}, {}]):
        values = {"id": "", "product": "", "quantity": "", "unit_price": "", **row}
        data |= {f"lines-{i}-{name}": value for name, value in values.items()}
    return data


def row(line: SalesOrderLine, **values: Any) -> dict[str, Any]:
    """The row of a line as the page shows it, but for these values."""
    return {"id": line.pk, "product": line.product.item_number, "quantity": "4", "unit_price": "100", **values}


def url(order: SalesOrder, name: str = "sales_order_edit") -> str:
    return reverse(name, args=[order.pk])


def save(client: Client, order: SalesOrder | None, *rows: dict[str, Any], **header: Any) -> Any:
    if order:
        header = {"customer": order.customer, **header}
    return client.post(url(order) if order else reverse("sales_order_create"), typed(*rows, **header))


def codes(response: HttpResponse) -> list[str]:
    """The codes of all the errors in the form of a page."""
    form = response.context["form"]
    rows = [error for line in form.lines for errors in line.errors.values() for error in errors.as_data()]
    return [error.code for error in [*rows, *form.non_field_errors().as_data()]]


# The form


@pytest.mark.rule("ORD-1")
def test_a_new_order_is_typed_and_saved(clerk: Client) -> None:
    radio, cable = serialised_product(price=1200), ProductFactory(unit="MTR", price="9.5", gtin="04006381333931")

    response = save(
        clerk,
        None,
        {"product": radio.item_number.lower(), "quantity": "2"},
        {"product": cable.gtin, "quantity": "1.5", "unit_price": "8.75"},
    )

    order = SalesOrder.objects.get()
    assert response.status_code == 302
    assert response.url == url(order, "sales_order_detail")
    assert (order.number, order.currency, order.customer_reference) == ("SO-000001", "EUR", "PO 7")
    assert (order.order_date, order.delivery_address) == (date(2026, 2, 3), order.customer.addresses.get())
    assert list(order.lines.values_list("position", "product", "quantity", "unit", "unit_price")) == [
        (1, radio.pk, Decimal(2), "H87", Decimal(1200)),
        (2, cable.pk, Decimal("1.5"), "MTR", Decimal("8.75")),
    ]


def test_a_double_click_makes_one_order(clerk: Client) -> None:
    data = typed({"product": ProductFactory().item_number, "quantity": "2"})

    first = clerk.post(reverse("sales_order_create"), data)
    again = clerk.post(reverse("sales_order_create"), data)

    assert first.url == again.url
    assert SalesOrder.objects.count() == 1


@pytest.mark.rule("ORD-1")
def test_changing_adds_changes_and_removes(clerk: Client) -> None:
    first = SalesOrderLineFactory()
    second, kept = SalesOrderLineFactory.create_batch(2, order=first.order)

    save(
        clerk,
        first.order,
        row(first, DELETE="on"),
        row(second, quantity="7"),
        {"product": kept.product.item_number, "quantity": "1"},
    )

    assert list(first.order.lines.values_list("position", "quantity")) == [(2, 7), (3, 4), (4, 1)]


def test_the_form_shows_what_is_there(clerk: Client) -> None:
    line = SalesOrderLineFactory(quantity=Decimal(4), unit_price=Decimal("12.5"))

    page = clerk.get(url(line.order)).content.decode()

    assert f'value="{line.order.customer.number}"' in page
    assert f'value="{line.product.item_number}"' in page
    assert 'value="12.5"' in page


def test_quantities_are_read_as_the_language_writes_them(clerk: Client) -> None:
    clerk.cookies["django_language"] = "nb"
    product = ProductFactory().item_number

    save(clerk, None, {"product": product, "quantity": "1,5", "unit_price": "9,25"})

    line = SalesOrderLine.objects.get()
    assert (line.quantity, line.unit_price) == (Decimal("1.5"), Decimal("9.25"))
    assert codes(save(clerk, None, {"product": product, "quantity": "1.5"}, form_token="t2")) == [
        "quantity_invalid",
        "quantity_invalid",
    ]


@pytest.mark.rule("ORD-1")
@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        *[
            (text, "quantity_invalid")
            for text in ["0", "-1", "1e3", "３", "٣", "NaN", "2147483648", "9" * 5000, "1,000"]
        ],
        ("1.5", "whole_quantity"),
    ],
    ids=lambda text: text[:12],
)
def test_a_bad_quantity_is_refused_and_stays_in_its_field(clerk: Client, quantity: str, code: str) -> None:
    response = save(clerk, None, {"product": serialised_product().item_number, "quantity": quantity})

    assert response.status_code == 422
    assert codes(response) == [code, code]
    assert response.context["form"].lines.forms[0]["quantity"].value() == quantity
    assert f'value="{quantity}"' in response.content.decode()
    assert not SalesOrder.objects.exists()


@pytest.mark.rule("ORD-1", "ORD-3")
def test_all_faults_of_all_rows_are_told_at_once(clerk: Client) -> None:
    line = SalesOrderLineFactory(delivered_quantity=Decimal(3))

    response = save(
        clerk,
        line.order,
        row(line, quantity="2"),
        {"product": serialised_product().item_number, "quantity": "0.5"},
        {"product": "nowhere", "quantity": "x", "unit_price": "-1"},
        {"quantity": "1"},
    )

    assert response.status_code == 422
    assert codes(response) == [
        "below_delivered",
        "whole_quantity",
        "not_found",
        "quantity_invalid",
        "quantity_invalid",
        "required",
        "below_delivered",
    ]


@pytest.mark.parametrize("text", ["nobody", "", "a\x00b", "x" * 60_000, "<script>"])
def test_an_unknown_customer_or_product_is_refused(clerk: Client, text: str) -> None:
    response = save(clerk, None, {"product": text, "quantity": "1"})
    assert response.status_code == 422
    assert response.context["form"].lines.forms[0].errors.keys() == {"product"}

    response = clerk.post(reverse("sales_order_create"), typed() | {"customer": text})
    assert response.status_code == 422
    assert "customer" in response.context["form"].errors
    assert b"<script>" not in response.content


def test_another_customers_address_is_refused(clerk: Client) -> None:
    elsewhere = CustomerFactory().addresses.get()

    response = save(clerk, None, delivery_address=elsewhere.pk)

    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"delivery_address"}


@pytest.mark.rule("ORD-3")
@pytest.mark.parametrize(("posted", "code"), [(True, "has_postings"), (False, "already_selected")])
def test_a_line_with_documents_is_neither_removed_nor_exchanged(clerk: Client, posted: bool, code: str) -> None:
    line = PackingSlipLineFactory(packing_slip__posted=posted).order_line

    page = clerk.get(url(line.order))
    removing = save(clerk, line.order, row(line, DELETE="on"))
    exchanging = save(clerk, line.order, row(line, product=ProductFactory().item_number))

    assert page.context["form"].lines.forms[0].held.code == code
    assert (removing.status_code, codes(removing)) == (409, [code])
    assert (exchanging.status_code, codes(exchanging)) == (409, [code])
    assert SalesOrderLine.objects.get() == line


@pytest.mark.rule("ORD-3")
def test_a_line_whose_rest_was_cancelled_does_not_stand_in_the_way(clerk: Client) -> None:
    cancelled = SalesOrderLineFactory(quantity=Decimal(0))
    other = SalesOrderLineFactory(order=cancelled.order)

    response = save(clerk, cancelled.order, row(cancelled, quantity="0"), row(other, quantity="9"))

    assert response.status_code == 302
    assert list(cancelled.order.lines.values_list("quantity", flat=True)) == [0, 9]


def test_the_same_line_of_another_order_is_not_found(clerk: Client) -> None:
    line, elsewhere = SalesOrderLineFactory(), SalesOrderLineFactory()

    for key in (elsewhere.pk, 9 * 10**18, "9" * 30, "x"):
        response = save(clerk, line.order, row(elsewhere, id=key))
        assert response.status_code in {404, 422}
    assert SalesOrderLine.objects.get(pk=elsewhere.pk).quantity == 4


def test_more_rows_keep_what_was_typed(clerk: Client) -> None:
    customer = CustomerFactory()
    second = CustomerAddressFactory(customer=customer, street="Havnegata 2")
    data = typed({"product": "nowhere", "quantity": "1e3"}, customer_reference="PO 9", customer=CustomerFactory()) | {
        "customer": customer.number,
        "delivery_address": second.pk,
    }

    response = clerk.post(reverse("sales_order_create"), data | {"again": "1"})

    form = response.context["form"]
    assert response.status_code == 200
    assert (form["customer_reference"].value(), form["form_token"].value()) == ("PO 9", "t1")
    assert [line["quantity"].value() for line in form.lines] == ["1e3", *[None] * 5]
    assert not form.errors
    assert not SalesOrder.objects.exists()
    page = response.content.decode()
    assert f'<option value="{second.pk}" selected>' in page
    assert "nowhere" in page


def test_the_addresses_follow_the_customer(clerk: Client) -> None:
    customer = CustomerFactory()

    page = clerk.post(reverse("sales_order_create"), typed() | {"customer": customer.number, "again": "1"})

    assert f'<option value="{customer.addresses.get().pk}" selected>' in page.content.decode()


@pytest.mark.parametrize("total", ["", "x", "401", "999999999"])
def test_a_hostile_count_of_rows_is_refused(clerk: Client, total: str) -> None:
    response = clerk.post(reverse("sales_order_create"), typed() | {"lines-TOTAL_FORMS": total})

    assert response.status_code == 422
    assert not SalesOrder.objects.exists()


@pytest.mark.parametrize("name", ["sales_order_customers", "sales_order_products"])
def test_fields_offer_what_matches(clerk: Client, reader: Client, name: str) -> None:
    CustomerFactory(number="C-RADIO"), ProductFactory(item_number="P-RADIO")
    CustomerFactory(number="X1", name="Y"), ProductFactory(item_number="X1", name="Y")

    page = clerk.get(reverse(name), {"lines-0-product": "radio"}).content.decode()

    assert page.count("<option") == 1
    assert "-RADIO" in page
    assert clerk.get(reverse(name), {"q": "a\x00b"}).status_code == 200
    assert clerk.get(reverse(name)).content.decode().count("<option") == 2
    assert reader.get(reverse(name)).status_code == 403


# One order


@pytest.mark.rule("ORD-1")
def test_an_order_shows_its_lines_and_documents(clerk: Client) -> None:
    line = SalesOrderLineFactory(delivered_quantity=Decimal(3), invoiced_quantity=Decimal(1))
    SalesOrderLineFactory(order=line.order, product=ProductFactory(unit="MTR"), quantity=Decimal("1.5"))
    slip = PackingSlipFactory(order=line.order, posted=True)

    page = clerk.get(url(line.order, "sales_order_detail"))

    shown = [
        (a.quantity, a.delivered_quantity, a.invoiced_quantity, a.remaining_quantity)
        for a, _group in page.context["lines"]
    ]
    assert shown == [(4, 3, 1, 1), (Decimal("1.5"), 0, 0, Decimal("1.5"))]
    assert slip.number in page.content.decode()
    assert "1.5" in page.content.decode()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("strict", "Serial numbers, at sale"),
        ("blank_allowed", "fewer than units allowed"),
        ("active_serial", "so it cannot ship"),
        ("active_batch", "so it cannot ship"),
        ("untracked", "None"),
    ],
)
def test_a_line_says_which_numbers_it_takes(clerk: Client, kind: str, words: str) -> None:
    line = SalesOrderLineFactory(product=serialised_product(kind))

    assert words in clerk.get(url(line.order, "sales_order_detail")).content.decode()


@pytest.mark.rule("ORD-4")
def test_pending_numbers_are_shown_with_where_they_come_from(clerk: Client) -> None:
    line = SalesOrderLineFactory()
    give_back(line, "SN<1>", "")
    RegistrationFactory(order_line=line, number="SNDRAFT")

    page = clerk.get(url(line.order, "sales_order_detail")).content.decode()

    assert "SN&lt;1&gt;" in page
    assert "Not readable" in page
    assert "2 pending numbers" in page
    assert page.count(PackingSlip.objects.get().number) == 3  # each number, and the list of documents
    assert "SNDRAFT" not in page
    assert "Release this number" not in page


@pytest.mark.rule("ORD-4", "AUT-3")
def test_the_maintainer_releases_a_pending_number(client_of: ClientOf, user_with: UserWith, clerk: Client) -> None:
    maintainer = client_of(user_with(VIEW, MSC))
    line = SalesOrderLineFactory()
    number = give_back(line, "SN1")[0]
    release = reverse("registration_release", args=[number.pk])

    assert "Release this number" in maintainer.get(url(line.order, "sales_order_detail")).content.decode()
    assert clerk.post(release, {"reason": "Lost"}).status_code == 403
    refused = maintainer.post(release, {"reason": " "})
    assert (refused.status_code, refused.context["refusal"].code) == (400, "malformed")
    assert maintainer.post(release, {"reason": "Lost"}).url == url(line.order, "sales_order_detail")
    refused = maintainer.post(release, {"reason": "Lost"})
    assert (refused.status_code, refused.context["refusal"].code) == (409, "not_available")
    number.refresh_from_db()
    assert number.state == RegistrationState.RELEASED
    assert SerialEvent.objects.get().kind == EventKind.RELEASED


@pytest.mark.rule("ORD-2")
def test_the_rest_is_cancelled_for_one_line_or_all(clerk: Client) -> None:
    line = SalesOrderLineFactory(delivered_quantity=Decimal(1))
    other = SalesOrderLineFactory(order=line.order)
    cancel = url(line.order, "sales_order_cancel_rest")

    assert clerk.post(cancel, {"line": other.pk}).status_code == 302
    assert list(line.order.lines.values_list("quantity", flat=True)) == [4, 0]
    assert clerk.post(cancel).status_code == 302
    assert list(line.order.lines.values_list("quantity", flat=True)) == [1, 0]
    line.order.refresh_from_db()
    assert line.order.status == OrderStatus.DELIVERED


@pytest.mark.parametrize("chosen", ["x", "0", "9" * 30, "another order's"])
def test_cancelling_the_rest_of_a_line_that_is_not_there(clerk: Client, chosen: str) -> None:
    line, elsewhere = SalesOrderLineFactory(), SalesOrderLineFactory()
    key = elsewhere.pk if chosen == "another order's" else chosen

    response = clerk.post(url(line.order, "sales_order_cancel_rest"), {"line": key})

    assert (response.status_code, response.context["refusal"].code) == (404, "not_found")
    assert not SalesOrderLine.objects.exclude(quantity=4).exists()


@pytest.mark.rule("ORD-2", "ORD-3")
def test_what_a_draft_holds_is_neither_cancelled_nor_deleted(clerk: Client) -> None:
    order = PackingSlipLineFactory().order_line.order

    for name in ("sales_order_cancel_rest", "sales_order_delete"):
        response = clerk.post(url(order, name))
        assert (response.status_code, response.context["refusal"].code) == (409, "already_selected")
    assert "cancel-rest" not in clerk.get(url(order, "sales_order_detail")).content.decode()


@pytest.mark.rule("ORD-3")
def test_an_order_is_deleted_only_without_documents(clerk: Client) -> None:
    order, posted = SalesOrderLineFactory().order, PackingSlipFactory(posted=True).order

    assert clerk.post(url(order, "sales_order_delete")).url == reverse("sales_order_list")
    response = clerk.post(url(posted, "sales_order_delete"))
    assert (response.status_code, response.context["refusal"].code) == (409, "has_postings")
    assert "Cancel the rest instead" in response.content.decode()
    assert SalesOrder.objects.get() == posted


def test_what_is_gone_is_not_found(clerk: Client) -> None:
    for name in ("sales_order_detail", "sales_order_edit"):
        for key in (404, 9 * 10**17):
            assert clerk.get(reverse(name, args=[key])).status_code == 404
    for name in ("sales_order_cancel_rest", "sales_order_delete", "sales_order_edit"):
        assert clerk.post(reverse(name, args=[404])).status_code == 404
    assert clerk.post(reverse("registration_release", args=[404]), {"reason": "x"}).status_code in {403, 404}


def test_what_never_was_cannot_be_released(client_of: ClientOf, user_with: UserWith) -> None:
    response = client_of(user_with(VIEW, MSC)).post(reverse("registration_release", args=[404]), {"reason": "x"})

    assert response.status_code == 404


@pytest.mark.rule("AUT-3")
def test_buttons_follow_rights_and_rules(
    client_of: ClientOf, user_with: UserWith, clerk: Client, reader: Client
) -> None:
    delivered = SalesOrderLineFactory(quantity=Decimal(1), delivered_quantity=Decimal(1)).order
    shipper = client_of(user_with(VIEW, SHIP))

    for client in (clerk, reader):
        assert "Make packing slip" not in client.get(url(delivered, "sales_order_detail")).content.decode()
    assert "Edit" not in reader.get(url(delivered, "sales_order_detail")).content.decode()
    page = shipper.get(url(delivered, "sales_order_detail")).content.decode()
    assert "Make packing slip" in page
    assert "There is nothing to deliver" in page


@pytest.mark.rule("PCK-1")
def test_a_packing_slip_is_made_while_something_is_on_no_draft(client_of: ClientOf, user_with: UserWith) -> None:
    shipper = client_of(user_with(VIEW, SHIP))
    drafted = PackingSlipLineFactory(quantity=3).order_line
    address = url(drafted.order, "sales_order_detail")

    assert shipper.get(address).context["no_shipping"] is None
    PackingSlipLineFactory(order_line=drafted, quantity=1)
    assert shipper.get(address).context["no_shipping"].code == "already_selected"


@pytest.mark.rule("ORD-4")
def test_pending_numbers_can_be_released_by_cancelling_although_nothing_is_left(clerk: Client) -> None:
    line = SalesOrderLineFactory(quantity=Decimal(1), delivered_quantity=Decimal(1))
    address = url(line.order, "sales_order_detail")

    assert clerk.get(address).context["no_cancelling"].code == "over_delivery"
    give_back(line, "SN1")
    assert clerk.get(address).context["no_cancelling"] is None


# The list


def test_the_list_is_searched_filtered_and_sorted(reader: Client) -> None:
    customer = CustomerFactory(number="K77", name="Fjellsport")
    first = SalesOrderFactory(number="SO-000001", customer_reference="PO 7", status=OrderStatus.DELIVERED)
    second = SalesOrderFactory(number="SO-000002", customer=customer)

    def listed(**query: str) -> list[SalesOrder]:
        return list(reader.get(reverse("sales_order_list"), query).context["page"])

    assert listed() == [second, first]
    assert listed(sort="number") == [first, second]
    assert listed(status="delivered") == [first]
    for text in ("fjell", "k77", "so-000002 "):
        assert listed(q=text) == [second]
    assert listed(q="po 7") == [first]
    assert listed(q="nothing") == []
    for nonsense in ({"sort": "password"}, {"page": "x"}, {"status": "x"}, {"q": "a\x00b"}):
        assert listed(**nonsense) == [second, first]


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_rows_cost_no_queries_of_their_own(clerk: Client) -> None:
    def counts() -> tuple[int, ...]:
        order = SalesOrder.objects.earliest("id")
        return tuple(
            queries(clerk, address)
            for address in (reverse("sales_order_list"), url(order, "sales_order_detail"), url(order))
        )

    line = SalesOrderLineFactory()
    give_back(line, "SN0")
    one = counts()
    for i in range(2):
        SalesOrderFactory()
        give_back(SalesOrderLineFactory(order=line.order), f"SN{i + 1}")
    assert counts() == one
