"""Who may open and send what: one table of every URL by every role. A URL without a row fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, resolve, reverse

from documents.models import PackingSlip, PrintJob, PrintJobState
from orders.models import Company, NumberSequence, SequenceKind, User
from orders.rules.permission import ROLE_NAMES
from tests import factories
from tracking.models import Registration, RegistrationState

pytestmark = [pytest.mark.django_db, pytest.mark.rule("AUT-1", "AUT-3", "AUT-4")]

EVERYONE = {*ROLE_NAMES, ""}  # those without any role too
CLERK = {"Sales clerk"}
WORKER = {"Warehouse worker"}
MAINTAINER = {"Serial number maintainer"}
SETUP = {"Set-up administrator"}
AUDITOR = {"Auditor"}
ALL_ROLES = set(ROLE_NAMES)
SALES = {*CLERK, *WORKER, *MAINTAINER, *AUDITOR, "Invoicing clerk", "Counter"}
SEE_GROUPS = {*WORKER, *MAINTAINER, *SETUP, *AUDITOR}

PUBLIC = {"login", "set_language"}


# Who is signed in has signed in; and where a blank registration is selected, the next scan fills it.
OFFERED_NOWHERE = {"post login"}


@dataclass
class Access:
    """Which roles may GET and POST; `row` names the row of the world that the URL is about, `data` is what is sent."""

    row: str = ""
    get: set[str] = field(default_factory=set)
    post: set[str] = field(default_factory=set)
    data: dict[str, str] = field(default_factory=dict)


TABLE = {
    "home": Access(get=EVERYONE),
    "login": Access(get=EVERYONE, post=EVERYONE),
    "logout": Access(post=EVERYONE),
    "password_change": Access(get=EVERYONE, post=EVERYONE),
    "password_change_done": Access(get=EVERYONE),
    "set_language": Access(get=EVERYONE, post=EVERYONE),
    # Set-up
    "customer_list": Access(get=SALES | SETUP),
    "customer_create": Access(get=CLERK, post=CLERK),
    "customer_edit": Access("customer", get=SALES | SETUP, post=CLERK),
    "product_list": Access(get=ALL_ROLES),
    "product_create": Access(get=SETUP, post=SETUP),
    "product_edit": Access("product", get=ALL_ROLES, post=SETUP),
    "dimension_group_list": Access(get=SEE_GROUPS),
    "dimension_group_create": Access(get=SETUP, post=SETUP),
    "dimension_group_edit": Access("group", get=SEE_GROUPS, post=SETUP),
    "dimension_group_settings": Access("group", post=SETUP),
    "dimension_group_delete": Access("group", post=SETUP),
    "number_sequence_list": Access(get=SETUP | AUDITOR),
    "number_sequence_create": Access(get=SETUP, post=SETUP),
    "number_sequence_edit": Access("sequence", get=SETUP | AUDITOR, post=SETUP),
    "company": Access(get=SETUP | AUDITOR, post=SETUP),
    "company_logo": Access(get=SETUP | AUDITOR),
    # Sales orders
    "sales_order_list": Access(get=SALES),
    "sales_order_create": Access(get=CLERK, post=CLERK),
    "sales_order_customers": Access(get=CLERK),
    "sales_order_products": Access(get=CLERK),
    "sales_order_detail": Access("order", get=SALES),
    "sales_order_edit": Access("order", get=CLERK, post=CLERK),
    "sales_order_cancel_rest": Access("order", post=CLERK),
    "sales_order_delete": Access("order", post=CLERK),
    "registration_release": Access("pending", post=MAINTAINER),
    # Packing slips
    "packing_slip_list": Access(get=SALES),
    "packing_slip_create": Access("order", post=WORKER),
    "packing_slip_detail": Access("draft", get=SALES),
    "packing_slip_change": Access("draft", post=WORKER),
    "packing_slip_delete": Access("draft", post=WORKER),
    "packing_slip_post": Access("draft", post=WORKER),
    "packing_slip_cancel": Access("posted", post=WORKER),
    "packing_slip_reverse": Access("posted", post=WORKER),
    "packing_slip_numbers": Access("line", get=SALES),
    "packing_slip_print": Access("posted", get=SALES, post=SALES),
    "print_job_detail": Access("job", get=SALES),
    "print_job_pdf": Access("job", get=SALES),
    # Registering
    "packing_slip_scan": Access("line", post=WORKER),
    "packing_slip_not_readable": Access("line", post=MAINTAINER),
    "registration_remove": Access("blank", post=WORKER | MAINTAINER),
    "blank_list": Access(get=SALES),
}


@pytest.fixture
def world() -> SimpleNamespace:
    """A row for each kind of URL."""
    line = factories.PackingSlipLineFactory()
    (blank,) = factories.register(line, "")
    product = line.order_line.product
    Company.objects.update(logo=b"PNG")
    shipped = factories.PackingSlipLineFactory(packing_slip__posted=True, order_line__delivered_quantity=4)
    posted = shipped.packing_slip
    return SimpleNamespace(
        customer=line.order_line.order.customer,
        product=product,
        group=product.tracking_assignment.group,
        sequence=NumberSequence.objects.get(kind=SequenceKind.PACKING_SLIP),
        order=line.order_line.order,
        line=line,
        draft=line.packing_slip,
        blank=blank,
        posted=posted,
        pending=factories.RegistrationFactory(state=RegistrationState.PENDING),
        job=PrintJob.objects.create(
            packing_slip=posted, requested_by=posted.created_by, state=PrintJobState.DONE, pdf=b"%PDF"
        ),
    )


def url_names(patterns: Iterable[object]) -> Iterator[str]:
    """The names of all URLs but the administrator's."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield str(pattern.name)
        elif pattern.app_name != "admin":
            yield from url_names(pattern.url_patterns)


def url_of(name: str, world: SimpleNamespace) -> str:
    row = TABLE[name].row
    return reverse(name, args=[getattr(world, row).pk] if row else [])


def is_sent_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response.url.startswith(reverse("login"))


def answer_to(client: Client, method: str, url: str, data: dict[str, str] | None = None) -> HttpResponse:
    """The answer to a request that leaves no trace, so that all roles find the same world."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        response = getattr(client, method)(url, data)
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def is_open_to(user: User, client: Client, method: str, url: str, data: dict[str, str]) -> bool:
    """Whether the user gets any further than the question for the right."""
    PrintJob.objects.update(requested_by=user)  # others' prints are not found
    response = answer_to(client, method, url, data)
    assert response.status_code < 500
    assert response.status_code != 404, f"what {url} is about is missing in the world of this test"
    return response.status_code not in {403, 405}


def test_every_url_has_a_row():
    assert set(url_names(get_resolver().url_patterns)) == set(TABLE)


@pytest.mark.parametrize("role_name", sorted(EVERYONE))
def test_role_opens_and_sends_exactly_this(world, role, client_of, role_name):
    user = role(*filter(None, [role_name]))
    client = client_of(user)
    opened = {
        f"{method} {name}"
        for name, access in TABLE.items()
        for method, data in [("get", {}), ("post", access.data)]
        if is_open_to(user, client, method, url_of(name, world), data)
    }
    meant = {
        f"{method} {name}"
        for name, access in TABLE.items()
        for method, roles in [("get", access.get), ("post", access.post)]
        if role_name in roles
    }
    assert (opened - meant, meant - opened) == (set(), set())


def test_nothing_without_signing_in(world, client):
    for name in set(TABLE) - PUBLIC:
        for method in ("get", "post"):
            assert is_sent_to_sign_in(answer_to(client, method, url_of(name, world))), name


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_is_what_is_meant_to_be(world, client, name):
    assert answer_to(client, "get", url_of(name, world)).status_code in {200, 302}


class Offers(HTMLParser):
    """What a page offers: each link, button and HTMX request that is not disabled, as method and URL name."""

    def __init__(self, page: HttpResponse, url: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.url = url
        self.form = ("get", url)
        self.feed(page.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = dict(attrs)
        if tag == "form":
            self.form = ((words.get("method") or "get").lower(), words.get("action") or self.url)
        if "disabled" in words:
            return
        if tag == "a":
            self.offer("get", words.get("href"))
        if tag == "button" and words.get("type", "submit") == "submit":
            self.offer(self.form[0], words.get("formaction") or self.form[1])
        self.offer("post", words.get("hx-post"))
        self.offer("get", words.get("hx-get"))

    def offer(self, method: str, url: str | None) -> None:
        path = urlsplit(urljoin(self.url, url or "")).path
        if url and not path.startswith(("/static/", "/admin/")):
            self.found.add(f"{method} {resolve(path).url_name}")


@pytest.mark.rule("AUT-3")
@pytest.mark.parametrize("role_name", sorted(EVERYONE))
def test_pages_offer_what_the_role_may_do_and_nothing_else(world, role, client_of, role_name):
    user = role(*filter(None, [role_name]))
    client = client_of(user)
    PrintJob.objects.update(requested_by=user)
    pages = {name: url_of(name, world) for name, access in TABLE.items() if role_name in access.get}
    pages |= {state: url for state, (name, url) in other_states().items() if role_name in TABLE[name].get}
    offers = {
        (page, offer)
        for page, url in pages.items()
        if is_page(answer := answer_to(client, "get", url))
        for offer in Offers(answer, url).found
    }
    assert {(page, offer) for page, offer in offers if not may_follow(role_name, offer)} == set()
    sends = {f"post {name}" for name, access in TABLE.items() if role_name in access.post}
    assert sends - {offer for _, offer in offers} == OFFERED_NOWHERE & sends


def other_states() -> dict[str, tuple[str, str]]:
    """Pages of rows in other states than those of the world, which so offer other things: URL name and URL."""
    big = factories.PackingSlipLineFactory(packing_slip__posted=True, registered=100_000)
    rows = {
        "open order": ("sales_order_detail", factories.SalesOrderLineFactory().order),
        "pending number": ("sales_order_detail", Registration.objects.get(state="pending").order_line.order),
        "complete draft": ("packing_slip_detail", draft_of_cable()),
        "journal page": ("packing_slip_detail", big.packing_slip),
        "big print": ("packing_slip_print", big.packing_slip),
        "empty group": ("dimension_group_edit", factories.TrackingDimensionGroupFactory()),
    }
    return {state: (name, reverse(name, args=[row.pk])) for state, (name, row) in rows.items()}


def draft_of_cable() -> PackingSlip:
    """A draft that takes no numbers, and so can be posted as it is."""
    cable = factories.ProductFactory()
    return factories.PackingSlipLineFactory(order_line__product=cable, serialised=False).packing_slip


def is_page(answer: HttpResponse) -> bool:
    return answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")


def may_follow(role_name: str, offer: str) -> bool:
    method, name = offer.split()
    return role_name in getattr(TABLE[name], method)


def admin_urls(patterns: Iterable[object]) -> Iterator[str]:
    """Those that need no key."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            try:
                yield reverse(f"admin:{pattern.name}")
            except NoReverseMatch:
                continue
        else:
            yield from admin_urls(pattern.url_patterns)


@pytest.mark.parametrize("role_name", ROLE_NAMES)
def test_admin_is_for_staff_alone(role, client_of, role_name):
    client = client_of(role(role_name))
    (admin,) = [part for part in get_resolver().url_patterns if getattr(part, "app_name", None) == "admin"]
    open_to_all = {reverse("admin:login"), reverse("admin:logout"), reverse("admin:jsi18n")}
    urls = set(admin_urls(admin.url_patterns)) - open_to_all
    assert len(urls) > 10
    for url in urls:
        response = answer_to(client, "get", url)
        assert response.status_code == 302, url
        assert response.url.startswith((reverse("admin:login"), reverse("login"))), url


def test_administrator_opens_every_list_of_the_admin(client_of):
    client = client_of(User.objects.create_superuser("root", password="x"))
    for url in admin_urls(get_resolver().namespace_dict["admin"][1].url_patterns):
        assert answer_to(client, "get", url).status_code in {200, 302, 403, 405}, url
