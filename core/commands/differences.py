"""`python -m core differences`: rows of the benchmark's tables compared with any one of them."""

import sys
from dataclasses import dataclass
from pathlib import Path

from core.commands.program import SUCCESS, UsageError


@dataclass(frozen=True)
class Differences:
    """Print how the rows of a finished table differ from one of its rows, with intervals.

    Differences are in points of success, over the training seeds that both rows have, with 95%
    intervals for which the same starts and seeds are drawn for both. Nothing is run.

    Example: python -m core differences --table noise --compared-with raw_bc
    """

    table: str
    """main, noise, modes, ablation, data, collapse or ideas."""
    compared_with: str
    """Name of the method that the others are compared with, such as raw_bc."""
    results: Path = Path("docs/results")
    """Folder that the benchmark wrote its tables to."""

    def run(self) -> int:
        """Run the command; returns the exit code."""
        cells = self.results.expanduser() / "cells"
        if not cells.is_dir():
            raise UsageError(f"{cells} is not there; name the folder of a benchmark with --results")
        from core import benchmark

        scope = benchmark.Scope()
        table = benchmark.make_table(self.table, scope)
        store = benchmark.Store(cells)
        text = benchmark.differences_markdown(table, self.compared_with, store, scope)
        if not text:
            raise UsageError(f"{cells} has nothing of table {self.table} yet; run the benchmark")
        sys.stdout.write(text)
        return SUCCESS
