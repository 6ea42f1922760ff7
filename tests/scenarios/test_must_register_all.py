"""Do I have to register all serial numbers for all items? The product's tracking dimension group says so."""

from __future__ import annotations

import pytest

from documents.models import PackingSlip, PackingSlipStatus
from tests.factories import ProductFactory, serialised_product
from tests.scenarios.story import numbers_on, posted, status
from tracking.operations.dimension_group import save_dimension_group

pytestmark = pytest.mark.django_db


@pytest.mark.rule("REG-6")
def test_every_unit_needs_a_number_under_the_control(drafted, worker):
    [line] = drafted((serialised_product(), 2))
    assert worker.scan(line, "SN1") == []
    assert worker.post(line.packing_slip) == ["serials_missing"]
    assert status(line.packing_slip) == PackingSlipStatus.DRAFT

    assert worker.scan(line, "SN2") == []
    assert worker.post(line.packing_slip) == []
    assert status(line.packing_slip) == PackingSlipStatus.POSTED


@pytest.mark.rule("REG-4", "REG-6")
def test_blank_registration_counts_as_a_unit(drafted, worker, maintainer):
    [line] = drafted((serialised_product(), 2))
    assert worker.scan(line, "SN1") == []
    assert maintainer.cannot_read(line) == []
    assert worker.post(line.packing_slip) == []
    assert numbers_on(line) == ["SN1", ""]


@pytest.mark.rule("REG-6")
def test_blank_issue_allowed_lets_fewer_do(drafted, worker):
    [line] = drafted((serialised_product("blank_allowed"), 3))
    assert worker.scan(line, "SN1") == []
    assert worker.post(line.packing_slip) == []
    assert numbers_on(line) == ["SN1"]
    posted_line = posted(line.packing_slip).lines.get()
    assert (posted_line.serialised, posted_line.blank_issue_allowed) == (True, True)


@pytest.mark.rule("REG-5")
@pytest.mark.parametrize("trait", ["strict", "blank_allowed"])
def test_more_numbers_than_units_never_post(drafted, worker, trait):
    [line] = drafted((serialised_product(trait), 3))
    for text in ["SN1", "SN2", "SN3"]:
        assert worker.scan(line, text) == []
    assert worker.change(line.packing_slip, {line: "2"}) == []
    assert worker.post(line.packing_slip) == ["too_many_serials"]

    assert worker.scan(line, "SN2", mode="remove") == []
    assert worker.post(line.packing_slip) == []
    assert numbers_on(line) == ["SN1", "SN3"]


@pytest.mark.rule("SET-4", "REG-6")
def test_next_posting_follows_what_the_group_says_then(drafted, worker, role):
    product = serialised_product()
    [line] = drafted((product, 1))
    assert worker.post(line.packing_slip) == ["serials_missing"]
    group = product.tracking_assignment.group
    values = {"serial_blank_issue_allowed": True}
    save_dimension_group(group=group, values=values, user=role("Set-up administrator"))
    assert worker.post(line.packing_slip) == []


@pytest.mark.rule("PCK-2", "REG-6", "WHS-8")
def test_all_faults_of_all_lines_are_told_at_once_and_nothing_changes(drafted, worker):
    strict, untracked, batches, full = drafted(
        (serialised_product(), 2),
        (ProductFactory(), 5),
        (serialised_product("active_batch"), 1),
        (serialised_product(), 1),
    )
    assert worker.scan(full, "SN1") == []
    assert worker.post(full.packing_slip) == ["serials_missing", "batches_missing"]
    assert status(full.packing_slip) == PackingSlipStatus.DRAFT
    assert not PackingSlip.objects.posted().exists()
    for line in (strict, untracked, batches, full):
        line.order_line.refresh_from_db()
        assert line.order_line.delivered_quantity == 0
