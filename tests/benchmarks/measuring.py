"""How times are taken, and the table that shows them.

This machine's speed is of no interest to another, so every time is compared with a floor that is measured in the same
run, in turns with it: what else the machine does meanwhile hits both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

VERDICT = {True: "reached", False: "MISSED"}


def medians(works: Mapping[str, Callable[[], object]], *, rounds: int, warm_up: int = 0) -> dict[str, float]:
    """The median seconds of each work, done in turns."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(warm_up + rounds):
        for name, work in works.items():
            begin = perf_counter()
            work()
            if turn >= warm_up:
                times[name].append(perf_counter() - begin)
    return {name: median(taken) for name, taken in times.items()}


@dataclass
class Table:
    """What was measured, a row at a time; printed when all is done."""

    title: str
    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    def add(self, work: str, measured: str, *, floor: str, ratio: float, limit: float, at_least: bool = False) -> None:
        """A figure whose target is a ratio to its floor: at most the limit, or at least."""
        reached = ratio >= limit if at_least else ratio <= limit
        target = f"{'at least' if at_least else 'at most'} {limit:g}"
        self.rows.append((work, measured, floor, f"{ratio:.2f}", f"{target}: {VERDICT[reached]}"))

    def add_count(self, work: str, count: int, *, limit: int) -> None:
        """A number of queries and its target."""
        self.rows.append((work, str(count), "", "", f"at most {limit}: {VERDICT[count <= limit]}"))

    def __str__(self) -> str:
        rows = [("Work", "Measured", "Floor", "Ratio", "Target"), *self.rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        head, *body = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        return "\n".join([self.title, "", head, rule, *body])
