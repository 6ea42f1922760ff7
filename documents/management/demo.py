"""A small company to try the system with: every kind of product, and documents in every state.

Everything is made by the operations, in the name of those whose work it is: all rules hold, and all history is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone
from stdnum import luhn

from documents.management.demo_data import COMPANY, CUSTOMERS, FIRST_STEPS, GROUPS, PRODUCTS
from documents.models import PackingSlip, PackingSlipLine
from documents.operations.packing_slip import (
    cancel_packing_slip,
    change_packing_slip,
    create_packing_slip,
    post_packing_slip,
    reverse_lines,
)
from documents.operations.registration import mark_not_readable, register_numbers
from documents.operations.sales_order import cancel_rest, save_sales_order
from documents.rules.sales_order import LineEntry
from orders.models import Company, Customer, Product, SalesOrder, User
from orders.operations.company import save_company
from orders.operations.customer import save_customer
from tracking.models import TrackingDimensionGroup
from tracking.operations.dimension_group import save_dimension_group
from tracking.operations.product import save_product

Quantities = Mapping[str, int]  # by item number


def load(staff: Mapping[str, User]) -> None:
    """Fill an empty system. `staff` are the users by the names of demo_data.ROLES."""
    demo = Demo(staff)
    demo.set_up()
    demo.first_steps()
    demo.half_scanned()
    demo.partly_delivered()
    demo.in_two_shipments()
    demo.many_numbers()
    demo.not_readable()
    demo.partly_reversed()
    demo.pending_numbers()
    demo.cancelled()
    demo.rest_cancelled()
    demo.known_beforehand()
    demo.without_numbers()


def series(prefix: str, first: int, count: int) -> list[str]:
    """Serial numbers as a factory gives them."""
    return [f"{prefix}{number:06d}" for number in range(first, first + count)]


def charging_stations(first: int, count: int) -> list[str]:
    """Serial numbers of the group with a format: the last digit checks the others."""
    return [f"EV-2026-{n:05d}{luhn.calc_check_digit(f'2026{n:05d}')}" for n in range(first, first + count)]


class Demo:
    """The company at work: first what everybody does all day, then one story for each state."""

    def __init__(self, staff: Mapping[str, User]) -> None:
        self.clerk, self.worker = staff["clerk"], staff["worker"]
        self.maintainer, self.setup = staff["maintainer"], staff["setup"]
        self.products: dict[str, Product] = {}
        self.customers: dict[str, Customer] = {}

    def set_up(self) -> None:
        save_company(company=Company.objects.get(), values=COMPANY, user=self.setup)
        groups = {
            name: save_dimension_group(group=TrackingDimensionGroup(), values={"name": name, **values}, user=self.setup)
            for name, values in GROUPS.items()
        }
        for item_number, name, gtin, price, group, rest in PRODUCTS:
            values = {"item_number": item_number, "name": name, "gtin": gtin, "price": Decimal(price), **rest}
            self.products[item_number] = save_product(
                product=Product(), values=values, group=groups[group] if group else None, user=self.setup
            )
        for number, values, addresses in CUSTOMERS:
            self.customers[number] = save_customer(
                customer=Customer(), values={"number": number, **values}, addresses=addresses, user=self.clerk
            )

    # What everybody does all day

    def order(self, customer: str, reference: str, quantities: Quantities, *, days_ago: int = 0) -> SalesOrder:
        buyer = self.customers[customer]
        values = {
            "customer": buyer,
            "customer_reference": reference,
            "delivery_address": buyer.addresses.order_by("pk").last(),
            "order_date": _date(days_ago),
        }
        lines = [LineEntry(product=self.products[item], quantity=Decimal(n)) for item, n in quantities.items()]
        return save_sales_order(order=None, values=values, lines=lines, user=self.clerk)

    def draft(self, order: SalesOrder, quantities: Quantities, *, days_ago: int = 0) -> PackingSlip:
        """A packing slip of these quantities, and nothing else of the order."""
        packing_slip = create_packing_slip(order=order, user=self.worker)
        return change_packing_slip(
            packing_slip=packing_slip,
            quantities={line.pk: Decimal(quantities.get(line.item_number, 0)) for line in packing_slip.lines.all()},
            document_date=_date(days_ago),
            user=self.worker,
        )

    def scan(self, packing_slip: PackingSlip, item: str, numbers: Iterable[str]) -> None:
        register_numbers(line_id=_line(packing_slip, item).pk, texts=list(numbers), user=self.worker)

    def cannot_read(self, packing_slip: PackingSlip, item: str, note: str) -> None:
        mark_not_readable(line_id=_line(packing_slip, item).pk, note=note, user=self.maintainer)

    def post(self, packing_slip: PackingSlip) -> PackingSlip:
        return post_packing_slip(packing_slip=packing_slip, user=self.worker)

    # One story for each state

    def first_steps(self) -> None:
        self.order("1001", FIRST_STEPS, {"HP-200": 4})

    def half_scanned(self) -> None:
        """A draft with some numbers, one unit of which could not be read."""
        order = self.order("2001", "Dak Kanaalweg", {"SOL-5": 6, "CABLE-3G": 120}, days_ago=2)
        packing_slip = self.draft(order, {"SOL-5": 6, "CABLE-3G": 120})
        self.scan(packing_slip, "SOL-5", series("SOL5-", 1001, 3))
        self.cannot_read(packing_slip, "SOL-5", "Label torn on the left box")

    def partly_delivered(self) -> None:
        order = self.order("1001", "Garasjen", {"CAM-4K": 5, "CABLE-3G": 100}, days_ago=20)
        packing_slip = self.draft(order, {"CAM-4K": 2, "CABLE-3G": 60}, days_ago=18)
        self.scan(packing_slip, "CAM-4K", series("NS4K", 70, 2))
        self.post(packing_slip)

    def in_two_shipments(self) -> None:
        """Delivered in full; the routers of which no number was wanted are counted only."""
        order = self.order("3001", "PO 4711", {"EV-22": 3, "ROUTER-6": 4}, days_ago=30)
        first = self.draft(order, {"EV-22": 2}, days_ago=28)
        self.scan(first, "EV-22", charging_stations(17, 2))
        self.post(first)
        second = self.draft(order, {"EV-22": 1, "ROUTER-6": 4}, days_ago=14)
        self.scan(second, "EV-22", charging_stations(19, 1))
        self.scan(second, "ROUTER-6", series("R6", 500, 1))
        self.post(second)

    def many_numbers(self) -> None:
        """What a packing slip looks like with a few hundred numbers on it."""
        order = self.order("2002", "Nieuwbouw Haven", {"TERM-1": 240, "FUSE-16": 480}, days_ago=12)
        packing_slip = self.draft(order, {"TERM-1": 240, "FUSE-16": 480}, days_ago=11)
        self.scan(packing_slip, "TERM-1", series("TL26", 1, 240))
        self.post(packing_slip)

    def not_readable(self) -> None:
        """Delivered with a unit whose number may still become known."""
        order = self.order("3001", "PO 4790", {"SOL-5": 2}, days_ago=9)
        packing_slip = self.draft(order, {"SOL-5": 2}, days_ago=8)
        self.scan(packing_slip, "SOL-5", series("SOL5-", 2001, 1))
        self.cannot_read(packing_slip, "SOL-5", "Plate painted over")
        self.post(packing_slip)

    def partly_reversed(self) -> None:
        order = self.order("1002", "Hytta", {"DRILL-18": 2, "CABLE-3G": 50}, days_ago=7)
        packing_slip = self.draft(order, {"DRILL-18": 2, "CABLE-3G": 50}, days_ago=6)
        self.scan(packing_slip, "DRILL-18", series("B18", 301, 2))
        self.post(packing_slip)
        quantities = {_line(packing_slip, "DRILL-18").pk: None, _line(packing_slip, "CABLE-3G").pk: Decimal(20)}
        reverse_lines(
            packing_slip=packing_slip, quantities=quantities, reason="Box was left on the ramp", user=self.worker
        )

    def pending_numbers(self) -> None:
        """A cancelled packing slip: its numbers wait for the next one."""
        order = self.order("1001", "Blokk B", {"HP-200": 3}, days_ago=5)
        packing_slip = self.draft(order, {"HP-200": 3}, days_ago=4)
        self.scan(packing_slip, "HP-200", series("HP200-", 8001, 3))
        self.post(packing_slip)
        cancel_packing_slip(packing_slip=packing_slip, reason="The lorry did not come", user=self.worker)

    def cancelled(self) -> None:
        order = self.order("2002", "Proef", {"CAM-4K": 1}, days_ago=15)
        cancel_rest(order=order, user=self.clerk)

    def rest_cancelled(self) -> None:
        order = self.order("2001", "Magazijn", {"CAM-4K": 3}, days_ago=10)
        packing_slip = self.draft(order, {"CAM-4K": 1}, days_ago=9)
        self.scan(packing_slip, "CAM-4K", series("NS4K", 90, 1))
        self.post(packing_slip)
        cancel_rest(order=order, user=self.clerk)

    def known_beforehand(self) -> None:
        """Numbers that stock knows are not captured at sale."""
        order = self.order("3001", "PO 4822", {"SERVER-1": 2, "BATTERY-12": 8}, days_ago=1)
        create_packing_slip(order=order, user=self.worker)

    def without_numbers(self) -> None:
        quantities = {"COPPER": 6, "WORK": 4, "MANUAL": 1}
        order = self.order("1002", "Ombygging", quantities, days_ago=3)
        self.post(self.draft(order, quantities, days_ago=3))


def _date(days_ago: int) -> date:
    return timezone.localdate() - timedelta(days=days_ago)


def _line(packing_slip: PackingSlip, item: str) -> PackingSlipLine:
    return packing_slip.lines.get(item_number=item)
