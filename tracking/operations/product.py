"""Keeping products, each with its tracking dimension group (SET-3, SET-4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orders.models import Product, User
from orders.operations.master_data import save_row
from orders.operations.submission import once
from orders.rules.permission import check_may
from serialreg.errors import NotFound
from tracking.models import TrackingAssignment, TrackingDimensionGroup
from tracking.operations.dimension_group import MAINTAIN_GROUP, locked_group, unfinished_registration
from tracking.rules.dimension_group import check_assignment

MAINTAIN_PRODUCT = "orders.maintain_product"


def save_product(
    *, product: Product, values: Mapping[str, Any], group: TrackingDimensionGroup | None, user: User, token: str = ""
) -> Product:
    """Save these values of a new or an existing product and put it in the group, or in none; answer with it.

    Another group takes the right to maintain groups as well, and no unfinished registrations of the product (SET-4)
    [group_in_use]. A catch weight product is not for the sales process (SET-3) [catch_weight].
    """
    check_may(user, MAINTAIN_PRODUCT)
    group_pk = group.pk if group else None
    return once(
        token=token,
        user=user,
        made=Product,
        work=lambda: _save(product.pk, dict(values), group_pk, user),
        said=(sorted(values.items()), group_pk),
    )


def _save(pk: int | None, values: dict[str, Any], group_pk: int | None, user: User) -> Product:
    product = Product(**values) if pk is None else _locked_product(pk)
    group = None if group_pk is None else locked_group(group_pk)
    assignment = TrackingAssignment.objects.filter(product=pk).first()
    changes_group = (assignment and assignment.group_id) != group_pk
    if changes_group:
        check_may(user, MAINTAIN_GROUP)
    check_assignment(
        product=str(product),
        catch_weight=values.get("catch_weight", product.catch_weight),
        group=group,
        leaves_in_use=bool(changes_group and assignment and _in_use(product)),
    )
    # Out of the old group first, into the new one last: in between, the database takes the product either way.
    if changes_group and assignment:
        assignment._history_user = user  # type: ignore[attr-defined]  # simple-history looks for it
        assignment.delete()
    save_row(product, values=values, user=user)
    if changes_group and group:
        save_row(TrackingAssignment(product=product), values={"group": group}, user=user)
    return product


def _locked_product(pk: int) -> Product:
    product = Product.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if product is None:
        raise NotFound()
    return product


def _in_use(product: Product) -> bool:
    return unfinished_registration(Product.objects.filter(pk=product.pk)) is not None
