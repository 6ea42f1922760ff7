"""The scan field under real keys: what a keyboard-wedge scanner does to it, and what the server and the line do."""

from __future__ import annotations

import re
import time
from itertools import cycle

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from documents.views import registration
from tests.factories import PackingSlipLineFactory, register
from tests.scenarios.story import numbers_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RIGHTS = ["documents.view_packingslip", "documents.maintain_packingslip"]
HOSTILE = [
    "<svg/onload=alert(1)>",
    "=1+cmd()",
    "';DROP_TABLE",
    "../../etc",
    "{{7*7}}",
    '"><img/src=x/onerror=alert(1)>',
]
LISTEN = """
  window.heard = [];
  const part = { connect: (next) => next, gain: { setValueAtTime() {}, linearRampToValueAtTime() {} } };
  window.AudioContext = class {
    createGain() { return part; }
    createOscillator() {
      return { ...part, start() {}, stop() {}, frequency: { set value(pitch) { window.heard.push(pitch); } } };
    }
  };
"""


@pytest.fixture
def line():
    """Forty units to scan."""
    return PackingSlipLineFactory(order_line__quantity=40)


@pytest.fixture
def worker(user_with):
    return user_with(*RIGHTS)


@pytest.fixture
def address(live_server, line):
    return live_server.url + reverse("packing_slip_detail", args=[line.packing_slip_id])


@pytest.fixture
def field(page, context, sign_in, worker, address):
    """The field of the draft, ready for the first scan."""
    sign_in(context, worker)
    page.add_init_script(LISTEN)
    page.goto(address)
    field = page.get_by_label("Serial number")
    expect(field).to_be_focused()
    return field


@pytest.fixture
def slow_server(monkeypatch):
    """A server that takes its time over each scan, so that they queue."""

    def slowly(**arguments):
        time.sleep(0.15)
        return scan(**arguments)

    scan = registration.scan
    monkeypatch.setattr(registration, "scan", slowly)


def labels(count):
    return [f"SN{at:04}" for at in range(count)]


def type_labels(page, texts, *, ends=("Enter",), rate=20):
    """What a scanner types: so many labels a second, each with its end."""
    begin = time.monotonic()
    for at, (text, end) in enumerate(zip(texts, cycle(ends), strict=False)):
        page.keyboard.type(text)
        page.keyboard.press(end)
        time.sleep(max(0, begin + (at + 1) / rate - time.monotonic()))


def count_is(page, registered, quantity=40):
    """Wait until the page says so."""
    count = page.locator("#registration .scan-count")
    expect(count).to_contain_text(re.compile(rf"\b{registered} of {quantity}\b"), timeout=20_000)


def refused(page):
    return page.get_by_role("list", name="Refused scans").get_by_role("listitem")


# No scan is lost


@pytest.mark.rule("REG-1")
@pytest.mark.parametrize("ends", [["Enter"], ["Tab"], ["Enter", "Tab", "Tab"]], ids=["Enter", "Tab", "mixed"])
def test_thirty_labels_at_twenty_a_second_while_the_server_is_slow(page, field, line, slow_server, ends):
    type_labels(page, labels(30), ends=ends)
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    count_is(page, 30)
    assert numbers_on(line) == labels(30)
    assert refused(page).count() == 0


@pytest.mark.rule("REG-1")
def test_what_is_being_typed_stays_while_answers_come(page, field, line, slow_server):
    type_labels(page, ["SN1", "SN2"])
    page.keyboard.type("SN3-not-")
    count_is(page, 2)
    page.keyboard.type("finished")
    expect(field).to_have_value("SN3-not-finished")
    page.keyboard.press("Enter")
    count_is(page, 3)
    assert numbers_on(line) == ["SN1", "SN2", "SN3-not-finished"]


@pytest.mark.rule("REG-1")
def test_scans_wait_for_the_server_and_leaving_asks(page, context, field, line):
    context.set_offline(True)
    type_labels(page, labels(3))
    banner = page.get_by_text("Scans that wait: 3")
    expect(banner).to_be_visible()
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("void setTimeout(() => location.reload())")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    context.set_offline(False)
    count_is(page, 3)
    expect(banner).to_be_hidden()
    assert numbers_on(line) == labels(3)


@pytest.mark.rule("REG-1")
def test_scans_wait_for_the_same_user_to_sign_in_again(page, context, field, line, sign_in, worker, user_with):
    Session.objects.all().delete()
    type_labels(page, labels(2))
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    sign_in(context, user_with(*RIGHTS))
    page.wait_for_timeout(1500)
    assert numbers_on(line) == []
    sign_in(context, worker)
    count_is(page, 2)
    assert [unit.registration.registered_by for unit in line.units.all()] == [worker, worker]


def test_scan_on_which_the_server_fails_lets_the_next_one_pass(page, field, line, monkeypatch):
    def failing(*, text, **arguments):
        if text == "SN-FAILS":
            raise RuntimeError
        return scan(text=text, **arguments)

    scan = registration.scan
    monkeypatch.setattr(registration, "scan", failing)
    type_labels(page, ["SN-FAILS", "SN2"])
    count_is(page, 1)
    expect(refused(page)).to_contain_text(["SN-FAILS"])
    assert numbers_on(line) == ["SN2"]


# Modes


@pytest.mark.rule("REG-2")
def test_command_barcode_changes_the_mode_of_the_scans_after_it(page, field, line, slow_server):
    type_labels(page, ["SN1", "SN2", "mode remove", "SN1", "MODE ADD", "SN3"])
    expect(page.locator("#newest .code")).to_have_text(["SN3", "SN2"])
    count_is(page, 2)
    assert numbers_on(line) == ["SN2", "SN3"]
    expect(page.get_by_label("Add", exact=True)).to_be_checked()


@pytest.mark.rule("REG-2")
def test_mode_is_seen_and_heard(page, field, line):
    type_labels(page, ["SN1"])
    count_is(page, 1)
    type_labels(page, ["SN1"])
    expect(refused(page)).to_have_count(1)
    colour = "getComputedStyle(document.querySelector('.scan-panel')).backgroundColor"
    before = page.evaluate(colour)
    page.get_by_text("Remove", exact=True).first.click()
    expect(field).to_be_focused()
    expect(page.get_by_label("Remove", exact=True).first).to_be_checked()
    assert page.evaluate(colour) != before
    expect(page.locator("[role=status][data-part=said]")).to_have_text("Remove")
    type_labels(page, ["SN1"])
    count_is(page, 0)
    type_labels(page, ["MODE ADD"])
    sounds = page.evaluate("window.heard")
    assert len(sounds) == 9
    assert len({tuple(sounds[:1]), tuple(sounds[1:3]), tuple(sounds[3:5]), tuple(sounds[5:7]), tuple(sounds[7:])}) == 5


# Keys


@pytest.mark.rule("REG-1")
def test_tab_in_the_empty_field_and_shift_tab_move_on(page, field):
    page.keyboard.press("Tab")
    expect(field).not_to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(field).to_be_focused()
    page.keyboard.type("SN1")
    page.keyboard.press("Shift+Tab")
    expect(field).not_to_be_focused()
    expect(field).to_have_value("SN1")


@pytest.mark.rule("REG-1")
def test_empty_scan_does_nothing(page, field, line):
    for _ in range(3):
        page.keyboard.press("Enter")
    type_labels(page, ["   ", "SN1"])
    count_is(page, 1)
    assert numbers_on(line) == ["SN1"]
    assert refused(page).count() == 0


# Refusals


@pytest.mark.rule("REG-3", "REG-9")
def test_refused_scans_stay_in_sight_and_block_nothing(page, field, line):
    register(PackingSlipLineFactory(order_line__product=line.order_line.product), "TAKEN")
    type_labels(page, ["TAKEN", "two words", "SN1"])
    count_is(page, 1)
    expect(refused(page)).to_contain_text(["it holds a blank", "is registered already"])
    type_labels(page, ["SN2"])
    count_is(page, 2)
    expect(refused(page)).to_have_count(2)
    refused(page).first.get_by_role("button", name="Dismiss").click()
    expect(refused(page)).to_have_count(1)
    expect(field).to_be_focused()
    assert numbers_on(line) == ["SN1", "SN2"]


@pytest.mark.rule("REG-4")
def test_selected_blank_is_filled_by_one_scan_only(page, field, line, address):
    register(line, "")
    page.goto(address)
    page.get_by_role("link", name="Fill").click()
    expect(page.get_by_text("The next scan fills the unit")).to_be_visible()
    type_labels(page, ["SN1", "SN2"])
    count_is(page, 2)
    assert numbers_on(line) == ["SN1", "SN2"]
    expect(page.get_by_text("The next scan fills the unit")).to_be_hidden()


@pytest.mark.rule("REG-2")
def test_buttons_of_a_fresh_list_remove_their_registration(page, field, line):
    type_labels(page, ["SN1", "SN2"])
    count_is(page, 2)
    page.get_by_role("button", name="Remove SN1").click()
    count_is(page, 1)
    assert numbers_on(line) == ["SN2"]
    expect(field).to_be_focused()


@pytest.mark.rule("REG-5", "PCK-2")
def test_last_scan_frees_the_button_that_posts(page, field, line, address):
    line.quantity = 2
    line.save()
    page.goto(address)
    post = page.get_by_role("button", name="Post the packing slip")
    expect(post).to_be_disabled()
    type_labels(page, ["SN1", "SN2", "SN3"])
    expect(refused(page)).to_contain_text(["SN3"])
    expect(post).to_be_enabled()
    post.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Posted")


@pytest.mark.rule("REG-9")
def test_hostile_numbers_are_text(page, field, line):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    type_labels(page, [*HOSTILE, "<b>two words</b>"])
    count_is(page, len(HOSTILE))
    expect(refused(page)).to_contain_text(["<b>two words</b>"])
    assert page.locator("#newest .code").all_text_contents() == HOSTILE[::-1]
    page.reload()
    assert page.locator("#newest .code").all_text_contents() == HOSTILE[::-1]
    assert numbers_on(line) == HOSTILE
    assert asked == []


# Other browsers


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_handheld_shows_field_and_count_without_scrolling(page, field, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 640})
    type_labels(page, ["SN1", "a b"])
    count_is(page, 1)
    for part in (field, page.locator("#registration .scan-count"), refused(page)):
        expect(part).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mode", ["add", "remove"])
def test_everybody_can_read_and_reach_it(page, field, line, address, scheme, mode):
    page.emulate_media(color_scheme=scheme)
    register(line, "SN1", "")
    page.goto(f"{address}?mode={mode}")
    type_labels(page, ["SN2", "a b"])
    expect(refused(page).first).to_be_visible()
    assert not Axe().run(page).response["violations"]


@pytest.mark.rule("REG-1", "REG-2")
def test_without_javascript_one_scan_a_request(browser, sign_in, worker, line, address):
    with browser.new_context(java_script_enabled=False) as context:
        sign_in(context, worker)
        page = context.new_page()
        page.goto(address)
        for text in ("SN1", "SN2", "MODE REMOVE", "SN1"):
            expect(page.get_by_label("Serial number")).to_be_focused()
            page.keyboard.type(text)
            with page.expect_navigation():
                page.keyboard.press("Enter")
        count_is(page, 1)
        expect(page).to_have_url(re.compile("mode=remove"))
        page.keyboard.type("SN9")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("SN9 is not on this line")
    assert numbers_on(line) == ["SN2"]
