"""Tables as files: JSON with provenance, Markdown, pictures, and the report of all of them."""

import json
import os
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import versions
from core.benchmark.cell import Cell
from core.benchmark.charts import draw
from core.benchmark.contents import TABLE_NAMES, make_table
from core.benchmark.costs import costs_markdown, costs_of
from core.benchmark.differences import points
from core.benchmark.measured import (
    Comparison,
    Entry,
    MeasuredLine,
    MeasuredSection,
    MeasuredTable,
    measure,
)
from core.benchmark.methods import UPDATES
from core.benchmark.store import Store
from core.benchmark.tables import Column, Line, Scope
from core.data import software_versions
from core.evaluation.provenance import machine
from core.evaluation.results import write_whole
from core.policies import MODES

DISCUSSION = "discussion.md"
"""Hand-written part of the report, kept beside the tables."""
PROGRAM = ("python", "-m", "core", "benchmark")
AGAIN = ("--again", "--out", "build/again")
"""Makes cells anew in a folder of their own, to be held beside those that are published."""


def write_report(
    store: Store, scope: Scope, tables: Sequence[str], folder: Path, report: Path
) -> list[Path]:
    """Write `tables`, and those that `folder` has already, from what is known now.

    `folder` gets a JSON, a Markdown file and a picture for each table; `report` is one Markdown
    file with all of them, what they took, and the discussion from `folder`. Returns the files.
    Raises :class:`core.data.StorageError` if the disk refuses.
    """
    written, parts, told = [], [], []
    for name in TABLE_NAMES:
        if name not in tables and not (folder / f"{name}.json").exists():
            continue
        measured = measure(make_table(name, scope.whole), store, scope.whole)
        if not measured.known:
            continue
        picture = draw(measured, folder / f"{name}.png")
        text = markdown(measured, scope.whole)
        values = json.dumps(table_json(measured, scope.whole), indent=1, allow_nan=False)
        written.append(write_whole(folder / f"{name}.json", (values + "\n").encode()))
        written.append(write_whole(folder / f"{name}.md", text.encode()))
        if picture is not None:
            written.append(picture)
            link = Path(os.path.relpath(picture, report.parent)).as_posix()
            text += f"\n![{measured.table.title}]({link})\n"
        parts.append(text)
        told.append(name)
    if parts:
        parts.append(costs_markdown(costs_of(told, store, scope.whole)))
        whole = _whole(parts, scope, folder / DISCUSSION)
        written.append(write_whole(report, whole.encode()))
    return written


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
            "command": shlex.join(
                [
                    *PROGRAM,
                    *("--table", measured.table.name),
                    *_size(replace(scope, seeds=measured.seeds)),
                ]
            ),
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
    return shlex.join([*PROGRAM, "--table", table, *chosen, *_size(scope), *AGAIN])


def command_of_cell(cell: Cell, scope: Scope) -> str:
    """The command that makes one cell again, apart from what is there, with all its trials."""
    words = ["--table", "all", "--cell", cell.name, *_size(scope), *AGAIN]
    return shlex.join([*PROGRAM, *words])


def _size(scope: Scope) -> list[str]:
    """Options that differ from the defaults of a full (or a quick) run."""
    usual = quick_scope() if scope.quick else Scope()
    words = ["--quick"] if scope.quick else []
    for name, option in (
        ("demonstrations", "--demos"),
        ("seeds", "--seeds"),
        ("episodes", "--episodes"),
    ):
        if getattr(scope, name) != getattr(usual, name):
            words += [option, str(getattr(scope, name))]
    return words


def quick_scope() -> Scope:
    """The size of a trial run."""
    return Scope(demonstrations=4, seeds=1, episodes=4, quick=True)


def _grid(section: MeasuredSection) -> list[str]:
    """The Markdown table of a section."""
    columns = section.section.columns
    compared = columns.index(section.section.compared)
    baseline = section.section.baseline
    several = baseline is not None and len(section.lines) > 1
    referred = [
        column.title
        for column in columns
        if any(column.title in line.line.reference for line in section.lines)
    ]
    heads = ["method", *(column.title.replace("_", "-") for column in columns)]
    if several and baseline is not None:
        heads.append(f"beside {baseline.title} ({columns[compared].title})")
    if referred:
        heads.append(f"reference ({', '.join(referred)})".replace("_", "-"))
    rows = [heads, ["---", *["---:"] * (len(heads) - 1)]]
    most = max(e.seeds for each in section.lines for e in each.entries if e is not None)
    for each in section.lines:
        row = [each.line.title]
        if each.line == baseline:
            row[0] = f"**{each.line.title}**"
        usual, counts = most, {e.seeds for e in each.entries if e is not None}
        if len(counts) == 1 and most not in counts:
            (usual,) = counts
            row[0] += f" ({_seeds(usual)})"
        clean = section.section.clean
        whole = None if clean is None else each.entries[columns.index(clean)]
        for entry, column in zip(each.entries, columns, strict=True):
            row.append(_cell(entry, column, usual) + _kept(entry, whole))
        if several:
            entry = each.entries[compared]
            row.append(_beside(entry.comparison if entry is not None else None))
        if referred:
            rates = [each.line.reference.get(title) for title in referred]
            known = any(rate is not None for rate in rates)
            text = ", ".join("–" if rate is None else f"{rate:.1f}" for rate in rates)
            row.append(text if known else "")
        rows.append(row)
    return [f"| {' | '.join(row)} |" for row in rows]


def _cell(entry: Entry | None, column: Column, usual: int) -> str:
    """A number and its interval, and the number of seeds where it is not the `usual` one."""
    if entry is None:
        return "–"
    seeds = "" if entry.seeds == usual else f" ({_seeds(entry.seeds)})"
    if column.quality is not None:
        return f"{entry.value:.3g}{seeds}"
    return f"{100 * entry.value:.1f} [{100 * entry.low:.0f}, {100 * entry.high:.0f}]{seeds}"


def _seeds(count: int) -> str:
    return f"{count} training seed{'s' if count > 1 else ''}"


def _kept(entry: Entry | None, whole: Entry | None) -> str:
    """Share of the clean success that is kept, such as `, 92%`; of the same trainings only."""
    if entry is None or whole is None or entry is whole or not whole.value:
        return ""
    if entry.seeds != whole.seeds:
        return ""
    return f", {100 * entry.value / whole.value:.0f}%"


def _beside(comparison: Comparison | None) -> str:
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
        if entry is None:
            continue
        values: dict[str, Any] = {
            "value": entry.value,
            "low": entry.low,
            "high": entry.high,
            "seeds": entry.seeds,
        }
        if column.quality is None:
            values["condition"] = column.condition.to_dict()
        if entry.comparison is not None:
            values["beside_baseline"] = {
                "difference": entry.comparison.difference,
                "low": entry.comparison.low,
                "high": entry.comparison.high,
                "by_seed": [asdict(seed) for seed in entry.comparison.seeds],
            }
        if column.title in each.line.reference:
            values["reference"] = each.line.reference[column.title] / 100
        entries[column.title] = values
    return {
        "title": each.line.title,
        "regime": each.line.regime,
        "method": each.line.method,
        "mode": each.line.mode,
        "baseline": each.line == section.section.baseline,
        "command": command_of_line(table, each.line, section.scope),
        "training_seconds": each.training_seconds,
        "updates": each.updates,
        "entries": entries,
    }


def _whole(parts: Iterable[str], scope: Scope, discussion: Path) -> str:
    """The report: how to read it, the tables, and the discussion."""
    command = shlex.join([*PROGRAM, "--table", "all", *_size(scope)])
    updates = UPDATES["training"]
    head = f"""# Results

Made by `{command}`, which trains and measures only what is not in `{discussion.parent.name}/cells`
or was made by other settings, data or code. Do not edit: tables are generated, the discussion is
`{discussion.parent.name}/{discussion.name}`.

Success in percent with 95% intervals by bootstrap over starts and training seeds; Wilson's for one
training and one task, and where all outcomes are alike. Three trainings are few, and where they
differ much an interval is too narrow. "Beside" gives the difference in points over the seeds that
both rows have, its interval (the same starts and seeds drawn for both), the starts that only this
row and only the other solved, and McNemar's exact p for each training seed: a test of two trained
policies, not of two methods, and one of many in a table; `python -m core differences` holds rows
beside any other, in every column. The demonstrations are scripted, with the
faults of a person's. "Reference" is what the reference description of the method reports for its
own tasks, which are not ours; its ACT-JEPA has no inverse dynamics.

All methods share inputs, augmentation, encoder, head, memory and batch. An end-to-end or joint row
makes {updates["steps"]:,} updates of everything, a frozen one as many of the representation and
then {updates["head_steps"]:,} of the head: every part is updated equally often.

"""
    text = "\n".join(parts)
    if discussion.is_file():
        text += "\n" + discussion.read_text("utf-8").strip() + "\n"
    return head + _contents(text) + text


def _contents(text: str) -> str:
    """Links to the second-level headings of `text`."""
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    links = (
        f"[{title}](#{re.sub('[^a-z0-9 -]', '', title.lower()).replace(' ', '-')})"
        for title in titles
    )
    return " · ".join(links) + "\n\n"
