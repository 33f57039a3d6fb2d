import numpy as np
import pytest

from core.rollout import Sensors
from core.simulation import Condition, PolicyCameras, World, image_field
from core.simulation.disturbances.displacement import DISPLACEMENT_STEP
from core.simulation.task import REACHABLE_BOX

N, STEPS = 300, 60
SEEDS = range(1_000_000, 1_000_000 + N)
WORLD = World("reach", 1)
SCALES = {"place": np.array([1.0, 2.0])}


def truth(step: int, count: int = N) -> dict[str, np.ndarray]:
    """The step and the number of the simulation, so that a frame tells where it is from."""
    return {"place": np.stack((np.full(count, step), np.arange(count)), axis=1).astype(np.float32)}


def sensed(condition: Condition, seeds: range = SEEDS, scales=SCALES):
    """Frames (steps, n, 2) and masks (steps, n) of a whole episode."""
    sensing = Sensors(WORLD, condition, scales, seeds)
    frames, masks = [], []
    for step in range(STEPS):
        frame, missing = sensing.sense(truth(step, len(seeds)), step)
        frames.append(frame["place"])
        masks.append(np.zeros(len(seeds), bool) if missing is None else missing)
    return np.stack(frames), np.stack(masks)


def disturbance(condition: Condition) -> np.ndarray:
    """What is added to the truth, in standard deviations (steps, n, 2)."""
    clean = np.stack([truth(step)["place"] for step in range(STEPS)])
    return (sensed(condition)[0] - clean) / SCALES["place"]


def test_undisturbed_sensors_tell_the_truth():
    assert not disturbance(Condition()).any()


def test_bias_stays_for_an_episode_and_differs_between_them():
    bias = disturbance(Condition(bias=0.5))
    np.testing.assert_allclose(bias, np.broadcast_to(bias[:1], bias.shape), atol=1e-4)
    np.testing.assert_allclose(bias[0].std(axis=0), 0.5, rtol=0.15)


def test_drift_is_a_random_walk_from_zero():
    walk = disturbance(Condition(drift=0.1))
    assert not walk[0].any()
    for step in (4, 25, 59):
        np.testing.assert_allclose(walk[step].std(), 0.1 * step**0.5, rtol=0.15)
    steps = np.diff(walk, axis=0)
    assert abs(np.corrcoef(steps[10].ravel(), steps[11].ravel())[0, 1]) < 0.15


def test_noise_bias_and_drift_add_up():
    parts = [Condition(noise=0.3), Condition(bias=0.5), Condition(drift=0.1)]
    together = disturbance(Condition(noise=0.3, bias=0.5, drift=0.1))
    np.testing.assert_allclose(together, sum(disturbance(part) for part in parts), atol=1e-3)


def test_a_delayed_frame_is_so_many_steps_old():
    frames, _ = sensed(Condition(delay=3))
    np.testing.assert_array_equal(frames[:, 0, 0], np.maximum(np.arange(STEPS) - 3, 0))


def test_lost_frames_leave_the_last_one_and_say_so():
    frames, missing = sensed(Condition(dropout=0.5))
    assert not missing[0].any()
    assert abs(missing[1:].mean() - 0.5) < 0.02
    for row in range(3):
        arrived = np.where(missing[:, row], 0, np.arange(STEPS))
        np.testing.assert_array_equal(frames[:, row, 0], np.maximum.accumulate(arrived))


def test_frames_are_delayed_before_they_are_lost():
    frames, missing = sensed(Condition(dropout=0.5, delay=4))
    arrived = np.where(missing[:, 0], 0, np.maximum(np.arange(STEPS) - 4, 0))
    np.testing.assert_array_equal(frames[:, 0, 0], np.maximum.accumulate(arrived))


def test_what_is_sensed_does_not_depend_on_what_runs_beside():
    condition = Condition(noise=0.2, bias=0.3, drift=0.1, dropout=0.4, delay=2)
    frames, missing = sensed(condition)
    alone, lost = sensed(condition, SEEDS[7:8])
    np.testing.assert_array_equal(missing[:, 7], lost[:, 0])
    np.testing.assert_allclose(frames[:, 7, 0], alone[:, 0, 0], atol=1e-5)


@pytest.mark.parametrize(("what", "by"), [("object", 0.05), ("goal", 0.10)])
def test_displacements_are_horizontal_within_reach_and_of_their_length(what, by):
    world = World("pick_place", 40)
    seeds = range(1_000_000, 1_000_040)
    world.reset(seeds)
    before = world.observe()
    sensors = Sensors(world, Condition(**{f"displace_{what}": by}), {}, seeds)
    sensors.look(DISPLACEMENT_STEP - 1)
    for name, values in world.observe().items():
        np.testing.assert_array_equal(values, before[name])
    after = sensors.look(DISPLACEMENT_STEP)
    move = after[f"{what}_position"] - before[f"{what}_position"]
    np.testing.assert_allclose(np.linalg.norm(move, axis=1), by, atol=1e-5)
    np.testing.assert_allclose(move[:, 2], 0.0, atol=1e-6)
    assert np.ptp(np.arctan2(move[:, 1], move[:, 0])) > 4.0  # in all directions
    places = after[f"{what}_position"][:, :2]
    assert (places >= np.array(REACHABLE_BOX.low[:2]) - 1e-6).all()
    assert (places <= np.array(REACHABLE_BOX.high[:2]) + 1e-6).all()
    other = "goal" if what == "object" else "object"
    np.testing.assert_array_equal(before[f"{other}_position"], after[f"{other}_position"])


def test_a_displacement_beyond_reach_is_cut_short():
    world = World("push", 3)
    sensors = Sensors(world, Condition(displace_goal=5.0), {}, range(3))
    places = sensors.look(DISPLACEMENT_STEP)["goal_position"][:, :2]
    assert (places <= np.array(REACHABLE_BOX.high[:2]) + 1e-6).all()
    assert (places >= np.array(REACHABLE_BOX.low[:2]) - 1e-6).all()


def test_a_condition_may_change_on_the_way():
    sensors = Sensors(WORLD, Condition(), SCALES, SEEDS)
    frames = []
    for step in range(20):
        if step == 5:
            sensors.condition = Condition(bias=0.5, delay=2)
        if step == 10:
            sensors.condition = Condition(bias=1.0)
        if step == 15:
            sensors.condition = Condition()
        frames.append(sensors.sense(truth(step), step)[0]["place"] / SCALES["place"])
    clean = [truth(step)["place"] / SCALES["place"] for step in range(20)]
    for step in (*range(5), *range(15, 20)):
        np.testing.assert_array_equal(frames[step], clean[step])
    half, whole = frames[9] - clean[7], frames[10] - clean[10]
    assert sensors.age == 0
    np.testing.assert_allclose(half.std(), 0.5, rtol=0.1)
    np.testing.assert_allclose(whole, 2 * half, atol=1e-4)  # the same offset, twice as large


def test_images_are_lost_and_late_like_any_field_and_stay_as_they_are():
    condition = Condition(noise=0.5, bias=0.2, dropout=0.5, delay=1)
    sensors = Sensors(WORLD, condition, SCALES, range(3))
    frames, masks = [], []
    for step in range(12):
        image = np.full((3, 2, 4, 3), step, np.uint8)
        frame, missing = sensors.sense(truth(step, 3) | {"camera": image}, step)
        assert frame["camera"].dtype == np.uint8
        frames.append(frame["camera"][:, 0, 0, 0])
        masks.append(missing)
    arrived = np.where(masks, 0, np.maximum(np.arange(12) - 1, 0)[:, None])
    np.testing.assert_array_equal(frames, np.maximum.accumulate(arrived))


def filmed(condition: Condition, steps: int, ids=None):
    """Frames and masks of three moving arms with a camera, and the images as they were taken."""
    world = World("reach", 3)
    seeds = range(1_000_000, 1_000_003)
    world.reset(seeds)
    taken, frames, masks = [], [], []
    field = image_field("workspace", 32)
    with PolicyCameras("reach", (field,)) as cameras:
        sensors = Sensors(world, condition, {"gripper_opening": np.ones(1)}, seeds, cameras)
        for step in range(steps):
            taken.append(cameras.render(world.get_states())["workspace_image"])
            frame, missing = sensors.sense(world.observe(), step, None if step == 0 else ids)
            frames.append(frame["workspace_image"])
            masks.append(missing)
            world.step(np.tile([0.0, 1.0, 0, 0, 0, 0, -1.0], (3, 1)))
    return np.stack(taken), np.stack(frames), masks


def test_cameras_show_the_scene_as_it_is_and_noise_of_vectors_leaves_it():
    taken, frames, _ = filmed(Condition(noise=0.5), 4)
    assert frames.dtype == np.uint8 and frames.shape == (4, 3, 32, 32, 3)
    np.testing.assert_array_equal(frames, taken)
    assert (frames[3] != frames[0]).any(axis=(1, 2, 3)).all()


def test_images_are_late_and_lost_like_everything_else():
    taken, frames, _ = filmed(Condition(delay=2), 6)
    np.testing.assert_array_equal(frames[2:], taken[:-2])
    taken, frames, masks = filmed(Condition(dropout=0.6), 6)
    lost = np.stack(masks)
    assert lost.any()
    for step in range(1, 6):
        expected = np.where(lost[step][:, None, None, None], frames[step - 1], taken[step])
        np.testing.assert_array_equal(frames[step], expected)


def test_only_what_still_runs_is_drawn():
    taken, frames, _ = filmed(Condition(), 4, ids=[0, 2])
    np.testing.assert_array_equal(frames[:, [0, 2]], taken[:, [0, 2]])
    np.testing.assert_array_equal(frames[:, 1], np.broadcast_to(taken[0, 1], frames[:, 1].shape))
