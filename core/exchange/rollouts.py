"""A policy at work in the simulator, state by state."""

from collections.abc import Iterator

import numpy as np

from core.exchange.errors import DrawingError
from core.learning import Checkpoint
from core.policies import make_policy
from core.simulation import CONTROL_RATE, SensorNoise, World, task_names

AFTERWARDS = 10
"""Control steps shown after the task was solved."""


def rollout_states(
    checkpoint: Checkpoint, mode: str, seed: int, noise: float, steps: int
) -> Iterator[np.ndarray]:
    """States (S,) of one episode from the start of `seed`, until it is solved or `steps` are over.

    `noise` is in standard deviations of the training data. Raises :class:`DrawingError` for a
    policy of another robot.
    """
    if checkpoint.task not in task_names() or checkpoint.control_rate != CONTROL_RATE:
        raise DrawingError(
            f"the checkpoint was trained on {checkpoint.task!r} at {checkpoint.control_rate:g} Hz, "
            f"which is no task of the simulator; tasks: {', '.join(task_names())}"
        )
    policy = make_policy(checkpoint, mode)
    world = World(checkpoint.task, 1)
    world.reset([seed])
    sensors = SensorNoise(checkpoint.noise_scales())
    left = steps
    for step in range(steps):
        yield world.get_states()[0]
        observation = sensors.apply(world.observe(), noise, [seed], step)
        policy.executed(world.step(policy.act(observation)))
        if bool(world.succeeded()[0]):
            left = min(left, AFTERWARDS)
        left -= 1
        if left <= 0:
            break
    yield world.get_states()[0]
