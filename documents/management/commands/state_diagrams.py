"""README's pictures of states, drawn from the tables that the rules obey."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from documents.rules import packing_slip
from orders.models import OrderStatus
from tracking.rules import registration


class Command(BaseCommand):
    help = "Draw the state diagrams of README.md anew, or with --check say whether they are up to date."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, and fail when README.md differs")

    def handle(self, *args: Any, **options: Any) -> None:
        readme = settings.BASE_DIR / "README.md"
        text = readme.read_text(encoding="utf-8")
        drawn = with_diagrams(text)
        if options["check"]:
            if drawn != text:
                raise CommandError(
                    "README.md shows other states than the code has. Run: python3 manage.py state_diagrams"
                )
        elif drawn != text:
            readme.write_text(drawn, encoding="utf-8")


def with_diagrams(text: str) -> str:
    """The text with each diagram between its markers, `<!-- state:NAME -->` and `<!-- /state -->`."""
    for name, diagram in diagrams().items():
        begin, end = f"<!-- state:{name} -->\n", "<!-- /state -->"
        places = re.split(f"{begin}.*?{end}", text, flags=re.DOTALL)
        if len(places) != 2:
            raise CommandError(f"README.md must hold this once: {begin}{end}")
        text = f"{begin}```mermaid\n{diagram}\n```\n{end}".join(places)
    return text


def diagrams() -> dict[str, str]:
    """Every diagram by its name, in Mermaid's words."""
    with override("en"):
        return {
            "registration": "\n".join(moves_drawn(registration.MOVES)),
            "packing_slip": "\n".join(moves_drawn(packing_slip.MOVES)),
            "sales_order": "\n".join(ladder_drawn()),
        }


def moves_drawn(moves: Mapping[Any, Mapping[Any, str]]) -> Iterator[str]:
    """A state machine, which begins in the first state of its table."""
    yield "stateDiagram-v2"
    yield f"    [*] --> {next(iter(moves))}"
    for state, ways in moves.items():
        for goal, action in ways.items():
            yield f"    {state} --> {goal}: {action}"


def ladder_drawn() -> Iterator[str]:
    """The statuses of an order, of which the furthest holds (ORD-2)."""
    yield "flowchart LR"
    steps = [status for status in OrderStatus if status != OrderStatus.CANCELLED]
    for status in OrderStatus:
        yield f'    {status}("{status.label}")'
    for nearer, further in pairwise(steps):
        yield f"    {nearer} --> {further}"
    yield f"    {steps[0]} -. nothing left, nothing delivered .-> {OrderStatus.CANCELLED}"
