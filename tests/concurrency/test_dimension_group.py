"""Switching a group, or leaving it, while somebody registers a number of its product (SET-4)."""

from __future__ import annotations

import pytest

from documents.operations.registration import register_numbers
from tests.factories import PackingSlipLineFactory
from tests.guards import together
from tests.tracking.channels import RIGHTS
from tracking.operations.dimension_group import save_dimension_group
from tracking.operations.product import save_product

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.mark.rule("SET-4")
@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
@pytest.mark.parametrize("what", ["switch", "leave"])
@pytest.mark.parametrize("who_is_first", ["worker", "administrator"])
def test_a_number_and_the_end_of_its_group_do_not_pass(request, worker, user_with, what, who_is_first, guarded):
    line = PackingSlipLineFactory()
    product = line.order_line.product
    group, administrator = product.tracking_assignment.group, user_with(*RIGHTS)

    def register() -> None:
        register_numbers(line_id=line.pk, texts=["SN1"], user=worker)

    def switch() -> None:
        save_dimension_group(group=group, values={"serial_active_in_sales_process": False}, user=administrator)

    def leave() -> None:
        save_product(product=product, values={}, group=None, user=administrator)

    if not guarded:
        request.getfixturevalue("no_row_locks")
    end = {"switch": switch, "leave": leave}[what]
    pair = (register, end) if who_is_first == "worker" else (end, register)
    assert together(*pair) == [False, guarded]
