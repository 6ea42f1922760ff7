"""The one company: its values, and its logo made anew."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from PIL import Image

from orders.models import Company
from orders.operations.company import save_company
from serialreg.errors import NotPermitted

pytestmark = pytest.mark.django_db


def png(width=10, height=10):
    file = BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, format="PNG")
    return file.getvalue()


@pytest.fixture
def administrator(user_with):
    return user_with("orders.maintain_company")


@pytest.fixture
def company(db):
    return Company.objects.get()


def test_values_and_history(company, administrator):
    save_company(company=company, values={"name": "Serialreg AS", "iban": "NO9386011117947"}, user=administrator)
    assert Company.objects.values_list("name", "iban").get() == ("Serialreg AS", "NO9386011117947")
    assert company.history.latest().history_user == administrator


def test_logo_is_set_kept_and_removed(company, administrator):
    save_company(company=company, values={}, upload=png(), user=administrator)
    logo = bytes(Company.objects.get().logo)
    assert Image.open(BytesIO(logo)).size == (10, 10)
    save_company(company=Company.objects.get(), values={"name": "Other"}, user=administrator)
    assert bytes(Company.objects.get().logo) == logo
    save_company(company=Company.objects.get(), values={}, upload=b"", user=administrator)
    assert bytes(Company.objects.get().logo) == b""


def test_hostile_logo_changes_nothing(company, administrator):
    with pytest.raises(ValidationError) as refused:
        save_company(company=company, values={"name": "Other"}, upload=b"<svg/>", user=administrator)
    assert set(refused.value.error_dict) == {"upload"}
    assert Company.objects.get().name != "Other"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "bell\x07"),
        ("vat_number", "NO1"),
        ("iban", "NO9386011117948"),
        ("bic", "DNBA"),
        ("email", "nobody"),
        ("website", "javascript:alert(1)"),
        ("dispatch_address", "x" * 301),
        ("document_footer", "\u2066hidden"),
        ("currency", "ZZZ"),
    ],
)
def test_bad_value_is_refused_at_its_field(company, administrator, field, value):
    with pytest.raises(ValidationError) as refused:
        save_company(company=company, values={field: value}, user=administrator)
    assert set(refused.value.error_dict) == {field}


def test_there_is_one_company_only():
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.create(pk=2, name="Second")


@pytest.mark.rule("AUT-3", "AUT-4")
def test_who_may_only_look_may_not_save(company, user_with):
    with pytest.raises(NotPermitted):
        save_company(company=company, values={"name": "Other"}, user=user_with("orders.view_company"))
