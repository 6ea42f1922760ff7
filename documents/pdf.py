"""HTML to PDF (PRN-5)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import get_ident

from weasyprint import HTML
from weasyprint.urls import URLFetcher

OnPage = Callable[[int], object]

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
    """WeasyPrint says how far it is in its log, and nowhere else."""
    thread = get_ident()

    def tell(record: logging.LogRecord) -> bool:
        # Another thread may be rendering another document at the same time.
        if on_page and record.thread == thread and record.msg.startswith("Step 5 - Creating layout - Page %d"):
            on_page(*record.args)  # type: ignore[misc]  # the page's number is the one argument
        return True

    _progress.addFilter(tell)
    try:
        yield
    finally:
        _progress.removeFilter(tell)
