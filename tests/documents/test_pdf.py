"""HTML to PDF: tagged, with its fonts, and with nothing from outside."""

from __future__ import annotations

import base64
import threading
from pathlib import Path

import pytest

from documents.pdf import pdf_of
from tests.pdf import read_pdf

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def page(body: str, head: str = "") -> str:
    return f'<html lang="nb"><head><title>Følgeseddel 7</title>{head}</head><body>{body}</body></html>'


@pytest.mark.rule("PRN-5")
def test_it_is_tagged_with_title_and_language_and_has_its_fonts() -> None:
    pdf = read_pdf(pdf_of(page("<style>pre { font-family: DejaVu Sans Mono }</style><h1>Hei</h1><pre>SN1</pre>")))

    assert (pdf.tagged, pdf.title, pdf.language) == (True, "Følgeseddel 7", "nb")
    assert len(pdf.fonts) == 2
    assert all(pdf.fonts.values())


def test_a_data_url_is_a_picture() -> None:
    data = base64.b64encode(PICTURE).decode()

    assert read_pdf(pdf_of(page(f'<img alt="" src="data:image/png;base64,{data}">'))).pictures == 1


@pytest.mark.parametrize("path", ["file://{}", "{}", "//localhost{}"], ids=["url", "path", "host"])
def test_a_file_is_never_embedded(path: str, tmp_path: Path) -> None:
    picture, style, secret = tmp_path / "a.png", tmp_path / "a.css", tmp_path / "secret.txt"
    picture.write_bytes(PICTURE)
    style.write_text('p::before { content: "from the style sheet" }')
    secret.write_text("secret")
    links = [
        f'<link rel="stylesheet" href="{path.format(style)}">',
        f'<link rel="attachment" href="{path.format(secret)}">',
        f'<style>@import "{path.format(style)}"; body {{ background: url({path.format(picture)}) }}</style>',
    ]
    body = f'<p>Here</p><img alt="" src="{path.format(picture)}"><object data="{path.format(picture)}"></object>'

    pdf = read_pdf(pdf_of(page(body, "".join(links))))

    assert (pdf.text.strip(), pdf.pictures, pdf.attachments) == ("Here", 0, 0)


@pytest.mark.rule("PRN-3")
def test_each_page_is_told_as_it_is_laid_out() -> None:
    told: list[int] = []

    pdf_of(
        page('<p>One</p><p style="break-before: page">Two</p><p style="break-before: page">Three</p>'),
        on_page=told.append,
    )
    pdf_of(page("<p>Nobody asks about this one</p>"))

    assert told == [1, 2, 3]


def test_pages_of_another_thread_are_not_told() -> None:
    told: list[int] = []

    def meanwhile(first: int) -> None:
        told.append(first)
        other = threading.Thread(target=pdf_of, args=(page("<p>Another document</p>"),))
        other.start()
        other.join()

    pdf_of(page("<p>One page</p>"), on_page=meanwhile)

    assert told == [1]
