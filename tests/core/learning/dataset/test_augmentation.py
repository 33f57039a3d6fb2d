"""A turned and moved scene is what the formulas of a rotation say."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.learning import Dataset
from core.learning.dataset.augmentation import COPIES, Motion, SceneMotion, moved_copies

CPU = torch.device("cpu")


@pytest.fixture
def arm_dataset(episodes):
    """Points, displacements, rotations and joints that vary."""
    generator = np.random.default_rng(0)

    def fields(episode):
        o = dict(episode.observations)
        n = len(o["mass"])
        o["goal_from_end_effector"] = o["goal_position"] - o["end_effector_position"]
        o["end_effector_rotation"] = generator.normal(size=(n, 6)).astype(np.float32)
        o["joint_positions"] = generator.normal(size=(n, 7)).astype(np.float32)
        return replace(episode, observations=o)

    return Dataset.from_episodes([fields(e) for e in episodes])


def turned(vectors, angle):
    c, s = np.cos(angle), np.sin(angle)
    return vectors @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])


def test_turn_and_shift(arm_dataset):
    angle, shift = 0.7, np.array([0.1, -0.2])
    motion = SceneMotion(arm_dataset.spec, arm_dataset.normaliser, 1.0, 1.0, CPU)
    given = Motion(
        torch.tensor([angle]), torch.from_numpy(shift[None]).float(), torch.zeros(1).bool()
    )
    rows = arm_dataset.demonstrations.observations[None, :50]
    before = arm_dataset.normaliser.invert(rows.packed[0])
    after = arm_dataset.normaliser.invert(motion.observations(given, rows).packed[0])
    for name in ("end_effector_position", "goal_position"):
        expected = turned(before[name], angle) + np.append(shift, 0.0)
        np.testing.assert_allclose(after[name], expected, atol=1e-5)
    np.testing.assert_allclose(
        after["goal_from_end_effector"], turned(before["goal_from_end_effector"], angle), atol=1e-5
    )
    columns = before["end_effector_rotation"].reshape(-1, 2, 3)
    np.testing.assert_allclose(
        after["end_effector_rotation"], turned(columns, angle).reshape(-1, 6), atol=1e-5
    )
    joints = before["joint_positions"].copy()
    joints[:, 0] += angle
    np.testing.assert_allclose(after["joint_positions"], joints, atol=1e-5)
    np.testing.assert_allclose(after["mass"], before["mass"])


def test_commands_turn_with_the_scene(arm_dataset):
    motion = SceneMotion(arm_dataset.spec, arm_dataset.normaliser, 1.0, 0.0, CPU)
    given = Motion(torch.tensor([np.pi / 2]), torch.zeros(1, 2), torch.zeros(1).bool())
    action = torch.tensor([[[1.0, 0.5, 0.2, 0.3, -0.4, 0.6, 1.0]]])
    expected = torch.tensor([[[-0.5, 1.0, 0.2, 0.4, 0.3, 0.6, 1.0]]])
    torch.testing.assert_close(motion.actions(given, action), expected, atol=1e-6, rtol=0)


def test_the_mirror_exchanges_left_and_right(arm_dataset):
    motion = SceneMotion(arm_dataset.spec, arm_dataset.normaliser, 0.0, 0.0, CPU, mirror=True)
    given = Motion(torch.zeros(2), torch.zeros(2, 2), torch.tensor([True, False]))
    rows = arm_dataset.demonstrations.observations[torch.arange(50).expand(2, -1)]
    packed = rows.packed
    before = arm_dataset.normaliser.invert(packed[0])
    mirrored, same = motion.observations(given, rows).packed
    torch.testing.assert_close(same, packed[1], atol=1e-5, rtol=0)
    after = arm_dataset.normaliser.invert(mirrored)
    s = np.diag([1.0, -1.0, 1.0])
    for name in ("end_effector_position", "goal_position", "goal_from_end_effector"):
        np.testing.assert_allclose(after[name], before[name] @ s, atol=1e-5)
    columns = before["end_effector_rotation"].reshape(-1, 2, 3)  # rows of these are columns of R
    expected = np.stack((columns[:, 0] @ s, -columns[:, 1] @ s), axis=1)  # S R S
    np.testing.assert_allclose(after["end_effector_rotation"], expected.reshape(-1, 6), atol=1e-5)
    action = torch.tensor([[[1.0, 0.5, 0.2, 0.3, -0.4, 0.6, 1.0]]]).expand(2, -1, -1)
    expected_action = torch.tensor([[1.0, -0.5, 0.2, -0.3, -0.4, -0.6, 1.0]])
    torch.testing.assert_close(motion.actions(given, action)[0], expected_action)
    torch.testing.assert_close(motion.actions(given, action)[1], action[1])


def test_no_motion_changes_nothing(arm_dataset):
    motion = SceneMotion(arm_dataset.spec, arm_dataset.normaliser, 0.0, 0.0, CPU)
    given = motion.draw(3, torch.Generator().manual_seed(0))
    rows = arm_dataset.demonstrations.observations[torch.arange(30).reshape(3, 10)]
    moved = motion.observations(given, rows).packed
    torch.testing.assert_close(moved, rows.packed, atol=1e-5, rtol=0)


def test_scenes_of_another_robot_are_not_moved(dataset):
    """Its actions would not turn along, whatever its fields are called."""
    size = dataset.spec.actions.size
    actions = replace(
        dataset.spec.actions, frame="robot", offset=(0.0,) * size, scale=(1.0,) * size
    )
    motion = SceneMotion(
        replace(dataset.spec, actions=actions), dataset.normaliser, 0.5, 0.1, CPU, mirror=True
    )
    drawn = motion.draw(4, torch.Generator().manual_seed(0))
    assert drawn.mirrored.any()
    rows = dataset.demonstrations.observations[:4, None]
    torch.testing.assert_close(motion.observations(drawn, rows).packed, rows.packed)
    actions = dataset.demonstrations.actions[:4, None]
    torch.testing.assert_close(motion.actions(drawn, actions), actions)


def test_in_moved_copies_the_point_still_goes_where_the_command_says(dataset):
    """What an action does is the same law in every copy, and each copy lies elsewhere."""
    motion = SceneMotion(dataset.spec, dataset.normaliser, 0.5, 0.1, CPU, mirror=True)
    copies = moved_copies(dataset.demonstrations, motion, seed=1)
    assert len(copies) == COPIES * len(dataset.demonstrations)
    assert copies.lengths == dataset.demonstrations.lengths * COPIES
    seen = dataset.normaliser.invert(copies.observations.packed)
    position, commands = seen["end_effector_position"], copies.actions[:, :3].numpy()
    inside = (copies.episode_of_row()[1:] == copies.episode_of_row()[:-1]).numpy()
    moved = np.diff(position, axis=0)[inside]
    np.testing.assert_allclose(moved, 0.0125 * commands[:-1][inside], atol=1e-5)
    goals = seen["goal_position"][list(copies.starts)].reshape(COPIES, -1, 3)
    assert (goals.std(axis=0)[:, :2] > 0.01).all()
    again = moved_copies(dataset.demonstrations, motion, seed=1)
    assert torch.equal(again.observations.packed, copies.observations.packed)
