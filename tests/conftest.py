"""What all tests share: who acts, the first rows, and two traps for faults that would pass unseen."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler
from django.template import engines
from django.test import Client, override_settings
from django.utils.translation import activate

from orders.models import Company, User
from tests.factories import UserFactory

# A slow machine is no fault.
hypothesis.settings.register_profile("serialreg", deadline=None)
hypothesis.settings.load_profile("serialreg")

ON_POSTGRES = "postgresql" in settings.DATABASES["default"]["ENGINE"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each database does what it is good for, and says what it leaves out."""
    left_out = {"race": "a race takes several writers: PostgreSQL only"}
    if ON_POSTGRES:
        left_out = {"browser": "the browser sees no difference between the databases: SQLite only"}
    for item in items:
        for name, reason in left_out.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session", autouse=True)
def quick_settings() -> Iterator[None]:
    """Plain HTTP, cheap passwords, and static files as they lie in the sources."""
    logging.getLogger("axes").setLevel(logging.WARNING)  # it tells of every sign-in
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        SECURE_SSL_REDIRECT=False,
        STATIC_ROOT=None,
        STORAGES=settings.STORAGES
        | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
    ):
        yield


@pytest.fixture(autouse=True)
def english() -> None:
    """The language of the request before, of whatever test, stays active in the thread."""
    activate(settings.LANGUAGE_CODE)


# Who acts


@pytest.fixture
def user_with(db: None) -> Callable[..., User]:
    """Makes a user whose only role has exactly these rights, like "orders.view_customer"."""

    def make(*rights: str, **values: Any) -> User:
        user = UserFactory(**values)
        role = Group.objects.create(name=f"Role of {user.username}")
        role.permissions.set([_permission(right) for right in rights])
        user.groups.add(role)
        return user

    return make


def _permission(right: str) -> Permission:
    app, codename = right.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


@pytest.fixture
def role(db: None) -> Callable[..., User]:
    """Makes a user of an installed role, like "Warehouse worker"; or of several."""

    def make(*names: str, **values: Any) -> User:
        user = UserFactory(**values)
        user.groups.set([Group.objects.get(name=name) for name in names])
        return user

    return make


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A client that the user has signed in on."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="orders.rules.permission.RoleBackend")
        return client

    return sign_in


# The first rows


@pytest.fixture(autouse=True)
def first_rows(request: pytest.FixtureRequest) -> None:
    """Tests that commit empty the tables when they end, and with them what the migrations had put there."""
    uses_database = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    if not (uses_database or request.node.get_closest_marker("django_db")):
        return
    request.getfixturevalue("db")
    if not Company.objects.exists():
        importlib.import_module("orders.migrations.0002_first_rows").make_first_rows(apps, None)
        importlib.import_module("documents.migrations.0002_roles").make_roles(apps, None)


# Traps


class UndefinedVariable(str):
    """Fails the test in which one of our templates reads a variable that nobody gave it.

    The templates of Django's admin and of other packages live by undefined variables, and keep them.
    """

    OURS = str(Path(settings.BASE_DIR) / "templates")

    def __bool__(self) -> bool:
        self._fail_in_our_templates()
        return False

    def __contains__(self, text: object) -> bool:
        self._fail_in_our_templates()
        return False

    def _fail_in_our_templates(self) -> None:
        reader = sys._getframe(2).f_locals
        context = reader.get("context")
        template = getattr(context, "render_context", None) and context.render_context.template
        if template and template.origin.name.startswith(self.OURS):
            name = getattr(reader.get("self"), "var", None) or reader.get("key")
            pytest.fail(f"Undefined variable “{name}” in {template.origin.name}")


@pytest.fixture(scope="session", autouse=True)
def undefined_variables_fail(quick_settings: None) -> None:
    engines["django"].engine.string_if_invalid = UndefinedVariable()


@pytest.fixture(scope="session", autouse=True)
def unordered_comes_in_any_order() -> Iterator[None]:
    """Rows without ORDER BY come back shuffled: a page that leans on luck fails here, not on PostgreSQL in a year."""
    original = SQLCompiler.get_order_by

    def shuffled(compiler: SQLCompiler) -> list[Any]:
        order = original(compiler)
        query = compiler.query
        may_differ = not (query.distinct or query.subquery or query.combinator or query.group_by is not None)
        if order or not may_differ:
            return order
        by_chance = OrderBy(Random()).resolve_expression(query)
        return [(by_chance, (*compiler.compile(by_chance), None))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLCompiler, "get_order_by", shuffled)
        yield


@pytest.fixture
def vendor() -> str:
    """The database of this run: "sqlite" or "postgresql"."""
    return connection.vendor
