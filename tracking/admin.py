"""Django admin of groups and products: the same operations as the pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from orders.admin import OperationAdmin
from orders.models import Product, User
from tracking.forms.dimension_group import BATCH_FIELDS, SERIAL_FIELDS, DimensionGroupSettings
from tracking.forms.product import ProductForm
from tracking.models import TrackingDimensionGroup
from tracking.operations.dimension_group import save_dimension_group
from tracking.operations.product import save_product


@admin.register(TrackingDimensionGroup)
class DimensionGroupAdmin(OperationAdmin):
    form = DimensionGroupSettings
    fieldsets = [
        (None, {"fields": ["name", "description"]}),
        (_("Serial number"), {"fields": SERIAL_FIELDS}),
        (_("Batch number"), {"fields": BATCH_FIELDS}),
    ]
    list_display = ["name", "description", "serial_active_in_sales_process", "serial_active", "batch_active"]
    search_fields = ["name", "description"]

    def carry_out(self, row: Any, form: Any, user: User) -> None:
        row.pk = save_dimension_group(group=row, values=form.values, user=user).pk


@admin.register(Product)
class ProductAdmin(OperationAdmin):
    form = ProductForm
    list_display = ["item_number", "name", "gtin", "price", "tracking_assignment"]
    list_select_related = ["tracking_assignment__product", "tracking_assignment__group"]
    search_fields = ["item_number", "name", "gtin"]

    def carry_out(self, row: Any, form: Any, user: User) -> None:
        row.pk = save_product(product=row, values=form.values, group=form.cleaned_data["group"], user=user).pk
