"""The benchmark: methods, ablations and regimes, trained, measured and put into tables."""

from core.benchmark.cell import Cell, Trial
from core.benchmark.cluster import RayWorkers
from core.benchmark.contents import TABLE_NAMES, make_table
from core.benchmark.differences import differences_markdown
from core.benchmark.errors import (
    BenchmarkError,
    DamagedResultError,
    ScopeError,
)
from core.benchmark.measured import MeasuredTable, measure
from core.benchmark.methods import ABLATIONS, METHODS, REGIMES, configuration
from core.benchmark.report import command_of_cell, quick_scope, write_report
from core.benchmark.runner import Schedule, State, make_schedule, run
from core.benchmark.store import Store
from core.benchmark.tables import Scope, Wanted, together, wanted
from core.benchmark.workers import LocalWorkers

__all__ = [
    "ABLATIONS",
    "METHODS",
    "REGIMES",
    "TABLE_NAMES",
    "BenchmarkError",
    "Cell",
    "DamagedResultError",
    "LocalWorkers",
    "MeasuredTable",
    "RayWorkers",
    "Schedule",
    "Scope",
    "ScopeError",
    "State",
    "Store",
    "Trial",
    "Wanted",
    "command_of_cell",
    "configuration",
    "differences_markdown",
    "make_schedule",
    "make_table",
    "measure",
    "quick_scope",
    "run",
    "together",
    "wanted",
    "write_report",
]
