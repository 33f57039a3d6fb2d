import numpy as np
import pytest

from core.simulation import TASKS, Demonstrator, World
from core.simulation.traits import MAX_DELAY


@pytest.mark.parametrize("task", TASKS.names)
def test_commands_depend_on_the_seed_and_not_on_the_batch(task: str) -> None:
    seeds = (3, 8, 5, 1)
    together = World(task, len(seeds))
    together.reset(seeds)
    operators = Demonstrator(together, seeds)
    alone = World(task, 1)
    alone.reset([5])
    operator = Demonstrator(alone, [5])
    for _ in range(80):
        commands, command = operators.act(), operator.act()
        np.testing.assert_array_equal(command[0], commands[2])
        together.step(commands)
        alone.step(command)


def test_a_reset_operator_has_forgotten() -> None:
    world = World("pick_place", 2)
    operator = Demonstrator(world, (0, 1))
    for _ in range(50):
        world.step(operator.act())
    world.reset([9], ids=[1])
    operator.reset([9], ids=[1])
    fresh = World("pick_place", 1)
    fresh.reset([9])
    expected = Demonstrator(fresh, [9])
    for _ in range(50):
        commands, command = operator.act(), expected.act()
        np.testing.assert_array_equal(commands[1], command[0])
        world.step(commands)
        fresh.step(command)


def drive(task: str, count: int, steps: int) -> tuple[np.ndarray, World]:
    """Commands (steps, count, 7) of operators 0, 1, … in a world that is returned."""
    world = World(task, count)
    world.reset(range(count))
    operator = Demonstrator(world, range(count))
    commands = []
    for _ in range(steps):
        commands.append(operator.act())
        world.step(commands[-1])
    return np.stack(commands), world


def test_the_faults_of_a_person() -> None:
    commands, world = drive("pick_place", 40, 160)
    sticks = commands[:, :, :3]
    assert np.abs(commands).max() <= 1.0
    assert commands.dtype == np.float32
    # smooth: thumbs need time, so a deflection resembles the one before it
    change = np.abs(np.diff(sticks, axis=0))
    assert change.max() < 0.8
    # trembling: no two operators alike, and no stick held perfectly while it moves
    moving = (np.abs(sticks[1:]) > 0.3) & (np.abs(sticks[:-1]) > 0.3)
    assert (change[moving] > 0).mean() > 0.95
    # different pace
    pace = np.quantile(np.linalg.norm(sticks, axis=2), 0.95, axis=0)
    assert pace.max() > 1.3 * pace.min()
    # hesitation: sticks at rest somewhere in the middle
    assert (np.abs(sticks[20:100]).max(axis=2) == 0.0).any(axis=0).mean() > 0.3
    # and yet it works
    assert world.succeeded().mean() > 0.8


def test_the_operator_reacts_late() -> None:
    """A goal that jumps is noticed only after the delay of this operator."""
    world = World("reach", 12)
    operator = Demonstrator(world, range(12))
    unchanged = World("reach", 12)
    reference = Demonstrator(unchanged, range(12))
    for _ in range(12):
        world.step(operator.act())
        unchanged.step(reference.act())
    world._mocap_pos[:, 0] += (0.0, 0.15, 0.0)
    noticed = np.full(12, -1)
    for step in range(10):
        different = (operator.act() != reference.act()).any(axis=1)
        noticed[(noticed < 0) & different] = step
    assert (noticed >= 2).all()
    assert (noticed <= MAX_DELAY).all()
    assert len(np.unique(noticed)) > 1


def test_wrong_number_of_seeds() -> None:
    with pytest.raises(ValueError, match="1 seeds for 2"):
        Demonstrator(World("reach", 2), [0])
