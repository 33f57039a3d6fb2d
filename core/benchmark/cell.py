"""A cell: one training and the evaluations of what it learned."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from core import versions
from core.benchmark.demonstrations import STARTS_PER_SEED, first_start
from core.benchmark.errors import ScopeError
from core.benchmark.methods import REGIMES, configuration, get_method
from core.evaluation import FIRST_SEED, HORIZON, Condition
from core.learning import Configuration
from core.policies import DEFAULT_MODE, MODES
from core.simulation import TASKS

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
        """As values for JSON; a decay that was not chosen is left out."""
        values = asdict(self) | {"condition": self.condition.to_dict()}
        if self.decay is None:
            del values["decay"]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Trial":
        """The trial that `to_dict` described; further values are left aside."""
        names = ("mode", "episodes", "first_seed", "horizon", "observer", "decay")
        chosen = {name: values[name] for name in names if name in values}
        return cls(condition=Condition.from_dict(values["condition"]), **chosen)

    @property
    def versions(self) -> dict[str, int]:
        """Present versions of what decides its outcomes, besides the training."""
        return {"evaluation": versions.EVALUATION, "mode": MODES[self.mode].version}


@dataclass(frozen=True)
class Training:
    """All that decides what is learned. Equal trainings give the same weights."""

    configuration: Configuration
    """All settings."""
    task: str
    """Name of the task."""
    first_start: int
    """The first start that the scripted operator tried."""
    demonstrations: int
    """Number of demonstrations."""
    simulation: int = versions.SIMULATION
    """Version of the simulation that they were made in."""
    learning: int = versions.LEARNING
    """Version of the learning."""

    @property
    def digest(self) -> str:
        """Name of its checkpoint in a cache."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def to_dict(self) -> dict[str, Any]:
        """As values for JSON, the way a record holds them."""
        return {
            "versions": {"simulation": self.simulation, "learning": self.learning},
            "configuration": self.configuration.to_dict(),
            "data": {
                "source": "scripted",
                "task": self.task,
                "first_start": self.first_start,
                "demonstrations": self.demonstrations,
            },
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Training":
        """The training that `to_dict` described; further values are left aside.

        Raises :class:`core.learning.ConfigurationError` for settings that do not exist.
        """
        data = values["data"]
        return cls(
            _configuration(json.dumps(values["configuration"])),
            data["task"],
            data["first_start"],
            data["demonstrations"],
            **values["versions"],
        )


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
        _ = REGIMES[self.regime], get_method(self.method), TASKS[self.task]
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

    @property
    def training(self) -> Training:
        """All that decides what it learns."""
        start = first_start(self.seed)
        return Training(self.configuration, self.task, start, self.demonstrations)


@cache
def _configuration(text: str) -> Configuration:
    """From JSON. Cells of other tasks and sizes share it."""
    return Configuration.from_dict(json.loads(text))
