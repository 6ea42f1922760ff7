"""Refusals: the table of codes, and what they say."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from serialreg import errors
from serialreg.errors import (
    AlreadyPosted,
    Conflict,
    Malformed,
    ManyFaults,
    NotFound,
    NotPermitted,
    OverDelivery,
    Refusal,
    RuleViolation,
    SerialsMissing,
    faults_of,
    refuse,
)

KINDS = {Refusal, RuleViolation, Conflict, ManyFaults}
CLASSES = sorted(
    {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Refusal)} - KINDS,
    key=lambda each: each.__name__,
)

# The table of codes, as far as this system refuses by them.
CODES = {
    400: {"malformed"},
    403: {"permission_denied"},
    404: {"not_found"},
    409: {"duplicate_serial", "already_posted", "not_posted", "already_reversed", "already_invoiced",
          "already_returned", "already_selected", "group_in_use",
          "has_postings", "not_available"},
    422: {"setting_not_in_sales_process", "catch_weight", "serial_format", "date_out_of_order", "quantity_invalid",
          "whole_quantity", "below_delivered", "serial_invalid", "not_registered", "quantity_exceeded",
          "too_many_serials", "serials_missing", "batches_missing", "not_serialised", "over_delivery",
          "partial_reversal"},
}  # fmt: skip


def test_the_codes_are_those_of_the_table():
    found: dict[int, set[str]] = {}
    for refusal in CLASSES:
        found.setdefault(refusal.status, set()).add(refusal.code)
    assert found == CODES


@pytest.mark.parametrize("refusal", CLASSES, ids=lambda refusal: refusal.__name__)
def test_every_refusal_says_it_in_words_and_is_raised_somewhere(refusal):
    names = re.findall(r"%\((\w+)\)s", str(refusal.message))
    said = str(refusal(line=3, **dict.fromkeys(names, "X")))
    assert said.startswith("Line 3: ")
    assert "%(" not in said
    sources = [path for app in ("orders", "tracking", "documents") for path in Path(app).rglob("*.py")]
    if refusal is not Malformed:  # which is mostly a kind of refusal
        assert any(re.search(rf"\b{refusal.__name__}\(", path.read_text()) for path in sources)


def test_the_message_is_in_the_language_of_the_reader():
    refusal = AlreadyPosted(number="PS-1")
    assert "PS-1" in str(refusal)
    with translation.override("nb"):
        assert "PS-1" in refusal.text


def test_all_faults_are_told_at_once():
    faults = [NotFound(), SerialsMissing(line=2, missing=1, quantity=3, product="Drill")]
    with pytest.raises(ManyFaults) as refused:
        refuse(faults)
    assert refused.value.faults == tuple(faults)
    assert (refused.value.code, refused.value.status) == ("serials_missing", 422)
    assert "Line 2: 1 of 3 serial numbers of Drill are missing." in str(refused.value)


def test_one_fault_is_itself_and_none_is_nothing():
    with pytest.raises(NotFound):
        refuse([NotFound()])
    assert refuse([]) is None


def test_what_a_check_refuses_can_be_gathered():
    assert faults_of(int, "3") == ()
    fault = OverDelivery(product="Drill", quantity=3, remaining=2)

    def check():
        raise fault

    assert faults_of(check) == (fault,)


def test_a_lacking_right_is_named():
    assert "Maintain packing slips" in str(NotPermitted(permission="Maintain packing slips"))
