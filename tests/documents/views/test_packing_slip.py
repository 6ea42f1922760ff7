"""Packing slips through their pages: list, draft, posting, reversing."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from documents.models import PackingSlip
from documents.operations.packing_slip import cancel_packing_slip, post_packing_slip
from tests.factories import (
    PackingSlipFactory,
    PackingSlipLineFactory,
    ProductFactory,
    SalesOrderLineFactory,
    register,
)
from tests.scenarios.story import numbers_on

pytestmark = pytest.mark.django_db

RIGHTS = ["orders.view_salesorder", "documents.view_packingslip", "documents.maintain_packingslip"]


@pytest.fixture
def worker(user_with):
    return user_with(*RIGHTS)


@pytest.fixture
def client(worker, client_of):
    return client_of(worker)


@pytest.fixture
def draft():
    """Four serialised units, and five metres of something that is not serialised."""
    slip = PackingSlipFactory()
    PackingSlipLineFactory(packing_slip=slip, order_line=SalesOrderLineFactory(order=slip.order))
    loose = SalesOrderLineFactory(order=slip.order, product=ProductFactory(), quantity=5)
    PackingSlipLineFactory(packing_slip=slip, order_line=loose, serialised=False)
    return slip


@pytest.fixture
def posted(draft, worker):
    register(draft.lines.first(), "A", "B", "C", "D")
    return post_packing_slip(packing_slip=draft, user=worker)


def send(client, action, packing_slip, **fields):
    return client.post(reverse(f"packing_slip_{action}", args=[packing_slip.pk]), fields)


def see(client, packing_slip):
    return client.get(reverse("packing_slip_detail", args=[packing_slip.pk]))


def codes_of(response):
    return re.findall(r'<li data-code="(\w+)"', response.text)


def quantities(packing_slip, *typed):
    return {f"quantity_{line.pk}": text for line, text in zip(packing_slip.lines.all(), typed, strict=True)}


# The list


def shown_in(client, **query):
    return [row["packing_slip"] for row in client.get(reverse("packing_slip_list"), query).context["rows"]]


@pytest.fixture
def four(worker):
    """One in each status, in the order of PackingSlipStatus."""
    slips = PackingSlipFactory.create_batch(4)
    for slip in slips:
        line = SalesOrderLineFactory(order=slip.order, product=ProductFactory(), quantity=2)
        PackingSlipLineFactory(packing_slip=slip, order_line=line, serialised=False)
    for slip in slips[1:]:
        post_packing_slip(packing_slip=slip, user=worker)
    slips[2].lines.get().reversals.create(quantity=1, reversed_by=worker)
    cancel_packing_slip(packing_slip=slips[3], user=worker)
    return list(PackingSlip.objects.order_by("pk"))


def test_newest_come_first_with_their_status(client, four):
    response = client.get(reverse("packing_slip_list"))
    assert shown_in(client) == four[::-1]
    assert [row["status"] for row in response.context["rows"]] == ["cancelled", "partly_reversed", "posted", "draft"]


@pytest.mark.parametrize(("at", "status"), [(0, "draft"), (1, "posted"), (2, "partly_reversed"), (3, "cancelled")])
def test_list_of_one_status(client, four, at, status):
    assert shown_in(client, status=status) == [four[at]]


@pytest.mark.parametrize(("sort", "order"), [("id", [0, 1, 2, 3]), ("-id", [3, 2, 1, 0]), ("nonsense", [3, 2, 1, 0])])
def test_list_in_the_order_asked_for(client, four, sort, order):
    assert shown_in(client, sort=sort) == [four[at] for at in order]


def test_list_sorted_by_number(client, four):
    assert [slip for slip in shown_in(client, sort="-number") if slip.number] == [four[3], four[2], four[1]]


@pytest.mark.parametrize(
    "text_of",
    [
        lambda slip: slip.number.lower(),
        lambda slip: slip.order.number,
        lambda slip: slip.order.customer.name.upper(),
        lambda slip: slip.order.customer.number,
    ],
)
def test_list_is_searched(client, four, text_of):
    assert four[1] in shown_in(client, q=text_of(four[1]))
    assert four[0] not in shown_in(client, q=text_of(four[1]))


def test_what_matches_nothing_says_so(client, four):
    assert "Nothing matches" in client.get(reverse("packing_slip_list"), {"q": "' OR 1=1 --"}).text


@pytest.mark.parametrize("count", [1, 60])
@pytest.mark.parametrize("at", ["1", "last", "99999", "nonsense"])
def test_every_page_takes_the_same_queries(client, draft, count, at, django_assert_num_queries):
    PackingSlipFactory.create_batch(count - 1, order=draft.order)
    with django_assert_num_queries(7):  # session, user, rights, roles for the menu; count, page, rows
        client.get(reverse("packing_slip_list"), {"page": at})


def test_last_page_ends_with_the_oldest(client, draft):
    PackingSlipFactory.create_batch(60, order=draft.order)
    assert shown_in(client, page="2")[-1] == draft


# Drafting


@pytest.mark.rule("PCK-1")
def test_draft_is_made_once_from_what_is_left(client):
    line = SalesOrderLineFactory()
    url = reverse("packing_slip_create", args=[line.order_id])
    first, again = (client.post(url, {"form_token": "t1"}) for _ in range(2))
    slip = PackingSlip.objects.get()
    assert first.url == again.url == reverse("packing_slip_detail", args=[slip.pk])
    assert [line.quantity for line in slip.lines.all()] == [4]
    nothing = client.post(url, {"form_token": "t2"})
    assert (nothing.status_code, codes_of(nothing)) == (422, ["over_delivery"])


def test_draft_of_an_order_that_is_gone(client):
    assert client.post(reverse("packing_slip_create", args=[1]), {"form_token": "t"}).status_code == 404


@pytest.mark.rule("PCK-1")
def test_quantities_and_date_are_changed(client, draft):
    yesterday = timezone.localdate() - timedelta(days=1)
    response = send(client, "change", draft, **quantities(draft, "3", "2.5"), document_date=yesterday.isoformat())
    assert response.status_code == 302
    assert [line.quantity for line in draft.lines.all()] == [3, Decimal("2.5")]
    draft.refresh_from_db()
    assert draft.document_date == yesterday


def test_quantity_nought_takes_the_line_off(client, draft):
    send(client, "change", draft, **quantities(draft, "0", "5"))
    assert [line.serialised for line in draft.lines.all()] == [False]


def test_draft_without_lines_says_what_to_do(client, draft):
    send(client, "change", draft, **quantities(draft, "0", "0"))
    response = see(client, draft)
    assert "Nothing is left on this packing slip." in response.text
    assert "There is nothing to deliver" in response.text


@pytest.mark.parametrize("text", ["-1", "1.5.5", "1e3", "３", "٣", "NaN", "2147483648", "9" * 5000, "<b>", "1,000", ""])
def test_what_is_no_quantity_is_refused_and_stays_in_its_field(client, draft, text):
    response = send(client, "change", draft, **quantities(draft, text, "5"))
    assert response.status_code == 422
    assert codes_of(response) == ["quantity_invalid" if text else "required"]
    assert response.context["form"][f"quantity_{draft.lines.first().pk}"].value() == text
    assert [line.quantity for line in draft.lines.all()] == [4, 5]


@pytest.mark.rule("PCK-1", "ORD-1", "SET-6")
def test_all_faults_are_told_at_once_and_what_was_typed_stays(client, draft):
    response = send(client, "change", draft, **quantities(draft, "1.5", "6"))
    assert response.status_code == 422
    assert codes_of(response) == ["whole_quantity", "over_delivery"]
    assert response.context["form"][f"quantity_{draft.lines.first().pk}"].value() == "1.5"
    tomorrow = timezone.localdate() + timedelta(days=1)
    future = send(client, "change", draft, **quantities(draft, "4", "5"), document_date=tomorrow.isoformat())
    assert (future.status_code, codes_of(future)) == (422, ["date_out_of_order"])


@pytest.mark.rule("REG-5")
def test_lowered_quantity_says_how_many_to_remove(client, draft):
    register(draft.lines.first(), "A", "B", "C")
    send(client, "change", draft, **quantities(draft, "2", "5"))
    assert "Remove 1 of them" in see(client, draft).text
    refused = send(client, "post", draft)
    assert (refused.status_code, codes_of(refused)) == (422, ["too_many_serials"])


@pytest.mark.rule("REG-2")
def test_draft_is_deleted_with_its_numbers(client, draft):
    register(draft.lines.first(), "A")
    assert send(client, "delete", draft).url == reverse("packing_slip_list")
    assert not PackingSlip.objects.exists()
    assert send(client, "delete", draft).status_code == 404


# Posting


@pytest.mark.rule("PCK-2", "REG-6")
def test_button_says_why_it_cannot_be_pressed(client, draft):
    page = see(client, draft).text
    assert 'btn-lg w-100" disabled aria-describedby="post-faults"' in page
    assert "Line 1: 4 of 4 serial numbers" in page
    refused = send(client, "post", draft)
    assert (refused.status_code, codes_of(refused)) == (422, ["serials_missing"])
    assert not PackingSlip.objects.posted().exists()


@pytest.mark.rule("PCK-2")
def test_double_click_posts_once(client, draft):
    register(draft.lines.first(), "A", "B", "C", "D")
    assert "post-faults" not in see(client, draft).text
    token = see(client, draft).context["form_token"]
    responses = [send(client, "post", draft, form_token=token) for _ in range(2)]
    assert {response.url for response in responses} == {reverse("packing_slip_detail", args=[draft.pk])}
    page = see(client, draft)
    number = PackingSlip.objects.get().number
    assert f"Packing slip {number} is posted." in page.text
    late = send(client, "post", draft, form_token="another")
    assert (late.status_code, codes_of(late)) == (409, ["already_posted"])


@pytest.mark.parametrize("action", ["change", "delete", "post"])
def test_what_only_a_draft_takes_is_refused_on_the_page_of_the_posted_one(client, posted, action):
    response = send(client, action, posted, **quantities(posted, "1", "1"))
    assert (response.status_code, codes_of(response)) == (409, ["already_posted"])
    assert posted.number in response.text


def test_quantities_typed_while_somebody_posted_are_refused_for_that(client, posted):
    response = send(client, "change", posted, **quantities(posted, "x", ""))
    assert (response.status_code, codes_of(response)) == (409, ["already_posted"])


@pytest.mark.parametrize("action", ["cancel", "reverse"])
def test_what_only_a_posted_one_takes_is_refused_on_the_draft(client, draft, action):
    response = send(client, action, draft)
    assert (response.status_code, codes_of(response)) == (409, ["not_posted"])
    assert "Draft packing slip of" in response.text


# Posted


@pytest.mark.rule("INQ-1")
def test_posted_page_has_first_numbers_and_the_way_to_all(client):
    line = PackingSlipLineFactory(packing_slip__posted=True, order_line__quantity=30)
    register(line, *(f"SN{at:02}" for at in range(29)), "")
    page = see(client, line.packing_slip)
    url = reverse("packing_slip_numbers", args=[line.pk])
    assert re.findall(r'class="code">(\w+)', page.text) == [f"SN{at:02}" for at in range(20)]
    assert f'<a href="{url}">All 30 numbers</a>' in page.text
    numbers = client.get(url)
    assert re.findall(r'class="code">(\w+)', numbers.text) == [f"SN{at:02}" for at in range(29)]
    assert "Not readable" in numbers.text
    assert 'formaction="/registrations' not in numbers.text


@pytest.mark.rule("INQ-1", "REG-2")
def test_numbers_of_a_draft_can_be_removed_from_their_list(client, draft):
    [registration] = register(draft.lines.first(), "SN1")
    page = client.get(reverse("packing_slip_numbers", args=[draft.lines.first().pk]))
    assert reverse("registration_remove", args=[registration.pk]) in page.text


def test_numbers_of_a_line_that_is_gone(client):
    assert client.get(reverse("packing_slip_numbers", args=[1])).status_code == 404
    assert client.get(reverse("packing_slip_detail", args=[1])).status_code == 404


@pytest.mark.rule("PCK-3", "PCK-6")
def test_cancelled_packing_slip_still_shows_its_numbers(client, posted):
    form = see(client, posted).context
    response = send(client, "cancel", posted, reason="wrong address", form_token=form["form_token"])
    assert response.status_code == 302
    page = see(client, posted)
    assert page.text.count('class="reversed"') == 4
    assert 'status-bad">Cancelled' in page.text
    assert page.text.count("disabled aria-describedby") == 2
    assert posted.lines.first().reversals.get().reason == "wrong address"
    again = send(client, "cancel", posted, form_token="another")
    assert (again.status_code, codes_of(again)) == (409, ["already_reversed"])


@pytest.mark.rule("PCK-4")
def test_what_was_invoiced_cannot_be_reversed_and_the_page_says_so(client, posted):
    posted.order.lines.update(invoiced_quantity=4)
    assert "invoiced" in see(client, posted).context["rows"][0]["fault"].text
    response = send(client, "cancel", posted)
    assert (response.status_code, codes_of(response)) == (409, ["already_invoiced", "already_invoiced"])


@pytest.mark.parametrize("action", ["cancel", "reverse"])
def test_unreadable_reason_is_refused(client, posted, action):
    ticked = {f"take_{posted.lines.first().pk}": "on"}
    response = send(client, action, posted, reason="x" * 201, **ticked)
    assert response.status_code in {400, 422}
    assert f'value="{"x" * 201}"' in response.text
    assert not any(line.reversals.exists() for line in posted.lines.all())


@pytest.mark.rule("PCK-3")
def test_ticked_lines_are_reversed_those_without_numbers_in_part(client, posted):
    serialised, loose = posted.lines.all()
    response = send(client, "reverse", posted, **{f"take_{loose.pk}": "on", f"quantity_{loose.pk}": "2.5"})
    assert response.status_code == 302
    assert loose.reversals.get().quantity == Decimal("2.5")
    assert not serialised.reversals.exists()
    page = see(client, posted)
    assert 'status-bad">Partly reversed' in page.text
    assert f'name="quantity_{loose.pk}" value="2.5"' in page.text
    assert numbers_on(serialised) == ["A", "B", "C", "D"]


@pytest.mark.rule("PCK-3")
def test_faults_of_a_reversal(client, posted):
    loose = posted.lines.last()
    nothing = send(client, "reverse", posted)
    assert (nothing.status_code, codes_of(nothing)) == (422, ["malformed"])
    too_much = send(client, "reverse", posted, **{f"take_{loose.pk}": "on", f"quantity_{loose.pk}": "6"})
    assert (too_much.status_code, codes_of(too_much)) == (422, ["quantity_invalid"])
    assert f'name="quantity_{loose.pk}" value="6"' in too_much.text


@pytest.mark.rule("PCK-5")
def test_next_packing_slip_is_linked(client, posted):
    send(client, "cancel", posted)
    client.post(reverse("packing_slip_create", args=[posted.order_id]), {"form_token": "next"})
    draft = PackingSlip.objects.drafts().get()
    assert f'href="{reverse("packing_slip_detail", args=[draft.pk])}"' in see(client, posted).text
    assert see(client, draft).text.count(f"from packing slip {posted.number}") == 4


# Rights


def test_reader_finds_no_buttons_and_is_refused(user_with, client_of, draft):
    reader = client_of(user_with("documents.view_packingslip"))
    assert "<button" not in see(reader, draft).text.split('id="main"')[1]
    for action in ("change", "delete", "post", "cancel", "reverse"):
        assert send(reader, action, draft, **quantities(draft, "1", "1")).status_code in {403, 409}
    assert see(client_of(user_with()), draft).status_code == 403


@pytest.mark.parametrize("lines", [1, 5])
@pytest.mark.parametrize("is_posted", [False, True])
def test_page_takes_the_same_queries_for_any_length(client, lines, is_posted, django_assert_num_queries):
    slip = PackingSlipFactory(posted=is_posted)
    for _ in range(lines):
        register(PackingSlipLineFactory(packing_slip=slip, order_line=SalesOrderLineFactory(order=slip.order)), "")
    see(client, slip)
    with django_assert_num_queries(8 if is_posted else 7):
        see(client, slip)
