"""The tables: what they are made of, and which cells they ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core import simulation
from core.benchmark.cell import Cell, Trial
from core.benchmark.errors import ScopeError
from core.benchmark.methods import BASELINE, REGIMES, STATE_REGIMES, get_method
from core.evaluation import FIRST_SEED, HORIZON, Condition

TASKS = ("reach", "push", "pick_place")
"""Tasks of the tables; lift is for people, and for tests."""
Wanted = Mapping[Cell, Sequence[Trial]]
"""The trials that are wanted of each cell."""
CLEAN = Condition()
CLEAN_TRIAL = Trial()


@dataclass(frozen=True)
class Scope:
    """How large the tables are."""

    tasks: tuple[str, ...] = TASKS
    """Tasks to run."""
    regimes: tuple[str, ...] = STATE_REGIMES
    """Regimes to run, of those that a table has."""
    methods: tuple[str, ...] | None = None
    """Methods and ablations to run, of those that a table has; None: all."""
    demonstrations: int = 100
    """Demonstrations of each task, where a table does not vary them."""
    seeds: int = 3
    """Number of training seeds: 0, 1, …"""
    episodes: int = 200
    """Starts of an evaluation."""
    quick: bool = False
    """Whether this is a trial run that measures nothing."""

    def __post_init__(self) -> None:
        for task in self.tasks:
            _ = simulation.TASKS[task]
        for regime in self.regimes:
            _ = REGIMES[regime]
        for method in self.methods or ():
            get_method(method)
        for name, low in (("seeds", 1), ("episodes", 1), ("demonstrations", 2)):
            if getattr(self, name) < low:
                raise ScopeError(f"{name} is {getattr(self, name)}; expected at least {low}")

    @property
    def horizon(self) -> int:
        """Control steps that an episode may take."""
        return 30 if self.quick else HORIZON

    @property
    def whole(self) -> "Scope":
        """The same size without a choice of tasks, regimes and methods: what is reported."""
        return replace(self, tasks=TASKS, regimes=STATE_REGIMES, methods=None)


@dataclass(frozen=True)
class Column:
    """One thing that a table gives of each line."""

    title: str
    """Heading."""
    tasks: tuple[str, ...]
    """Tasks; the entry is the mean over them."""
    demonstrations: int
    """Number of demonstrations."""
    condition: Condition = CLEAN  # frozen
    """What disturbs the evaluation."""
    first_seed: int = FIRST_SEED
    """Seed of the first start."""
    measure: str | None = None
    """A measure of the representation instead of success."""
    x: float | None = None
    """Place on the axis of a picture."""


@dataclass(frozen=True)
class Line:
    """One row: a method, and how it chooses actions."""

    title: str
    """What it is called."""
    regime: str
    """Its regime."""
    method: str
    """A name of :mod:`core.benchmark.methods`."""
    trial: Trial = CLEAN_TRIAL  # frozen
    """How it is deployed; columns and scope decide conditions and starts."""
    reference: Mapping[str, float] = field(default_factory=dict)
    """What the reference reports, by title of the column [%]."""


@dataclass(frozen=True)
class Section:
    """Lines that are compared with each other."""

    title: str
    """What they have in common."""
    lines: tuple[Line, ...]
    """The rows."""
    columns: tuple[Column, ...]
    """What is given of them."""
    baseline: Line | None
    """The line that the others are compared with."""
    compared: Column
    """The column whose comparison is printed."""
    clean: Column | None = None
    """The column of which the others keep a share, where that is given."""
    axis: str = ""
    """What the columns vary, for a picture of curves; empty: a picture of the compared column."""


@dataclass(frozen=True)
class Table:
    """One table of the benchmark."""

    name: str
    """Its name on the command line."""
    title: str
    """Its heading."""
    about: str
    """What a reader must know."""
    sections: tuple[Section, ...]
    """Its parts, one for each regime where there are several."""
    starts: str = "held-out starts"
    """Which starts it is measured on."""


def make_line(
    regime: str,
    method: str,
    change: str = "",
    trial: Trial = CLEAN_TRIAL,
    reference: Mapping[str, float] | None = None,
) -> Line:
    """A line called what the method is, and how it is deployed where that is said."""
    title = get_method(method).title + (f": {change}" if change else "")
    return Line(title, regime, method, trial, reference or {})


def columns_by_task(
    demonstrations: int, tasks: tuple[str, ...] = TASKS, first_seed: int = FIRST_SEED
) -> tuple[Column, ...]:
    """Success by task, and the mean."""
    groups = {**{task: (task,) for task in tasks}, "mean": tasks}
    return tuple(
        Column(title, group, demonstrations, first_seed=first_seed)
        for title, group in groups.items()
    )


def make_section(
    title: str,
    lines: Iterable[Line],
    columns: Iterable[Column],
    *,
    baseline: Line | None = None,
    compared: int = -1,
    axis: str = "",
) -> Section:
    """A section. `baseline`: the row of :data:`core.benchmark.methods.BASELINE` unless given;
    `compared`: place of the column whose comparison is printed."""
    lines, columns = tuple(lines), tuple(columns)
    if baseline is None:
        baseline = next((line for line in lines if line.method == BASELINE), None)
    return Section(title, lines, columns, baseline, columns[compared], axis=axis)


def wanted(table: Table, scope: Scope) -> dict[Cell, tuple[Trial, ...]]:
    """The cells that `table` needs within `scope`, and the trials of each."""
    found: dict[Cell, dict[Trial, None]] = {}
    for section in table.sections:
        for line in section.lines:
            methods = scope.methods or (line.method,)
            if line.regime not in scope.regimes or line.method not in methods:
                continue
            for column in section.columns:
                for cell, trial in cells_of(line, column, scope):
                    if cell.task in scope.tasks:
                        found.setdefault(cell, {})[trial] = None
    return {cell: tuple(trials) for cell, trials in found.items()}


def together(parts: Iterable[Wanted]) -> dict[Cell, tuple[Trial, ...]]:
    """The trials of each cell that any of the parts wants, each once."""
    found: dict[Cell, dict[Trial, None]] = {}
    for part in parts:
        for cell, trials in part.items():
            found.setdefault(cell, {}).update(dict.fromkeys(trials))
    return {cell: tuple(trials) for cell, trials in found.items()}


def cells_of(line: Line, column: Column, scope: Scope) -> list[tuple[Cell, Trial]]:
    """Every (cell, trial) that one entry of a table is computed from."""
    trial = replace(
        line.trial,
        condition=column.condition,
        episodes=scope.episodes,
        first_seed=column.first_seed,
        horizon=scope.horizon,
    )
    return [
        (
            Cell(line.regime, line.method, task, column.demonstrations, seed, scope.quick),
            trial,
        )
        for task in column.tasks
        for seed in range(scope.seeds)
    ]
