import importlib

import pytest

from core.errors import StudioError, UnknownNameError

ROOTS = {
    "core.simulation": "SimulationError",
    "core.data": "RecordingError",
    "core.learning": "LearningError",
    "core.policies": "PolicyError",
    "core.evaluation": "EvaluationError",
    "core.exchange": "ExchangeError",
    "core.benchmark": "BenchmarkError",
}


@pytest.mark.parametrize("package", list(ROOTS))
def test_every_package_raises_sentences(package):
    root = getattr(importlib.import_module(package), ROOTS[package])
    assert issubclass(root, StudioError)


def test_an_unknown_name_is_told_without_quotes_and_lists_the_others():
    error = UnknownNameError("strategy", "c", ("a", "b"))
    assert str(error) == "unknown strategy 'c'; strategies: a, b"
    assert isinstance(error, KeyError) and isinstance(error, ValueError)


def test_the_file_is_carried(tmp_path):
    assert StudioError("it is gone", str(tmp_path)).path == tmp_path
    assert StudioError("it is gone").path is None
