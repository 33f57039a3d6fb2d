from pathlib import Path

import pytest

from core import policies
from core.benchmark.sources import EVALUATION, LEARNING, MODES, SIMULATION, essence, source_hash

BEFORE = '''
"""A module."""
import math


def area(r: float) -> float:
    """Of a circle."""
    return math.pi * r * r


class Ball:
    """Round."""

    radius: float = 1.0
    """Its radius [m]."""
'''
REWRITTEN = '''
import math  # for pi
def area(r: float) -> float:
    # a circle's
    return (math.pi
            * r * r)
class Ball:
    """Something that is round."""
    radius: float = 1.0
    """Half of its width [m]."""
'''


def test_words_and_layout_do_not_count():
    assert essence(BEFORE) == essence(REWRITTEN)
    assert "Of a circle" not in essence(BEFORE)


@pytest.mark.parametrize(("old", "new"), [("r * r", "r * r * r"), ("= 1.0", "= 2.0")])
def test_code_counts(old, new):
    assert essence(BEFORE) != essence(BEFORE.replace(old, new))


def test_a_function_of_words_alone_stays_a_function():
    compile(essence('def nothing():\n    """Does nothing."""\n'), "nothing", "exec")


def test_what_results_depend_on_exists():
    hashes = {source_hash(*paths) for paths in (SIMULATION, LEARNING, EVALUATION, *MODES.values())}
    assert len(hashes) == 3 + len(MODES)
    assert all(len(value) == 64 for value in hashes)


def test_every_mode_and_every_file_of_the_policies_counts_somewhere():
    assert set(MODES) == set(policies.MODES)
    told = {path for paths in (EVALUATION, *MODES.values()) for path in paths}
    folder = Path(policies.__file__).parent
    files = {f"policies/{path.name}" for path in folder.glob("*.py")}
    # names, errors and the way out of this program choose no action
    silent = {f"policies/{name}.py" for name in ("__init__", "deployed", "errors", "modes")}
    assert files == {path for path in told if path.startswith("policies/")} | silent


def test_a_source_that_is_not_there_is_noticed():
    with pytest.raises(FileNotFoundError, match="nowhere"):
        source_hash("nowhere")
