"""Active in sales process, ticked in a real browser (SET-2, SET-5)."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import TrackingDimensionGroupFactory
from tests.tracking.channels import RIGHTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.rule("SET-2", "SET-5")
def test_ticking_clears_and_locks_at_once_and_saving_keeps_it(page, context, live_server, sign_in, user_with):
    group = TrackingDimensionGroupFactory(untracked=True, serial_active=True, serial_specific_tracking=True)
    sign_in(context, user_with(*RIGHTS))
    page.goto(live_server.url + reverse("dimension_group_edit", args=[group.pk]))
    serial = page.get_by_role("region", name="Serial number")
    sales_process = serial.get_by_label("Active in sales process")

    sales_process.check()
    expect(serial.get_by_role("status").filter(has_text="Saving switches")).to_contain_text("Specific tracking")
    for setting in ("Active", "Specific tracking", "Coverage plan"):
        box = serial.get_by_label(setting, exact=True)
        expect(box).not_to_be_checked()
        expect(box).to_be_disabled()
    expect(serial.get_by_label("Serial number control")).to_be_checked()
    expect(serial.get_by_label("Serial number control")).to_be_disabled()
    expect(serial.get_by_label("Blank issue allowed")).to_be_enabled()
    expect(sales_process).to_be_focused()

    sales_process.uncheck()
    expect(serial.get_by_label("Specific tracking")).to_be_checked()
    expect(serial.get_by_label("Serial number control")).not_to_be_checked()

    sales_process.check()
    expect(serial.get_by_label("Specific tracking")).not_to_be_checked()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("is saved.")).to_be_visible()
    group.refresh_from_db()
    assert (group.serial_active_in_sales_process, group.serial_active, group.serial_control) == (True, False, True)
