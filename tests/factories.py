"""Rows for tests, made directly: the operations are what the tests are about."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory, Password

from documents.models import PackingSlip, PackingSlipLine, PackingSlipLineReversal, PackingSlipUnit
from orders.models import Customer, CustomerAddress, Product, SalesOrder, SalesOrderLine, User
from tracking.models import (
    Registration,
    RegistrationState,
    SerialNumber,
    TrackingAssignment,
    TrackingDimensionGroup,
)
from tracking.models.number import fold

PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory):
    """Somebody without any role: see the fixtures `user_with` and `role`."""

    class Meta:
        model = User

    username = factory.Sequence("user{}".format)
    password = Password(PASSWORD)


# What is sold, and to whom


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = Customer
        skip_postgeneration_save = True

    number = factory.Sequence("C{:04d}".format)
    name = factory.Sequence("Customer {}".format)
    language = "en"
    currency = "NOK"
    country = "NO"
    address = factory.RelatedFactory("tests.factories.CustomerAddressFactory", factory_related_name="customer")


class CustomerAddressFactory(DjangoModelFactory):
    class Meta:
        model = CustomerAddress

    customer = factory.SubFactory(CustomerFactory, address=None)
    street = factory.Sequence("Storgata {}".format)
    postal_code = "0155"
    city = "Oslo"
    country = "NO"


class ProductFactory(DjangoModelFactory):
    """A product without a tracking dimension group: see `product_in` and `serialised_product`."""

    class Meta:
        model = Product

    item_number = factory.Sequence("P{:04d}".format)
    name = factory.Sequence("Product {}".format)
    price = Decimal(100)


class TrackingDimensionGroupFactory(DjangoModelFactory):
    """Strict (a number for each unit, captured at sale) unless a trait says otherwise."""

    class Meta:
        model = TrackingDimensionGroup

    class Params:
        at_sale = factory.Trait(serial_active_in_sales_process=True, serial_control=True)
        strict = factory.Trait(at_sale=True)
        blank_allowed = factory.Trait(at_sale=True, serial_blank_issue_allowed=True)
        untracked = factory.Trait(serial_active_in_sales_process=False, serial_control=False)
        active_serial = factory.Trait(serial_active_in_sales_process=False, serial_active=True, serial_control=True)
        active_batch = factory.Trait(untracked=True, batch_active=True, batch_control=True)
        formatted = factory.Trait(serial_format="AA-9999", serial_format_sample="AB-1234")

    name = factory.Sequence("Group {}".format)
    serial_active_in_sales_process = True
    serial_control = True


class TrackingAssignmentFactory(DjangoModelFactory):
    class Meta:
        model = TrackingAssignment

    product = factory.SubFactory(ProductFactory)
    group = factory.SubFactory(TrackingDimensionGroupFactory)


def product_in(group: TrackingDimensionGroup, **values: Any) -> Product:
    """A product that is assigned to the group."""
    product = ProductFactory(**values)
    TrackingAssignmentFactory(product=product, group=group)
    return product


def serialised_product(*traits: str, **values: Any) -> Product:
    """A product of which each unit takes a number at sale; traits of the group change that."""
    return product_in(TrackingDimensionGroupFactory(**dict.fromkeys(traits, True)), **values)


# Sales orders


class SalesOrderFactory(DjangoModelFactory):
    class Meta:
        model = SalesOrder

    number = factory.Sequence("SO-{:06d}".format)
    customer = factory.SubFactory(CustomerFactory)
    currency = factory.SelfAttribute("customer.currency")
    delivery_address = factory.LazyAttribute(lambda order: order.customer.addresses.order_by("id").first())
    order_date = factory.LazyFunction(timezone.localdate)
    created_by = factory.SubFactory(UserFactory)


class SalesOrderLineFactory(DjangoModelFactory):
    """A line of a strictly serialised product; its order gets further lines with `order=`."""

    class Meta:
        model = SalesOrderLine

    order = factory.SubFactory(SalesOrderFactory)
    position = factory.LazyAttribute(lambda line: line.order.lines.count() + 1)
    product = factory.LazyFunction(serialised_product)
    quantity = Decimal(4)
    unit = factory.SelfAttribute("product.unit")
    unit_price = factory.SelfAttribute("product.price")


# Packing slips and what is registered on them


class PackingSlipFactory(DjangoModelFactory):
    """A draft; `posted=True` fixes it, without delivering anything."""

    class Meta:
        model = PackingSlip

    class Params:
        posted = factory.Trait(
            number=factory.Sequence("PS-{:06d}".format),
            document_date=factory.LazyFunction(timezone.localdate),
            posted_at=factory.LazyFunction(timezone.now),
            posted_by=factory.SelfAttribute("created_by"),
            customer_name=factory.SelfAttribute("order.customer.name"),
            language=factory.SelfAttribute("order.customer.language"),
        )

    order = factory.SubFactory(SalesOrderFactory)
    created_by = factory.SubFactory(UserFactory)


class PackingSlipLineFactory(DjangoModelFactory):
    """Ships its order line in full."""

    class Meta:
        model = PackingSlipLine

    order_line = factory.SubFactory(SalesOrderLineFactory)
    packing_slip = factory.SubFactory(PackingSlipFactory, order=factory.SelfAttribute("..order_line.order"))
    quantity = factory.SelfAttribute("order_line.quantity")
    item_number = factory.SelfAttribute("order_line.product.item_number")
    name = factory.SelfAttribute("order_line.product.name")
    unit = factory.SelfAttribute("order_line.unit")
    serialised = True


class SerialNumberFactory(DjangoModelFactory):
    class Meta:
        model = SerialNumber
        django_get_or_create = ("product", "folded")

    product = factory.LazyFunction(serialised_product)
    number = factory.Sequence("SN{:06d}".format)
    folded = factory.LazyAttribute(lambda serial: fold(serial.number))


class RegistrationFactory(DjangoModelFactory):
    class Meta:
        model = Registration

    class Params:
        blank = factory.Trait(serial_number=None, number="")

    order_line = factory.SubFactory(SalesOrderLineFactory)
    number = factory.Sequence("SN{:06d}".format)
    serial_number = factory.SubFactory(
        SerialNumberFactory,
        product=factory.SelfAttribute("..order_line.product"),
        number=factory.SelfAttribute("..number"),
    )
    state = RegistrationState.DRAFT
    registered_by = factory.SubFactory(UserFactory)


class PackingSlipUnitFactory(DjangoModelFactory):
    class Meta:
        model = PackingSlipUnit

    line = factory.SubFactory(PackingSlipLineFactory)
    registration = factory.SubFactory(RegistrationFactory, order_line=factory.SelfAttribute("..line.order_line"))


def register(line: PackingSlipLine, *numbers: str, **values: Any) -> list[Registration]:
    """Register these numbers on a line of a packing slip; "" makes a blank registration."""
    found = [
        RegistrationFactory(order_line=line.order_line, **({"number": number} if number else {"blank": True}), **values)
        for number in numbers
    ]
    for registration in found:
        PackingSlipUnitFactory(line=line, registration=registration)
    line.registered += len(found)
    line.save(update_fields=["registered"])
    return found


def give_back(order_line: SalesOrderLine, *numbers: str) -> list[Registration]:
    """Pending numbers of an order line, given back by a packing slip that was reversed; "" makes a blank one."""
    line = PackingSlipLineFactory(order_line=order_line, packing_slip__posted=True, quantity=len(numbers))
    pending = register(line, *numbers, state=RegistrationState.PENDING)
    by = line.packing_slip.created_by
    reversal = PackingSlipLineReversal.objects.create(line=line, quantity=len(numbers), reversed_by=by)
    for registration in pending:
        units = PackingSlipUnit.objects.filter(line=line, registration=registration)
        units.update(reversal=reversal, frozen_number=registration.number)
    return pending


def register_many(line: PackingSlipLine, numbers: list[str]) -> None:
    """Register thousands of numbers on a line, in a few statements."""
    product, user = line.order_line.product, line.packing_slip.created_by
    serials = SerialNumber.objects.bulk_create(
        SerialNumber(product=product, number=number, folded=fold(number)) for number in numbers
    )
    registrations = Registration.objects.bulk_create(
        Registration(order_line=line.order_line, serial_number=serial, number=serial.number, registered_by=user)
        for serial in serials
    )
    PackingSlipUnit.objects.bulk_create(PackingSlipUnit(line=line, registration=one) for one in registrations)
    line.registered += len(numbers)
    line.save(update_fields=["registered"])
