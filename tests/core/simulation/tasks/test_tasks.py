import numpy as np
import pytest

from core.errors import UnknownNameError
from core.simulation import TASKS, World
from core.simulation.task import Situation, distance

N = 400


@pytest.mark.parametrize("name", TASKS.names)
def test_smoke(name: str) -> None:
    world = World(name, 2)
    generator = np.random.default_rng(0)
    for _ in range(10):
        world.step(generator.uniform(-1, 1, (2, 7)))
    observation = world.observe()
    task = TASKS[name]
    assert list(observation) == [field.name for field in task.fields]
    for field in task.fields:
        assert observation[field.name].shape == (2, field.size)
        assert observation[field.name].dtype == np.float32
        assert np.isfinite(observation[field.name]).all()
        assert field.description
    assert task.title
    assert task.instruction.endswith(".")
    assert task.has_object == ("object_position" in observation)
    assert task.has_goal == ("goal_position" in observation)


def test_names_and_errors() -> None:
    assert TASKS.names == ("reach", "lift", "push", "pick_place")
    with pytest.raises(UnknownNameError, match="tasks: reach, lift, push, pick_place") as caught:
        TASKS["stack"]
    assert caught.value.name == "stack"
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("name", TASKS.names)
def test_starts_differ_and_do_not_begin_solved(name: str) -> None:
    task = TASKS[name]
    starts = [task.draw_start(np.random.default_rng(seed)) for seed in range(N)]
    ends = np.stack([start.end_effector for start in starts])
    assert len(np.unique(ends[:, 0])) == N
    situation = Situation(
        end_effector=ends,
        object=np.stack([start.object_position for start in starts]) if task.has_object else None,
        goal=np.stack([start.goal for start in starts]) if task.has_goal else None,
        lifted=np.zeros(N, dtype=bool),
    )
    assert not task.success(situation).any()


def test_half_of_the_places_are_in_the_air() -> None:
    task = TASKS["pick_place"]
    heights = np.array([task.draw_start(np.random.default_rng(s)).goal[2] for s in range(N)])
    in_air = heights > 0.1
    assert 0.42 < in_air.mean() < 0.58
    np.testing.assert_allclose(heights[~in_air], 0.02)


def test_tolerances() -> None:
    here = np.zeros((3, 3))
    away = np.array([[0.0, 0.0, 0.024], [0.0, 0.026, 0.0], [0.039, 0.0, 0.0]])
    no = np.zeros(3, dtype=bool)
    reach = TASKS["reach"].success(Situation(here, None, away, no))
    np.testing.assert_array_equal(reach, [True, False, False])
    place = TASKS["pick_place"].success(Situation(here, here, away * 1.05, no))
    np.testing.assert_array_equal(place, [True, True, False])


def test_lift_needs_eight_centimetres() -> None:
    box = np.array([[0.5, 0.0, 0.02 + 0.079], [0.5, 0.0, 0.02 + 0.081]])
    held = TASKS["lift"].success(Situation(box, box, None, np.zeros(2, dtype=bool)))
    np.testing.assert_array_equal(held, [False, True])


def test_a_box_that_was_lifted_was_not_pushed() -> None:
    box = np.zeros((2, 3))
    pushed = TASKS["push"].success(Situation(box, box, box, np.array([False, True])))
    np.testing.assert_array_equal(pushed, [True, False])


def test_distance() -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 20, 3))
    np.testing.assert_allclose(distance(a, b), np.linalg.norm(a - b, axis=1))
