"""What the database guards of products and their groups: no catch weight in the sales process (SET-3)."""

from __future__ import annotations

from serialreg.triggers import Trigger

_TOGETHER = """
    SELECT 1
    FROM tracking_trackingassignment AS assignment
    JOIN orders_product AS product ON product.id = assignment.product_id
    JOIN tracking_trackingdimensiongroup AS dimension_group ON dimension_group.id = assignment.group_id
    WHERE product.catch_weight AND dimension_group.serial_active_in_sales_process AND {changed}.id = NEW.id
"""

# Product before group, as the operations lock them. Activating the group locks no product: whoever makes one catch
# weight waits for the group itself.
_ASSIGNED_GROUP = "1 FROM tracking_trackingdimensiongroup WHERE id = NEW.group_id FOR SHARE"
_GROUP_OF_PRODUCT = """
    1 FROM tracking_trackingdimensiongroup AS dimension_group
    JOIN tracking_trackingassignment AS assignment ON assignment.group_id = dimension_group.id
    WHERE assignment.product_id = NEW.id FOR SHARE OF dimension_group
"""

TRIGGERS = [
    Trigger(
        name="catch_weight_assigned",
        table="tracking_trackingassignment",
        events=["INSERT", "UPDATE"],
        broken=_TOGETHER.format(changed="assignment"),
        locks=["1 FROM orders_product WHERE id = NEW.product_id FOR SHARE", _ASSIGNED_GROUP],
    ),
    Trigger(
        name="catch_weight_of_product",
        table="orders_product",
        events=["UPDATE OF catch_weight"],
        broken=_TOGETHER.format(changed="product"),
        locks=[_GROUP_OF_PRODUCT],
    ),
    Trigger(
        name="catch_weight_in_group",
        table="tracking_trackingdimensiongroup",
        events=["UPDATE OF serial_active_in_sales_process"],
        broken=_TOGETHER.format(changed="dimension_group"),
    ),
]
