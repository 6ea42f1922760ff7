"""Quantities and prices as they are typed."""

from decimal import Decimal

import pytest
from django.utils import translation

from orders.rules.quantity import check_whole, parse_decimal, parse_price, parse_quantity, shown
from serialreg.errors import QuantityInvalid, WholeQuantity


@pytest.mark.rule("ORD-1")
@pytest.mark.parametrize(
    ("text", "quantity"),
    [("1", 1), (" 4 ", 4), ("0.001", Decimal("0.001")), ("1.5", Decimal("1.5")), ("007", 7), ("999999999", 999999999)],
)
def test_quantities(text, quantity):
    assert parse_quantity(text) == quantity


@pytest.mark.rule("ORD-1")
@pytest.mark.parametrize(
    "text",
    ["", "0", "-1", "1e3", "1E3", "３", "٣", "NaN", "Infinity", "2147483648", "9" * 5000, "1,5", "1.0005", "1 000",
     "0x10", "1_000", "+1", "1.", ".5", "½", "1\x00", "--1"],
)  # fmt: skip
def test_what_is_no_quantity_is_refused_clearly(text):
    with pytest.raises(QuantityInvalid) as refused:
        parse_quantity(text)
    assert refused.value.code == "quantity_invalid"
    assert refused.value.field == "quantity"
    assert len(str(refused.value)) < 200


@pytest.mark.rule("ORD-1")
@pytest.mark.parametrize("language", ["nb", "nl"])
def test_the_decimal_sign_is_that_of_the_language(language):
    with translation.override(language):
        assert parse_quantity("1,5") == Decimal("1.5")
        assert shown(Decimal("1.500")) == "1,5"
        with pytest.raises(QuantityInvalid):
            parse_quantity("1.500")  # a thousand and a half, or one and a half: nobody can tell
    with translation.override(language):
        assert parse_quantity("1.5", sign=".") == Decimal("1.5")


def test_what_nobody_can_see_is_not_shown_again():
    with pytest.raises(QuantityInvalid) as refused:
        parse_quantity("1\u202e\x00\u200b")
    assert refused.value.data["value"] == "1���"


def test_prices_may_be_zero_and_have_four_decimals():
    assert parse_price("0") == 0
    assert parse_price("12.3456") == Decimal("12.3456")
    for text in ["-1", "1.23456", "99999999999", "NaN"]:
        with pytest.raises(QuantityInvalid):
            parse_price(text)


def test_decimals_without_limits_may_be_negative():
    assert parse_decimal("-3", places=3) == -3
    assert parse_decimal("x", places=3) is None


@pytest.mark.parametrize(
    ("number", "text"), [("3.000", "3"), ("0.000", "0"), ("100", "100"), ("1.250", "1.25"), ("999999999", "999999999")]
)
def test_numbers_are_shown_without_idle_zeros(number, text):
    assert shown(Decimal(number)) == text


@pytest.mark.rule("ORD-1")
def test_a_part_of_a_unit_is_refused():
    check_whole(Decimal("2.000"), product="Drill")
    with pytest.raises(WholeQuantity, match="Line 3: Drill is serialised"):
        check_whole(Decimal("1.5"), product="Drill", line=3)
