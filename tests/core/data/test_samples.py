"""The demonstrations that ship: complete, readable, and of the physics that ships with them."""

import numpy as np
import pytest

from core.data import SAMPLES, Library, check, list_episodes, read_episode
from core.simulation import TASKS, World, demonstrate, model_hash

EACH = 25
MEGABYTES = 8


@pytest.fixture(scope="module")
def samples() -> Library:
    return Library(SAMPLES / "episodes", read_only=True)


def test_every_task_has_its_episodes_and_none_is_damaged(samples):
    assert check(SAMPLES).problems == ()
    tasks = [entry.info.task for entry in samples.entries() if entry.info is not None]
    assert {task: tasks.count(task) for task in TASKS} == dict.fromkeys(TASKS.names, EACH)
    assert len(tasks) == EACH * len(TASKS.names)


def test_they_are_successes_of_the_present_model(samples):
    for entry in samples.entries():
        assert entry.info is not None
        assert entry.info.success is True
        assert entry.info.operator == "script"
        assert entry.info.model_hash == model_hash(entry.info.task), (
            f"{entry.path.name} was recorded with another model: run the commands of "
            f"{SAMPLES / 'README.md'}"
        )


@pytest.mark.parametrize("task", TASKS.names)
def test_their_states_can_be_replayed(task):
    first = next(e for e in list_episodes(SAMPLES) if e.info is not None and e.info.task == task)
    episode = read_episode(first.path)
    world = World(task)
    for step in (0, len(episode) // 2):
        world.set_states(episode.states[step : step + 1])
        executed = world.step(episode.actions[step : step + 1])
        np.testing.assert_array_equal(executed[0], episode.actions[step])
        np.testing.assert_allclose(world.get_states()[0], episode.states[step + 1], atol=1e-6)


def test_the_command_makes_them_again():
    rollout = next(iter(demonstrate("reach", 1, 0)))
    episode = read_episode(SAMPLES / "episodes" / f"reach-{rollout.seed:07d}.hdf5")
    np.testing.assert_allclose(episode.actions, rollout.actions, atol=1e-4)
    np.testing.assert_allclose(episode.states, rollout.states, atol=1e-3)


def test_they_stay_small(samples):
    assert sum(path.stat().st_size for path in samples.paths()) < MEGABYTES * 1e6
