"""The laws of the world. Bits are compared where bits are promised."""

import numpy as np
import pytest

from core.errors import UnknownNameError
from core.simulation import (
    TASKS,
    Demonstrator,
    InvalidCommandError,
    InvalidStateError,
    SimulationError,
    World,
)
from core.simulation.control import WORKSPACE_HIGH, WORKSPACE_LOW

DOWN_OPEN = np.array([0, 0, 0, 0, 0, 0, -1], dtype=np.float32)


def still(count: int, gripper: float = -1.0) -> np.ndarray:
    """Commands that ask for no motion (count, 7)."""
    commands = np.tile(DOWN_OPEN, (count, 1))
    commands[:, 6] = gripper
    return commands


def wild(count: int, steps: int, seed: int = 0) -> np.ndarray:
    """Full deflections of everything that change every 0.75 s (steps, count, 7)."""
    generator = np.random.default_rng(seed)
    held = generator.uniform(0.5, 1, (steps // 15 + 1, count, 7))
    held *= generator.choice((-1.0, 1.0), held.shape)
    return np.repeat(held, 15, axis=0)[:steps]


@pytest.mark.parametrize("task", TASKS.names)
def test_a_world_of_many_equals_many_worlds_of_one(task: str) -> None:
    """With contact, so that a last bit would grow: the operator grasps and pushes."""
    seeds = (0, 11, 2, 1_000_003, 5)
    together = World(task, len(seeds), threads=2)
    operators = Demonstrator(together, range(len(seeds)))
    together.reset(seeds)
    operators.reset(seeds)
    commands = []
    for _ in range(90):
        commands.append(together.step(operators.act()))
    for row in (0, 3):
        alone = World(task, 1)
        alone.reset(seeds[row : row + 1])
        for command in commands:
            alone.step(command[row : row + 1])
        np.testing.assert_array_equal(alone.get_states()[0], together.get_states()[row])
        for name, values in alone.observe().items():
            np.testing.assert_array_equal(values[0], together.observe()[name][row])


def test_threads_change_nothing() -> None:
    one, many = World("pick_place", 6, threads=1), World("pick_place", 6, threads=3)
    for command in wild(6, 40):
        one.step(command)
        many.step(command)
    np.testing.assert_array_equal(one.get_states(), many.get_states())


def test_slices_equal_a_step() -> None:
    whole, sliced = World("pick_place", 2), World("pick_place", 2)
    for command in wild(2, 60):
        executed = whole.step(command)
        np.testing.assert_array_equal(sliced.begin(command), executed)
        for substeps in (3, 4, whole.substeps - 7):
            sliced.advance(substeps)
            sliced.snapshot()
        sliced.finish()
    np.testing.assert_array_equal(sliced.get_states(), whole.get_states())


def test_a_start_depends_on_its_seed_alone() -> None:
    world = World("pick_place", 3)
    for command in wild(3, 30):
        world.step(command)
    others = world.get_states()[[0, 2]]
    world.reset([77], ids=[1])
    fresh = World("pick_place", 1)
    fresh.reset([77])
    np.testing.assert_array_equal(world.get_states()[1], fresh.get_states()[0])
    np.testing.assert_array_equal(world.get_states()[[0, 2]], others)
    for name, values in fresh.observe().items():
        np.testing.assert_array_equal(world.observe()[name][1], values[0])


def test_setting_a_state_continues_bit_for_bit() -> None:
    world = World("pick_place", 3)
    commands = wild(3, 80)
    for command in commands[:40]:
        world.step(command)
    kept = world.get_states()
    seen = world.observe()
    for command in commands[40:]:
        world.step(command)
    expected = world.get_states()
    other = World("pick_place", 3)
    other.set_states(kept)
    for name, values in other.observe().items():
        np.testing.assert_array_equal(values, seen[name])
    np.testing.assert_array_equal(other.get_states(), kept)
    for command in commands[40:]:
        other.step(command)
    np.testing.assert_array_equal(other.get_states(), expected)


def test_setting_some_states_leaves_the_others() -> None:
    world = World("lift", 3)
    for command in wild(3, 20):
        world.step(command)
    before = world.get_states()
    world.set_states(before[:1], ids=[2])
    np.testing.assert_array_equal(world.get_states(), before[[0, 1, 0]])


def test_success_survives_a_saved_state(lifted_states: np.ndarray) -> None:
    world = World("lift", len(lifted_states))
    world.set_states(lifted_states)
    assert world.succeeded().all()
    assert world.grasped().all()
    assert (world.rewards() == 1.0).all()


@pytest.mark.parametrize("task", ["reach", "pick_place"])
def test_zero_commands_do_not_drift(task: str) -> None:
    """10 s at rest at the start, and again after driving around."""
    world = World(task, 4)
    for moved in (False, True):
        if moved:
            for command in wild(4, 60, seed=3) * np.array([1, 1, 0.3, 0.3, 0.3, 1, 1]):
                world.step(command)
            for _ in range(60):  # the reference is up to 3 cm ahead when the sticks are let go
                world.step(still(4))
        before = world.observe()
        for _ in range(200):
            world.step(still(4))
        after = world.observe()
        drift = after["end_effector_position"] - before["end_effector_position"]
        assert np.abs(drift).max() < 2e-4
        turn = after["end_effector_rotation"] - before["end_effector_rotation"]
        assert np.abs(turn).max() < 2e-3


def test_full_speed_is_a_quarter_metre_per_second() -> None:
    world = World("reach", 1)
    world.reset([0])
    command = still(1)
    command[0, 1] = 1.0
    for _ in range(10):
        world.step(command)
    start = world.observe()["end_effector_position"][0]
    for _ in range(8):
        world.step(command)
    moved = world.observe()["end_effector_position"][0] - start
    assert moved[1] == pytest.approx(0.25 * 8 / 20, rel=0.05)
    assert np.abs(moved[[0, 2]]).max() < 0.004


@pytest.mark.parametrize("task", ["reach", "lift"])
def test_limits_hold_under_wild_commands(task: str) -> None:
    """All seven at full deflection, thrown around: the arm may overshoot, not leave."""
    count = 16
    world = World(task, count)
    low, high = world.model.jnt_range[:7].T
    outside = []
    for command in wild(count, 400, seed=1):
        world.step(command)
        seen = world.observe()
        joints, end = seen["joint_positions"], seen["end_effector_position"]
        # the simulator's limits are stiff springs: a hand that is pressed on the bench bends them
        assert (joints >= low - 0.01).all()
        assert (joints <= high + 0.01).all()
        assert np.abs(seen["joint_velocities"]).max() < 2.6
        outside.append(np.maximum(WORKSPACE_LOW - end, end - WORKSPACE_HIGH).max(axis=1))
    assert np.max(outside) < 0.03
    assert np.quantile(outside, 0.99) < 0.01


def test_a_grasped_box_survives_fast_motion(lifted_states: np.ndarray) -> None:
    """Full reversals of all directions and of yaw twice a second, for 8 s."""
    count = len(lifted_states)
    world = World("lift", count)
    world.set_states(lifted_states)
    held = world.observe()["object_from_end_effector"]
    generator = np.random.default_rng(2)
    fastest = 0.0
    for step in range(160):
        if step % 10 == 0:
            command = generator.choice((-1.0, 1.0), (count, 7))
            command[:, 3:5], command[:, 6] = 0.0, 1.0
        low = world.observe()["end_effector_position"][:, 2] < 0.15
        command[low, 2] = 1.0  # the box is to be shaken, not to be hit on the table
        before = world.observe()["end_effector_position"]
        world.step(command)
        moved = world.observe()["end_effector_position"] - before
        fastest = max(fastest, float(np.linalg.norm(moved, axis=1).max()) * 20)
    assert fastest > 0.3
    assert world.grasped().all()
    slipped = np.linalg.norm(world.observe()["object_from_end_effector"], axis=1)
    assert np.abs(slipped - np.linalg.norm(held, axis=1)).max() < 0.01


def test_an_open_hand_drops_the_box(lifted_states: np.ndarray) -> None:
    world = World("lift", len(lifted_states))
    world.set_states(lifted_states)
    for _ in range(30):
        world.step(still(world.count))
    assert not world.grasped().any()
    assert not world.success_now().any()
    assert world.succeeded().all()  # what was achieved stays achieved
    assert (world.rewards() == 0.0).all()


def test_success_needs_ten_steps_in_a_row() -> None:
    """The goal is put where the hand is, taken away after 9 steps, and put back."""
    world = World("reach", 1)
    seen = world.observe()["end_effector_position"][0].astype(np.float64)
    here, away = seen, seen + np.array([0.0, 0.0, 0.1])

    def run(goal: np.ndarray, steps: int) -> None:
        world._mocap_pos[0, 0] = goal
        for _ in range(steps):
            world.step(still(1))

    run(here, 9)
    assert world.success_now()[0]
    run(away, 1)
    assert not world.success_now()[0]
    run(here, 9)
    assert not world.succeeded()[0]
    run(here, 1)
    assert world.succeeded()[0]
    run(away, 5)
    assert world.succeeded()[0]
    world.reset([3])
    assert not world.succeeded()[0]


def test_a_lifted_box_never_counts_as_pushed() -> None:
    world = World("push", 2)
    goal = world.observe()["goal_position"].astype(np.float64)
    for row, height in enumerate((0.02, 0.05)):
        world._qpos[row, world._index.object_pose] = (*goal[row, :2], height, 1, 0, 0, 0)
    for _ in range(30):
        world.step(still(2))
    settled = world.observe()["object_position"][:, 2]
    np.testing.assert_allclose(settled, 0.02, atol=1e-3)
    np.testing.assert_array_equal(world.succeeded(), [True, False])


def test_what_is_executed_is_clipped_and_bad_commands_move_nothing() -> None:
    world = World("reach", 2)
    executed = world.step(np.full((2, 7), 9.0))
    np.testing.assert_array_equal(executed, np.ones((2, 7), dtype=np.float32))
    before = world.get_states()
    bad = np.zeros((2, 7))
    bad[1, 2] = np.nan
    with pytest.raises(InvalidCommandError, match="linear_z of simulation 1 is nan"):
        world.step(bad)
    np.testing.assert_array_equal(world.get_states(), before)


def test_bad_states_are_refused_and_change_nothing() -> None:
    world, other = World("push", 2), World("reach", 2)
    before = world.get_states()
    with pytest.raises(InvalidStateError, match="recorded with another task"):
        world.set_states(other.get_states())
    broken = before.copy()
    broken[0, 3] = np.inf
    with pytest.raises(InvalidStateError, match="not finite"):
        world.set_states(broken)
    np.testing.assert_array_equal(world.get_states(), before)
    assert issubclass(InvalidStateError, SimulationError)


def test_bad_arguments() -> None:
    with pytest.raises(UnknownNameError):
        World("stak")
    with pytest.raises(ValueError, match="at least one"):
        World("reach", 0)
    with pytest.raises(ValueError, match="2 seeds for 1"):
        World("reach").reset([1, 2])


def test_snapshots_are_copies_that_nobody_can_write() -> None:
    world = World("pick_place", 2)
    before = world.snapshot(1)
    kept = before.qpos.copy()
    command = still(2)
    command[:, 0] = 1.0
    for _ in range(5):
        world.step(command)
    np.testing.assert_array_equal(before.qpos, kept)
    assert before.time == 0.0
    assert world.snapshot(1).time == pytest.approx(0.25)
    assert not before.grasped
    for array in (before.qpos, before.mocap_pos, before.mocap_quat, before.end_effector_position):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


def test_only_the_simulations_named_move() -> None:
    some, all_of_them = World("push", 4), World("push", 4)
    still = some.observe()
    for command in wild(4, 20):
        command[[0, 2]] = 0.0
        some.step(command, ids=[1, 3])
        all_of_them.step(command)
    np.testing.assert_array_equal(some.get_states()[[1, 3]], all_of_them.get_states()[[1, 3]])
    for name, values in some.observe().items():
        np.testing.assert_array_equal(values[[0, 2]], still[name][[0, 2]])


def test_objects_and_goals_are_displaced_and_stay_there() -> None:
    world = World("push", 2)
    before = world.observe()
    offsets = np.array([[0.05, 0.0, 0.0], [0.0, -0.03, 0.0]])
    world.displace(object_by=offsets, goal_by=-offsets)
    for _ in range(10):
        after = world.observe()
        for name, sign in (("object_position", 1), ("goal_position", -1)):
            np.testing.assert_allclose(after[name] - before[name], sign * offsets, atol=1e-3)
        world.step(np.zeros((2, 7)))


def test_what_cannot_be_displaced_is_refused() -> None:
    world = World("reach", 1)
    before = world.get_states()
    with pytest.raises(InvalidStateError, match="task 'reach' has no object to displace"):
        world.displace(np.zeros((1, 3)), np.ones((1, 3)))
    for wrong in (np.zeros(3), np.full((1, 3), np.nan)):
        with pytest.raises(InvalidStateError, match="the goal is displaced by"):
            world.displace(goal_by=wrong)
    np.testing.assert_array_equal(world.get_states(), before)
