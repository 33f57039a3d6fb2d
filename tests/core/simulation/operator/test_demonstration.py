import itertools

import numpy as np
import pytest

from core.errors import UnknownNameError
from core.simulation import (
    TASKS,
    DemonstrationError,
    Demonstrator,
    World,
    demonstrate,
)
from core.simulation.operator import demonstration


@pytest.mark.parametrize("task", TASKS.names)
def test_most_attempts_succeed_in_a_person_s_time(task: str) -> None:
    kept = list(demonstrate(task, 30, 500))
    assert len(kept) == 30
    attempts = sum(one.attempts for one in kept)
    assert 30 / attempts >= 0.8
    seconds = np.median([len(one) for one in kept]) / 20
    assert (1.0 if task == "reach" else 3.0) < seconds < 9.0
    assert [one.seed for one in kept] == sorted({one.seed for one in kept})
    assert kept[0].seed >= 500


def test_a_demonstration_replays_bit_for_bit_from_its_seed() -> None:
    world = World("pick_place", 1)
    for one in demonstrate("pick_place", 2, 40):
        world.reset([one.seed])
        for step, action in enumerate(one.actions):
            np.testing.assert_array_equal(world.get_states()[0], one.states[step])
            for name, values in world.observe().items():
                np.testing.assert_array_equal(values[0], one.observations[name][step])
            executed = world.step(action[None])
            np.testing.assert_array_equal(executed[0], action)
            assert world.rewards()[0] == one.rewards[step]
        assert world.succeeded()[0]
        assert (one.rewards[-10:] == 1.0).all()


def test_the_batch_changes_nothing() -> None:
    one_by_one = list(demonstrate("lift", 3, 7, batch=1))
    at_once = list(demonstrate("lift", 3, 7, batch=3))
    for first, second in zip(one_by_one, at_once, strict=True):
        assert first.seed == second.seed
        np.testing.assert_array_equal(first.actions, second.actions)
        np.testing.assert_array_equal(first.states, second.states)


def test_failures_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 1.8 s for a reach some are too slow; the number asked for is the number kept."""
    monkeypatch.setattr(demonstration, "TIME_LIMIT", 1.8)
    kept = list(demonstrate("reach", 8, 0, batch=4))
    assert len(kept) == 8
    assert max(len(one) for one in kept) <= 36
    assert sum(one.attempts for one in kept) == kept[-1].seed + 1 > 8


def test_an_operator_who_never_succeeds_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demonstration, "TIME_LIMIT", 0.1)
    monkeypatch.setattr(demonstration, "PATIENCE", 6)
    with pytest.raises(DemonstrationError, match="6 attempts at 'reach' in a row failed"):
        next(demonstrate("reach", 1))


def test_bad_arguments() -> None:
    with pytest.raises(UnknownNameError):
        next(demonstrate("stak", 1))
    with pytest.raises(ValueError, match="episodes is 0"):
        next(demonstrate("reach", 0))


def test_every_task_has_an_operator() -> None:
    for task, seed in itertools.product(TASKS.names, (0,)):
        assert Demonstrator(World(task, 1), [seed]).act().shape == (1, 7)
