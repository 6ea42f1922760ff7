import pytest

from orders.rules.reason import parse_reason
from serialreg.errors import ReasonMissing


@pytest.mark.rule("ORD-4")
@pytest.mark.parametrize("text", ["Lost", " Lost ", "x" * 200, "<b>'; DROP TABLE", "tapt – på lageret"])
def test_a_reason_is_kept_without_its_outer_blanks(text: str) -> None:
    assert parse_reason(text) == text.strip()


@pytest.mark.rule("ORD-4")
@pytest.mark.parametrize("text", ["", "   ", "\n", "x" * 201, "a\x00b", "a\u202eb", "a\u061cb", "a\u200bb", "a\ud800b"])
def test_what_is_no_reason_is_refused(text: str) -> None:
    with pytest.raises(ReasonMissing) as refused:
        parse_reason(text)
    assert refused.value.field == "reason"
    assert refused.value.status == 400
