"""Rows of a table beside any one of them, in every column."""

from dataclasses import replace

from core.benchmark.errors import UnknownNameError
from core.benchmark.measured import Comparison, MeasuredSection, measure
from core.benchmark.store import Store
from core.benchmark.tables import Scope, Table


def points(comparison: Comparison) -> str:
    """Such as `−3.2 [−7.1, 0.4]`: the difference and its 95% interval, in points of percent."""
    low, high = (f"{100 * end:.1f}" for end in (comparison.low, comparison.high))
    return f"{100 * comparison.difference:+.1f} [{low}, {high}]".replace("-", "−")


def differences_markdown(table: Table, method: str, store: Store, scope: Scope) -> str:
    """Every row of `table` beside the row of `method`, section by section, in all columns.

    Sections without that row are left out; where several rows have the method, the first counts.
    Raises :class:`UnknownNameError` if no section has it.
    """
    sections = []
    for section in table.sections:
        baseline = next((line for line in section.lines if line.method == method), None)
        if baseline is not None:
            sections.append(replace(section, baseline=baseline))
    if not sections:
        known = (line.method for section in table.sections for line in section.lines)
        raise UnknownNameError("method", method, tuple(dict.fromkeys(known)))
    measured = measure(replace(table, sections=tuple(sections)), store, scope)
    return "\n".join(_grid(section) for section in measured.known)


def _grid(measured: MeasuredSection) -> str:
    section = measured.section
    assert section.baseline is not None
    heads = ["method", *(column.title for column in section.columns)]
    rows = [heads, ["---", *["---:"] * (len(heads) - 1)]]
    for each in measured.lines:
        compared = (None if entry is None else entry.comparison for entry in each.entries)
        rows.append([each.line.title, *("" if c is None else points(c) for c in compared)])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"### {section.title}, beside {section.baseline.title}", "", *lines, ""])
