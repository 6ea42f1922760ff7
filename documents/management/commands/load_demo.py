"""The demo company, and users for every role."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from django.db import transaction

from documents.management import demo
from documents.management.demo_data import ADMINISTRATOR, ROLES
from orders.models import SalesOrder, User

# Without those that look alike: these passwords are read from a screen and typed.
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


class Command(BaseCommand):
    help = (
        "Load a demo company with documents in every state and a user for each role. Does nothing where orders exist."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if SalesOrder.objects.exists():
            self.stdout.write("There are sales orders already, so the demo data was left as it is.")
            return
        passwords = settings.DATA_DIR / "demo-passwords.txt"
        # One transaction, the file last: no users whose passwords nobody knows, no half company.
        with transaction.atomic():
            new = make_users()
            demo.load({user.username: user for user in User.objects.filter(username__in=ROLES)})
            if new:
                write_secret(passwords, "".join(f"{name}\t{password}\n" for name, password in new.items()))
        self.stdout.write("The demo data is loaded.")
        if new:
            self.stdout.write(f"Users and passwords: {passwords}")


def make_users() -> dict[str, str]:
    """Make the users that are missing; the passwords of these by name."""
    new = {}
    for name, role in {**ROLES, ADMINISTRATOR: None}.items():
        user, made = User.objects.get_or_create(username=name, defaults=_administrator() if role is None else {})
        if made:
            new[name] = readable_password()
            user.set_password(new[name])
            user.save()
        if role:
            user.groups.add(Group.objects.get(name=role))
    return new


def _administrator() -> dict[str, bool]:
    return {"is_staff": True, "is_superuser": True}


def readable_password() -> str:
    """80 random bits, in four groups."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def write_secret(path: Path, text: str) -> None:
    """Replace the file by one that only its owner can read, at no moment by anything else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
