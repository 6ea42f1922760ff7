"""The rows that the system cannot run without: the one company, and a number sequence for each kind of document."""

from django.db import migrations

SEQUENCES = [("Sales orders", "sales_order", "SO-"), ("Packing slips", "packing_slip", "PS-")]


def make_first_rows(apps, schema_editor):
    apps.get_model("orders", "Company").objects.get_or_create(pk=1, defaults={"name": "Your company"})
    sequences = apps.get_model("orders", "NumberSequence").objects
    for name, kind, prefix in SEQUENCES:
        sequences.get_or_create(kind=kind, defaults={"name": name, "prefix": prefix, "width": 6})


def remove_first_rows(apps, schema_editor):
    apps.get_model("orders", "NumberSequence").objects.filter(kind__in=[kind for _, kind, _ in SEQUENCES]).delete()
    apps.get_model("orders", "Company").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(make_first_rows, remove_first_rows)]
