"""The demo: what is in it, that it is made once, and that nobody else reads its passwords."""

from __future__ import annotations

import stat

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from documents.management.commands.load_demo import write_secret
from documents.management.demo_data import FIRST_STEPS, ROLES
from documents.models import PackingSlip, PackingSlipStatus
from orders.models import Customer, OrderStatus, Product, SalesOrder, User
from tests.factories import PASSWORD, UserFactory
from tracking.models import Registration, RegistrationState, TrackingDimensionGroup

pytestmark = pytest.mark.django_db

# Invoices and returns are not there yet.
NOT_YET = {OrderStatus.PARTLY_INVOICED, OrderStatus.INVOICED, RegistrationState.RETURNED, RegistrationState.RELEASED}


@pytest.fixture
def passwords(settings, tmp_path):
    """The file of passwords, after the demo was loaded."""
    settings.DATA_DIR = tmp_path / "data"
    call_command("load_demo")
    return settings.DATA_DIR / "demo-passwords.txt"


def counts() -> list[int]:
    return [model.objects.count() for model in (User, Customer, Product, SalesOrder, PackingSlip, Registration)]


@pytest.mark.rule("ORD-2", "PCK-3")
def test_every_state_is_present(passwords):
    assert set(SalesOrder.objects.values_list("status", flat=True)) == set(OrderStatus) - NOT_YET
    assert all(PackingSlip.objects.in_status(status).exists() for status in PackingSlipStatus)
    assert set(Registration.objects.values_list("state", flat=True)) == set(RegistrationState) - NOT_YET
    blanks = Registration.objects.blank().values_list("state", flat=True)
    assert set(blanks) == {RegistrationState.DRAFT, RegistrationState.DELIVERED}


@pytest.mark.rule("SET-1", "SET-3", "SET-5")
def test_every_kind_of_product_and_customer_is_present(passwords):
    groups = TrackingDimensionGroup.objects.exclude(assignments=None)
    assert groups.filter(
        serial_active_in_sales_process=True, serial_blank_issue_allowed=False, serial_format=""
    ).exists()
    assert groups.filter(serial_active_in_sales_process=True, serial_blank_issue_allowed=True).exists()
    assert groups.filter(serial_format_luhn=True).exists()
    assert groups.filter(serial_active=True).exists()
    assert groups.filter(batch_active=True).exists()
    assert Product.objects.filter(tracking_assignment=None).exists()
    assert Product.objects.filter(catch_weight=True).exists()
    assert set(Customer.objects.values_list("language", "currency")) == {("nb", "NOK"), ("nl", "EUR"), ("en", "GBP")}


def test_first_steps_wait_for_the_newcomer(passwords):
    order = SalesOrder.objects.get(customer_reference=FIRST_STEPS)
    line = order.lines.get()
    assert (line.quantity, line.delivered_quantity) == (4, 0)
    assert line.product.tracking_assignment.group.demands_every_number
    assert not order.packingslips.exists()


def test_a_second_time_changes_nothing_and_says_so(passwords, capsys):
    before, written = counts(), passwords.read_bytes()
    capsys.readouterr()
    call_command("load_demo")
    assert "There are sales orders already" in capsys.readouterr().out
    assert counts() == before
    assert passwords.read_bytes() == written


@pytest.mark.rule("AUT-4")
def test_every_role_signs_in_with_the_written_password(passwords):
    written = dict(line.split("\t") for line in passwords.read_text(encoding="utf-8").splitlines())
    assert set(written) == {*ROLES, "admin"}
    assert len(set(written.values())) == len(written)
    for name, password in written.items():
        client = Client()
        response = client.post(reverse("login"), {"username": name, "password": password})
        assert response.status_code == 302
        assert int(client.session["_auth_user_id"]) == User.objects.get(username=name).pk


def test_users_who_are_there_already_keep_their_passwords(settings, tmp_path, capsys):
    settings.DATA_DIR = tmp_path
    for name in [*ROLES, "admin"]:
        UserFactory(username=name, password=PASSWORD)
    call_command("load_demo")
    assert all(user.check_password(PASSWORD) for user in User.objects.all())
    assert list(tmp_path.iterdir()) == []
    assert "passwords" not in capsys.readouterr().out
    assert SalesOrder.objects.exists()


def test_only_the_owner_reads_the_passwords(passwords):
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    assert [file.name for file in passwords.parent.iterdir()] == [passwords.name]


def test_an_older_file_is_replaced_not_written_into(tmp_path):
    """Whoever had opened the older file, or put a link in its place, sees nothing of the new one."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("old")
    elsewhere.chmod(0o644)
    secret = tmp_path / "secret.txt"
    secret.symlink_to(elsewhere)
    write_secret(secret, "new")
    assert elsewhere.read_text() == "old"
    assert secret.read_text() == "new"
    assert not secret.is_symlink()
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_fault_leaves_nothing_behind(settings, tmp_path):
    (tmp_path / "taken").write_text("a file where the folder should be")
    settings.DATA_DIR = tmp_path / "taken"
    with pytest.raises(FileExistsError):
        call_command("load_demo")
    assert counts() == [0] * 6
