"""The roles that the installation makes, and the migrations that make them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from orders.models import Company, NumberSequence, SequenceKind
from orders.rules.permission import MNR, MSC, RIGHTS, ROLE_NAMES
from tests import factories

SEE_SALES = {
    "orders.view_customer",
    "orders.view_product",
    "orders.view_salesorder",
    "tracking.view_registration",
    "documents.view_packingslip",
}
SEE_SET_UP = {
    "tracking.view_trackingdimensiongroup",
    "orders.view_company",
    "orders.view_numbersequence",
}
ROLES = {
    "Sales clerk": SEE_SALES | {"orders.maintain_customer", "orders.maintain_salesorder"},
    "Warehouse worker": SEE_SALES | {"tracking.view_trackingdimensiongroup", "documents.maintain_packingslip"},
    "Invoicing clerk": SEE_SALES,
    "Serial number maintainer": SEE_SALES
    | {
        "tracking.view_trackingdimensiongroup",
        "tracking.maintain_serial_number_corrections",
        "tracking.maintain_not_readable",
    },
    "Counter": SEE_SALES,
    "Cashier": {"orders.view_product"},
    "Production worker": {"orders.view_product"},
    "Production manager": {"orders.view_product"},
    "Set-up administrator": {
        "orders.view_customer",
        "orders.view_product",
        "orders.maintain_product",
        "tracking.view_trackingdimensiongroup",
        "tracking.maintain_trackingdimensiongroup",
        "orders.view_company",
        "orders.maintain_company",
        "orders.view_numbersequence",
        "orders.maintain_numbersequence",
    },
    "Auditor": SEE_SALES | SEE_SET_UP,
}


@pytest.mark.rule("AUT-4")
@pytest.mark.django_db
@pytest.mark.parametrize("name", ROLES)
def test_role_has_exactly_its_rights(role, name):
    assert role(name).get_all_permissions() == ROLES[name]


@pytest.mark.rule("AUT-4")
@pytest.mark.django_db
def test_exactly_these_roles_are_installed_and_translatable():
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES) == set(ROLE_NAMES)


@pytest.mark.rule("AUT-3")
@pytest.mark.parametrize("duty", [MSC, MNR])
def test_duty_is_of_one_role_alone(duty):
    assert [name for name, rights in ROLES.items() if duty in rights] == ["Serial number maintainer"]


@pytest.mark.rule("AUT-4")
@pytest.mark.django_db
def test_auditor_sees_everything_and_changes_nothing(role):
    rights = {
        f"{app}.{codename}"
        for app, codename in Permission.objects.filter(
            content_type__app_label__in=["orders", "tracking", "documents"]
        ).values_list("content_type__app_label", "codename")
    }
    assert role("Auditor").get_all_permissions() == {right for right in rights & set(RIGHTS) if ".view_" in right}


@pytest.mark.rule("AUT-4")
@pytest.mark.django_db
def test_rights_of_several_roles_add_up(role):
    worker_and_clerk = role("Warehouse worker", "Sales clerk")
    assert worker_and_clerk.get_all_permissions() == ROLES["Warehouse worker"] | ROLES["Sales clerk"]


@pytest.mark.rule("AUT-4")
@pytest.mark.django_db
def test_rights_come_from_roles_alone(user_with):
    user = user_with("orders.view_customer")
    user.user_permissions.add(Permission.objects.get(codename="maintain_customer"))
    assert user.get_all_permissions() == {"orders.view_customer"}


@pytest.mark.rule("SET-6")
@pytest.mark.django_db
def test_first_rows_are_there():
    assert Company.objects.get().pk == 1
    sequences = NumberSequence.objects.values_list("kind", "prefix", "width")
    assert set(sequences) == {(SequenceKind.SALES_ORDER, "SO-", 6), (SequenceKind.PACKING_SLIP, "PS-", 6)}


@pytest.mark.rule("AUT-4")
@pytest.mark.django_db(transaction=True)
def test_migrations_of_rows_go_back_and_forth_over_data(role):
    """With business rows in every table, and users in the roles: a way back that only works on empty tables is none."""
    factories.register(factories.PackingSlipLineFactory(), "SN1", "")
    user = role("Warehouse worker")

    try:
        _migrate_to(("documents", "0001_initial"), ("orders", "0001_initial"))
        assert not Group.objects.exists()
        assert not NumberSequence.objects.exists()
    finally:
        _migrate_to(*MigrationExecutor(connection).loader.graph.leaf_nodes())
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    assert NumberSequence.objects.count() == 2
    assert not user.groups.exists()


def _migrate_to(*targets: tuple[str, str]) -> None:
    MigrationExecutor(connection).migrate(list(targets))
