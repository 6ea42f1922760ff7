"""How time and memory of a print grow with its numbers (PRN-3)."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest

from documents.models import PackingSlip
from documents.printing import packing_slip_pdf
from tests.factories import PackingSlipFactory, PackingSlipLineFactory, SalesOrderLineFactory, register_many
from tests.pdf import read_pdf

SIZES = [1000, 10_000, 20_000]
PEAK_RESET = Path("/proc/self/clear_refs")  # Linux; elsewhere the memory is not measured
RUNS = 3  # of which the fastest counts: the others were disturbed
LINEAR = 1.25  # times the cost of a number, for twice as many numbers


@pytest.mark.benchmark
@pytest.mark.rule("PRN-3")
@pytest.mark.django_db
def test_time_grows_linearly_with_the_numbers() -> None:
    packing_slip_pdf(_packing_slip(1))  # loads the fonts
    print("\n numbers  pages  seconds  µs a number  ratio  peak MB  of it new")
    costs = {}
    for size in SIZES:
        packing_slip = _packing_slip(size)
        before = _reset_peak()
        seconds, pdf = min(_timed(packing_slip) for _time in range(RUNS))
        peak = _peak()
        costs[size] = seconds / size
        pages, each, ratio = len(read_pdf(pdf).pages), costs[size] * 1e6, costs[size] / costs[SIZES[0]]
        print(f"{size:8,} {pages:6} {seconds:8.2f} {each:12.0f} {ratio:6.2f} {peak:8.0f} {peak - before:10.0f}")
    assert costs[20_000] <= LINEAR * costs[10_000]


def _timed(packing_slip: PackingSlip) -> tuple[float, bytes]:
    start = time.perf_counter()
    pdf = packing_slip_pdf(packing_slip)
    return time.perf_counter() - start, pdf


def _packing_slip(size: int) -> PackingSlip:
    order_line = SalesOrderLineFactory(quantity=Decimal(size))
    packing_slip = PackingSlipFactory(posted=True, order=order_line.order)
    line = PackingSlipLineFactory(packing_slip=packing_slip, order_line=order_line)
    register_many(line, [f"X200-2026-{number:07d}" for number in range(size)])
    return packing_slip


def _reset_peak() -> float:
    """Forget the peak; answer with what the process holds."""
    if PEAK_RESET.exists():
        PEAK_RESET.write_text("5")
    return _peak()


def _peak() -> float:
    """The most megabytes that the process held since the reset."""
    if not PEAK_RESET.exists():
        return float("nan")
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
