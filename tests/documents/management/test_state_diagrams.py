from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from documents.management.commands.state_diagrams import diagrams
from documents.models import PackingSlipStatus
from documents.rules import packing_slip
from orders.models import OrderStatus
from tracking.models import RegistrationState
from tracking.rules import registration

BLANK = "".join(
    f"<!-- state:{name} -->\n<!-- /state -->\n\n" for name in ("registration", "packing_slip", "sales_order")
)


@pytest.fixture
def readme(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    file = tmp_path / "README.md"
    file.write_text(f"# Ours\n\n{BLANK}The end: “stays”.\n", encoding="utf-8")
    return file


def test_writes_every_diagram_between_its_markers(readme):
    call_command("state_diagrams")
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("# Ours\n")
    assert text.endswith("The end: “stays”.\n")
    assert (
        "<!-- state:packing_slip -->\n```mermaid\nstateDiagram-v2\n    [*] --> draft\n    draft --> posted: post\n"
        in text
    )
    call_command("state_diagrams")
    assert readme.read_text(encoding="utf-8") == text


def test_check_passes_when_up_to_date(readme):
    call_command("state_diagrams")
    call_command("state_diagrams", "--check")


def test_check_fails_on_another_state_and_changes_nothing(readme):
    call_command("state_diagrams")
    stale = readme.read_text(encoding="utf-8").replace("draft --> posted: post\n", "")
    readme.write_text(stale, encoding="utf-8")
    with pytest.raises(CommandError, match="other states than the code"):
        call_command("state_diagrams", "--check")
    assert readme.read_text(encoding="utf-8") == stale


def test_missing_marker_is_named(readme):
    readme.write_text(BLANK.replace("state:packing_slip", "state:other"), encoding="utf-8")
    with pytest.raises(CommandError, match="state:packing_slip"):
        call_command("state_diagrams", "--check")


@pytest.mark.parametrize(
    ("name", "moves"), [("registration", registration.MOVES), ("packing_slip", packing_slip.MOVES)]
)
def test_diagram_has_exactly_the_moves_of_the_table(name, moves):
    arrows = [line for line in diagrams()[name].splitlines() if "-->" in line and "[*]" not in line]
    assert arrows == [
        f"    {state} --> {goal}: {action}" for state, ways in moves.items() for goal, action in ways.items()
    ]


def test_ladder_has_every_order_status():
    assert all(f'{status}("{status.label}")' in diagrams()["sales_order"] for status in OrderStatus)


def test_registration_and_packing_slip_begin_as_drafts():
    assert f"[*] --> {RegistrationState.DRAFT}" in diagrams()["registration"]
    assert f"[*] --> {PackingSlipStatus.DRAFT}" in diagrams()["packing_slip"]
