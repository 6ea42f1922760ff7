"""Customers and their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from orders.models import Customer, CustomerAddress, User
from orders.operations.master_data import save_row
from orders.rules.permission import check_may

Values = Mapping[str, Any]


def save_customer(
    *, customer: Customer, values: Values, addresses: Sequence[Values] | None = None, user: User
) -> Customer:
    """Save a customer, new or changed.

    `addresses` are all that the customer has from now on; each names the row that it changes by `id`, or none. Those
    left out are deleted. Without `addresses` they stay as they are.
    """
    check_may(user, "orders.maintain_customer")
    _check_one_gets_invoices(addresses or [])
    with transaction.atomic():
        save_row(customer, values=values, user=user)
        if addresses is not None:
            _save_addresses(customer, addresses, user)
    return customer


def _save_addresses(customer: Customer, addresses: Sequence[Values], user: User) -> None:
    left_out = {address.pk: address for address in customer.addresses.select_for_update().order_by("pk")}
    wanted = []
    for values in addresses:
        address = left_out.pop(values["id"]) if values.get("id") in left_out else CustomerAddress(customer=customer)
        wanted.append((address, {name: value for name, value in values.items() if name != "id"}))
    _delete(left_out.values())
    # Who loses the invoices comes first: at no time can two addresses get them.
    for address, values in sorted(wanted, key=lambda pair: bool(pair[1].get("for_invoices"))):
        save_row(address, values=values, user=user)


def _check_one_gets_invoices(addresses: Sequence[Values]) -> None:
    if sum(bool(values.get("for_invoices")) for values in addresses) > 1:
        raise ValidationError(_("Only one address can get the invoices."))


def _delete(addresses: Iterable[CustomerAddress]) -> None:
    for address in addresses:
        try:
            address.delete()
        except ProtectedError as error:
            raise ValidationError(
                _("“%(address)s” is the delivery address of a sales order, so it cannot be deleted."),
                params={"address": address},
            ) from error
