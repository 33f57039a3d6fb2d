"""Paired batch evaluation, its statistics, tables and pictures."""

from core.evaluation.curves import plot_curves
from core.evaluation.errors import EvaluationError, MismatchError, SettingsError
from core.evaluation.evaluator import FIRST_SEED, HORIZON, evaluate, require_fit
from core.evaluation.provenance import provenance
from core.evaluation.results import (
    Progress,
    Result,
    results_from_json,
    results_json,
    write_csv,
    write_json,
)
from core.evaluation.statistics import PairedDifference, bootstrap_mean, mcnemar, wilson
from core.simulation import Condition

__all__ = [
    "FIRST_SEED",
    "HORIZON",
    "Condition",
    "EvaluationError",
    "MismatchError",
    "PairedDifference",
    "Progress",
    "Result",
    "SettingsError",
    "bootstrap_mean",
    "evaluate",
    "mcnemar",
    "plot_curves",
    "provenance",
    "require_fit",
    "results_from_json",
    "results_json",
    "wilson",
    "write_csv",
    "write_json",
]
