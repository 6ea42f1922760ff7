"""Serial number formats: a mask with a sample, which stops the wrong label on the box (SET-5)."""

from __future__ import annotations

from functools import lru_cache
from itertools import cycle
from string import ascii_uppercase, digits

from django.utils.translation import gettext as _
from stdnum import luhn

from serialreg.errors import MaskInvalid, SerialFormat
from tracking.models import TrackingDimensionGroup, fold
from tracking.models.number import MAX_LENGTH

ESCAPE = "\\"
PLACES = {"A": ascii_uppercase, "9": digits, "*": ascii_uppercase + digits}


@lru_cache(maxsize=256)
def compile_mask(mask: str) -> tuple[str, ...]:
    """For each position, the folded characters that it takes [serial_format].

    A sign of the mask is one position, so matching never looks back: no mask can make it slow.
    """
    if len(mask) > MAX_LENGTH:
        raise _invalid(_("it is longer than %(most)s signs.") % {"most": MAX_LENGTH})
    signs = iter(mask)
    return tuple(_literal(next(signs, "")) if sign == ESCAPE else PLACES.get(sign) or _literal(sign) for sign in signs)


def _literal(sign: str) -> str:
    if not sign:
        raise _invalid(_("a \\ stands at its end, with no sign after it."))
    if not "!" <= sign <= "~":
        raise _invalid(_("it holds a character that no serial number has (U+%(code)04X).") % {"code": ord(sign)})
    return fold(sign)


def _invalid(why: str, field: str = "serial_format") -> MaskInvalid:
    return MaskInvalid(field=field, why=why)


def fits(number: str, mask: str, *, with_check_digit: bool) -> bool:
    """Whether the number has this format. Case does not matter, as everywhere with serial numbers (REG-3)."""
    places = compile_mask(mask)
    return (
        len(number) == len(places)
        and all(sign in place for sign, place in zip(fold(number), places, strict=True))
        and (not with_check_digit or luhn.is_valid(_digits_of(number)))
    )


def _digits_of(number: str) -> str:
    """What the check digit checks: letters and signs are passed over."""
    return "".join(sign for sign in number if sign in digits)


def matches(group: TrackingDimensionGroup, number: str) -> bool:
    """Whether the number looks like those of the group; any number does where the group has no format."""
    return not group.serial_format or fits(number, group.serial_format, with_check_digit=group.serial_format_luhn)


def check_format(group: TrackingDimensionGroup, number: str, product_name: str, *, index: int | None = None) -> None:
    """Refuse a number that does not look like those of the group (SET-5) [serial_format]."""
    if not matches(group, number):
        raise SerialFormat(
            field="text", index=index, number=number, product=product_name, sample=group.serial_format_sample
        )


def check_mask(mask: str, sample: str, *, with_check_digit: bool) -> None:
    """Refuse a format that says nothing, or that its own sample does not have (SET-5) [serial_format]."""
    if not mask:
        if with_check_digit:
            raise _invalid(_("a check digit needs a format with a digit at its end."))
        return
    if with_check_digit and compile_mask(mask)[-1] != digits:
        raise _invalid(_("the check digit is the last sign of the number, so the format must end with 9."))
    if not fits(sample, mask, with_check_digit=with_check_digit):
        raise _invalid(_("“%(sample)s” does not match it.") % {"sample": sample}, field="serial_format_sample")


def sample_for(mask: str, *, with_check_digit: bool) -> str:
    """A number of this format, for the clerk who gives no sample."""
    letter, digit = cycle(ascii_uppercase), cycle("1234567890")
    # What takes both gets a letter: it shows that letters are possible.
    sample = "".join(
        place if len(place) == 1 else next(letter) if place[0] == "A" else next(digit) for place in compile_mask(mask)
    )
    if with_check_digit and sample:
        return sample[:-1] + luhn.calc_check_digit(_digits_of(sample[:-1]))
    return sample
