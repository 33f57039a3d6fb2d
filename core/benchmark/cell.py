"""A cell: one training and the evaluations of what it learned."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from core.benchmark.demonstrations import STARTS_PER_SEED, data_hash
from core.benchmark.errors import ScopeError
from core.benchmark.methods import configuration, get_method, get_regime, settings
from core.benchmark.sources import EVALUATION, LEARNING, MODES, REPLAYS, source_hash
from core.evaluation import FIRST_SEED, HORIZON, Condition
from core.learning import Configuration
from core.policies import DEFAULT_MODE
from core.simulation import get_task

FEWEST_DEMONSTRATIONS = 2
"""Fewer give no spread to standardise by."""


@dataclass(frozen=True)
class Trial:
    """One evaluation of a cell: a mode under a condition on a range of starts."""

    mode: str = DEFAULT_MODE
    """How actions are chosen: bc, nearest or plan."""
    condition: Condition = Condition()  # noqa: RUF009  # frozen
    """What disturbs."""
    episodes: int = 200
    """Number of starts."""
    first_seed: int = FIRST_SEED
    """Seed of the first start."""
    horizon: int = HORIZON
    """Control steps an episode may take."""
    observer: bool = True
    """Whether the observer, where there is one, corrects what is sensed."""
    decay: float | None = None
    """How fast older chunks lose weight [1/control step]; None: as the program does by itself."""

    def to_dict(self) -> dict[str, Any]:
        """As values for JSON; a decay that nobody chose is left out."""
        values = asdict(self) | {"condition": self.condition.to_dict()}
        if self.decay is None:
            del values["decay"]
        return values


@dataclass(frozen=True)
class Cell:
    """A method in a regime, trained on so many demonstrations of a task with a seed."""

    regime: str
    """A, B or C."""
    method: str
    """A name of :mod:`core.benchmark.methods`."""
    task: str
    """Name of the task."""
    demonstrations: int
    """Number of demonstrations it learns from."""
    seed: int
    """Training seed: which demonstrations, their order, and the initial weights."""
    quick: bool = False
    """Whether this is a trial run with few updates of small networks."""

    def __post_init__(self) -> None:
        get_regime(self.regime)
        get_method(self.method)
        get_task(self.task)
        if not FEWEST_DEMONSTRATIONS <= self.demonstrations <= STARTS_PER_SEED // 2:
            raise ScopeError(
                f"{self.demonstrations} demonstration(s) asked for; expected "
                f"{FEWEST_DEMONSTRATIONS} to {STARTS_PER_SEED // 2}"
            )
        if self.seed < 0:
            raise ScopeError(f"training seed {self.seed}; expected 0 or more")

    @property
    def name(self) -> str:
        """Such as ``C/act_jepa/push/100/2``."""
        parts = (self.regime, self.method, self.task, self.demonstrations, self.seed)
        return "/".join(str(part) for part in parts)

    @classmethod
    def parse(cls, name: str, *, quick: bool = False) -> "Cell":
        """The cell called `name`. Raises :class:`BenchmarkError` and unknown-name errors."""
        parts = name.split("/")
        if len(parts) != 5 or not (parts[3].isdecimal() and parts[4].isdecimal()):
            raise ScopeError(
                f"cell {name!r}; expected REGIME/METHOD/TASK/DEMONSTRATIONS/SEED, such as "
                "C/act_jepa/push/100/0"
            )
        regime, method, task, demonstrations, seed = parts
        return cls(regime, method, task, int(demonstrations), int(seed), quick)

    @property
    def configuration(self) -> Configuration:
        """All settings of its training."""
        return configuration(self.method, self.regime, self.seed, quick=self.quick)

    def training_key(self) -> str:
        """Hash of all that decides what is learned: configuration, data and code."""
        return _training_key(self)

    def key(self, trial: Trial) -> str:
        """Hash of all that decides the outcomes of `trial`."""
        sources = source_hash(*EVALUATION, *MODES[trial.mode])
        return _hash(self.training_key(), trial.to_dict(), sources)


@cache
def _training_key(cell: Cell) -> str:
    """Asked for once for every trial of every table, and it cannot change in a process."""
    values = settings(cell.method, cell.regime, cell.seed, quick=cell.quick)
    made = [source_hash(*REPLAYS)] if values["training"]["replays"] else []
    return _hash(
        values,
        data_hash(cell.task, cell.seed, cell.demonstrations),
        source_hash(*LEARNING),
        *made,
    )


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
