"""Rows of a table compared with any one of them, in every column."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.benchmark.measured import Comparison, MeasuredSection, measure
from core.benchmark.store import Store
from core.benchmark.tables import Scope, Table
from core.errors import UnknownNameError


def points(comparison: Comparison | None) -> str:
    """Such as `−3.2 [−7.1, 0.4]`: the difference and its 95% interval, in points of percent."""
    if comparison is None:
        return ""
    low, high = (f"{100 * end:.1f}" for end in (comparison.low, comparison.high))
    return f"{100 * comparison.difference:+.1f} [{low}, {high}]".replace("-", "−")


def differences_markdown(table: Table, method: str, store: Store, scope: Scope) -> str:
    """Every row of `table` compared with the row of `method`, section by section, in all columns.

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
    rows = [
        [each.line.title, *("" if e is None else points(e.comparison) for e in each.entries)]
        for each in measured.lines
    ]
    title = f"### {section.title}, compared with {section.baseline.title}"
    return "\n".join([title, "", *markdown_rows(heads, rows), ""])


def markdown_rows(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; all columns but the first are numbers."""
    ruler = ["---", *["---:"] * (len(heads) - 1)]
    return [f"| {' | '.join(row)} |" for row in (heads, ruler, *rows)]
