"""Can I view the serial numbers that were shipped with a packing slip? Its page lists them, line by line."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.html import escape

from tests.channels import Operations
from tests.factories import serialised_product

pytestmark = [pytest.mark.django_db, pytest.mark.rule("PCK-6")]

NUMBERS = ["SN-0001", "<img/src=x>", "=1+cmd()", "a&b"]


@pytest.fixture
def channel():
    """What is looked at is a page, whichever way it came about."""
    return Operations


@pytest.fixture
def shipped(drafted, worker, maintainer):
    [line] = drafted((serialised_product(), 5))
    for number in NUMBERS:
        assert worker.scan(line, number) == []
    assert maintainer.cannot_read(line) == []
    assert worker.post(line.packing_slip) == []
    return line


@pytest.fixture
def auditor(role, client_of):
    return client_of(role("Auditor"))


@pytest.fixture(params=["packing_slip_detail", "packing_slip_numbers"])
def url(request, shipped):
    """Of the packing slip, and of the list of a line."""
    return reverse(request.param, args=[(shipped.packing_slip if "detail" in request.param else shipped).pk])


def test_all_numbers_are_shown_exactly(auditor, url):
    html = auditor.get(url).content.decode()
    assert all(escape(number) in html for number in NUMBERS)
    assert html.count("Not readable") > 0
    assert "<img/src" not in html


def test_numbers_stay_when_the_packing_slip_is_cancelled(auditor, url, shipped, worker):
    assert worker.cancel(shipped.packing_slip) == []
    html = auditor.get(url).content.decode()
    assert all(escape(number) in html for number in NUMBERS)
    assert html.count('<li class="reversed">') == len(NUMBERS) + 1


def test_numbers_of_another_line_are_not_there(drafted, worker, auditor):
    one, two = drafted((serialised_product(), 1), (serialised_product(), 1))
    assert worker.scan(one, "ONE-1") == []
    assert worker.scan(two, "TWO-1") == []
    html = auditor.get(reverse("packing_slip_numbers", args=[one.pk])).content.decode()
    assert "ONE-1" in html
    assert "TWO-1" not in html
