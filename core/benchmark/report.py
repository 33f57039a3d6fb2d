"""Tables as files: JSON with provenance, Markdown, pictures, and the report of all of them."""

import json
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import versions
from core.benchmark.cell import Cell
from core.benchmark.charts import draw
from core.benchmark.contents import TABLE_NAMES, make_table
from core.benchmark.costs import costs_markdown, costs_of
from core.benchmark.differences import markdown_rows, points
from core.benchmark.measured import (
    Comparison,
    Entry,
    MeasuredLine,
    MeasuredSection,
    MeasuredTable,
    measure,
)
from core.benchmark.store import Store
from core.benchmark.tables import Column, Line, Scope
from core.data import software_versions
from core.evaluation.provenance import machine
from core.evaluation.results import write_whole
from core.policies import DEFAULT_MODE, MODES

DISCUSSION = "discussion.md"
"""What the tables say, written by hand and kept with them."""
PAGE = "page.md"
"""What the report begins with, written by hand. Its numbers are names of entries; see `fill`."""
PROGRAM = ("python", "-m", "core", "benchmark")
AGAIN = ("--again", "--out", "build/again")
"""Makes cells anew in a folder of their own, to be compared with those that are published."""


def write_report(
    store: Store, scope: Scope, tables: Sequence[str], folder: Path, report: Path
) -> list[Path]:
    """Write `tables`, and those that `folder` has already, from what is known now.

    `folder` gets a JSON, a Markdown file and a picture for each table; `report` is one Markdown
    file with the first page, all tables, what they took, and the discussion. The first page and
    the discussion come from `folder`. Returns the files. Raises :class:`core.data.StorageError`
    if the disk refuses.
    """
    written, parts = [], []
    known: dict[str, MeasuredTable] = {}
    for name in TABLE_NAMES:
        if name not in tables and not (folder / f"{name}.json").exists():
            continue
        measured = measure(make_table(name, scope.whole), store, scope.whole)
        if not measured.known:
            continue
        known[name] = measured
        picture = draw(measured, folder / f"{name}.png")
        text = markdown(measured, scope.whole)
        values = json.dumps(table_json(measured, scope.whole), indent=1, allow_nan=False)
        written.append(write_whole(folder / f"{name}.json", (values + "\n").encode()))
        written.append(write_whole(folder / f"{name}.md", text.encode()))
        if picture is not None:
            written.append(picture)
            text += f"\n![{measured.table.title}]({name}.png)\n"
        parts.append(text)
    if known:
        parts.append(costs_markdown(costs_of(tuple(known), store, scope.whole)))
        page, discussion = (_written_by_hand(folder / name, known) for name in (PAGE, DISCUSSION))
        text = "\n".join((*parts, discussion) if discussion else parts)
        head = f"# Results\n\n`{_command('all', scope)}` makes this file; do not edit it.\n\n"
        text = f"{head}{page}\n{_contents(text)}{text}"
        place = Path(os.path.relpath(folder, report.parent)).as_posix()
        text = re.sub(r"\]\((\w+\.png)\)", rf"]({place}/\1)", text)
        written.append(write_whole(report, text.encode()))
    return written


def _written_by_hand(path: Path, tables: Mapping[str, MeasuredTable]) -> str:
    """The text of `path`, with the numbers that it names; empty if it is not there."""
    return fill(path.read_text("utf-8").strip(), tables) + "\n" if path.is_file() else ""


def fill(text: str, tables: Mapping[str, MeasuredTable]) -> str:
    """`text` with the success rates that it names, such as ``{noise C raw_bc: σ 0.6}``.

    Named are table, regime, method, after a slash the mode (unless it is the default), and the
    title of the column. ``±`` adds the interval. ``Δ`` gives the difference from the baseline of
    the section instead. What was not measured is a dash.
    """

    def rate(match: re.Match[str]) -> str:
        table, regime, method, mode, title, form = match.groups()
        wanted = (regime, method, mode or DEFAULT_MODE)
        for section in tables[table].known if table in tables else ():
            titles = [column.title for column in section.section.columns]
            for each in section.lines:
                line = (each.line.regime, each.line.method, each.line.trial.mode)
                entry = each.entries[titles.index(title)] if title in titles else None
                if line == wanted and entry is not None:
                    forms = {" ±": _rate(entry), " Δ": points(entry.comparison)}
                    return forms.get(form, f"{100 * entry.value:.1f}")
        return "–"

    return re.sub(r"\{(\w+) (\w+) (\w+)(?:/(\w+))?: ([^}]*?)( ±| Δ)?\}", rate, text)


def markdown(measured: MeasuredTable, scope: Scope) -> str:
    """A heading, a table for each section, and the command of each line."""
    table = measured.table
    size = (
        f"{scope.demonstrations} scripted demonstrations a task unless said, "
        f"{scope.episodes} {table.starts}"
    )
    lines = [f"## {table.title}", "", f"{table.about} {size}.", ""]
    if scope.quick:
        lines += ["**A trial run of small networks and few updates: it measures nothing.**", ""]
    complete = measured.complete
    if not all(complete.values()):
        lines += [f"{sum(complete.values())} of {len(complete)} cells are there.", ""]
    for section in measured.known:
        seeds = _seeds(section.scope.seeds)
        lines += [f"### {section.section.title} ({seeds})", "", *_grid(section), ""]
    lines += ["<details><summary>Run a row again</summary>", "", "```"]
    commands = (
        command_of_line(table.name, each.line, section.scope)
        for section in measured.known
        for each in section.lines
    )
    lines += dict.fromkeys(commands)
    lines += ["```", "", "</details>", ""]
    return "\n".join(lines)


def table_json(measured: MeasuredTable, scope: Scope) -> dict[str, Any]:
    """The table as values for JSON."""
    return {
        "table": measured.table.name,
        "title": measured.table.title,
        "provenance": {
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "scope": asdict(scope.whole),
            "versions": software_versions(),
            "machine": machine(),
            "result_versions": {
                "simulation": versions.SIMULATION,
                "learning": versions.LEARNING,
                "evaluation": versions.EVALUATION,
                "modes": {name: mode.version for name, mode in MODES.items()},
            },
            "command": _command(measured.table.name, replace(scope, seeds=measured.seeds)),
        },
        "cells": {
            "wanted": len(measured.complete),
            "there": sum(measured.complete.values()),
        },
        "sections": [
            {
                "title": section.section.title,
                "seeds": section.scope.seeds,
                "rows": [_row(measured.table.name, each, section) for each in section.lines],
            }
            for section in measured.known
        ],
    }


def command_of_line(table: str, line: Line, scope: Scope) -> str:
    """The command that makes all cells of a line again, apart from those that are there."""
    chosen = ("--regimes", line.regime, "--methods", line.method)
    return _command(table, scope, *chosen, again=True)


def command_of_cell(cell: Cell, scope: Scope) -> str:
    """The command that makes one cell again, apart from what is there, with all its trials."""
    return _command("all", scope, "--cell", cell.name, again=True)


def _command(table: str, scope: Scope, *chosen: str, again: bool = False) -> str:
    """The command line, with the options that differ from those of a full (or a quick) run."""
    usual = quick_scope() if scope.quick else Scope()
    words = [*PROGRAM, "--table", table, *chosen, *(["--quick"] if scope.quick else [])]
    for name, option in (
        ("demonstrations", "--demos"),
        ("seeds", "--seeds"),
        ("episodes", "--episodes"),
    ):
        if getattr(scope, name) != getattr(usual, name):
            words += [option, str(getattr(scope, name))]
    return shlex.join([*words, *(AGAIN if again else ())])


def quick_scope() -> Scope:
    """The size of a trial run."""
    return Scope(demonstrations=4, seeds=1, episodes=4, quick=True)


def _grid(section: MeasuredSection) -> list[str]:
    """The Markdown table of a section."""
    columns = section.section.columns
    compared = columns.index(section.section.compared)
    baseline = section.section.baseline
    several = baseline is not None and len(section.lines) > 1
    reported = [
        column.title
        for column in columns
        if any(column.title in line.line.reference for line in section.lines)
    ]
    heads = ["method", *(column.title.replace("_", "-") for column in columns)]
    if several and baseline is not None:
        heads.append(f"compared with {baseline.title} ({columns[compared].title})")
    if reported:
        heads.append(f"reference ({', '.join(reported)})".replace("_", "-"))
    rows = []
    most = max(e.seeds for each in section.lines for e in each.entries if e is not None)
    for each in section.lines:
        title = f"**{each.line.title}**" if each.line == baseline else each.line.title
        usual, counts = most, {e.seeds for e in each.entries if e is not None}
        if len(counts) == 1 and most not in counts:
            (usual,) = counts
            title += f" ({_seeds(usual)})"
        clean = section.section.clean
        whole = None if clean is None else each.entries[columns.index(clean)]
        row = [
            title,
            *(
                _cell(entry, column, usual) + _kept(entry, whole)
                for entry, column in zip(each.entries, columns, strict=True)
            ),
        ]
        if several:
            entry = each.entries[compared]
            row.append(_compared(entry.comparison if entry is not None else None))
        if reported:
            rates = [each.line.reference.get(title) for title in reported]
            text = ", ".join("–" if rate is None else f"{rate:.1f}" for rate in rates)
            row.append(text if any(rate is not None for rate in rates) else "")
        rows.append(row)
    return markdown_rows(heads, rows)


def _cell(entry: Entry | None, column: Column, usual: int) -> str:
    """A number and its interval, and the number of seeds where it is not the `usual` one."""
    if entry is None:
        return "–"
    seeds = "" if entry.seeds == usual else f" ({_seeds(entry.seeds)})"
    if column.measure is not None:
        return f"{entry.value:.3g}{seeds}"
    return _rate(entry) + seeds


def _rate(entry: Entry) -> str:
    """Such as `92.4 [90, 95]`."""
    return f"{100 * entry.value:.1f} [{100 * entry.low:.0f}, {100 * entry.high:.0f}]"


def _seeds(count: int) -> str:
    return f"{count} training seed{'s' if count > 1 else ''}"


def _kept(entry: Entry | None, whole: Entry | None) -> str:
    """Share of the clean success that is kept, such as `, 92%`; of the same trainings only."""
    if entry is None or whole is None or entry is whole or not whole.value:
        return ""
    if entry.seeds != whole.seeds:
        return ""
    return f", {100 * entry.value / whole.value:.0f}%"


def _compared(comparison: Comparison | None) -> str:
    """Such as `−3.2 [−7.1, 0.4] (won 4, lost 9; p 0.04 0.21 <.001)`: points and their interval,
    starts, McNemar's p by seed."""
    if comparison is None:
        return ""
    values = " ".join(
        "<.001" if seed.p_value < 0.001 else f"{seed.p_value:.2g}" for seed in comparison.seeds
    )
    return f"{points(comparison)} (won {comparison.won}, lost {comparison.lost}; p {values})"


def _row(table: str, each: MeasuredLine, section: MeasuredSection) -> dict[str, Any]:
    entries = {}
    for column, entry in zip(section.section.columns, each.entries, strict=True):
        if entry is not None:
            entries[column.title] = asdict(entry)
            if column.measure is None:
                entries[column.title]["condition"] = column.condition.to_dict()
            if column.title in each.line.reference:
                entries[column.title]["reference"] = each.line.reference[column.title] / 100
    return {
        "title": each.line.title,
        "regime": each.line.regime,
        "method": each.line.method,
        "mode": each.line.trial.mode,
        "baseline": each.line == section.section.baseline,
        "command": command_of_line(table, each.line, section.scope),
        "training_seconds": each.training_seconds,
        "updates": each.updates,
        "entries": entries,
    }


def _contents(text: str) -> str:
    """Links to the second-level headings of `text`."""
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    links = (
        f"[{title}](#{re.sub('[^a-z0-9 -]', '', title.lower()).replace(' ', '-')})"
        for title in titles
    )
    return " · ".join(links) + "\n\n"
