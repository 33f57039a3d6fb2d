import numpy as np
import pytest

from core.data import InvalidEpisodeError
from core.data.action_units import ActionUnits

UNITS = ActionUnits(("shoulder", "elbow"), (10.0, -0.5), (90.0, 0.25))


def test_commands_and_actions_are_inverse():
    actions = np.random.default_rng(0).uniform([-80, -0.75], [100, -0.25], (50, 2))
    commands = UNITS.commands(actions)
    assert commands.dtype == np.float32
    assert np.abs(commands).max() <= 1
    np.testing.assert_allclose(UNITS.actions(commands), actions, rtol=1e-5, atol=1e-5)


def test_json_gives_them_back():
    assert ActionUnits.from_json(UNITS.to_json()) == UNITS


@pytest.mark.parametrize(
    "values",
    [
        "text",
        {"names": ["a"]},
        {"names": ["a"], "offset": [0.0], "scale": [0.0]},
        {"names": ["a"], "offset": ["x"], "scale": [1.0]},
        {"names": ["a", "b"], "offset": [0.0], "scale": [1.0]},
        {"names": ["a"], "offset": [float("nan")], "scale": [1.0]},
    ],
)
def test_nonsense_is_refused(values):
    with pytest.raises(InvalidEpisodeError):
        ActionUnits.from_json(values)
