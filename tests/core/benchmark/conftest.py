"""Results by hand, and a cache of demonstrations that all tests share."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from core.benchmark import Cell, Trial

torch.set_num_threads(1)  # with other cores busy, more threads are a hundred times slower

MEASURES = {
    "standard_deviation": 0.5,
    "effective_rank": 20.0,
    "probe": 0.9,
    "action_sensitivity": 3.0,
    "prediction_error": {"1": 0.01, "2": 0.02, "4": 0.03, "8": 0.04},
}


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def record_by_hand(cell: Cell, trials: Mapping[Trial, Sequence[bool]]) -> dict[str, Any]:
    """What a job answers, with the outcomes given."""
    return {
        "cell": cell.name,
        "quick": cell.quick,
        "training": {
            **cell.training.to_dict(),
            "losses": {"total": 0.25},
            "measures": MEASURES,
            "seconds": {"training": 1.5},
            "updates": 10,
        },
        "trials": [
            {
                "versions": trial.versions,
                **trial.to_dict(),
                "successes": sum(outcomes),
                "outcomes": "".join("01"[solved] for solved in outcomes),
                "steps": [50] * len(outcomes),
                "seconds": 0.5,
            }
            for trial, outcomes in trials.items()
        ],
    }


@pytest.fixture(scope="session")
def by_hand() -> Callable[[Cell, Mapping[Trial, Sequence[bool]]], dict[str, Any]]:
    return record_by_hand
