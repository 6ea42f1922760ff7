"""REG-9: one policy for what a scan says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serialreg.errors import SerialInvalid
from tracking.scanning import ScanMode, command_of, printable, serial_of

GS = "\x1d"


@pytest.mark.rule("REG-9")
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ABC1", "ABC1"),
        ("ABC1\r", "ABC1"),
        ("ABC1\n", "ABC1"),
        ("ABC1\r\n", "ABC1"),
        ("ABC1\t", "ABC1"),
        ("  ABC1  ", "ABC1"),
        ("  ABC1 \r\n", "ABC1"),
        ("]C0ABC1", "ABC1"),
        ("]Q1ABC1\r", "ABC1"),
        ("]", "]"),
        ("]C", "]C"),
        ("007", "007"),
        ("a<b>='c';--", "a<b>='c';--"),
        ("=1+cmd()", "=1+cmd()"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("{{7*7}}", "{{7*7}}"),
        ("x" * 50, "x" * 50),
        ("", ""),
        ("   ", ""),
        ("\r\n", ""),
        (" \t", ""),
        ("]C0", ""),
    ],
)
def test_what_a_scan_means(text, number):
    assert serial_of(text) == number


@pytest.mark.rule("REG-9")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("AB C1", "it holds a blank"),
        ("ABC1\r\n\r\n", "U+000D"),
        ("AB\tC1", "U+0009"),
        ("ABC\x001", "U+0000"),
        (f"01{GS}21", "U+001D"),
        ("ABC\x7f", "U+007F"),
        ("АBC1", "U+0410"),  # Cyrillic A
        ("ＡBC1", "U+FF21"),
        ("ABC１", "U+FF11"),
        ("\u202eABC", "U+202E"),
        ("ABC\u200b1", "U+200B"),
        ("\u00a0ABC1", "U+00A0"),
        ("\ufeffABC1", "U+FEFF"),
        ("ABÇ", "U+00C7"),
        ("x" * 51, "it has 51 characters"),
        ("x" * 10_000, "it has 10000 characters"),
    ],
)
def test_what_is_no_serial_number(text, says):
    with pytest.raises(SerialInvalid) as refused:
        serial_of(text)
    assert refused.value.code == "serial_invalid"
    assert says in str(refused.value)


@pytest.mark.rule("REG-9")
@given(st.text(max_size=60))
def test_a_scan_is_a_number_nothing_or_a_refusal(text):
    try:
        number = serial_of(text)
    except SerialInvalid as refused:
        shown = refused.data["shown"]
        assert all(" " <= sign <= "~" or sign in "⟨⟩…" for sign in shown)
    else:
        assert len(number) <= 50
        assert all("!" <= sign <= "~" for sign in number)
        assert number in text  # nothing was taken from the middle


def test_what_is_shown_of_a_hostile_text_is_short_and_plain():
    assert printable("A\x00\u202e") == "A⟨U+0000⟩⟨U+202E⟩"
    assert printable("x" * 31) == "x" * 30 + "…"


@pytest.mark.rule("REG-2")
@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("MODE ADD", ScanMode.ADD),
        ("mode remove\r", ScanMode.REMOVE),
        ("MODEADD", None),
        ("MODE  ADD", None),
        ("", None),
    ],
)
def test_command_barcodes_set_the_mode(text, mode):
    assert command_of(text) is mode
