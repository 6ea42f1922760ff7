"""Reads PDFs as their readers see them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw


@dataclass(frozen=True)
class Pdf:
    pages: list[str]
    title: str
    language: str
    tagged: bool
    fonts: dict[str, bool]  # by name: whether it is in the file
    pictures: int
    attachments: int

    @property
    def text(self) -> str:
        return "\n".join(self.pages)


def read_pdf(data: bytes) -> Pdf:
    """The text of every page, and what else tests ask about."""
    document = pypdfium2.PdfDocument(data)
    try:
        objects = [found for page in document for found in page.get_objects()]
        return Pdf(
            pages=[_text(page) for page in document],
            title=document.get_metadata_value("Title"),
            language=_string(raw.FPDFCatalog_GetLanguage, document.raw, ctypes.c_ushort, "utf-16-le"),
            tagged=document.is_tagged(),
            fonts=dict(_font(found) for found in objects if found.type == raw.FPDF_PAGEOBJ_TEXT),
            pictures=sum(found.type == raw.FPDF_PAGEOBJ_IMAGE for found in objects),
            attachments=document.count_attachments(),
        )
    finally:
        document.close()


def _text(page: pypdfium2.PdfPage) -> str:
    text: str = page.get_textpage().get_text_range()
    return text.replace("\r\n", "\n")


def _font(text: pypdfium2.PdfObject) -> tuple[str, bool]:
    font = raw.FPDFTextObj_GetFont(text.raw)
    name = _string(raw.FPDFFont_GetBaseFontName, font, ctypes.c_char, "utf-8")
    return name, raw.FPDFFont_GetIsEmbedded(font) == 1


def _string(get: object, of: object, unit: type, encoding: str) -> str:
    """What one of PDFium's functions writes into a buffer whose length it tells first."""
    length = get(of, None, 0)
    buffer = (unit * length)()
    get(of, buffer, length)
    return bytes(buffer).decode(encoding).rstrip("\0")


def words(page: str) -> Iterator[str]:
    """What stands between blanks, like serial numbers in columns."""
    yield from page.split()
