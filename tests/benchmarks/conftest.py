"""The measured server, who uses it, and the table."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.db import connection

from orders.models import User
from tests.benchmarks.measuring import Table

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def unordered_comes_in_any_order() -> None:
    """Not here: shuffling costs time that the product does not."""


@pytest.fixture(scope="session", autouse=True)
def undefined_variables_fail() -> None:
    """Not here, likewise."""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite's test database is a file: the server has to reach it too."""
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "benchmark.sqlite3")


@pytest.fixture(scope="session")
def table(django_db_setup: None) -> Iterator[Table]:
    """Printed at the end of the run."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = Table(
        f"`python3 manage.py benchmark` on {connection.display_name} (DATABASE_URL), {datetime.now(UTC):%Y-%m-%d}, "
        f"{processors} cores. Medians of rounds in turns with the floor.\n"
        "Floor of a scan: a view with sign-in and session, one select and one insert in a transaction, small template, "
        "on the same server.\n"
        "Floor of 10,000 numbers: bare bulk_create of the same rows. Floor of a last page: the first page."
    )
    yield found
    print(f"\n\n{found}\n")


# The server


def url_of_database() -> str:
    """DATABASE_URL, naming the test database."""
    name = str(settings.DATABASES["default"]["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def server(django_db_setup: None) -> Iterator[int]:
    """The port of a real web server on the test database, run like that of the demo."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = f"-m gunicorn serialreg.wsgi --bind 127.0.0.1:{port} --workers 2 --threads 4 --no-control-socket"
    environment = {
        "DATABASE_URL": url_of_database(),
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
        "SERIALREG_SECRET_KEY": settings.SECRET_KEY,
        "SERIALREG_ALLOWED_HOSTS": "127.0.0.1",
        "SERIALREG_HTTPS": "false",
    }
    process = subprocess.Popen(
        [sys.executable, *command.split(), "--log-level", "warning"], cwd=ROOT, env={**os.environ, **environment}
    )
    wait_for(port)
    yield port
    process.terminate()
    process.wait(20)


def wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("The web server did not start.")


class Person:
    """Somebody at a browser, signed in, on a connection that stays open."""

    def __init__(self, port: int, session: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        token = secrets.token_hex(16)
        self.headers = {
            "Cookie": f"session={session}; csrf={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/x-www-form-urlencoded",
            "HX-Request": "true",
        }

    def get(self, path: str) -> str:
        headers = {"Cookie": self.headers["Cookie"]}
        return self._answer("GET", path, headers=headers)

    def post(self, path: str, **values: Any) -> str:
        return self._answer("POST", path, body=urlencode(values), headers=self.headers)

    def _answer(self, method: str, path: str, **request: Any) -> str:
        self.connection.request(method, path, **request)
        response = self.connection.getresponse()
        body = response.read().decode()
        assert response.status == 200, f"{method} {path}: {response.status} {body[:2000]}"
        return body


@pytest.fixture
def person(server: int, client_of: Callable[[User], Any]) -> Iterator[Callable[[User], Person]]:
    """Makes a browser on which the user is signed in."""
    people: list[Person] = []

    def sign_in(user: User) -> Person:
        people.append(Person(server, client_of(user).session.session_key))
        return people[-1]

    yield sign_in
    for each in people:
        each.connection.close()


@pytest.fixture
def worker(role: Callable[..., User]) -> User:
    return role("Warehouse worker")
