"""Three ways to save set-up. Each answers with the codes of all that was refused, sorted; none when it was saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from orders.models import Product, User
from serialreg.errors import Refusal
from tracking.models import TrackingDimensionGroup
from tracking.operations.dimension_group import save_dimension_group, values_of
from tracking.operations.product import save_product
from tracking.rules.dimension_group import NOT_IN_SALES_PROCESS

RIGHTS = [
    "orders.view_product",
    "orders.maintain_product",
    "tracking.view_trackingdimensiongroup",
    "tracking.maintain_trackingdimensiongroup",
]
Codes = list[str]


class Operations:
    def __init__(self, user: User) -> None:
        self.user = user

    def save_group(self, group: TrackingDimensionGroup, **values: Any) -> Codes:
        return _codes(lambda: save_dimension_group(group=group, values=values, user=self.user))

    def save_product(self, product: Product, *, group: TrackingDimensionGroup | None, **values: Any) -> Codes:
        return _codes(lambda: save_product(product=product, values=values, group=group, user=self.user))


class Pages:
    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user, backend="orders.rules.permission.RoleBackend")

    def save_group(self, group: TrackingDimensionGroup, **values: Any) -> Codes:
        typed = values_of(group) | values | {"confirmed": " ".join(NOT_IN_SALES_PROCESS)}
        return self._send(self.group_url(group), typed)

    def save_product(self, product: Product, *, group: TrackingDimensionGroup | None, **values: Any) -> Codes:
        return self._send(self.product_url(product), model_to_dict(product) | values | {"group": group})

    def group_url(self, group: TrackingDimensionGroup) -> str:
        return reverse("dimension_group_edit", args=[group.pk]) if group.pk else reverse("dimension_group_create")

    def product_url(self, product: Product) -> str:
        return reverse("product_edit", args=[product.pk]) if product.pk else reverse("product_create")

    def _send(self, url: str, values: dict[str, Any]) -> Codes:
        response = self.client.post(url, as_typed(values))
        return [] if response.status_code == 302 else codes_in(response)


class Admin(Pages):
    def __init__(self, user: User) -> None:
        user.is_staff = True
        user.save()
        super().__init__(user)

    def group_url(self, group: TrackingDimensionGroup) -> str:
        return self._url("tracking_trackingdimensiongroup", group)

    def product_url(self, product: Product) -> str:
        return self._url("orders_product", product)

    def _url(self, name: str, row: models.Model) -> str:
        return reverse(f"admin:{name}_change", args=[row.pk]) if row.pk else reverse(f"admin:{name}_add")


def as_typed(values: dict[str, Any]) -> dict[str, Any]:
    """Values as a browser sends them: no box that is not ticked, and nothing that is locked."""
    sent = {name: value for name, value in values.items() if value is not None and value is not False}
    return {name: _sent(value) for name, value in sent.items()}


def _sent(value: Any) -> Any:
    if value is True:
        return "on"
    return value.pk if isinstance(value, models.Model) else str(value)


def _codes(operation: Callable[[], Any]) -> Codes:
    try:
        operation()
    except Refusal as refusal:
        return sorted(fault.code for fault in refusal.faults)
    return []


def codes_in(response: HttpResponse) -> Codes:
    """The codes of the errors on a form's page, whose status must be that of a refusal."""
    context = response.context
    form = context["adminform"].form if "adminform" in context else context["form"]
    assert response.status_code in {409, 422}
    return sorted(error.code for errors in form.errors.as_data().values() for error in errors)
