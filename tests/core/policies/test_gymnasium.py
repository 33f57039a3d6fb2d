"""The documented example: a gymnasium task recorded, imported, learned, and driven."""

import importlib.util
from pathlib import Path

import numpy as np

from core.policies import load_policy

EXAMPLE = Path(__file__).resolve().parents[2] / "interop" / "pendulum.py"


def test_the_example_learns_the_pendulum(tmp_path):
    specification = importlib.util.spec_from_file_location("pendulum", EXAMPLE)
    pendulum = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(pendulum)
    pendulum.record(tmp_path / "pendulum.hdf5")
    policy = load_policy(pendulum.train(tmp_path / "pendulum.hdf5", tmp_path))
    assert (policy.fields, policy.control_rate) == (
        {"angular_velocity": 1, "direction": 2},
        20.0,
    )
    action = policy.act({"direction": np.array([-1.0, 0.1]), "angular_velocity": 0.5})
    assert action.shape == (1,)
    returns = pendulum.deploy(policy, range(1000, 1010))
    assert returns.mean() > -600  # chance -1210, the demonstrator -161
