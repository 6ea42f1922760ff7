"""What documents print (PRN-1 to PRN-3): read from the rows, said in the document's language, laid out by templates."""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from django.db.models import F, Sum
from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from documents.models import PackingSlip, PackingSlipLine, PackingSlipUnit
from documents.pdf import OnPage, pdf_of
from documents.rules.packing_slip import check_posted
from orders.models import Company

# More numbers than these take longer to print than somebody waits for a page.
NUMBERS_IN_A_REQUEST = 2000

# How many characters of the numbers' typeface stand side by side, so that even two numbers of 50 do.
ROW_LENGTH = 103
GAP = 3

# A block of text takes time to lay out that grows faster than its length: many blocks of this size keep it linear.
ROWS_IN_A_BLOCK = 50


def is_big(packing_slip: PackingSlip) -> bool:
    """Whether it is printed in the background, where its progress can be seen (PRN-3)."""
    registered = packing_slip.lines.aggregate(total=Sum("registered"))["total"]
    return (registered or 0) > NUMBERS_IN_A_REQUEST


def packing_slip_pdf(packing_slip: PackingSlip, *, on_page: OnPage | None = None) -> bytes:
    """The packing slip as PDF, in the language that posting gave it (PRN-1, PRN-2) [not_posted]."""
    check_posted(packing_slip)
    with override(packing_slip.language):
        html = render_to_string("documents/packing_slip/pdf.html", _contents(packing_slip))
        return pdf_of(html, on_page=on_page)


def _contents(packing_slip: PackingSlip) -> dict[str, object]:
    lines = _printed_lines(packing_slip)
    company = Company.objects.get()
    return {
        "company": company,
        "logo": b64encode(company.logo).decode(),
        "language": packing_slip.language,
        "packing_slip": packing_slip,
        "order": packing_slip.order,
        "date": shown_date(packing_slip.document_date),  # type: ignore[arg-type]  # what is posted has one
        "lines": lines,
        "cancelled": all(line.is_reversed for line in lines),
    }


@dataclass(frozen=True)
class PrintedLine:
    """A line of a packing slip with its numbers in the order of their registration; "" is one that was not readable."""

    line: PackingSlipLine
    numbers: list[str]

    @property
    def is_reversed(self) -> bool:
        """Whether all of it was taken back."""
        return self.line.reversed_quantity == self.line.quantity

    @property
    def quantity(self) -> str:
        return shown_number(self.line.quantity)

    @property
    def reversed_quantity(self) -> str:
        return shown_number(self.line.reversed_quantity)

    @property
    def counts(self) -> str:
        """How many of the units have a number, were not readable, have no registration."""
        blank = self.numbers.count("")
        counts: dict[str, Decimal | int] = {
            _("Serial numbers"): len(self.numbers) - blank,
            _("Not readable"): blank,
            _("Without serial number"): self.line.quantity - len(self.numbers),
        }
        return " · ".join(f"{text}: {shown_number(count)}" for text, count in counts.items() if count)

    @property
    def blocks(self) -> list[str]:
        """The numbers as blocks of preformatted text."""
        rows = in_columns([number or _("Not readable") for number in self.numbers])
        return ["\n".join(rows[at : at + ROWS_IN_A_BLOCK]) for at in range(0, len(rows), ROWS_IN_A_BLOCK)]


def _printed_lines(packing_slip: PackingSlip) -> list[PrintedLine]:
    numbers = _numbers_by_line(packing_slip)
    lines = packing_slip.lines.select_related("order_line").with_reversed()
    return [PrintedLine(line, numbers[line.pk]) for line in lines]


def _numbers_by_line(packing_slip: PackingSlip) -> defaultdict[int, list[str]]:
    units = PackingSlipUnit.objects.filter(line__packing_slip=packing_slip).order_by("pk").with_number()
    numbers = defaultdict(list)
    for line_id, number in units.values_list("line_id", F("shown_number")):
        numbers[line_id].append(number)
    return numbers


def in_columns(cells: list[str]) -> list[str]:
    """Rows of as many columns as the longest cell allows, spread over the whole row."""
    if not cells:
        return []
    columns = max(1, (ROW_LENGTH + GAP) // (max(map(len, cells)) + GAP))
    width = (ROW_LENGTH + GAP) // columns
    return [
        "".join(cell.ljust(width) for cell in cells[at : at + columns]).rstrip() for at in range(0, len(cells), columns)
    ]


def shown_date(day: date) -> str:
    """The day in words, as the active language writes it."""
    return format_date(day, "long", locale=_locale())


def shown_number(number: Decimal | int) -> str:
    """The quantity or count as the active language writes it."""
    return format_decimal(number, locale=_locale())


def _locale() -> Locale:
    """That of the active language; English as in Europe, where our customers are."""
    language = get_language()
    return Locale.parse("en_GB" if language == "en" else language)
