"""Are there any prerequisites? One option of the tracking dimension group, and what it brings with it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from serialreg.errors import SettingNotInSalesProcess
from tests.factories import TrackingDimensionGroupFactory
from tracking.models import TrackingDimensionGroup
from tracking.models.dimension_group import CLEARED_BY_SALES_PROCESS
from tracking.operations.dimension_group import save_dimension_group

pytestmark = [pytest.mark.django_db, pytest.mark.rule("SET-2")]

EVERYTHING = dict.fromkeys(CLEARED_BY_SALES_PROCESS, True)


@pytest.fixture
def administrator(role):
    return role("Set-up administrator")


@pytest.mark.parametrize("blank_issue_allowed", [True, False])
def test_enabling_selects_the_control_and_clears_all_else_but_blank_issue(administrator, blank_issue_allowed):
    group = TrackingDimensionGroupFactory(
        serial_active_in_sales_process=False,
        serial_control=False,
        serial_blank_issue_allowed=blank_issue_allowed,
        **EVERYTHING,
    )
    group = save_dimension_group(group=group, values={"serial_active_in_sales_process": True}, user=administrator)
    group.refresh_from_db()
    assert group.serial_active_in_sales_process
    assert group.serial_control
    assert group.serial_blank_issue_allowed is blank_issue_allowed
    assert not any(getattr(group, name) for name in CLEARED_BY_SALES_PROCESS)


@pytest.mark.parametrize("blank_issue_allowed", [True, False])
def test_blank_issue_can_be_set_either_way_afterwards(administrator, blank_issue_allowed):
    group = TrackingDimensionGroupFactory(serial_blank_issue_allowed=not blank_issue_allowed)
    values = {"serial_blank_issue_allowed": blank_issue_allowed}
    save_dimension_group(group=group, values=values, user=administrator)
    group.refresh_from_db()
    assert group.serial_blank_issue_allowed is blank_issue_allowed


@pytest.mark.parametrize("setting", [*CLEARED_BY_SALES_PROCESS, "serial_control"])
def test_cleared_settings_stay_cleared_and_the_control_stays(administrator, setting):
    group = TrackingDimensionGroupFactory()
    values = {setting: setting != "serial_control"}
    with pytest.raises(SettingNotInSalesProcess) as refused:
        save_dimension_group(group=group, values=values, user=administrator)
    assert refused.value.field == setting
    with pytest.raises(IntegrityError), transaction.atomic():
        TrackingDimensionGroup.objects.filter(pk=group.pk).update(**values)
