"""Triggers come, go and come back with migrations."""

from __future__ import annotations

import pytest
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection, transaction
from django.db.migrations import Migration

from serialreg.triggers import Trigger, install, remove
from tests.factories import serialised_product
from tests.guards import change, refused_by
from tracking.triggers import TRIGGERS

pytestmark = pytest.mark.django_db


def is_guarded() -> bool:
    """Whether the database refuses catch weight in the sales process."""
    product = serialised_product()
    try:
        with refused_by("catch_weight_of_product"):
            change(product, catch_weight=True)
    except pytest.fail.Exception:
        product.delete()
        return False
    return True


def test_they_can_be_taken_away_and_made_any_number_of_times():
    for _time in range(2):
        remove(connection, TRIGGERS)
        assert not is_guarded()
    for _time in range(2):
        install(connection, TRIGGERS)
        assert is_guarded()


def test_they_are_away_while_migrations_run():
    """SQLite rebuilds a table by making a new one: its triggers are lost, and those that name it fail."""
    emit_pre_migrate_signal(0, False, "default", plan=[(Migration("nothing", "tracking"), False)])
    assert not is_guarded()
    emit_post_migrate_signal(0, False, "default")
    assert is_guarded()


def test_they_stay_where_there_is_nothing_to_migrate():
    """Other processes may be at work: a migration that does nothing opens no gap."""
    emit_pre_migrate_signal(0, False, "default", plan=[])
    assert is_guarded()


def test_a_trigger_waits_for_its_table():
    """Migrating back to before its table must not fail over it."""
    future = Trigger(name="future", table="tracking_future", events=["INSERT"], broken="SELECT 1")
    install(connection, [future])


def test_nothing_of_a_refused_statement_stays():
    product = serialised_product()
    with refused_by("catch_weight_of_product"), transaction.atomic():
        change(product, name="Renamed", catch_weight=True)
    product.refresh_from_db()
    assert (product.name == "Renamed", product.catch_weight) == (False, False)


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_each_database_gets_its_own_words(vendor):
    trigger = Trigger(
        name="no_more", table="things", events=["INSERT", "UPDATE OF size"], broken="SELECT 2", locks=["1 FROM shelf"]
    )
    made = " ".join(" ".join(trigger.create(vendor)).split())
    assert "AFTER INSERT" in made
    assert "UPDATE OF size ON things" in made
    assert "EXISTS (SELECT 2)" in made
    assert ("PERFORM 1 FROM shelf;" in made) is (vendor == "postgresql")
    assert all("IF EXISTS no_more" in statement for statement in trigger.drop(vendor))
