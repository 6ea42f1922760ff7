"""The newcomer's first steps in README, done as a newcomer does them: the first command, a browser, a keyboard."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pypdfium2
import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

SCANNED = ["FIRST-001", "FIRST-002", "FIRST-003"]
MINUTES = 3  # a machine that does much else at the same time


@dataclass(frozen=True)
class Demo:
    """The running demo, and the passwords that it made."""

    url: str
    passwords: dict[str, str]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """What README's first command starts, on data of its own."""
    data = tmp_path_factory.mktemp("demo")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    environment = {name: value for name, value in os.environ.items() if name not in ours and "SERIALREG" not in name}
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    with (data / "log").open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment | {"SERIALREG_DATA_DIR": str(data)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for("is ready", data / "log", server)
            rows = (data / "demo-passwords.txt").read_text().splitlines()
            yield Demo(f"http://127.0.0.1:{port}", dict(row.split("\t") for row in rows if "\t" in row))
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=60) is not None


def wait_for(text: str, log: Path, server: subprocess.Popen[bytes]) -> None:
    """Until the log says so."""
    for _second in range(MINUTES * 60):
        if text in log.read_text():
            return
        assert server.poll() is None, log.read_text()
        time.sleep(1)
    pytest.fail(f"Not ready after {MINUTES} minutes:\n{log.read_text()}")


@pytest.fixture
def signed_in(demo: Demo, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """A page in a browser of this user's own, signed in through the form by keyboard."""
    contexts = []

    def sign_in(name: str) -> Page:
        contexts.append(browser.new_context(base_url=demo.url))
        page = contexts[-1].new_page()
        page.goto("/")
        expect(page.locator("[name=username]")).to_be_focused()
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type(demo.passwords[name])
        page.keyboard.press("Enter")
        page.wait_for_url(demo.url + "/")
        return page

    yield sign_in
    for context in contexts:
        context.close()


@pytest.mark.browser
@pytest.mark.rule("REG-1", "REG-4", "AUT-3", "PCK-2", "PCK-3", "PCK-5", "PRN-1")
def test_first_steps(signed_in: Callable[[str], Page], tmp_path: Path) -> None:
    worker, maintainer = signed_in("worker"), signed_in("maintainer")

    draft_of_the_demo_order(worker)
    scan(worker, *SCANNED)
    expect(worker.get_by_role("button", name="Not readable")).to_have_count(0)
    assert mark_all_the_same(worker) == 403

    maintainer.goto(worker.url)
    maintainer.get_by_role("button", name="Not readable").click()
    expect(maintainer.locator("#newest")).to_contain_text("Not readable")

    worker.reload()
    worker.get_by_role("button", name="Post the packing slip").click()
    expect(worker.get_by_role("heading", level=1)).to_contain_text(re.compile(r"PS-\d{6}"))
    shipped = worker.url
    printed = text_of_pdf(worker, tmp_path)
    assert [number for number in SCANNED if number in printed] == SCANNED
    assert "Ikke lesbart" in printed  # the customer reads Norwegian

    cancel(worker)
    draft_of_the_demo_order(worker)
    assert worker.url != shipped
    for number in SCANNED:
        expect(worker.locator("#newest")).to_contain_text(number)
    expect(worker.locator("#newest")).to_contain_text("Not readable")


def draft_of_the_demo_order(page: Page) -> None:
    page.goto("/sales-orders/?q=First+steps")
    page.get_by_role("link", name=re.compile(r"^SO-")).click()
    page.get_by_role("button", name="Make packing slip").click()
    expect(page.locator("#scan-text")).to_be_focused()


def scan(page: Page, *numbers: str) -> None:
    """As a wedge scanner does: the keys of each label, then Enter, without a pause."""
    for number in numbers:
        page.keyboard.type(number)
        page.keyboard.press("Enter")
    for number in numbers:
        expect(page.locator("#newest")).to_contain_text(number)


def mark_all_the_same(page: Page) -> int:
    """The status that a request gets which the page offers no button for."""
    scan_url = page.locator("#scan-form").get_attribute("action") or ""
    token = page.locator("#scan-form [name=csrfmiddlewaretoken]").input_value()
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    address = re.sub(r"(https?://[^/]+).*", r"\1", page.url) + scan_url.replace("/scan/", "/not-readable/")
    return httpx.post(address, cookies=cookies, data={"csrfmiddlewaretoken": token}).status_code


def text_of_pdf(page: Page, folder: Path) -> str:
    href = page.get_by_role("link", name="Print").get_attribute("href") or ""
    answer = page.request.get(href)
    assert answer.headers["content-type"] == "application/pdf"
    (folder / "slip.pdf").write_bytes(answer.body())
    with pypdfium2.PdfDocument(folder / "slip.pdf") as pdf:
        return "".join(sheet.get_textpage().get_text_range() for sheet in pdf)


def cancel(page: Page) -> None:
    page.get_by_role("button", name="Cancel the packing slip").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cancelled")
