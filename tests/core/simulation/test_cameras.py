import threading
from dataclasses import replace

import mujoco
import numpy as np
import pytest

from core.simulation import (
    TASKS,
    ImageFieldError,
    InvalidStateError,
    PolicyCameras,
    SimulationError,
    World,
    image_field,
    load_model,
)
from core.simulation.cameras import policy_model
from core.simulation.task import REACHABLE_BOX, START_BOX
from core.simulation.tasks.reach import GOAL_BOX
from core.spec import Field
from core.versions import RENDERING

WORKSPACE, WRIST = image_field("workspace"), image_field("wrist")


@pytest.fixture(scope="module")
def states() -> np.ndarray:
    world = World("pick_place", 6)
    world.reset(range(6))
    return world.get_states()


def pink(picture: np.ndarray) -> np.ndarray:
    """Pixels that show the goal."""
    red, green, blue = (picture[..., channel].astype(int) for channel in range(3))
    return (red > 120) & (blue > 90) & (green < 60)


def orange(picture: np.ndarray) -> np.ndarray:
    """Pixels that show the box."""
    red, green, blue = (picture[..., channel].astype(int) for channel in range(3))
    return (red > 80) & (red > 1.25 * green) & (green > 1.5 * blue)


def test_a_policy_sees_box_and_goal_at_every_start(states: np.ndarray) -> None:
    with PolicyCameras("pick_place", (WORKSPACE, WRIST)) as cameras:
        images = cameras.render(states)
    assert list(images) == ["workspace_image", "wrist_image"]
    seen = images["workspace_image"]
    assert seen.shape == (6, 64, 64, 3) and seen.dtype == np.uint8
    assert (pink(seen).sum(axis=(1, 2)) >= 12).all()
    assert (orange(seen).sum(axis=(1, 2)) >= 6).all()


def test_the_workspace_camera_shows_what_the_arm_reaches_and_little_else() -> None:
    """Every corner of the boxes lies in the image, and together they span it."""
    model = policy_model("reach")
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    mujoco.mj_camlight(model, data)
    camera = model.camera("workspace").id
    half = np.tan(0.5 * np.radians(model.cam_fovy[camera]))
    corners = np.array(
        [
            (x, y, z)
            for box in (REACHABLE_BOX, START_BOX, GOAL_BOX)
            for x in (box.low[0], box.high[0])
            for y in (box.low[1], box.high[1])
            for z in (box.low[2], box.high[2])
        ]
    )
    seen = (corners - data.cam_xpos[camera]) @ data.cam_xmat[camera].reshape(3, 3)
    places = seen[:, :2] / -seen[:, 2:] / half  # the image is [-1, 1] in both directions
    assert np.abs(places).max() < 1
    extent = (places.max(axis=0) - places.min(axis=0)) / 2
    assert extent[0] > 0.95 and extent[1] > 0.75


def test_one_simulation_looks_as_it_does_among_many(states: np.ndarray) -> None:
    """Images depend neither on what is drawn before, nor on other cameras and sizes."""
    with PolicyCameras("pick_place", (WORKSPACE, WRIST)) as cameras:
        together = cameras.render(states)
        again = cameras.render(states[4:5])
    large = image_field("wrist", 96)
    with PolicyCameras("pick_place", (large, WORKSPACE)) as cameras:
        sizes = cameras.render(states[4:5])
    np.testing.assert_array_equal(again["wrist_image"][0], together["wrist_image"][4])
    np.testing.assert_array_equal(sizes["workspace_image"][0], together["workspace_image"][4])
    assert sizes["wrist_image"].shape == (1, 96, 96, 3)


def test_snapshots_and_states_look_the_same(states: np.ndarray) -> None:
    world = World("pick_place", 6)
    world.set_states(states)
    with PolicyCameras("pick_place", (WORKSPACE,)) as cameras:
        drawn = cameras.render([world.snapshot(index) for index in range(6)])
        np.testing.assert_array_equal(
            drawn["workspace_image"], cameras.render(states)["workspace_image"]
        )


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_drawn_and_its_scene_is_left_alone(task: str) -> None:
    before = load_model(task)
    with PolicyCameras(task, (WORKSPACE, WRIST)) as cameras:
        images = cameras.render(World(task).get_states())
    assert all(image.std() > 8 for image in images.values())
    after = load_model(task)
    np.testing.assert_array_equal(before.cam_pos, after.cam_pos)
    np.testing.assert_array_equal(before.mat_rgba, after.mat_rgba)


@pytest.mark.parametrize(
    ("field", "says"),
    [
        (Field("front_image", (64, 64, 3), "image", rendering=RENDERING), "front_image.*workspace"),
        (Field("front", (64, 64, 3), "image"), "no camera for 'front'"),
        (Field("workspace_image", (64, 64, 3), "image"), "real camera"),
        (replace(WORKSPACE, rendering=RENDERING + 1), f"version {RENDERING + 1} .*{RENDERING}"),
        (replace(WORKSPACE, shape=(4096, 64, 3)), "4096 pixels"),
        (Field("workspace_image", (3,)), "is a scalar"),
    ],
)
def test_fields_that_the_scene_cannot_give_are_refused(field: Field, says: str) -> None:
    with pytest.raises(ImageFieldError, match=says):
        PolicyCameras("reach", (field,))


def test_misuse_is_a_sentence(states: np.ndarray) -> None:
    with pytest.raises(ImageFieldError, match="no image fields"):
        PolicyCameras("reach", ())
    with pytest.raises(ImageFieldError, match="0 x 0"):
        PolicyCameras("reach", (image_field("wrist", 0),))
    caught: list[SimulationError] = []

    def borrow() -> None:
        try:
            cameras.render(states)
        except SimulationError as error:
            caught.append(error)

    with PolicyCameras("pick_place", (WORKSPACE,)) as cameras:
        with pytest.raises(InvalidStateError, match="another task"):
            cameras.render(states[:, :12])
        thread = threading.Thread(target=borrow)
        thread.start()
        thread.join(30)
        assert "another thread" in str(caught[0])
    with pytest.raises(SimulationError, match="closed"):
        cameras.render(states)
