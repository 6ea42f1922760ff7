"""What security roles are required? Whoever maintains packing slips registers; two duties are for few."""

from __future__ import annotations

import pytest

from tests.factories import serialised_product
from tests.scenarios.story import numbers_on, registrations_on

pytestmark = pytest.mark.django_db

WITHOUT_PACKING_SLIPS = [
    "Sales clerk",
    "Invoicing clerk",
    "Counter",
    "Cashier",
    "Production worker",
    "Production manager",
    "Set-up administrator",
    "Auditor",
]


@pytest.fixture
def line(drafted):
    return drafted((serialised_product(), 2))[0]


@pytest.mark.rule("AUT-2")
def test_right_to_maintain_packing_slips_is_enough_to_register(line, channel, user_with):
    somebody = channel(user_with("documents.maintain_packingslip", "documents.view_packingslip"))
    assert somebody.scan(line, "SN1") == []
    assert numbers_on(line) == ["SN1"]


@pytest.mark.rule("AUT-2", "AUT-4")
@pytest.mark.parametrize("name", WITHOUT_PACKING_SLIPS)
def test_no_other_role_registers_posts_or_cancels(line, channel, role, name):
    somebody = channel(role(name))
    assert somebody.scan(line, "SN1") == ["permission_denied"]
    assert somebody.post(line.packing_slip) == ["permission_denied"]
    assert somebody.cancel(line.packing_slip) == ["permission_denied"]
    assert somebody.delete(line.packing_slip) == ["permission_denied"]
    assert numbers_on(line) == []


@pytest.mark.rule("AUT-3")
@pytest.mark.parametrize("name", ["Warehouse worker", *WITHOUT_PACKING_SLIPS])
def test_not_readable_takes_its_own_duty(line, channel, role, name):
    assert channel(role(name)).cannot_read(line) == ["permission_denied"]
    assert numbers_on(line) == []


@pytest.mark.rule("AUT-3")
@pytest.mark.parametrize("name", ["Warehouse worker", *WITHOUT_PACKING_SLIPS])
def test_release_takes_its_own_duty(line, worker, channel, role, name):
    assert worker.change(line.packing_slip, {line: "1"}) == []
    assert worker.scan(line, "SN1") == []
    assert worker.post(line.packing_slip) == []
    assert worker.cancel(line.packing_slip) == []
    registration = registrations_on(line)[0]
    assert channel(role(name)).release(registration, reason="Lost") == ["permission_denied"]


@pytest.mark.rule("AUT-3", "REG-4")
def test_duty_alone_does_not_register_numbers(line, maintainer):
    assert maintainer.cannot_read(line) == []
    assert maintainer.scan(line, "SN1") == ["permission_denied"]
    assert maintainer.fill(registrations_on(line)[0], "SN1") == ["permission_denied"]
    assert numbers_on(line) == [""]
