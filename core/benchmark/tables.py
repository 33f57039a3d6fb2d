"""The tables: what they are made of, and which cells they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.benchmark.cell import Cell, Trial
from core.benchmark.errors import ScopeError, UnknownNameError
from core.benchmark.methods import REGIMES, get_method
from core.evaluation import FIRST_SEED, HORIZON, Condition
from core.policies import DEFAULT_MODE
from core.simulation import get_task

TASKS = ("reach", "push", "pick_place")
"""Tasks of the tables; lift is for people, and for tests."""
CLEAN = Condition()


@dataclass(frozen=True)
class Scope:
    """How large the tables are."""

    tasks: tuple[str, ...] = TASKS
    """Tasks to run."""
    regimes: tuple[str, ...] = tuple(REGIMES)
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
            get_task(task)
        for regime in self.regimes:
            if regime not in REGIMES:
                raise UnknownNameError("regime", regime, REGIMES)
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
        return replace(self, tasks=TASKS, regimes=tuple(REGIMES), methods=None)


@dataclass(frozen=True)
class Column:
    """One thing that a table tells of each line."""

    title: str
    """Heading."""
    tasks: tuple[str, ...]
    """Tasks; the mean over them is told."""
    demonstrations: int
    """Number of demonstrations."""
    condition: Condition = CLEAN  # frozen
    """What disturbs the evaluation."""
    first_seed: int = FIRST_SEED
    """Seed of the first start."""
    quality: str | None = None
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
    mode: str = DEFAULT_MODE
    """How actions are chosen."""
    observer: bool = True
    """Whether the observer, where there is one, corrects what is sensed."""
    decay: float | None = None
    """How fast older chunks lose weight [1/control step]; None: as the program does by itself."""
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
    """What is told of them."""
    baseline: Line | None
    """The line that the others are compared with."""
    compared: Column
    """The column whose comparison is printed."""
    clean: Column | None = None
    """The column of which the others keep a share, where that is told."""
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


def wanted(table: Table, scope: Scope) -> dict[Cell, tuple[Trial, ...]]:
    """The cells that `table` needs within `scope`, and the trials of each."""
    found: dict[Cell, dict[Trial, None]] = {}
    for section in table.sections:
        for line in section.lines:
            if line.regime not in scope.regimes:
                continue
            if scope.methods is not None and line.method not in scope.methods:
                continue
            for column in section.columns:
                for cell, trial in cells_of(line, column, scope):
                    if cell.task in scope.tasks:
                        found.setdefault(cell, {})[trial] = None
    return {cell: tuple(trials) for cell, trials in found.items()}


def cells_of(line: Line, column: Column, scope: Scope) -> list[tuple[Cell, Trial]]:
    """Every (cell, trial) that one entry of a table is computed from."""
    trial = Trial(
        line.mode,
        column.condition,
        scope.episodes,
        column.first_seed,
        scope.horizon,
        line.observer,
        line.decay,
    )
    return [
        (
            Cell(line.regime, line.method, task, column.demonstrations, seed, scope.quick),
            trial,
        )
        for task in column.tasks
        for seed in range(scope.seeds)
    ]
