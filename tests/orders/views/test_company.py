"""The page of the company, and its logo."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from orders.models import Company

pytestmark = pytest.mark.django_db

VALUES = {"name": "Serialreg AS", "country": "NO", "currency": "NOK", "website": "example.com"}


@pytest.fixture
def administrator(user_with, client_of):
    return client_of(user_with("orders.view_company", "orders.maintain_company"))


def upload(content=None, name="logo.png"):
    if content is None:
        file = BytesIO()
        Image.new("RGB", (20, 10), "navy").save(file, format="PNG")
        content = file.getvalue()
    return {"upload": SimpleUploadedFile(name, content, "image/png")}


def test_company_is_saved(administrator):
    response = administrator.post(reverse("company"), VALUES, follow=True)
    assert "The company is saved." in response.text
    assert Company.objects.values_list("name", "website").get() == ("Serialreg AS", "https://example.com")


def test_logo_is_shown_served_and_removed(administrator):
    administrator.post(reverse("company"), VALUES | upload())
    assert reverse("company_logo") in administrator.get(reverse("company")).text
    logo = administrator.get(reverse("company_logo"))
    assert (logo["Content-Type"], logo["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert Image.open(BytesIO(logo.content)).size == (20, 10)
    administrator.post(reverse("company"), VALUES)
    assert administrator.get(reverse("company_logo")).status_code == 200
    administrator.post(reverse("company"), VALUES | {"remove_logo": "on"})
    assert administrator.get(reverse("company_logo")).status_code == 404


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a picture"),
        (b"MZ\x90\0", "not a picture"),
        (b"x" * (3 * 1024 * 1024), "larger than 2 MB"),
        (b"", "empty"),
    ],
    ids=["svg", "program", "too large", "empty"],
)
def test_hostile_logo_is_refused_at_its_field_and_the_rest_is_kept(administrator, content, why):
    response = administrator.post(reverse("company"), VALUES | upload(content))
    assert response.status_code == 422
    assert why in str(response.context["form"].errors["upload"])
    assert 'value="Serialreg AS"' in response.text
    assert Company.objects.get().name != "Serialreg AS"


def test_bad_values_are_refused_together(administrator):
    response = administrator.post(reverse("company"), VALUES | {"iban": "NO00", "name": "\u2067x", "email": "@"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"iban", "name", "email"}


@pytest.mark.rule("AUT-3", "AUT-4")
def test_who_may_only_look_sees_it_and_can_change_nothing(user_with, client_of):
    reader = client_of(user_with("orders.view_company"))
    page = reader.get(reverse("company"))
    assert page.status_code == 200
    assert "Save" not in page.text
    assert reader.post(reverse("company"), VALUES).status_code == 403
    assert Company.objects.get().name != "Serialreg AS"


@pytest.mark.rule("AUT-3")
@pytest.mark.parametrize("url_name", ["company", "company_logo"])
def test_who_lacks_the_right_is_told_so(user_with, client_of, url_name):
    assert client_of(user_with()).get(reverse(url_name)).status_code == 403
