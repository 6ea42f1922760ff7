"""The administrator of set-up: every test with one runs three times, by operation, page and Django admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orders.models import User
from tests.tracking.channels import RIGHTS, Admin, Operations, Pages


@pytest.fixture
def set_up_user(user_with: Callable[..., User]) -> User:
    return user_with(*RIGHTS)


@pytest.fixture(params=[Operations, Pages, Admin], ids=["operation", "page", "admin"])
def administrator(request: pytest.FixtureRequest, set_up_user: User) -> Operations | Pages:
    return request.param(set_up_user)
