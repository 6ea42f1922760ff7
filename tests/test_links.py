"""Whoever follows the links of the pages, over the demo data and in any language, never meets a fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import resolve

from orders.models import User

ENOUGH = 3  # pages of one kind


class Links(HTMLParser):
    """The links of a page that stay inside, without the administrator's."""

    def __init__(self, html: str, url: str) -> None:
        super().__init__()
        self.url = url
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        link = dict(attrs).get("href") if tag == "a" else None
        if link and not link.startswith("#"):
            url = urljoin(self.url, link).split("#")[0]
            if url.startswith("/") and not url.startswith("/admin/"):
                self.found.append(url)


def walk(client: Client) -> Iterator[tuple[str, int, str]]:
    """Every page that can be reached, a few of each kind: its URL, status and kind."""
    waiting, seen, kinds = ["/"], {"/"}, Counter[str]()
    while waiting:
        url = waiting.pop(0)
        kind = resolve(urlsplit(url).path).url_name
        kinds[kind] += 1
        if kinds[kind] > ENOUGH:
            continue
        response = client.get(url)
        yield url, response.status_code, kind
        if response.headers.get("Content-Type", "").startswith("text/html"):
            new = [link for link in Links(response.content.decode(), url).found if link not in seen]
            seen.update(new)
            waiting.extend(dict.fromkeys(new))


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "language"), [("auditor", "nb"), ("worker", "nl"), ("clerk", "en"), ("setup", "nb")])
def test_every_link_leads_somewhere(settings, tmp_path, client_of, name, language):
    settings.DATA_DIR = tmp_path
    call_command("load_demo")
    client = client_of(User.objects.get(username=name))
    client.cookies["django_language"] = language
    walked = list(walk(client))
    assert {(url, status) for url, status, _ in walked if status != 200} == set()
    if name == "auditor":
        assert {kind for _, _, kind in walked} >= {
            "sales_order_detail",
            "packing_slip_detail",
            "packing_slip_numbers",
            "packing_slip_print",
            "customer_edit",
            "product_edit",
            "dimension_group_edit",
            "number_sequence_edit",
            "company",
            "blank_list",
        }
