"""The loop is what one would write by hand, and every half of it may be taken alone."""

import numpy as np
import pytest

from core.policies import make_policy
from core.rollout import Rollout, Sensors
from core.rollout.batch import Batch
from core.simulation import Condition, SensorNoise, World, uniform

SEEDS = range(1_000_000, 1_000_003)


class Follower:
    """Drives the end effector to where it sees the goal; keeps what was executed instead."""

    delay = 0

    def __init__(self) -> None:
        self.corrections = []

    def reset(self, count):
        self.count = count

    def act(self, observation, missing=None):
        actions = np.zeros((self.count, 7), np.float32)
        actions[:, :3] = np.clip(8.0 * observation["goal_from_end_effector"], -1, 1)
        if missing is not None:
            actions[missing] = 0.0
        return actions

    def executed(self, actions):
        self.corrections.append(actions)


def by_hand(scales, condition, steps):
    """States (steps, n, S) of a loop without any of the package's parts."""
    world, policy = World("reach", len(SEEDS)), Follower()
    world.reset(SEEDS)
    policy.reset(len(SEEDS))
    noise, bias, drift = (SensorNoise(scales, stream) for stream in ("", "bias ", "drift "))
    frames, received, states, offset = [], {}, [], {}
    for step in range(steps):
        truth = world.observe()
        if step == 0:
            zero = {name: np.zeros_like(values) for name, values in truth.items()}
            offset = bias.apply(zero, condition.bias, SEEDS, 0)
        else:
            offset = drift.apply(offset, condition.drift, SEEDS, step)
        noisy = noise.apply(truth, condition.noise, SEEDS, step)
        frames.append({name: values + offset[name] for name, values in noisy.items()})
        arriving = frames[max(0, step - int(condition.delay))]
        lost = uniform("dropout", SEEDS, step) < condition.dropout
        if step == 0:
            lost[:] = False
        else:
            old = received
            arriving = {n: np.where(lost[:, None], old[n], v) for n, v in arriving.items()}
        received = arriving
        world.step(policy.act(arriving, lost))
        states.append(world.get_states())
    return np.stack(states)


def test_a_rollout_equals_the_loop_written_by_hand():
    scales = {name: values.std(0) + 0.02 for name, values in World("reach", 9).observe().items()}
    condition = Condition(noise=0.2, bias=0.1, drift=0.05, dropout=0.4, delay=2)
    world = World("reach", len(SEEDS))
    batch = Batch(world, [Follower()], scales, condition, SEEDS, 60, 100)
    states = []
    for _ in range(25):
        batch.step()
        states.append(world.get_states())
    np.testing.assert_array_equal(np.stack(states), by_hand(scales, condition, 25))


@pytest.mark.parametrize("mode", ["bc", "plan"])
def test_one_arm_in_halves_equals_a_step_at_once(checkpoint, mode):
    """What the window does, with the world stepped in slices by somebody else."""
    condition, states = Condition(noise=0.3, dropout=0.3, delay=1), []
    for halved in (False, True):
        world = World("reach", 1)
        world.reset([7])
        sensors = Sensors(world, condition, checkpoint.noise_scales(), [7])
        policy = make_policy(checkpoint, mode, delay=sensors.age)
        rollout = Rollout(world, sensors, policy)
        for _ in range(12):
            if not halved:
                rollout.step()
                continue
            executed = world.begin(rollout.choose())
            for _ in range(world.substeps):
                world.advance(1)
            world.finish()
            rollout.finish(executed)
        states.append(world.get_states())
    np.testing.assert_array_equal(*states)


def test_a_step_is_recorded_with_what_was_before_it_and_who_acted():
    world, policy, steps = World("reach", 2), Follower(), []
    world.reset([3, 4])
    policy.reset(2)
    sensors = Sensors(world, Condition(noise=0.5), {"goal_from_end_effector": np.ones(3)}, [3, 4])
    rollout = Rollout(world, sensors, policy, steps.append)
    before, states = world.observe(), world.get_states()
    rollout.step()
    other = np.full((2, 7), 0.25, np.float32)
    rollout.choose()
    rollout.finish(world.step(other), "gamepad")
    first, second = steps
    np.testing.assert_array_equal(first.states, states)
    for name, values in before.items():  # the truth, and no noise
        np.testing.assert_array_equal(first.observation[name], values)
    assert (first.actor, second.actor) == ("", "gamepad")
    np.testing.assert_array_equal(second.executed, other)
    np.testing.assert_array_equal(second.rewards, world.rewards())
    assert rollout.step_count == 2
    assert len(policy.corrections) == 1  # only where something else was executed than it chose
    np.testing.assert_array_equal(policy.corrections[0], other)
