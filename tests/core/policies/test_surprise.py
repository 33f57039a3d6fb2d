"""What the world model did not foresee is noticed, and ends a plan."""

import numpy as np
import pytest
import torch

from core.policies import make_policy
from core.policies.surprise import RARE, Surprise

STRIDE = 0.0125


def drive(policy, position, goal, steps, moved_at=None, offset=0.15):
    """Drive points to goals that jump by `offset` at step `moved_at`; actions and surprises."""
    position, goal = position.copy(), goal.copy()
    policy.reset(len(position))
    actions, surprised = [], []
    for step in range(steps):
        if step == moved_at:
            goal = goal + offset
        seen = {"end_effector_position": position, "goal_position": goal}
        actions.append(policy.act(seen))
        surprised.append((policy._calm == 0).numpy().copy())
        position = position + STRIDE * actions[-1][:, :3]
    return np.array(actions), np.array(surprised)


@pytest.fixture
def points():
    generator = np.random.default_rng(4)
    return generator.uniform(-0.2, 0.0, (20, 3)), generator.uniform(-0.2, 0.0, (20, 3))


def planner(checkpoint, **options):
    return make_policy(checkpoint, "plan", samples=16, **options)


def test_few_of_the_demonstrated_steps_are_a_surprise(checkpoint):
    noticing = Surprise(checkpoint)
    memory, encoded = checkpoint.demonstrations, checkpoint.encoded_demonstrations()
    rows = (memory.last_row() != torch.arange(len(memory.actions))).nonzero().flatten()
    noticing.resize(len(rows))
    known = torch.ones(len(rows), dtype=torch.bool)
    surprised = noticing.notice(
        encoded.states[rows], memory.actions[rows], encoded.states[rows + 1], known
    )
    assert 0 < surprised.sum() <= np.ceil((1 - RARE) * len(rows))


def test_a_goal_that_jumps_is_noticed_at_once_and_where_it_jumped(checkpoint, points):
    position, goal = points
    _, calm = drive(planner(checkpoint), position, goal, 20)
    offset = np.zeros((20, 3))
    offset[:10] = 0.2
    _, moved = drive(planner(checkpoint), position, goal, 20, moved_at=12, offset=offset)
    assert moved[12, :10].mean() > 0.8
    assert calm.mean() < 0.05
    np.testing.assert_array_equal(moved[:, 10:], calm[:, 10:])


def test_the_plan_of_before_is_dropped(checkpoint, points):
    position, goal = points
    new, surprised = drive(planner(checkpoint), position, goal, 14, moved_at=12, offset=0.2)
    unmoved = planner(checkpoint)
    unmoved._surprise.threshold = float("inf")
    old, _ = drive(unmoved, position, goal, 14, moved_at=12, offset=0.2)
    # towards the goal at once, where a mean over old chunks still goes elsewhere
    where = surprised[12]
    assert where.mean() > 0.8
    assert (new[12, where, :3].mean(axis=1) > old[12, where, :3].mean(axis=1)).mean() > 0.8


def test_people_are_told_for_a_while(checkpoint, points):
    position, goal = points
    policy = planner(checkpoint)
    _, surprised = drive(policy, position, goal, 13, moved_at=12, offset=0.2)
    place = int(np.flatnonzero(surprised[12])[0])
    assert "unforeseen 0 steps ago" in policy.explain(place).text
    policy.reset(len(position))
    policy.act({"end_effector_position": position, "goal_position": goal})
    assert "unforeseen" not in policy.explain(place).text


def test_noise_that_is_always_there_is_no_news(checkpoint, points):
    position, goal = points
    policy, generator = planner(checkpoint), np.random.default_rng(0)
    policy.reset(len(position))
    surprised = []
    for _ in range(40):
        noise = generator.normal(0.0, 0.03, (2, *position.shape))
        seen = {"end_effector_position": position + noise[0], "goal_position": goal + noise[1]}
        policy.act(seen)
        surprised.append((policy._calm == 0).numpy().copy())
    assert np.mean(surprised[10:]) < 0.1


def test_a_late_frame_that_is_repeated_is_no_news(checkpoint, points):
    position, goal = points
    policy = planner(checkpoint, delay=3)
    _, surprised = drive(policy, position, goal, 4)
    assert not surprised.any()
