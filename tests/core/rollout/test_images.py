import numpy as np
import pytest

from core.rollout import Sensors
from core.rollout.images import ImageSensors
from core.simulation import Condition, PolicyCameras, World, image_field
from core.simulation.disturbances import Draws

N, STEPS = 200, 40
SEEDS = range(1_000_000, 1_000_000 + N)
NAMES = ("workspace_image", "wrist_image")


class CountingCameras:
    """Images that tell how often they were taken, beginning with 1."""

    def __init__(self):
        self.taken = 0
        self.looks = []

    def render(self, simulations, appearances=None):
        self.taken += 1
        self.looks.append(appearances)
        shape = (len(simulations), 2, 3, 3)
        return {name: np.full(shape, self.taken, np.uint8) for name in NAMES}


def arriving(condition: Condition, seeds=SEEDS, changes=None) -> np.ndarray:
    """What is seen at each step (cameras, steps, n): the number of the image, 0 for a black one."""
    world = World("reach", len(seeds))
    sensors = ImageSensors(world, CountingCameras(), condition, Draws({}, seeds))
    seen = []
    for step in range(STEPS):
        if step in (changes or {}):
            sensors.condition = changes[step]
        images = sensors.see(step)
        for image in images.values():
            assert image.dtype == np.uint8 and image.shape == (len(seeds), 2, 3, 3)
            assert (image == image[:, :1, :1, :1]).all()
        seen.append([images[name][:, 0, 0, 0] for name in NAMES])
    return np.array(seen, dtype=int).swapaxes(0, 1)


NEW = np.arange(1, STEPS + 1)[:, None]


def test_undisturbed_images_arrive_at_once():
    np.testing.assert_array_equal(arriving(Condition()), np.broadcast_to(NEW, (2, STEPS, N)))


def test_late_images_are_as_old_as_said():
    seen = arriving(Condition(late_images=3))
    np.testing.assert_array_equal(seen, np.broadcast_to(np.maximum(NEW - 3, 1), (2, STEPS, N)))


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_frozen_images_repeat_the_last_of_the_camera(share):
    seen = arriving(Condition(frozen_images=share))
    new = seen == NEW
    assert new[:, 0].all()
    np.testing.assert_allclose(1.0 - new[:, 1:].mean(axis=(1, 2)), share, atol=0.02)
    np.testing.assert_array_equal(seen, np.maximum.accumulate(np.where(new, NEW, 0), axis=1))
    one, other = (part[1:].ravel() for part in new)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05  # each camera on its own


def test_lost_images_are_black_and_all_others_arrive():
    seen = arriving(Condition(lost_images=0.3))
    lost = seen == 0
    np.testing.assert_allclose(lost.mean(axis=(1, 2)), 0.3, atol=0.02)
    assert (seen == np.where(lost, 0, NEW)).all()
    assert not arriving(Condition(lost_images=1.0)).any()


def test_a_loss_does_not_thaw_a_camera():
    """Late, then frozen, then lost: a camera that is frozen goes on with what it gave before."""
    condition = Condition(frozen_images=0.5, lost_images=0.5, late_images=2)
    frozen = arriving(Condition(frozen_images=0.5, late_images=2))
    lost = arriving(Condition(lost_images=0.5)) == 0
    np.testing.assert_array_equal(arriving(condition), np.where(lost, 0, frozen))


def test_images_do_not_depend_on_what_runs_with_them():
    condition = Condition(frozen_images=0.5, lost_images=0.2, late_images=1)
    alone = arriving(condition, SEEDS[7:8])
    np.testing.assert_array_equal(arriving(condition)[..., 7:8], alone)


def test_a_condition_may_change_on_the_way():
    changes = {10: Condition(late_images=2), 20: Condition()}
    seen = arriving(Condition(), SEEDS[:1], changes)[0, :, 0]
    expected = NEW[:, 0].copy()
    expected[10:20] = [10, *range(10, 19)]
    np.testing.assert_array_equal(seen, expected)


def test_only_simulations_that_move_are_drawn_and_each_as_it_looks():
    cameras = CountingCameras()
    condition = Condition(light_strength=0.5, distractors=2)
    world = World("reach", 3)
    sensors = Sensors(world, condition, {}, [4, 5, 6], cameras)
    sensors.sense(sensors.look(0), 0)
    frame, _ = sensors.sense(sensors.look(1), 1, [2])
    np.testing.assert_array_equal(frame["wrist_image"][:, 0, 0, 0], [1, 1, 2])
    expected = [condition.appearance(world.task, seed) for seed in (4, 5, 6)]
    assert cameras.looks == [expected, expected[2:]]
    sensors.condition = Condition(light_strength=0.5)
    sensors.sense(sensors.look(2), 2)
    assert not cameras.looks[-1][0].things


def test_images_are_disturbed_once_and_those_taken_stay():
    """Noise does not gather on simulations that are drawn no more."""
    cameras, world = CountingCameras(), World("reach", 2)
    sensors = ImageSensors(world, cameras, Condition(brightness=0.2), Draws({}, [0, 1]))
    first = sensors.see(0)
    again = sensors.see(1, [])
    for name in NAMES:
        np.testing.assert_array_equal(first[name], again[name])


def test_a_moved_camera_and_noise_are_in_the_images_and_not_in_the_truth():
    world = World("reach", 1)
    world.reset([3])
    with PolicyCameras("reach", [image_field("wrist", 32)]) as cameras:
        frames = []
        for condition in (Condition(), Condition(camera_turned=5), Condition(pixel_noise=0.1)):
            sensors = Sensors(world, condition, {}, [3], cameras)
            truth = sensors.look(0)
            frames.append(sensors.sense(truth, 0)[0])
            assert "wrist_image" not in truth
    for frame in frames[1:]:
        difference = frame["wrist_image"].astype(int) - frames[0]["wrist_image"]
        assert np.abs(difference).mean() > 2
        np.testing.assert_array_equal(frame["goal_position"], frames[0]["goal_position"])
