"""Scanning through the page: with a script, which gets the part that changed, and without one."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from documents.models import PackingSlipLine, PackingSlipUnit
from documents.operations.packing_slip import cancel_packing_slip, create_packing_slip, post_packing_slip
from documents.views.scan_page import NEWEST
from orders.rules.permission import MNR
from tests.factories import (
    PackingSlipFactory,
    PackingSlipLineFactory,
    ProductFactory,
    RegistrationFactory,
    SalesOrderLineFactory,
    register,
    serialised_product,
)
from tests.scenarios.story import numbers_on
from tracking.models import Registration, RegistrationState, SerialNumber

pytestmark = pytest.mark.django_db

SCRIPT = {"HX-Request": "true"}
RIGHTS = ["documents.view_packingslip", "documents.maintain_packingslip", "tracking.view_registration"]


@pytest.fixture
def line():
    """Four units to scan."""
    return PackingSlipLineFactory()


@pytest.fixture
def client(user_with, client_of):
    """A warehouse worker without duties."""
    return client_of(user_with(*RIGHTS))


@pytest.fixture
def maintainer(user_with, client_of):
    """Somebody who may mark units as not readable, too."""
    return client_of(user_with(*RIGHTS, MNR))


def scan(client, line, text, *, script=True, **fields):
    url = reverse("packing_slip_scan", args=[line.pk])
    return client.post(url, {"mode": "add", "text": text, **fields}, headers=SCRIPT if script else {})


def page_of(client, line, **query):
    return client.get(reverse("packing_slip_detail", args=[line.packing_slip_id]), {"line": line.pk, **query})


def verdict_of(response):
    return re.search(r'data-verdict="(\w*)"', response.text)[1]


def codes_of(response):
    return re.findall(r'<(?:li|span) data-code="(\w+)"', response.text)


def count_of(response):
    return tuple(map(int, re.search(r"<strong>(\d+)</strong> of <strong>(\d+)</strong>", response.text).groups()))


# One scan


@pytest.mark.rule("REG-1")
@pytest.mark.parametrize("end", ["", "\r", "\n", "\r\n", "\t"])
def test_script_gets_the_parts_that_a_scan_changes(client, line, end):
    response = scan(client, line, f"SN1{end}")
    assert response.status_code == 200
    assert verdict_of(response) == "accepted"
    assert count_of(response) == (1, 4)
    ids = re.findall(r' id="([\w-]+)"', response.text)
    assert ids == ["registration", "newest", f"line-{line.pk}-count", "packing-slip-post", "post-faults"]
    assert "<html" not in response.text
    assert numbers_on(line) == ["SN1"]


@pytest.mark.rule("REG-1")
def test_without_a_script_the_page_comes_back_as_it_stood(client, line):
    response = scan(client, line, "SN1", script=False)
    assert response.status_code == 302
    assert response.url == f"/packing-slips/{line.packing_slip_id}/?line={line.pk}&mode=add"
    page = client.get(response.url)
    assert [str(message) for message in get_messages(page.wsgi_request)] == ["SN1 is registered."]
    assert count_of(page) == (1, 4)
    assert page.text.count("autofocus") == 1


@pytest.mark.rule("REG-1", "REG-9")
@pytest.mark.parametrize("text", ["", " ", "\r\n"])
@pytest.mark.parametrize("script", [True, False])
def test_empty_scan_does_nothing(client, line, text, script):
    response = scan(client, line, text, script=script)
    assert response.status_code == (200 if script else 302)
    assert numbers_on(line) == []


@pytest.mark.rule("REG-2")
@pytest.mark.parametrize("script", [True, False])
def test_mode_remove_takes_a_number_off(client, line, script):
    register(line, "SN1", "SN2")
    response = scan(client, line, "sn1", mode="remove", script=script)
    assert numbers_on(line) == ["SN2"]
    if script:
        assert verdict_of(response) == "removed"
        assert count_of(response) == (1, 4)
    else:
        assert response.url.endswith("mode=remove")
        assert re.search(r'value="remove"[^>]*checked', client.get(response.url).text)


@pytest.mark.rule("REG-2")
@pytest.mark.parametrize(("text", "mode"), [("MODE REMOVE", "remove"), ("mode add", "add"), ("Mode Add\r", "add")])
def test_command_barcode_changes_the_mode_without_a_script(client, line, text, mode):
    response = scan(client, line, text, mode="add" if mode == "remove" else "remove", script=False)
    assert response.url.endswith(f"mode={mode}")
    assert numbers_on(line) == []


@pytest.mark.rule("REG-2")
def test_page_names_the_commands_that_its_script_obeys(client, line):
    assert re.findall(r'value="(\w+)" data-command="([A-Z ]+)"', page_of(client, line).text) == [
        ("add", "MODE ADD"),
        ("remove", "MODE REMOVE"),
    ]


@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_mode_is_refused(client, line, method):
    response = page_of(client, line, mode="take") if method == "get" else scan(client, line, "SN1", mode="take")
    assert (response.status_code, codes_of(response)) == (400, ["malformed"])
    assert numbers_on(line) == []


# Refusals


def _taken(line):
    elsewhere = PackingSlipLineFactory(order_line__product=line.order_line.product)
    register(elsewhere, "SN1")
    return "SN1"


def _full(line):
    register(line, "A", "B", "C", "D")
    return "E"


def _not_serialised(line):
    line.order_line.product.tracking_assignment.delete()
    return "SN1"


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(
    ("text_of", "fields", "code", "status"),
    [
        pytest.param(_taken, {}, "duplicate_serial", 409, marks=pytest.mark.rule("REG-3")),
        pytest.param(_full, {}, "quantity_exceeded", 422, marks=pytest.mark.rule("REG-5")),
        pytest.param(_not_serialised, {}, "not_serialised", 422, marks=pytest.mark.rule("REG-7")),
        pytest.param(lambda line: "a b", {}, "serial_invalid", 422, marks=pytest.mark.rule("REG-9")),
        pytest.param(lambda line: "x" * 51, {}, "serial_invalid", 422, marks=pytest.mark.rule("REG-9")),
        pytest.param(lambda line: "SN1", {"mode": "remove"}, "not_registered", 422, marks=pytest.mark.rule("REG-2")),
    ],
)
def test_refused_scan_says_why_where_the_user_stands(client, line, text_of, fields, code, status, script):
    text = text_of(line)
    before = numbers_on(line)
    response = scan(client, line, text, script=script, **fields)
    assert response.status_code == status
    assert codes_of(response) == [code]
    assert numbers_on(line) == before
    assert f'href="/packing-slips/{line.packing_slip_id}/?line={line.pk}"' in response.text or script
    assert verdict_of(response) == "refused" if script else True


def test_refused_text_can_be_corrected_without_a_script_but_never_joins_the_next_scan(client, line):
    response = scan(client, line, "two words", script=False)
    assert '<code class="code">two words</code>' in response.text
    assert 'id="scan-text" name="text" value=""' in response.text
    again = page_of(client, line, mode="add", text="two words")
    assert 'id="scan-text" name="text" value="two words"' in again.text


@pytest.mark.parametrize("script", [True, False])
def test_scan_on_a_posted_packing_slip_says_so(client, script):
    line = PackingSlipLineFactory(packing_slip__posted=True)
    response = scan(client, line, "SN1", script=script)
    assert (response.status_code, codes_of(response)) == (409, ["already_posted"])
    assert numbers_on(line) == []


@pytest.mark.parametrize("script", [True, False])
def test_scan_on_a_line_that_is_gone_says_so(client, line, script):
    PackingSlipLine.objects.all().delete()
    response = scan(client, line, "SN1", script=script)
    assert (response.status_code, codes_of(response)) == (404, ["not_found"])


@pytest.mark.rule("REG-9")
@pytest.mark.parametrize("number", ["<svg/onload=alert(1)>", "=1+cmd()", "';DROP", "../../etc", "{{7*7}}", "{%load%}"])
def test_hostile_number_is_kept_and_shown_exactly(client, line, number):
    response = scan(client, line, number)
    assert verdict_of(response) == "accepted"
    assert numbers_on(line) == [number]
    assert f'<span class="code">{escape(number)}</span>' in response.text
    assert f'<span class="code">{escape(number)}</span>' in page_of(client, line).text
    assert "<svg/" not in response.text


@pytest.mark.rule("AUT-2", "AUT-3")
def test_who_may_only_look_finds_no_field_and_is_refused(user_with, client_of, line):
    register(line, "SN1")
    reader = client_of(user_with("documents.view_packingslip"))
    page = page_of(reader, line)
    assert 'name="text"' not in page.text
    assert "<button" not in page.text.split("<main")[1]
    response = scan(reader, line, "SN2")
    assert (response.status_code, codes_of(response)) == (403, ["permission_denied"])


# Not readable


@pytest.mark.rule("REG-4", "AUT-3")
def test_only_the_duty_can_mark_a_unit_as_not_readable(client, maintainer, line):
    url = reverse("packing_slip_not_readable", args=[line.pk])
    assert url not in page_of(client, line).text
    assert client.post(url, {"note": ""}).status_code == 403
    assert url in page_of(maintainer, line).text
    assert maintainer.post(url, {"note": "torn label"}).status_code == 302
    assert numbers_on(line) == [""]
    page = page_of(client, line)
    assert "torn label" in page.text
    assert count_of(page) == (1, 4)


@pytest.mark.rule("REG-4")
@pytest.mark.parametrize("note", ["x" * 201, "bidi\u202e"])
def test_note_that_nobody_can_read_is_refused(maintainer, line, note):
    response = maintainer.post(reverse("packing_slip_not_readable", args=[line.pk]), {"note": note})
    assert (response.status_code, codes_of(response)) == (400, ["malformed"])
    assert numbers_on(line) == []


@pytest.mark.rule("REG-4", "REG-5")
def test_blank_past_the_quantity_is_refused(maintainer, line):
    register(line, "A", "B", "C", "")
    response = maintainer.post(reverse("packing_slip_not_readable", args=[line.pk]), {"note": "torn"})
    assert (response.status_code, codes_of(response)) == (422, ["quantity_exceeded"])
    assert 'value="torn"' in response.text


@pytest.mark.rule("REG-4")
@pytest.mark.parametrize("script", [True, False])
def test_scan_fills_the_selected_blank_once(client, line, script):
    [blank] = register(line, "")
    page = page_of(client, line, blank=blank.pk)
    assert f'name="blank" value="{blank.pk}" form="scan-form"' in page.text
    response = scan(client, line, "SN1", blank=blank.pk, script=script)
    assert numbers_on(line) == ["SN1"]
    blank.refresh_from_db()
    assert (blank.number, blank.state) == ("SN1", RegistrationState.DRAFT)
    if script:
        assert count_of(response) == (1, 4)
        assert 'name="blank"' not in response.text


@pytest.mark.rule("REG-4")
def test_refused_fill_keeps_the_blank_selected(client, line):
    [blank] = register(line, "")
    assert f'name="blank" value="{blank.pk}"' in scan(client, line, "a b", blank=blank.pk).text


@pytest.mark.rule("REG-4")
def test_blank_of_another_line_cannot_be_selected(client, line):
    [other] = register(PackingSlipLineFactory(), "")
    assert 'name="blank"' not in page_of(client, line, blank=other.pk).text
    assert 'name="blank"' not in page_of(client, line, blank="nonsense").text


# Removing one of the list


@pytest.mark.rule("REG-2")
def test_every_registration_of_a_draft_has_its_button(client, line):
    first, _second = register(line, "SN1", "SN2")
    url = reverse("registration_remove", args=[first.pk])
    assert f'form="scan-form" formaction="{url}"' in page_of(client, line).text
    response = client.post(url, {"mode": "add"})
    assert response.url.endswith(f"?line={line.pk}&mode=add")
    assert numbers_on(line) == ["SN2"]
    gone = client.post(url)
    assert (gone.status_code, codes_of(gone)) == (404, ["not_found"])


@pytest.mark.rule("REG-2")
def test_removing_from_the_full_list_stays_there(client, line):
    [first] = register(line, "SN1")
    response = client.post(reverse("registration_remove", args=[first.pk]), {"list": "1"})
    assert response.url == reverse("packing_slip_numbers", args=[line.pk])


@pytest.mark.rule("REG-4")
def test_duty_alone_takes_blank_ones_off(user_with, client_of, line):
    number, blank = register(line, "SN1", "")
    page = page_of(client_of(user_with("documents.view_packingslip", MNR)), line).text
    assert reverse("registration_remove", args=[blank.pk]) in page
    assert reverse("registration_remove", args=[number.pk]) not in page


@pytest.mark.rule("REG-2", "PCK-5")
def test_number_of_a_reversed_packing_slip_says_so_and_goes_back(client, line, user_with):
    user = user_with(*RIGHTS)
    register(line, "A", "B", "C", "D")
    first = post_packing_slip(packing_slip=line.packing_slip, user=user)
    cancel_packing_slip(packing_slip=first, user=user)
    [carried] = create_packing_slip(order=first.order, user=user).lines.all()
    assert f"from packing slip {first.number}" in page_of(client, carried).text
    assert scan(client, carried, "B", mode="remove").status_code == 200
    assert numbers_on(carried) == ["A", "C", "D"]
    assert Registration.objects.get(number="B").state == RegistrationState.PENDING


# What a line says


@pytest.mark.rule("REG-7", "WHS-8")
@pytest.mark.parametrize(
    ("product_of", "reason"),
    [
        (ProductFactory, "Not serialised"),
        (lambda: serialised_product("untracked"), "Not serialised"),
        (lambda: serialised_product("active_serial"), "Its serial numbers come from stock"),
        (lambda: serialised_product("active_batch"), "Batch-tracked"),
    ],
)
def test_line_that_takes_no_numbers_says_why(client, product_of, reason):
    line = PackingSlipLineFactory(order_line__product=product_of())
    page = page_of(client, line)
    assert reason in page.text
    assert 'id="scan-text"' not in page.text


def test_first_line_that_waits_for_numbers_is_active(client):
    slip = PackingSlipFactory()
    lines = [
        PackingSlipLineFactory(packing_slip=slip, order_line=SalesOrderLineFactory(order=slip.order, **values))
        for values in ({"product": ProductFactory()}, {"quantity": 1}, {"quantity": 2}, {"quantity": 3})
    ]
    register(lines[1], "SN1")
    page = client.get(reverse("packing_slip_detail", args=[slip.pk]))
    assert page.context["active"].line == lines[2]
    assert page_of(client, lines[1]).context["following"].line == lines[2]
    assert "Next: line 3" in page_of(client, lines[1]).text


# How much


def many(line, count):
    """Put so many numbers on the line."""
    line.registered, line.quantity = count, 10_000
    line.save()
    numbers = [f"M{at:06}" for at in range(count)]
    serials = SerialNumber.objects.bulk_create(
        SerialNumber(product=line.order_line.product, number=number, folded=number) for number in numbers
    )
    user = line.packing_slip.created_by
    registrations = Registration.objects.bulk_create(
        Registration(order_line=line.order_line, serial_number=serial, number=serial.number, registered_by=user)
        for serial in serials
    )
    PackingSlipUnit.objects.bulk_create(PackingSlipUnit(line=line, registration=each) for each in registrations)


@pytest.mark.parametrize("count", [0, 1, 300])
def test_scan_takes_11_queries_and_answers_with_the_newest_numbers(client, count):
    line = PackingSlipLineFactory(order_line__quantity=10_000)
    many(line, count)
    with CaptureQueriesContext(connection) as queries:
        response = scan(client, line, "SN1")
    frame = ("SAVEPOINT", "RELEASE SAVEPOINT")  # around the statements, and no round trips of their own outside tests
    statements = [query["sql"] for query in queries if not query["sql"].startswith(frame)]
    assert len(statements) == 11, "\n".join(statements)
    assert len(response.context["newest"]) == min(count + 1, NEWEST)


# The work list


@pytest.mark.rule("REG-4")
def test_blanks_nearest_to_an_invoice_come_first(client):
    lines = PackingSlipLineFactory.create_batch(4)
    pending = RegistrationFactory(order_line=lines[0].order_line, blank=True, state=RegistrationState.PENDING)
    [draft] = register(lines[1], "")
    [delivered] = register(lines[2], "", state=RegistrationState.DELIVERED)
    register(lines[3], "SN1")
    RegistrationFactory(blank=True, state=RegistrationState.RELEASED)
    page = client.get(reverse("blank_list"))
    assert list(page.context["page"]) == [delivered, draft, pending]
    assert f"?line={lines[1].pk}&amp;blank={draft.pk}" in page.text
    assert reverse("sales_order_detail", args=[pending.order_line.order_id]) in page.text


@pytest.mark.parametrize("count", [1, 5])
def test_work_list_takes_the_same_queries_for_any_length(client, count, django_assert_num_queries):
    for line in PackingSlipLineFactory.create_batch(count):
        register(line, "")
    client.get(reverse("blank_list"))
    with django_assert_num_queries(7):
        client.get(reverse("blank_list"))
