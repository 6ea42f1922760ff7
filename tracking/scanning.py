"""What a scan says: the one policy that turns scanned, typed, pasted or posted text into a serial number (REG-9)."""

from __future__ import annotations

import enum
import re

from django.utils.translation import gettext as _

from serialreg.errors import SerialInvalid
from tracking.models.number import MAX_LENGTH

SHOWN = 30  # how much of a refused text is shown again

_END_OF_SCAN = re.compile(r"(\r\n|\r|\n|\t)\Z")
_SYMBOLOGY = re.compile(r"\A\][A-Za-z][0-9A-Za-z]")
_NUMBER = re.compile(r"[\x21-\x7e]+")


class ScanMode(enum.StrEnum):
    """What a scan does to the list (REG-2)."""

    ADD = "add"
    REMOVE = "remove"


# Barcodes that change the mode. The blank in them keeps them apart from every serial number.
COMMANDS = {"MODE ADD": ScanMode.ADD, "MODE REMOVE": ScanMode.REMOVE}


def command_of(text: str) -> ScanMode | None:
    """The mode that a command barcode sets; None for anything else."""
    return COMMANDS.get(text.strip().upper())


def serial_of(text: str, *, line: int | None = None, index: int | None = None) -> str:
    """The serial number in a scanned text; "" for an empty scan, which does nothing [serial_invalid].

    One trailing end of scan goes, then outer blanks, then the symbology prefix that a scanner may be set to send.
    Nothing is ever taken from the middle.
    """
    number = _SYMBOLOGY.sub("", _END_OF_SCAN.sub("", text).strip(" "))
    if number and not (_NUMBER.fullmatch(number) and len(number) <= MAX_LENGTH):
        raise SerialInvalid(field="text", line=line, index=index, shown=printable(number), why=_why(number))
    return number


def printable(text: str) -> str:
    """The beginning of a hostile text with every character that is not printable ASCII replaced by its code point."""
    shown = "".join(sign if " " <= sign <= "~" else f"⟨U+{ord(sign):04X}⟩" for sign in text[:SHOWN])
    return shown + ("…" if len(text) > SHOWN else "")


def _why(number: str) -> str:
    if " " in number:
        return _("it holds a blank")
    strange = next((sign for sign in number if not "!" <= sign <= "~"), None)
    if strange is not None:
        return _("it holds the character %(code)s") % {"code": f"U+{ord(strange):04X}"}
    return _("it has %(length)s characters") % {"length": len(number)}
