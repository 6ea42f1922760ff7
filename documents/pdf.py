"""HTML to PDF (PRN-5)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import get_ident

from weasyprint import HTML
from weasyprint.urls import URLFetcher

OnPage = Callable[[int], None]

_progress = logging.getLogger("weasyprint.progress")


def pdf_of(html: str, *, on_page: OnPage | None = None) -> bytes:
    """The HTML as tagged PDF (PDF/UA-1) with its fonts; `on_page` is told each page as it is laid out.

    Nothing is fetched: pictures must be data: URLs. A document that names a file or a site prints without it.
    """
    nothing_from_outside = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    with _telling(on_page):
        pdf: bytes = HTML(string=html, url_fetcher=nothing_from_outside).write_pdf(pdf_variant="pdf/ua-1")
    return pdf


@contextmanager
def _telling(on_page: OnPage | None) -> Iterator[None]:
    if on_page is None:
        yield
        return
    pages = _PageHandler(on_page)
    _progress.addHandler(pages)
    try:
        yield
    finally:
        _progress.removeHandler(pages)


class _PageHandler(logging.Handler):
    """WeasyPrint says how far it is in its log, and nowhere else."""

    def __init__(self, on_page: OnPage) -> None:
        super().__init__()
        self._on_page = on_page
        self._thread = get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        # Another thread may be rendering another document at the same time.
        if record.thread == self._thread and record.msg.startswith("Step 5 - Creating layout - Page %d"):
            (page,) = record.args  # type: ignore[misc]  # the message has one argument
            self._on_page(page)  # type: ignore[arg-type]
