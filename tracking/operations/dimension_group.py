"""Keeping tracking dimension groups (SET-1 to SET-5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orders.models import OrderStatus, Product, SalesOrder, SalesOrderLine, User
from orders.operations.master_data import save_row
from orders.operations.submission import once
from orders.rules.permission import check_may
from serialreg.errors import GroupHasProducts, NotFound, refuse
from tracking.models import Registration, TrackingDimensionGroup
from tracking.rules.dimension_group import check_switch, settle, turned
from tracking.rules.serial_format import check_mask, sample_for

MAINTAIN_GROUP = "tracking.maintain_trackingdimensiongroup"
NAMED = 5  # how many products a refusal names
OPEN = [OrderStatus.OPEN, OrderStatus.PARTLY_DELIVERED, OrderStatus.PARTLY_INVOICED]  # what may have drafts


def save_dimension_group(
    *, group: TrackingDimensionGroup, values: Mapping[str, Any], user: User, token: str = ""
) -> TrackingDimensionGroup:
    """Save these values of a new or an existing group, and answer with it.

    Switching the sales process on settles the other settings (SET-2) [setting_not_in_sales_process]; the serial
    dimension is not switched under products that rely on it (SET-3, SET-4) [catch_weight, group_in_use]; a format
    must have a sample that it matches (SET-5) [serial_format]. The group that was given stays as it was.
    """
    check_may(user, MAINTAIN_GROUP)
    return once(
        token=token,
        user=user,
        made=TrackingDimensionGroup,
        work=lambda: _save(group.pk, values, user),
        said=sorted(values.items()),
    )


def _save(pk: int | None, values: Mapping[str, Any], user: User) -> TrackingDimensionGroup:
    group = TrackingDimensionGroup() if pk is None else locked_group(pk)
    before = values_of(group)
    wanted = settle(before, {**before, **values})
    check_switch(
        before,
        wanted,
        group=wanted["name"],
        in_use=_product_in_use(group) if pk and turned(before, wanted) else None,
        catch_weight=_catch_weight_products(group) if pk else [],
    )
    _settle_format(wanted)
    return save_row(group, values=wanted, user=user)


def locked_group(pk: int) -> TrackingDimensionGroup:
    """The group as it is now, its row held until the transaction ends."""
    group = TrackingDimensionGroup.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if group is None:
        raise NotFound()
    return group


def values_of(group: TrackingDimensionGroup) -> dict[str, Any]:
    """What can be set of a group, by the name of its field."""
    return {field.name: getattr(group, field.name) for field in group._meta.concrete_fields if not field.primary_key}


def _product_in_use(group: TrackingDimensionGroup) -> str | None:
    registration = unfinished_registration(Product.objects.filter(tracking_assignment__group=group))
    return str(registration.order_line.product) if registration else None


def unfinished_registration(products: QuerySet[Product]) -> Registration | None:
    """A registration of the products that is not finished, if there is one (SET-4).

    Their open orders are held from here on: who is registering on one is waited for and seen, who comes later waits
    and sees what this transaction made of the group.
    """
    lines = SalesOrderLine.objects.filter(product__in=products)
    list(SalesOrder.objects.locked().filter(pk__in=lines.values("order"), status__in=OPEN).order_by("pk"))
    unfinished = Registration.objects.unfinished().filter(order_line__product__in=products)
    return unfinished.select_related("order_line__product").order_by("id").first()


def _catch_weight_products(group: TrackingDimensionGroup) -> list[str]:
    products = Product.objects.filter(tracking_assignment__group=group, catch_weight=True)
    return [str(product) for product in products.order_by("item_number")[:NAMED]]


def _settle_format(wanted: dict[str, Any]) -> None:
    """A format always has a sample, and nothing else has one; what it is refused for names the field."""
    mask, with_check_digit = wanted["serial_format"], wanted["serial_format_luhn"]
    sample = wanted["serial_format_sample"] or sample_for(mask, with_check_digit=with_check_digit)
    check_mask(mask, sample, with_check_digit=with_check_digit)
    wanted["serial_format_sample"] = sample if mask else ""


def delete_dimension_group(*, group: TrackingDimensionGroup, user: User) -> None:
    """Delete a group that no product is in [group_in_use]."""
    check_may(user, MAINTAIN_GROUP)
    with transaction.atomic():
        locked = locked_group(group.pk)
        refuse(filter(None, [why_not_deleted(locked)]))
        locked._history_user = user  # type: ignore[attr-defined]  # simple-history looks for it
        locked.delete()


def why_not_deleted(group: TrackingDimensionGroup) -> GroupHasProducts | None:
    """What speaks against deleting the group, if anything: the products that are in it [group_in_use]."""
    products = Product.objects.filter(tracking_assignment__group=group).order_by("item_number")[:NAMED]
    named = ", ".join(map(str, products))
    return GroupHasProducts(products=named) if named else None
