from django.urls import path

from tracking.views import product
from tracking.views.dimension_group import (
    dimension_group_create,
    dimension_group_delete,
    dimension_group_edit,
    dimension_group_list,
    dimension_group_settings,
)

urlpatterns = [
    path("dimension-groups/", dimension_group_list, name="dimension_group_list"),
    path("dimension-groups/new/", dimension_group_create, name="dimension_group_create"),
    path("dimension-groups/settings/", dimension_group_settings, name="dimension_group_settings"),
    path("dimension-groups/<key:pk>/", dimension_group_edit, name="dimension_group_edit"),
    path("dimension-groups/<key:pk>/settings/", dimension_group_settings, name="dimension_group_settings"),
    path("dimension-groups/<key:pk>/delete/", dimension_group_delete, name="dimension_group_delete"),
    path("products/", product.product_list, name="product_list"),
    path("products/new/", product.product_create, name="product_create"),
    path("products/<key:pk>/", product.product_edit, name="product_edit"),
]
