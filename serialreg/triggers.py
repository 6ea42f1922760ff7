"""Triggers: what the database guards and no constraint can say, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate


@dataclass(frozen=True)
class Trigger:
    """Refuses, as an IntegrityError with its name, a change after which the query `broken` finds a row.

    The query looks at the tables as the change left them, and may name the changed row NEW. `locks` are queries
    (what follows their SELECT) that PostgreSQL runs first: they wait for every transaction whose unseen work could
    make the answer wrong. SQLite needs none, having one writer at a time.
    """

    name: str
    table: str
    events: Sequence[str]  # INSERT, UPDATE OF column
    broken: str
    locks: Sequence[str] = ()

    def create(self, vendor: str) -> list[str]:
        """The statements that make it."""
        return self._create_postgresql() if vendor == "postgresql" else self._create_sqlite()

    def drop(self, vendor: str) -> list[str]:
        """The statements that take it away, made or not."""
        if vendor == "postgresql":
            return [f"DROP FUNCTION IF EXISTS {self.name} CASCADE"]
        return [f"DROP TRIGGER IF EXISTS {name}" for name, _ in self._sqlite_events()]

    def _create_postgresql(self) -> list[str]:
        locks = " ".join(f"PERFORM {lock};" for lock in self.locks)
        return [
            f"""
            CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                {locks}
                IF EXISTS ({self.broken}) THEN
                    RAISE EXCEPTION '{self.name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{self.name}';
                END IF;
                RETURN NULL;
            END $$
            """,
            f"""
            CREATE OR REPLACE TRIGGER {self.name} AFTER {" OR ".join(self.events)} ON {self.table}
            FOR EACH ROW EXECUTE FUNCTION {self.name}()
            """,
        ]

    def _create_sqlite(self) -> list[str]:
        return [
            f"""
            CREATE TRIGGER {name} AFTER {event} ON {self.table} WHEN EXISTS ({self.broken})
            BEGIN SELECT RAISE(ABORT, '{self.name}'); END
            """
            for name, event in self._sqlite_events()
        ]

    def _sqlite_events(self) -> list[tuple[str, str]]:
        """SQLite wants a trigger for each event."""
        return [(f"{self.name}_{event.split()[0].lower()}", event) for event in self.events]


def install(connection: BaseDatabaseWrapper, triggers: Sequence[Trigger]) -> None:
    """Make the triggers anew, as far as their tables are there."""
    with transaction.atomic(using=connection.alias):
        remove(connection, triggers)
        tables = set(connection.introspection.table_names())
        for trigger in triggers:
            if trigger.table in tables:
                _execute(connection, trigger.create(connection.vendor))


def remove(connection: BaseDatabaseWrapper, triggers: Sequence[Trigger]) -> None:
    """Drop the triggers that there are."""
    for trigger in triggers:
        _execute(connection, trigger.drop(connection.vendor))


def _execute(connection: BaseDatabaseWrapper, statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def keep(triggers: Sequence[Trigger], *, app: AppConfig) -> None:
    """Have every migration end with the triggers in place.

    They are no migration of their own: SQLite loses the triggers of a table that a migration rebuilds, and stumbles
    over those that refer to it. So they go before the first migration and come back after the last.
    """

    def before(*, using: str, plan: Sequence[Any], **kwargs: Any) -> None:
        if plan:
            remove(connections[using], triggers)

    def after(*, using: str, **kwargs: Any) -> None:
        install(connections[using], triggers)

    pre_migrate.connect(before, sender=app, weak=False)
    post_migrate.connect(after, sender=app, weak=False)
