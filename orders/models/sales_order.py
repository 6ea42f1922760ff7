from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from orders.models.choices import UnitCode
from orders.models.customer import Customer, CustomerAddress
from orders.models.fields import AmountField, PlainText, QuantityField
from orders.models.product import Product


class OrderStatus(models.TextChoices):
    """The furthest that holds of an order (ORD-2)."""

    OPEN = "open", _("Open")
    PARTLY_DELIVERED = "partly_delivered", _("Partly delivered")
    DELIVERED = "delivered", _("Delivered")
    PARTLY_INVOICED = "partly_invoiced", _("Partly invoiced")
    INVOICED = "invoiced", _("Invoiced")
    CANCELLED = "cancelled", _("Cancelled")


class SalesOrderQuerySet(models.QuerySet["SalesOrder"]):
    def locked(self) -> SalesOrderQuerySet:
        """Hold the order's row until the transaction ends: all that changes what belongs to an order starts here."""
        return self.select_for_update(of=("self",))


class SalesOrder(models.Model):
    """What a customer asked for."""

    number = PlainText(_("order number"), max_length=30, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="sales_orders", verbose_name=_("customer"))
    customer_reference = PlainText(_("customer's reference"), max_length=60, blank=True)
    currency = PlainText(_("currency"), max_length=3)
    delivery_address = models.ForeignKey(
        CustomerAddress, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("delivery address")
    )
    order_date = models.DateField(_("order date"))
    # Follows from the lines (rules.sales_order.status_of); kept here so that 100,000 orders can be listed by it.
    status = PlainText(
        _("status"), max_length=20, choices=OrderStatus.choices, default=OrderStatus.OPEN, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords(excluded_fields=["status"])

    objects = SalesOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("sales order")
        verbose_name_plural = _("sales orders")
        default_permissions = ("view",)
        permissions = [("maintain_salesorder", "Maintain sales orders")]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=OrderStatus.values), name="sales_order_status_known")
        ]
        indexes = [models.Index(fields=["status", "-id"], name="sales_order_by_status")]

    def __str__(self) -> str:
        return self.number


class SalesOrderLine(models.Model):
    """A quantity of one product. The counters are kept by the documents that deliver and invoice it (ORD-1)."""

    order = models.ForeignKey(SalesOrder, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(_("line"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="order_lines", verbose_name=_("product"))
    quantity = QuantityField(_("quantity"))
    unit = PlainText(_("unit"), max_length=3, choices=UnitCode.choices)
    unit_price = AmountField(_("price"))
    delivered_quantity = QuantityField(_("delivered"), default=Decimal(0), editable=False)
    invoiced_quantity = QuantityField(_("invoiced"), default=Decimal(0), editable=False)
    history = HistoricalRecords(excluded_fields=["delivered_quantity", "invoiced_quantity"])

    class Meta:
        verbose_name = _("sales order line")
        verbose_name_plural = _("sales order lines")
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="sales_order_line_position"),
            models.CheckConstraint(
                condition=models.Q(delivered_quantity__gte=0, delivered_quantity__lte=models.F("quantity")),
                name="sales_order_line_delivered_within_ordered",
            ),
            models.CheckConstraint(condition=models.Q(invoiced_quantity__gte=0), name="sales_order_line_invoiced"),
            models.CheckConstraint(condition=models.Q(unit_price__gte=0), name="sales_order_line_price"),
        ]

    def __str__(self) -> str:
        return f"{self.order.number}/{self.position}"

    @property
    def remaining_quantity(self) -> Decimal:
        """What is still to be delivered."""
        return self.quantity - self.delivered_quantity
