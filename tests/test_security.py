"""Signing in, sessions, and what browsers are told."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse, reverse_lazy
from django.utils import timezone

from orders.models import Company, User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

# AUT-1: nothing without signing in


PUBLIC = {reverse_lazy("login"), reverse_lazy("set_language"), reverse_lazy("admin:login")}


def all_paths(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """Every URL that there is, with 1 for whatever stands in it, and the first where there is a choice."""
    for pattern in patterns:
        route = re.sub(r"\(\?P<\w+>([^|)]*)[^)]*\)|[\^$]", r"\1", str(pattern.pattern))
        route = re.sub(r"<(\w+:)?\w+>", "1", route)
        if isinstance(pattern, URLResolver):
            yield from all_paths(pattern.url_patterns, before + route)
        else:
            yield before + route


PATHS = sorted(set(all_paths(get_resolver().url_patterns)))


@pytest.mark.rule("AUT-1")
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", [path for path in PATHS if path not in PUBLIC])
def test_every_page_asks_to_sign_in_first(client, method, path):
    response = getattr(client, method)(path)
    assert response.status_code == 302
    assert response.url.startswith((reverse("login"), reverse("admin:login")))


@pytest.mark.rule("AUT-1")
@pytest.mark.parametrize("path", sorted(map(str, PUBLIC)))
def test_public_page_does_not(client, path):
    assert path in PATHS
    assert client.post(path).headers.get("Location", "/") == "/"


@pytest.mark.rule("AUT-1")
def test_htmx_is_sent_to_the_login_page_as_a_whole_and_back_to_where_the_user_stood(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/customers?q=a"}
    response = client.get(reverse("customer_list"), headers=headers)
    assert response.headers["HX-Redirect"] == reverse("login") + "?next=/customers%3Fq%3Da"
    elsewhere = client.get(reverse("customer_list"), headers=headers | {"HX-Current-URL": "http://evil.example/"})
    assert elsewhere.headers["HX-Redirect"] == reverse("login") + "?next="
    nowhere = client.get(reverse("customer_list"), headers=headers | {"HX-Current-URL": "http://["})
    assert nowhere.headers["HX-Redirect"] == reverse("login") + "?next="


# Signing in


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str):
    return client.post(reverse("login"), {"username": username, "password": password}, **more)


@pytest.fixture
def kari() -> User:
    return UserFactory(username="kari")


@pytest.fixture
def locked(client, kari):
    """Kari's name, after five wrong passwords from this address."""
    for _ in range(5):
        response = sign_in(client, "kari", "wrong")
    assert response.status_code == 429


def test_sign_in_leads_to_the_page_that_was_asked_for(client, kari):
    page = client.get(reverse("customer_list"), follow=True)
    response = client.post(page.redirect_chain[-1][0], {"username": "kari", "password": PASSWORD})
    assert (response.status_code, response.url) == (302, reverse("customer_list"))


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_sign_in_leads_nowhere_else(client, kari, next_page):
    assert client.post(reverse("login"), {"username": "kari", "password": PASSWORD, "next": next_page}).url == "/"


@pytest.mark.parametrize("username", ["kari", "nobody", "", "\0", "k" * 10_000])
def test_wrong_name_and_wrong_password_look_the_same(client, kari, username):
    response = sign_in(client, username, "wrong")
    assert response.status_code == 200
    assert "correct username" in response.text or not username.strip("\0") or len(username) > 150


@pytest.mark.usefixtures("locked")
def test_sixth_try_is_too_many_even_with_the_right_password(client):
    response = sign_in(client, "kari")
    assert response.status_code == 429
    assert "15 minutes" in response.text
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("locked")
def test_lock_holds_for_that_name_from_that_address_alone(client):
    UserFactory(username="ola")
    assert sign_in(client, "ola").status_code == 302
    assert sign_in(Client(), "kari", REMOTE_ADDR="10.0.0.9").status_code == 302


@pytest.mark.usefixtures("locked")
def test_lock_ends_by_itself_after_a_quarter_of_an_hour(client):
    with time_machine.travel(timezone.now() + timedelta(minutes=14), tick=True):
        assert sign_in(client, "kari").status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=True):
        assert sign_in(client, "kari").status_code == 302


@pytest.mark.usefixtures("locked")
def test_administrator_can_release_it_at_once(client):
    call_command("axes_reset_username", "kari")
    assert sign_in(client, "kari").status_code == 302


def test_success_begins_the_count_anew(client, kari):
    for _ in range(2):
        for _ in range(4):
            assert sign_in(client, "kari", "wrong").status_code == 200
        assert sign_in(client, "kari").status_code == 302
        client.logout()


# Sessions


def test_session_is_a_new_one_after_signing_in_and_over_after_signing_out(client, kari):
    client.get(reverse("login"))
    response = sign_in(client, "kari")
    cookie = response.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 12 * 60 * 60)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).status_code == 302
    assert client.get(reverse("home")).status_code == 302
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie.value
    assert client.get(reverse("home")).status_code == 302


def test_session_ends_with_the_shift(client, kari):
    sign_in(client, "kari")
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        assert client.get(reverse("home")).status_code == 302


def test_new_password_ends_all_other_sessions(client, kari):
    other = Client()
    sign_in(client, "kari")
    sign_in(other, "kari")
    new = "another battery horse staple"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert "new password" in client.post(reverse("password_change"), data, follow=True).text
    assert client.get(reverse("home")).status_code == 200
    assert other.get(reverse("home")).status_code == 302


@pytest.mark.parametrize("password", ["short", "password1234", "kari"])
def test_weak_password_is_refused(client, kari, password):
    sign_in(client, "kari")
    data = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    response = client.post(reverse("password_change"), data)
    assert "new_password2" in response.context["form"].errors


def test_user_who_left_cannot_go_on(client, kari):
    sign_in(client, "kari")
    User.objects.filter(pk=kari.pk).update(is_active=False)
    assert client.get(reverse("home")).status_code == 302
    assert sign_in(client, "kari").status_code == 200


def test_language_is_chosen_before_and_after_signing_in(client, kari):
    client.post(reverse("set_language"), {"language": "nl", "next": reverse("login")})
    assert '<html lang="nl"' in client.get(reverse("login")).text
    sign_in(client, "kari")
    client.post(reverse("set_language"), {"language": "nb"})
    assert '<html lang="nb"' in client.get(reverse("home")).text
    client.post(reverse("set_language"), {"language": "xx", "next": "https://evil.example/"})
    assert '<html lang="nb"' in client.get(reverse("home")).text


@pytest.mark.parametrize("htmx", [True, False])
def test_form_from_elsewhere_is_refused_with_the_reason(kari, htmx):
    client = Client(enforce_csrf_checks=True)
    client.force_login(kari, backend="orders.rules.permission.RoleBackend")
    response = client.post(reverse("logout"), headers={"HX-Request": "true"} if htmx else {})
    assert response.status_code == 403
    assert "Nothing was changed." in response.text
    assert ("<html" in response.text) != htmx
    assert client.get(reverse("home")).status_code == 200


# What browsers are told


class Markup(HTMLParser):
    """Collects what the content security policy would stop."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        self.found += [f"<{tag} {name}>" for name in names if name == "style" or re.match(r"on|hx-on", name)]
        if tag == "style" or (tag == "script" and "src" not in names and ("type", "application/json") not in attrs):
            self.found.append(f"<{tag}>")


@pytest.fixture
def superuser(client_of):
    return client_of(UserFactory(is_staff=True, is_superuser=True))


def pages(superuser: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, object]]:
    """A page of every kind, with the status that it must have."""
    anonymous = Client()
    yield 200, anonymous.get(reverse("login"))
    yield 200, sign_in(anonymous, "nobody", "wrong")
    yield 302, anonymous.get(reverse("home"))
    yield 200, superuser.get(reverse("home"))
    yield 200, superuser.get(reverse("password_change"))
    yield 200, superuser.get(reverse("customer_list"))
    yield 422, superuser.post(reverse("customer_create"), {})
    yield 200, superuser.get(reverse("company"))
    yield 404, superuser.get("/nothing/here")
    yield 404, superuser.get(reverse("customer_edit", args=[999]))
    yield 405, superuser.post(reverse("customer_list"))
    yield 200, superuser.get(reverse("admin:index"))
    yield 200, superuser.get(reverse("admin:orders_customer_add"))
    Company.objects.update(logo=b"a picture")
    yield 200, superuser.get(reverse("company_logo"))
    for _ in range(6):
        locked = sign_in(anonymous, "mallory", "wrong")
    yield 429, locked
    reader = Client(raise_request_exception=False)
    reader.force_login(UserFactory(), backend="orders.rules.permission.RoleBackend")
    yield 403, reader.get(reverse("customer_list"))
    monkeypatch.setattr("orders.views.customer.check_may", lambda *args: 1 / 0)
    yield 500, reader.get(reverse("customer_list"))


def test_every_kind_of_page_tells_the_browser_what_it_may_do(superuser, monkeypatch):
    for status, page in pages(superuser, monkeypatch):
        where = f"{page.request['PATH_INFO']} ({status})"
        assert page.status_code == status, where
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, where
        assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(
            policy.split("; ")
        ), where
        assert page.headers["X-Frame-Options"] == "DENY", where
        assert page.headers["X-Content-Type-Options"] == "nosniff", where
        assert page.headers["Referrer-Policy"] == "same-origin", where
        assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin", where
        assert "camera=()" in page.headers["Permissions-Policy"], where
        # Django's own pages say more than ours: never keep.
        assert {"private", "no-cache"} <= set(page.headers["Cache-Control"].split(", ")), where


def test_no_page_holds_what_its_policy_stops(superuser, monkeypatch):
    for _, page in pages(superuser, monkeypatch):
        if page.headers["Content-Type"].startswith("text/html"):
            markup = Markup()
            markup.feed(page.text)
            assert not markup.found, page.request["PATH_INFO"]


OUR_TEMPLATES = [path for path in Path(settings.BASE_DIR, "templates").rglob("*.html") if "pdf" not in path.name]


@pytest.mark.parametrize("path", OUR_TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_no_template_holds_what_the_policy_stops(path):
    markup = Markup()
    markup.feed(re.sub(r"{%.*?%}", "", path.read_text(), flags=re.DOTALL))
    assert not markup.found


def test_settings_of_a_real_installation_pass_djangos_own_check():
    environment = {
        "PATH": os.environ["PATH"],
        "SERIALREG_SECRET_KEY": "kX2v-9mQ_4tRzL7pWc3NfH8sYb1JdG6aUeTqMhVoEiK5xBnSrZ",
        "SERIALREG_ALLOWED_HOSTS": "serialreg.example",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    check = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stderr
