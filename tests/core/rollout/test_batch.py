from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from core.policies import MODES, Explanation, make_policy
from core.rollout.batch import CAMERA_GROUP, Batch, group_count, group_size, halves
from core.simulation import Condition, PolicyCameras, World, image_field
from core.simulation.disturbances.displacement import DISPLACEMENT_STEP


class Chaser:
    """Drives the end effector to the goal, or nowhere with a gain of 0; keeps what it saw."""

    delay = 0

    def __init__(self, gain: float) -> None:
        self.gain = gain
        self.seen: list[dict[str, np.ndarray]] = []
        self.missing: list[np.ndarray | None] = []

    def reset(self, count: int, ids: Sequence[int] | None = None) -> None:
        assert ids is None
        self.count = count

    def act(self, observation: Mapping[str, np.ndarray], missing=None) -> np.ndarray:
        self.seen.append(dict(observation))
        self.missing.append(missing)
        actions = np.zeros((self.count, 7), np.float32)
        actions[:, :3] = np.clip(self.gain * observation["goal_from_end_effector"], -1, 1)
        return actions

    def executed(self, actions: np.ndarray) -> None:
        raise AssertionError(f"{actions} was asked for, and within limits")

    def explain(self, index: int = 0) -> Explanation:
        raise NotImplementedError


SIZE = group_size("bc")


def batch_of(policies, seeds: range, sigma=0.0, horizon=60, scales=None, size=SIZE):
    world = World("reach", len(seeds))
    condition = Condition(noise=sigma)
    return world, Batch(world, policies, scales or {}, condition, seeds, horizon, size)


def test_policies_of_every_mode_meet_the_same_starts_and_the_same_noise():
    scales = {name: values.std(0) + 0.1 for name, values in World("reach", 9).observe().items()}
    seeds = range(1_000_000, 1_000_006)
    noise = []
    for gain in (0.0, 5.0):
        policy = Chaser(gain)
        world, batch = batch_of([policy], seeds, 0.3, scales=scales)
        truths = []
        for _ in range(8):
            truths.append(world.observe())
            batch.step()
        name = "goal_from_end_effector"
        seen = np.stack([step[name][: len(seeds)] for step in policy.seen])
        noise.append(seen - np.stack([truth[name] for truth in truths]))
        starts = truths[0]["end_effector_position"] if gain == 0 else starts  # noqa: F821
        np.testing.assert_array_equal(truths[0]["end_effector_position"], starts)
    assert np.abs(noise[0]).max() > 0.01
    np.testing.assert_allclose(noise[0], noise[1], atol=1e-6)


def test_success_and_its_step_are_counted():
    policy = Chaser(5.0)
    _, batch = batch_of([policy], range(1_000_000, 1_000_004), horizon=120)
    while not batch.finished:
        batch.step()
    assert batch.outcomes == [True] * 4
    assert all(10 < count < 120 for count in batch.steps)
    assert batch.step_count == max(batch.steps)  # ends as soon as all are solved
    assert batch.share == 1.0


def test_unsolved_episodes_take_the_whole_horizon():
    _, batch = batch_of([Chaser(0.0)], range(1_000_000, 1_000_003), horizon=15)
    while not batch.finished:
        batch.step()
    assert batch.outcomes == [False] * 3
    assert batch.steps == [15] * 3


@pytest.mark.parametrize("mode", MODES)
def test_an_episode_does_not_depend_on_what_runs_beside_it(checkpoint, mode):
    few = {"samples": 24, "neighbours": 6} if mode == "plan" else {}

    def run(seeds: range) -> np.ndarray:
        size = group_size(mode)
        policies = [make_policy(checkpoint, mode, **few) for _ in range(group_count(seeds, size))]
        world, batch = batch_of(policies, seeds, 0.3, 60, checkpoint.noise_scales(), size)
        for _ in range(12):
            batch.step()
        return world.get_states()

    together = run(range(1_000_000, 1_000_027))
    for seed in (1_000_000, 1_000_004, 1_000_026):
        np.testing.assert_array_equal(run(range(seed, seed + 1))[0], together[seed - 1_000_000])


def test_a_policy_can_be_used_again(checkpoint):
    policies = [make_policy(checkpoint, "bc")]
    states = []
    for _ in range(2):
        world, batch = batch_of(policies, range(1_000_000, 1_000_003))
        for _ in range(10):
            batch.step()
        states.append(world.get_states())
    np.testing.assert_array_equal(states[0], states[1])


def test_known_starts_are_the_same_starts(checkpoint):
    seeds = range(1_000_000, 1_000_004)
    fresh = World("reach", len(seeds))
    fresh.reset(seeds)
    starts, states = fresh.get_states(), []
    for given in (None, starts):
        world = World("reach", len(seeds))
        policies = [make_policy(checkpoint, "bc")]
        scales, condition = checkpoint.noise_scales(), Condition(noise=0.3)
        batch = Batch(world, policies, scales, condition, seeds, 60, SIZE, given)
        for _ in range(15):
            batch.step()
        states.append(world.get_states())
    np.testing.assert_array_equal(states[0], states[1])


def test_a_policy_always_sees_the_same_number_of_rows():
    policies = [Chaser(1.0), Chaser(1.0)]
    _, batch = batch_of(policies, range(20, 20 + SIZE))  # ends in the second group
    batch.step()
    for policy in policies:
        assert {len(values) for step in policy.seen for values in step.values()} == {SIZE}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seeds", [range(7, 8), range(1000, 1100), range(13, 91)])
def test_halves_are_cut_where_groups_meet(seeds, mode):
    size = group_size(mode)
    parts = halves(seeds, size)
    assert [seed for part in parts for seed in part] == list(seeds)
    assert all(len(part) > 0 for part in parts)
    assert all(part[0] % size == 0 for part in parts[1:])
    assert sum(group_count(part, size) for part in parts) == group_count(seeds, size)


def test_what_is_solved_moves_no_more():
    world, batch = batch_of([Chaser(5.0)], range(1_000_000, 1_000_006), horizon=200)
    last = {}
    while not batch.finished:
        batch.step()
        for row, solved in enumerate(batch.outcomes):
            if solved:
                place = world.observe()["joint_positions"][row]
                np.testing.assert_array_equal(last.setdefault(row, place), place)
    assert len(last) == 6


def test_lost_frames_are_told_to_the_policy():
    policy, seeds = Chaser(1.0), range(1_000_000, 1_000_003)
    world = World("reach", len(seeds))
    batch = Batch(world, [policy], {}, Condition(dropout=0.5), seeds, 60, SIZE)
    for _ in range(20):
        batch.step()
    missing = np.stack(policy.missing)  # (steps, group)
    name = "end_effector_position"
    seen = np.stack([frame[name] for frame in policy.seen])
    assert not missing[0].any() and missing[1:].any(axis=0).all() and not missing.all(axis=0).any()
    np.testing.assert_array_equal(seen[1:][missing[1:]], seen[:-1][missing[1:]])


@pytest.mark.parametrize("what", ["object", "goal"])
def test_displacement_comes_at_its_step_whoever_runs_beside(what):
    def places(seeds: range) -> np.ndarray:
        world = World("push", len(seeds))
        condition = Condition(**{f"displace_{what}": 0.1})
        batch = Batch(world, [Idle()], {}, condition, seeds, 60, SIZE)
        found = []
        for _ in range(DISPLACEMENT_STEP + 2):
            found.append(world.observe()[f"{what}_position"].copy())
            batch.step()
        return np.stack(found)

    together = places(range(100, 104))
    moves = np.linalg.norm(np.diff(together, axis=0), axis=-1)  # (steps, n)
    # seen from the step after the one in which it happens, physics included
    np.testing.assert_allclose(moves[DISPLACEMENT_STEP], 0.1, atol=2e-3)
    assert moves[: DISPLACEMENT_STEP - 1].max() < 2e-3
    np.testing.assert_array_equal(places(range(102, 103))[:, 0], together[:, 2])


class Idle(Chaser):
    """Does nothing."""

    def __init__(self) -> None:
        super().__init__(0.0)

    def act(self, *_: object) -> np.ndarray:
        return np.zeros((self.count, 7), np.float32)


class Looker(Chaser):
    """Chases what it sees: moves by where the brightest row and column of the image are."""

    def act(self, observation, missing=None):
        image = observation["workspace_image"].astype(np.float32)
        actions = super().act(observation, missing)
        actions[:, 3] = image.mean(axis=(1, 2, 3)) / 255 - 0.25
        actions[:, 4] = image[:, :16].mean(axis=(1, 2, 3)) / 255 - 0.25
        return actions


def test_what_a_camera_policy_does_depends_on_no_other_simulation():
    field = image_field("workspace", 32)

    size = group_size("bc", images=True)
    assert size == CAMERA_GROUP < SIZE

    def run(seeds: range) -> tuple[dict[str, np.ndarray], list[int]]:
        policies = [Looker(6.0) for _ in range(group_count(seeds, size))]
        with PolicyCameras("reach", (field,)) as cameras:
            world = World("reach", len(seeds))
            batch = Batch(
                world, policies, {}, Condition(), seeds, 60, size, starts=None, cameras=cameras
            )
            while not batch.finished:
                batch.step()
        return world.observe(), batch.steps

    seeds = range(1_000_000, 1_000_000 + size + 3)
    ends, steps = run(seeds)
    assert len(set(steps)) > 2  # some end earlier, and are drawn no more
    for part in (seeds[2:3], seeds[5:12], seeds[size:]):
        place = slice(part[0] - seeds[0], part[-1] - seeds[0] + 1)
        alone, count = run(part)
        for name, values in alone.items():
            np.testing.assert_array_equal(values, ends[name][place])
        assert count == steps[place]


def test_ended_simulations_are_not_drawn(monkeypatch):
    drawn = []
    render = PolicyCameras.render
    monkeypatch.setattr(
        PolicyCameras,
        "render",
        lambda self, what, *looks: drawn.append(len(what)) or render(self, what, *looks),
    )
    with PolicyCameras("reach", (image_field("workspace", 8),)) as cameras:
        policies, seeds = [Chaser(5.0)], range(1_000_000, 1_000_004)
        batch = Batch(World("reach", 4), policies, {}, Condition(), seeds, 120, SIZE, None, cameras)
        while not batch.finished:
            batch.step()
    assert drawn[0] == 4 and drawn[-1] < 4
    assert sum(drawn) == sum(batch.steps)
