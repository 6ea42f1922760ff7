"""What the page on which serial numbers are registered shows, and the part of it that a scan changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from django.db.models import F, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.models import PackingSlip, PackingSlipLine, PackingSlipUnit
from documents.operations.registration import MAINTAIN, Scanned
from documents.rules.packing_slip import faults_at_posting
from orders.rules.permission import MNR, may
from serialreg.errors import Malformed, NotFound, Refusal, faults_of
from serialreg.web import Request, key_of
from tracking.models import Registration, TrackingDimensionGroup, group_of
from tracking.rules.registration import check_place
from tracking.scanning import ScanMode

NEWEST = 10  # how many registrations come back from a scan, however many the document has


@dataclass(frozen=True)
class LineState:
    """A line of a draft, and why it takes no numbers: "" when it takes them."""

    line: PackingSlipLine
    no_numbers: str

    @property
    def is_complete(self) -> bool:
        return bool(self.line.registered >= self.line.quantity)


def scan_context(request: Request, lines: Iterable[PackingSlipLine], *, line_id: int | None = None) -> dict[str, Any]:
    """What both the page and the answer to a scan show. The lines are those of one draft, read for decisions."""
    states = [LineState(line, why_no_numbers(group_of(line.order_line.product))) for line in lines]
    active = _active(states, line_id)
    asked = request.POST if request.method == "POST" else request.GET
    return {
        "states": states,
        "active": active,
        "following": next((state for state in states if not (state.no_numbers or state.is_complete)), None),
        "mode": mode_of(asked),
        "text": request.GET.get("text", ""),
        "blank": _selected_blank(active, asked),
        "newest": with_origin(active.line, units_of(active.line).reverse()[:NEWEST]) if active else [],
        "may_register": may(request.user, MAINTAIN),
        "may_mark": may(request.user, MNR),
        "mark_fault": active and _why_no_blank(active.line),
        "scanned": None,
        "refused": None,
    }


def posting_context(packing_slip: PackingSlip, lines: Sequence[PackingSlipLine]) -> dict[str, Any]:
    """What the button Post needs: why it cannot be pressed, and the token that makes a double click post once."""
    return {
        "packing_slip": packing_slip,
        "faults": list(faults_at_posting(packing_slip, lines, today=timezone.localdate())),
        "form_token": uuid4(),
    }


def scan_answer(
    request: Request, line_id: int, *, scanned: Scanned | None = None, refused: Refusal | None = None
) -> HttpResponse:
    """The part of the page that a scan changes. It grows with the lines of the document, never with its numbers."""
    lines = scanned.lines if scanned else ()
    lines = lines or list(PackingSlipLine.objects.for_decisions().filter(packing_slip__lines=line_id))
    if not lines:
        raise NotFound
    context = {
        **scan_context(request, lines, line_id=line_id),
        **posting_context(lines[0].packing_slip, lines),
        "scanned": scanned,
        "refused": refused,
    }
    return render(request, "documents/packing_slip/_registration.html", context)


def mode_of(asked: QueryDict) -> ScanMode:
    """The scan mode that a request names; Add when it names none."""
    text = asked.get("mode", ScanMode.ADD)
    if text not in list(ScanMode):
        raise Malformed(field="mode", why=_("there is no such scan mode"))
    return ScanMode(text)


def why_no_numbers(group: TrackingDimensionGroup) -> str:
    """Why a line of a product takes no numbers by scanning (REG-7, WHS-8); empty when it takes them."""
    if group.serial_active:
        return _("Its serial numbers come from stock: a pick brings them.")
    if group.is_serialised:
        return ""
    if group.batch_active:
        return _("Batch-tracked: a pick brings its batch numbers.")
    return _("Not serialised: takes no serial numbers.")


def units_of(line: PackingSlipLine) -> QuerySet[PackingSlipUnit, dict[str, Any]]:
    """The registrations of a line, as scanned."""
    units = line.units.with_number().annotate(
        note=F("registration__note"), registered_at=F("registration__registered_at")
    )
    return units.order_by("pk").values("registration_id", "shown_number", "note", "reversal_id", "registered_at")


def with_origin(line: PackingSlipLine, units: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The registrations of a draft's line, each with the reversed packing slip that it came from (PCK-5).

    Those that are older than the draft came from one: the others are not asked for, so that scans need not wait.
    """
    units = list(units)
    carried = [unit["registration_id"] for unit in units if unit["registered_at"] < line.packing_slip.created_at]
    origins = dict[int, str]()
    if carried:
        before = PackingSlipUnit.objects.filter(registration__in=carried, reversal__isnull=False).order_by("pk")
        origins = dict(before.values_list("registration", "line__packing_slip__number"))
    return [{**unit, "came_from": origins.get(unit["registration_id"])} for unit in units]


def _active(states: Sequence[LineState], line_id: int | None) -> LineState | None:
    """The line that scans go to: the one asked for, or the first that waits for numbers."""
    asked = [state for state in states if state.line.pk == line_id]
    takers = [state for state in states if not state.no_numbers]
    waiting = [state for state in takers if not state.is_complete]
    return next(iter([*asked, *waiting, *takers, *states]), None)


def _why_no_blank(line: PackingSlipLine) -> Refusal | None:
    """Why no unit of the line can be marked as not readable now (REG-5)."""
    one_more = partial(check_place, quantity=line.quantity, registered=line.registered, adding=1)
    return next(iter(faults_of(one_more, number=_("Not readable"))), None)


def _selected_blank(active: LineState | None, asked: QueryDict) -> Registration | None:
    """The blank registration that the next scan fills (REG-4); none once it is filled."""
    blank_id = key_of(asked.get("blank"))
    if blank_id is None or active is None:
        return None
    on_line = active.line.units.open().values("registration")
    return Registration.objects.blank().filter(pk=blank_id, pk__in=on_line).first()
