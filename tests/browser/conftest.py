"""A real Chromium against the server. The tests' thread and the server's share the database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

# Playwright runs an event loop in the tests' thread, in which Django would refuse to touch the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# Patience, in milliseconds: a machine that does much else at the same time is slow, not wrong.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium; it must also start as root."""
    return browser_type_launch_args | {
        "executable_path": os.environ.get("SERIALREG_CHROMIUM") or "/usr/bin/chromium",
        "args": ["--no-sandbox", "--disable-background-networking"],
    }


@pytest.fixture
def sign_in(live_server: Any, client_of: Callable[..., Any]) -> Callable[..., None]:
    """Signs a user in on a browser, with the cookie that the server gave a client."""

    def sign_in(context: BrowserContext, user: Any) -> None:
        name = settings.SESSION_COOKIE_NAME
        value = client_of(user).cookies[name].value
        context.add_cookies([{"name": name, "value": value, "url": live_server.url}])

    return sign_in


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that fails the test when something on it runs that should not."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield page
    assert not found
