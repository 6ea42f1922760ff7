"""Serial number formats (SET-5)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from serialreg.errors import MaskInvalid, SerialFormat
from tests.factories import TrackingDimensionGroupFactory
from tracking.rules.serial_format import check_format, check_mask, compile_mask, fits, matches, sample_for

PRINTABLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
SIGN_OF_MASK = PRINTABLE.filter(lambda sign: sign != "\\") | PRINTABLE.map(lambda sign: f"\\{sign}")
MASKS = st.lists(SIGN_OF_MASK, min_size=1, max_size=25).map("".join)
NUMBERS = st.text(PRINTABLE, min_size=1, max_size=50)


@pytest.mark.rule("SET-5")
@pytest.mark.parametrize(
    ("mask", "number", "fit"),
    [
        ("AA-9999", "AB-1234", True),
        ("AA-9999", "ab-1234", True),  # case does not distinguish numbers
        ("AA-9999", "A1-1234", False),
        ("AA-9999", "AB-123", False),
        ("AA-9999", "AB-12345", False),
        ("AA-9999", "AB_1234", False),
        ("AA-9999", "ÅB-1234", False),
        ("AA-9999", "AB-123４", False),
        ("***", "A1b", True),
        ("***", "A-1", False),
        (r"\A\9\*", "A9*", True),
        (r"\A\9\*", "a9*", True),
        (r"\A\9\*", "B9*", False),
        (r"\\9", "\\7", True),
        ("sn9", "SN7", True),
        ("sn9", "sn7", True),
        (".9", "x7", False),  # a point is a point
        ("A|9", "A|9", True),
        ("<=9'", "<=1'", True),
    ],
)
def test_a_mask_takes_its_numbers_and_no_others(mask, number, fit):
    assert fits(number, mask, with_check_digit=False) is fit


@pytest.mark.rule("SET-5")
@pytest.mark.parametrize(
    ("number", "fit"),
    [
        ("79927398713", True),
        ("79927398710", False),
        ("79927398731", False),  # the last two changed places
    ],
)
def test_the_last_digit_checks_the_number(number, fit):
    assert fits(number, "99999999999", with_check_digit=True) is fit


@pytest.mark.rule("SET-5")
def test_the_check_digit_passes_letters_and_signs_over():
    assert fits("SN-7992739871-3", "AA-9999999999-9", with_check_digit=True)
    assert not fits("SN-7992739871-4", "AA-9999999999-9", with_check_digit=True)


@pytest.mark.rule("SET-5")
@pytest.mark.parametrize(
    ("mask", "sample", "luhn", "field", "why"),
    [
        ("9", "", False, "serial_format_sample", "does not match"),
        ("AA9", "A19", False, "serial_format_sample", "does not match"),
        ("99", "19", True, "serial_format_sample", "does not match"),  # 18 has the right check digit
        ("9A", "1A", True, "serial_format", "must end with 9"),
        ("9*", "18", True, "serial_format", "must end with 9"),
        (r"9\9", "19", True, "serial_format", "must end with 9"),
        ("", "", True, "serial_format", "needs a format"),
        ("AA\\", "AB\\", False, "serial_format", "stands at its end"),
        ("A A", "A A", False, "serial_format", "U+0020"),
        ("Å9", "Å9", False, "serial_format", "U+00C5"),
        ("9\u202e", "1\u202e", False, "serial_format", "U+202E"),
        ("9" * 51, "1" * 51, False, "serial_format", "longer than 50"),
    ],
)
def test_a_format_that_cannot_work_is_refused(mask, sample, luhn, field, why):
    with pytest.raises(MaskInvalid) as refused:
        check_mask(mask, sample, with_check_digit=luhn)
    assert refused.value.code == "serial_format"
    assert refused.value.field == field
    assert why in str(refused.value)


@pytest.mark.parametrize(("mask", "sample"), [("", ""), ("9" * 50, "1" * 50), (r"\A99", "A42")])
def test_a_format_that_works(mask, sample):
    check_mask(mask, sample, with_check_digit=False)


@pytest.mark.rule("SET-5")
def test_a_number_that_does_not_match_is_refused_with_the_sample():
    group = TrackingDimensionGroupFactory.build(formatted=True)
    with pytest.raises(SerialFormat) as refused:
        check_format(group, "4006381333931", "P1 Drill")
    assert refused.value.code == "serial_format"
    assert "AB-1234" in str(refused.value)
    assert "P1 Drill" in str(refused.value)
    check_format(group, "xy-0001", "P1 Drill")


def test_without_a_format_every_number_matches():
    assert matches(TrackingDimensionGroupFactory.build(), "anything")


@pytest.mark.parametrize(
    ("mask", "luhn", "sample"),
    [("", False, ""), ("AA-9999", False, "AB-1234"), ("***", False, "ABC"), ("sn99", True, "SN18"), ("9", True, "0")],
)
def test_a_sample_is_proposed(mask, luhn, sample):
    assert sample_for(mask, with_check_digit=luhn) == sample


@given(MASKS)
def test_every_mask_takes_the_sample_proposed_for_it(mask):
    check_mask(mask, sample_for(mask, with_check_digit=False), with_check_digit=False)


@given(MASKS.map(lambda mask: f"{mask}9"))
def test_and_with_a_check_digit_too(mask):
    sample = sample_for(mask, with_check_digit=True)
    check_mask(mask, sample, with_check_digit=True)
    assert luhn.is_valid(re.sub("[^0-9]", "", sample))


@given(st.text(max_size=60), st.text(max_size=60), st.booleans())
def test_nothing_typed_as_a_format_is_more_than_refused(mask, sample, with_check_digit):
    try:
        check_mask(mask, sample, with_check_digit=with_check_digit)
    except MaskInvalid:
        return
    assert not mask or len(compile_mask(mask)) == len(sample) <= 50


@given(st.text(PRINTABLE, min_size=1, max_size=25))
def test_every_number_is_its_own_mask_when_it_is_escaped(number):
    mask = "".join(f"\\{sign}" for sign in number)
    assert fits(number, mask, with_check_digit=False)
    assert not fits(f"{number}!", mask, with_check_digit=False)


@given(MASKS, NUMBERS)
def test_case_never_matters(mask, number):
    assert fits(number, mask, with_check_digit=False) is fits(number.swapcase(), mask, with_check_digit=False)
