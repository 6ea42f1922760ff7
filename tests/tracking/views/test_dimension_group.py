"""The pages of tracking dimension groups."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from orders.models import NumberSequence, SequenceKind
from tests.factories import RegistrationFactory, SalesOrderLineFactory, TrackingDimensionGroupFactory, product_in
from tests.tracking.channels import as_typed, codes_in
from tracking.models import TrackingDimensionGroup
from tracking.operations.dimension_group import values_of

pytestmark = pytest.mark.django_db

SELECTED = ["serial_active", "serial_physical_inventory", "serial_specific_tracking"]


@pytest.fixture
def client(client_of, set_up_user) -> Client:
    return client_of(set_up_user)


@pytest.fixture
def stock() -> TrackingDimensionGroup:
    """A group with some selections that the sales process clears."""
    return TrackingDimensionGroupFactory(untracked=True, name="Stock", **dict.fromkeys(SELECTED, True))


def edit(group: TrackingDimensionGroup) -> str:
    return reverse("dimension_group_edit", args=[group.pk])


def typed(group: TrackingDimensionGroup, **values: object) -> dict[str, object]:
    return as_typed(values_of(group) | values)


def settings_in(response) -> dict[str, dict[str, bool]]:
    """Of each serial setting on the page, whether it is ticked and whether it is locked."""
    form = response.context["form"]
    return {
        field.name: {"ticked": bool(field.value()), "locked": "disabled" in field.as_widget()}
        for field in [*form.serial_settings(), *form.serial_erp_settings()]
    }


def boxes(*, ticked: bool, locked: bool) -> dict[str, bool]:
    return {"ticked": ticked, "locked": locked}


# The sales process is switched on


@pytest.mark.rule("SET-2", "SET-5")
def test_ticking_shows_at_once_what_is_cleared_and_locked(client, stock):
    url = reverse("dimension_group_settings", args=[stock.pk])
    answer = client.post(url, typed(stock, serial_active_in_sales_process=True), headers={"HX-Request": "true"})
    settings = settings_in(answer)
    assert settings.pop("serial_active_in_sales_process") == boxes(ticked=True, locked=False)
    assert settings.pop("serial_control") == boxes(ticked=True, locked=True)
    assert settings.pop("serial_blank_issue_allowed") == boxes(ticked=False, locked=False)
    assert set(map(str, settings.values())) == {str(boxes(ticked=False, locked=True))}
    assert answer.context["form"].will_clear == ["Active", "Physical inventory", "Specific tracking"]
    for setting in answer.context["form"].will_clear:
        assert f"<li>{setting}</li>" in answer.text
    assert '<input type="hidden" name="serial_control" value="on">' in answer.text
    assert "<html" not in answer.text
    stock.refresh_from_db()
    assert not stock.serial_active_in_sales_process


@pytest.mark.rule("SET-2")
def test_taking_the_tick_away_again_brings_back_what_was_stored(client, stock):
    url = reverse("dimension_group_settings", args=[stock.pk])
    answer = client.post(url, {"name": "Stock", "serial_control": "on", "confirmed": " ".join(SELECTED)})
    settings = settings_in(answer)
    assert [name for name, box in settings.items() if box["ticked"]] == [
        "serial_active",
        "serial_specific_tracking",
        "serial_physical_inventory",
    ]
    assert not any(box["locked"] for box in settings.values())
    assert answer.context["form"].will_clear == []


@pytest.mark.rule("SET-2", "SET-5")
def test_it_also_works_for_a_group_that_is_not_saved_yet(client):
    answer = client.post(
        reverse("dimension_group_settings"), {"serial_active_in_sales_process": "on", "serial_coverage_plan": "on"}
    )
    assert answer.context["form"].will_clear == ["Coverage plan"]
    assert settings_in(answer)["serial_coverage_plan"] == boxes(ticked=False, locked=True)


@pytest.mark.rule("SET-5")
def test_without_javascript_the_first_saving_asks(client, stock):
    asked = client.post(edit(stock), typed(stock, serial_active_in_sales_process=True, description="For sale"))
    assert asked.status_code == 200
    assert asked.context["form"].will_clear == ["Active", "Physical inventory", "Specific tracking"]
    assert "Save and clear" in asked.text
    assert asked.context["form"]["description"].value() == "For sale"
    stock.refresh_from_db()
    assert (stock.serial_active_in_sales_process, stock.serial_active) == (False, True)

    answered = {"serial_active_in_sales_process": "on", "serial_control": "on", "confirmed": " ".join(SELECTED)}
    saved = client.post(edit(stock), {"name": "Stock", "description": "For sale", **answered})
    assert saved.status_code == 302
    stock.refresh_from_db()
    assert (stock.serial_active_in_sales_process, stock.serial_active, stock.serial_control) == (True, False, True)
    assert stock.description == "For sale"


@pytest.mark.rule("SET-5")
def test_what_was_selected_since_is_asked_about_too(client, stock):
    told = " ".join(SELECTED)
    values = typed(stock, serial_active_in_sales_process=True, serial_warehouse_tracking=True, confirmed=told)
    asked = client.post(edit(stock), values)
    assert asked.context["form"].will_clear == [
        "Active",
        "Physical inventory",
        "Warehouse tracking",
        "Specific tracking",
    ]


@pytest.mark.rule("SET-5")
def test_nothing_is_asked_where_nothing_is_cleared(client):
    made = client.post(reverse("dimension_group_create"), {"name": "Phones", "serial_active_in_sales_process": "on"})
    assert made.status_code == 302
    assert TrackingDimensionGroup.objects.get().serial_control


@pytest.mark.rule("SET-2")
def test_a_group_in_the_sales_process_is_shown_locked_and_saved_as_shown(client):
    group = TrackingDimensionGroupFactory(blank_allowed=True)
    page = client.get(edit(group))
    settings = settings_in(page)
    unlocked = [name for name, box in settings.items() if not box["locked"]]
    assert unlocked == ["serial_active_in_sales_process", "serial_blank_issue_allowed"]
    sent = {"name": group.name, "serial_active_in_sales_process": "on", "serial_control": "on"}
    assert client.post(edit(group), sent).status_code == 302
    group.refresh_from_db()
    assert (group.serial_active_in_sales_process, group.serial_blank_issue_allowed) == (True, False)


@pytest.mark.rule("SET-2")
def test_a_refused_setting_keeps_what_was_typed_and_can_be_put_right(client):
    group = TrackingDimensionGroupFactory()
    values = typed(group, serial_specific_tracking=True, description="Typed")
    answer = client.post(edit(group), values)
    assert codes_in(answer) == ["setting_not_in_sales_process"]
    assert answer.context["form"].has_error("serial_specific_tracking", "setting_not_in_sales_process")
    assert settings_in(answer)["serial_specific_tracking"] == boxes(ticked=True, locked=False)
    assert 'value="Typed"' in answer.text


@pytest.mark.rule("SET-4")
def test_a_group_in_use_is_refused_with_409_and_the_product(client):
    group = TrackingDimensionGroupFactory()
    RegistrationFactory(order_line=SalesOrderLineFactory(product=product_in(group, name="Phone <X>")))
    answer = client.post(edit(group), typed(group, serial_active_in_sales_process=False))
    assert answer.status_code == 409
    assert codes_in(answer) == ["group_in_use"]
    assert "Phone &lt;X&gt; has serial numbers on drafts" in answer.text


# The rest of the page


def test_a_new_group_with_everything(client):
    sequence = NumberSequence.objects.create(name="Own numbers", kind=SequenceKind.SERIAL_NUMBER)
    values = {
        "name": "Stock",
        "serial_active": "on",
        "serial_assign_at_issue": "on",
        "serial_number_sequence": sequence.pk,
        "serial_format": "AA99",
        "batch_active": "on",
    }
    made = client.post(reverse("dimension_group_create"), values, follow=True)
    group = TrackingDimensionGroup.objects.get()
    assert made.redirect_chain == [(edit(group), 302)]
    assert (group.serial_number_sequence, group.serial_format_sample, group.batch_active) == (sequence, "AB12", True)
    assert "Tracking dimension group Stock is saved." in made.text


def test_a_double_click_makes_one_group(client):
    for _click in range(2):
        answer = client.post(reverse("dimension_group_create"), {"name": "Phones", "form_token": "t1"})
        assert answer.status_code == 302
    assert TrackingDimensionGroup.objects.count() == 1


def test_a_name_that_is_taken_is_an_error_of_its_field(client):
    TrackingDimensionGroupFactory(name="Phones")
    answer = client.post(reverse("dimension_group_create"), {"name": "Phones"})
    assert answer.status_code == 422
    assert answer.context["form"].has_error("name", "unique")


@pytest.mark.rule("SET-3")
def test_a_group_with_products_shows_why_it_cannot_be_deleted(client):
    group = TrackingDimensionGroupFactory()
    product_in(group, item_number="P1", name="Phone")
    page = client.get(edit(group))
    assert page.context["kept"].code == "group_in_use"
    assert "Products are in this group: P1 Phone." in page.text
    answer = client.post(reverse("dimension_group_delete", args=[group.pk]))
    assert answer.status_code == 409
    assert '<li data-code="group_in_use">' in answer.text
    assert TrackingDimensionGroup.objects.exists()


def test_a_group_without_products_is_deleted(client):
    group = TrackingDimensionGroupFactory(name="Phones")
    assert client.get(edit(group)).context["kept"] is None
    answer = client.post(reverse("dimension_group_delete", args=[group.pk]), follow=True)
    assert "Tracking dimension group Phones is deleted." in answer.text
    assert not TrackingDimensionGroup.objects.exists()


def test_who_may_only_look_gets_no_buttons(client_of, user_with):
    group = TrackingDimensionGroupFactory()
    client = client_of(user_with("tracking.view_trackingdimensiongroup"))
    page = client.get(edit(group))
    assert page.status_code == 200
    assert all(field.field.disabled for field in page.context["form"].visible_fields())
    assert 'type="submit" class="btn btn-primary"' not in page.text
    assert "New group" not in client.get(reverse("dimension_group_list")).text
    assert client.post(edit(group), {"name": "Mine"}).status_code == 403
    assert client.get(reverse("dimension_group_create")).status_code == 403
    for name in ("dimension_group_delete", "dimension_group_settings"):
        assert client.post(reverse(name, args=[group.pk])).status_code == 403


# The list


def names_in(client, **query: str) -> list[str]:
    return [group.name for group in client.get(reverse("dimension_group_list"), query).context["page"]]


def test_the_list_is_searched_filtered_and_sorted(client):
    for name, trait in [
        ("Phones", "strict"),
        ("Tools", "blank_allowed"),
        ("Stock", "active_serial"),
        ("Food", "active_batch"),
    ]:
        TrackingDimensionGroupFactory(name=name, description=f"About {name}", **{trait: True})
    assert names_in(client) == ["Food", "Phones", "Stock", "Tools"]
    assert names_in(client, sort="-name") == ["Tools", "Stock", "Phones", "Food"]
    assert names_in(client, q="about tool") == ["Tools"]
    assert names_in(client, serial="serial_active_in_sales_process") == ["Phones", "Tools"]
    assert names_in(client, serial="serial_active") == ["Stock"]
    assert names_in(client, serial="none") == ["Food"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_as_often_for_one_group_as_for_many(client, count, django_assert_num_queries):
    for _group in range(count):
        product_in(TrackingDimensionGroupFactory())
    client.get(reverse("dimension_group_list"))
    with django_assert_num_queries(6):
        client.get(reverse("dimension_group_list"))
