"""Two ways to do the same work. A story that runs through both must end in the same rows and the same codes.

Each act answers with the codes of what was refused, all faults in their order; `DONE` when it was done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from documents.models import PackingSlip, PackingSlipLine
from documents.operations import packing_slip as slips
from documents.operations import registration as registrations
from documents.operations import sales_order as orders
from orders.models import SalesOrder, User
from serialreg import errors
from tracking.models import Registration
from tracking.scanning import ScanMode

Codes = list[str]
DONE: Codes = []

STATUS = {
    thing.code: thing.status
    for thing in vars(errors).values()
    if isinstance(thing, type) and issubclass(thing, errors.Refusal) and hasattr(thing, "code")
}


class Operations:
    """Somebody who calls the operations."""

    def __init__(self, user: User) -> None:
        self.user = user

    def draft(self, order: SalesOrder, *, token: str = "") -> Codes:
        return _codes(slips.create_packing_slip, order=order, user=self.user, token=token)

    def change(
        self, packing_slip: PackingSlip, quantities: Mapping[PackingSlipLine, str], *, dated: date | None = None
    ) -> Codes:
        return _codes(
            slips.change_packing_slip,
            packing_slip=packing_slip,
            quantities={line.pk: Decimal(quantity) for line, quantity in quantities.items()},
            document_date=dated,
            user=self.user,
        )

    def delete(self, packing_slip: PackingSlip) -> Codes:
        return _codes(slips.delete_packing_slip, packing_slip=packing_slip, user=self.user)

    def scan(
        self, line: PackingSlipLine, text: str, *, mode: str = ScanMode.ADD, blank: Registration | None = None
    ) -> Codes:
        return _codes(
            registrations.scan,
            line_id=line.pk,
            text=text,
            mode=ScanMode(mode),
            user=self.user,
            blank_id=blank and blank.pk,
        )

    def cannot_read(self, line: PackingSlipLine, *, note: str = "") -> Codes:
        return _codes(registrations.mark_not_readable, line_id=line.pk, user=self.user, note=note)

    def fill(self, blank: Registration, text: str) -> Codes:
        return _codes(registrations.fill_blank, registration_id=blank.pk, text=text, user=self.user)

    def take_off(self, registration: Registration) -> Codes:
        return _codes(registrations.remove_registration, registration_id=registration.pk, user=self.user)

    def post(self, packing_slip: PackingSlip, *, token: str = "") -> Codes:
        return _codes(slips.post_packing_slip, packing_slip=packing_slip, user=self.user, token=token)

    def cancel(self, packing_slip: PackingSlip, *, reason: str = "", token: str = "") -> Codes:
        return _codes(slips.cancel_packing_slip, packing_slip=packing_slip, user=self.user, reason=reason, token=token)

    def reverse(
        self, packing_slip: PackingSlip, quantities: Mapping[PackingSlipLine, str | None], *, token: str = ""
    ) -> Codes:
        """`None` takes back all that is left of a line."""
        return _codes(
            slips.reverse_lines,
            packing_slip=packing_slip,
            quantities={line.pk: Decimal(left) if left else None for line, left in quantities.items()},
            user=self.user,
            token=token,
        )

    def cancel_rest(self, order: SalesOrder) -> Codes:
        return _codes(orders.cancel_rest, order=order, user=self.user)

    def release(self, registration: Registration, *, reason: str) -> Codes:
        return _codes(orders.release_pending, registration_id=registration.pk, reason=reason, user=self.user)


def _codes(operation: Callable[..., Any], **arguments: Any) -> Codes:
    try:
        operation(**arguments)
    except errors.Refusal as refusal:
        return [fault.code for fault in refusal.faults]
    return DONE


class Pages:
    """Somebody who sends the forms of the pages, without JavaScript."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user, backend="orders.rules.permission.RoleBackend")

    def draft(self, order: SalesOrder, *, token: str = "") -> Codes:
        return self._send("packing_slip_create", order.pk, form_token=token)

    def change(
        self, packing_slip: PackingSlip, quantities: Mapping[PackingSlipLine, str], *, dated: date | None = None
    ) -> Codes:
        unchanged = {f"quantity_{line.pk}": f"{line.quantity.normalize():f}" for line in packing_slip.lines.all()}
        changed = {f"quantity_{line.pk}": quantity for line, quantity in quantities.items()}
        return self._send("packing_slip_change", packing_slip.pk, **unchanged | changed, document_date=dated or "")

    def delete(self, packing_slip: PackingSlip) -> Codes:
        return self._send("packing_slip_delete", packing_slip.pk)

    def scan(
        self, line: PackingSlipLine, text: str, *, mode: str = ScanMode.ADD, blank: Registration | None = None
    ) -> Codes:
        return self._send("packing_slip_scan", line.pk, text=text, mode=mode, blank=blank.pk if blank else "")

    def cannot_read(self, line: PackingSlipLine, *, note: str = "") -> Codes:
        return self._send("packing_slip_not_readable", line.pk, note=note)

    def fill(self, blank: Registration, text: str) -> Codes:
        line = blank.packing_slip_units.order_by("pk").last().line
        return self.scan(line, text, blank=blank)

    def take_off(self, registration: Registration) -> Codes:
        return self._send("registration_remove", registration.pk)

    def post(self, packing_slip: PackingSlip, *, token: str = "") -> Codes:
        return self._send("packing_slip_post", packing_slip.pk, form_token=token)

    def cancel(self, packing_slip: PackingSlip, *, reason: str = "", token: str = "") -> Codes:
        return self._send("packing_slip_cancel", packing_slip.pk, reason=reason, form_token=token)

    def reverse(
        self, packing_slip: PackingSlip, quantities: Mapping[PackingSlipLine, str | None], *, token: str = ""
    ) -> Codes:
        ticked = {f"take_{line.pk}": "on" for line in quantities}
        typed = {f"quantity_{line.pk}": left for line, left in quantities.items() if left}
        return self._send("packing_slip_reverse", packing_slip.pk, **ticked, **typed, form_token=token)

    def cancel_rest(self, order: SalesOrder) -> Codes:
        return self._send("sales_order_cancel_rest", order.pk)

    def release(self, registration: Registration, *, reason: str) -> Codes:
        return self._send("registration_release", registration.pk, reason=reason)

    def _send(self, name: str, pk: int, **fields: Any) -> Codes:
        response = self.client.post(reverse(name, args=[pk]), fields)
        return DONE if response.status_code in {302, 303} else _codes_shown(response)


def _codes_shown(response: HttpResponse) -> Codes:
    """The codes on the page, which the status of the answer must fit."""
    html = response.content.decode()
    codes = re.findall(r'<li data-code="([a-z_]+)"', html)
    if not codes:
        pytest.fail(f"Status {response.status_code} without any code: {html[-3000:]}")
    assert response.status_code == max(STATUS[code] for code in codes)
    return codes
