"""The roles of AUT-4, as groups. Later features give them further rights by migrations of their own."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

SEE_SALES = ["view_customer", "view_product", "view_salesorder", "view_packingslip", "view_registration"]

ROLES = {
    "Sales clerk": [*SEE_SALES, "maintain_customer", "maintain_salesorder"],
    "Warehouse worker": [*SEE_SALES, "view_trackingdimensiongroup", "maintain_packingslip"],
    "Invoicing clerk": SEE_SALES,
    "Serial number maintainer": [
        *SEE_SALES,
        "view_trackingdimensiongroup",
        "maintain_serial_number_corrections",
        "maintain_not_readable",
    ],
    "Counter": SEE_SALES,
    "Cashier": ["view_product"],
    "Production worker": ["view_product"],
    "Production manager": ["view_product"],
    "Set-up administrator": [
        "view_customer",
        "view_product",
        "maintain_product",
        "view_trackingdimensiongroup",
        "maintain_trackingdimensiongroup",
        "view_company",
        "maintain_company",
        "view_numbersequence",
        "maintain_numbersequence",
    ],
    "Auditor": [*SEE_SALES, "view_trackingdimensiongroup", "view_company", "view_numbersequence"],
}


def make_roles(apps, schema_editor):
    _make_permissions(apps)
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label__in=["orders", "tracking", "documents"]
    )
    by_codename = {permission.codename: permission for permission in permissions}
    for name, codenames in ROLES.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(*(by_codename[codename] for codename in codenames))


def _make_permissions(apps):
    """Django makes them after the last migration, which is too late for us."""
    for label in ("orders", "tracking", "documents"):
        config = apps.get_app_config(label)
        if config is not installed.get_app_config(label):
            config.models_module = True  # the configuration of a migration has none, and would be passed over
        create_permissions(config, apps=apps, verbosity=0)


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0001_initial"),
        ("tracking", "0001_initial"),
        ("orders", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_roles, remove_roles)]
