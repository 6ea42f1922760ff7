"""The company that sells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from orders.models import Company, User
from orders.operations.master_data import save_row
from orders.rules.logo import logo_from
from orders.rules.permission import check_may


def save_company(*, company: Company, values: Mapping[str, Any], upload: bytes | None = None, user: User) -> Company:
    """Save the company. `upload` is a picture for the logo; empty removes the present one, none keeps it."""
    check_may(user, "orders.maintain_company")
    picture = {} if upload is None else {"logo": logo_from(upload) if upload else b""}
    with transaction.atomic():
        return save_row(company, values={**values, **picture}, user=user)
