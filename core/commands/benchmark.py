"""`python -m core benchmark`: train and measure every method, and make the tables."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.commands.process import stop_on_interrupt, use_one_torch_thread
from core.commands.program import FAILURE, INTERRUPTED, SUCCESS, UsageError, say_saved
from core.commands.progress import ProgressBar
from core.data import require_writable

if TYPE_CHECKING:
    from core.benchmark import Schedule, Scope, Store, Wanted

OUT = Path("docs/results")
QUICK_OUT = Path("build/benchmark-quick")


@dataclass(frozen=True)
class Benchmark:
    """Train every method, measure it on held-out starts, and make tables, pictures and a report.

    Finished cells are kept and used again while their settings, data and versions are unchanged, so
    a benchmark can be stopped at any time and goes on where it was. The files written go to
    standard output, progress to standard error.

    Example: python -m core benchmark --table main --tasks push --methods raw_bc act_jepa
    """

    table: tuple[str, ...] = ("main",)
    """main, noise, modes, ablation, data, collapse, ideas or all."""
    tasks: tuple[str, ...] | None = None
    """Run only these tasks."""
    regimes: tuple[str, ...] | None = None
    """Run only these regimes: A, B or C."""
    methods: tuple[str, ...] | None = None
    """Run only these methods, ablations or ideas."""
    cell: tuple[str, ...] | None = None
    """Run only these cells, each REGIME/METHOD/TASK/DEMONSTRATIONS/SEED."""
    demos: int | None = None
    """Demonstrations of each task; 100 unless --quick."""
    seeds: int | None = None
    """Number of training seeds; 3 unless --quick."""
    episodes: int | None = None
    """Held-out starts of an evaluation; 200 unless --quick."""
    out: Path | None = None
    """Folder of cells, tables and pictures; docs/results unless --quick."""
    report: Path | None = None
    """Report with all tables; RESULTS.md next to docs/results, else in the folder of --out."""
    cache: Path = Path("recordings/benchmark")
    """Folder where demonstrations and checkpoints are kept; may be deleted."""
    again: bool = False
    """Make the chosen cells anew even if they are there, with all that is known of them."""
    quick: bool = False
    """A trial run of small networks in about a minute; measures nothing, kept apart."""
    workers: int | None = None
    """Processes at a time; one for each core unless given."""
    ray: str | None = None
    """Address of a Ray cluster to run on, or "local"."""

    def run(self) -> int:
        """Run the command; returns the exit code."""
        if self.workers is not None and self.workers < 1:
            raise UsageError(f"--workers is {self.workers}; expected at least 1")
        use_one_torch_thread()
        from core import benchmark

        scope = _scope(self)
        out = (self.out or (QUICK_OUT if self.quick else OUT)).expanduser().absolute()
        report = out.parent if out == OUT.absolute() else out
        report = (self.report or report / "RESULTS.md").expanduser().absolute()
        require_writable(report.parent)  # before hours of work
        store = benchmark.Store(require_writable(out / "cells"))
        cache = require_writable(self.cache.expanduser().absolute())
        names = benchmark.TABLE_NAMES if "all" in self.table else tuple(dict.fromkeys(self.table))
        wanted = _wanted(self, names, scope)
        schedule = benchmark.make_schedule(wanted, store, cache, again=self.again)
        sys.stderr.write(f"{schedule.wanted} cells, {schedule.there} of them there already\n")
        complete, failures = _work(self, schedule, store, cache, scope)
        # all that is known is reported, whatever part of it this run was asked for
        known = replace(scope, seeds=max(scope.seeds, _usual(self).seeds))
        for path in benchmark.write_report(store, known, names, out, report):
            say_saved(path)
        if not complete:
            sys.stderr.write("interrupted; finished cells are kept, the same command goes on\n")
            return INTERRUPTED
        if failures:
            sys.stderr.write(f"{failures} job(s) failed; the same command tries them again\n")
        return FAILURE if failures else SUCCESS


def _scope(options: Benchmark) -> "Scope":
    """How large the tables are, and what of them is run."""
    given: dict[str, Any] = {
        "tasks": options.tasks,
        "regimes": options.regimes,
        "methods": options.methods,
        "demonstrations": options.demos,
        "seeds": options.seeds,
        "episodes": options.episodes,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    return replace(_usual(options), **chosen)


def _usual(options: Benchmark) -> "Scope":
    """How large the tables are where nothing else is said."""
    from core import benchmark

    return benchmark.quick_scope() if options.quick else benchmark.Scope()


def _wanted(options: Benchmark, names: Sequence[str], scope: "Scope") -> "Wanted":
    """The trials that the tables want of each cell."""
    from core import benchmark

    tables = [benchmark.make_table(name, scope) for name in names]
    wanted = benchmark.together(benchmark.wanted(table, scope) for table in tables)
    if options.cell is not None:
        chosen = [benchmark.Cell.parse(name, quick=options.quick) for name in options.cell]
        lacking = [cell.name for cell in chosen if cell not in wanted]
        if lacking:
            raise UsageError(
                f"table {', '.join(names)} has no cell {lacking[0]!r}; such as: "
                f"{next(iter(wanted)).name if wanted else 'none'}"
            )
        wanted = {cell: wanted[cell] for cell in chosen}
    if not wanted:
        raise UsageError(
            f"nothing of table {', '.join(names)} is left; choose other tasks, regimes or methods"
        )
    return wanted


def _work(
    options: Benchmark,
    schedule: "Schedule",
    store: "Store",
    cache: Path,
    scope: "Scope",
) -> tuple[bool, int]:
    """Do what is missing; returns whether all was tried, and how many jobs failed."""
    from core import benchmark

    if not schedule.jobs:
        return True, 0
    workers: benchmark.LocalWorkers | benchmark.RayWorkers
    if options.ray is not None:
        workers = benchmark.RayWorkers(cache, options.ray)
    else:
        workers = benchmark.LocalWorkers(cache, options.workers)
    done = failures = 0
    with stop_on_interrupt() as stop, ProgressBar("benchmark", 100, count=False) as bar:
        for state in benchmark.run(
            schedule,
            store,
            workers,
            stop,
            lambda cell: benchmark.command_of_cell(cell, scope),
        ):
            done = state.done
            note = f"{done} of {state.total} done; {state.note}"
            bar.update(100 * state.share, note, state.seconds_left)
            if state.failure is not None:
                failures += 1
                bar.say(state.failure)
    if isinstance(workers, benchmark.RayWorkers):
        workers.close()
    return done == len(schedule.jobs), failures
