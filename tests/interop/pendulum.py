"""From a gymnasium environment to a policy in it: record, import, train, deploy.

Run with `python tests/interop/pendulum.py`; docs/DEPLOYMENT.md explains it. The pendulum takes a
torque of -2 to 2 N m, so actions pass through the mapping into [-1, 1] and back.
"""

import json
import sys
import tempfile
from pathlib import Path

import gymnasium
import h5py
import numpy as np

from core.commands import main
from core.policies import DeployedPolicy, load_policy

ENVIRONMENT = "Pendulum-v1"
RATE = 20.0
"""The environment's control rate [Hz]: a step of 50 ms."""
STEPS = 200
"""Length of an episode [control steps]."""
EPISODES = 40
"""Demonstrations."""
UPDATES = 1000
"""Of the representation, and again of the policy head; about eight seconds."""


def observe(rows: np.ndarray) -> dict[str, np.ndarray]:
    """Named fields of the environment's observations (3,) or (n, 3)."""
    return {"direction": rows[..., :2], "angular_velocity": rows[..., 2:]}


def expert(observation: np.ndarray) -> np.ndarray:
    """Swing up by adding energy, then hold: the torque (1,) [N m] of a scripted demonstrator."""
    cosine, sine, velocity = observation
    angle = np.arctan2(sine, cosine)  # 0 is up
    if cosine > 0.85:
        return np.clip([-(12.0 * angle + 3.0 * velocity)], -2, 2)
    energy = velocity**2 / 6 + 5.0 * (cosine - 1)  # 0 when it just reaches the top
    return np.clip([-1.0 * energy * np.sign(velocity or 1.0)], -2, 2)


def record(path: Path) -> None:
    """Write demonstrations in robomimic's layout."""
    environment = gymnasium.make(ENVIRONMENT)
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs["env_args"] = json.dumps(
            {"env_name": ENVIRONMENT, "type": 2, "env_kwargs": {"control_freq": RATE}}
        )
        for number in range(EPISODES):
            rows, actions, rewards = [], [], []
            observation, _ = environment.reset(seed=number)
            for _ in range(STEPS):
                action = expert(observation)
                rows.append(observation)
                actions.append(action)
                observation, reward, *_ = environment.step(action)
                rewards.append(reward)
            demonstration = data.create_group(f"demo_{number}")
            demonstration.attrs["num_samples"] = STEPS
            demonstration["actions"] = np.array(actions)
            demonstration["rewards"] = np.array(rewards)
            for name, values in observe(np.array(rows)).items():
                demonstration[f"obs/{name}"] = values
    environment.close()


def train(recording: Path, folder: Path) -> Path:
    """Import the file and train on it, as on the command line; returns the checkpoint."""
    checkpoint = folder / "checkpoint"
    for arguments in (
        ["import", "robomimic", recording, folder],
        ["train", folder, "--out", checkpoint, "--preset", "reference", "--steps", UPDATES],
    ):
        if main([str(argument) for argument in arguments]) != 0:
            raise SystemExit(f"{arguments[0]} failed")
    return checkpoint


def deploy(policy: DeployedPolicy, seeds: range) -> np.ndarray:
    """Drive one pendulum per seed, all at once; returns the sum of rewards of each."""
    environments = [gymnasium.make(ENVIRONMENT) for _ in seeds]
    rows = np.stack([e.reset(seed=s)[0] for e, s in zip(environments, seeds, strict=True)])
    policy.reset(len(seeds))
    total = np.zeros(len(seeds))
    for _ in range(STEPS):
        actions = policy.act(observe(rows))  # (n, 1) in N m, as demonstrated
        for place, environment in enumerate(environments):
            rows[place], reward, *_ = environment.step(actions[place])
            total[place] += reward
    for environment in environments:
        environment.close()
    return total


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        record(Path(name) / "pendulum.hdf5")
        folder = train(Path(name) / "pendulum.hdf5", Path(name))
        returns = deploy(load_policy(folder), range(1000, 1020))
        sys.stdout.write(f"returns: mean {returns.mean():.0f}, worst {returns.min():.0f}\n")
