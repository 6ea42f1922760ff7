"""Several threads at once, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

PATIENCE = 30  # seconds; whoever waits longer has failed
MOMENT = 1.0  # seconds for which somebody waits for others who may be held up by a lock


def connect() -> None:
    """Open this thread's connection. A lock that nobody gives back fails the test instead of stopping it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{PATIENCE}s'")


def at_once(*works: Callable[[], Any], connect: Callable[[], Any] = connect) -> list[Any]:
    """Start these works at the same moment; what each returned or raised, in their order."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            connect()
            start.wait(PATIENCE)
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def kinds(answers: list[Any]) -> list[str]:
    """The answers' types by name, sorted: who wins a race does not matter."""
    return sorted(type(answer).__name__ for answer in answers)
