import time

import numpy as np
import pytest

from core.simulation import (
    Appearance,
    AppearanceError,
    CameraChange,
    PolicyCameras,
    SeenThing,
    World,
    image_field,
)
from core.simulation.appearance import ChangingLooks
from core.simulation.cameras import policy_model

FIELDS = (image_field("workspace"), image_field("wrist"))
BALL = SeenThing("sphere", (0.04, 0.04, 0.04), (0.5, 0.2, 0.04), (0.1, 0.9, 0.1))
LOOKS = {
    "light from elsewhere": Appearance(light_turned=(0.0, 0.0, 1.2)),
    "less light": Appearance(light=(0.5, 0.5, 0.5), ambient=(0.6, 0.6, 0.6)),
    "another table": Appearance(colors={"bench_top": (0.5, 0.2, 0.1)}),
    "camera moved": Appearance(cameras={"workspace": CameraChange((0.05, 0.0, 0.0))}),
    "camera turned": Appearance(cameras={"workspace": CameraChange(turned=(0.0, 0.0, 0.1))}),
    "a green ball": Appearance(things=(BALL,)),
}


@pytest.fixture(scope="module")
def state() -> np.ndarray:
    return World("pick_place").get_states()[0]


def test_each_change_is_seen_and_gone_afterwards(state: np.ndarray) -> None:
    """A simulation without changes looks the same whatever was drawn before it."""
    with PolicyCameras("pick_place", FIELDS) as cameras:
        plain = cameras.render([state])["workspace_image"][0]
        looks = [each for look in LOOKS.values() for each in (look, None)]
        shown = cameras.render([state] * len(looks), looks)["workspace_image"]
    for number, name in enumerate(LOOKS):
        assert (shown[2 * number] != plain).mean() > 0.003, name
        np.testing.assert_array_equal(shown[2 * number + 1], plain)


def test_what_changes_is_what_was_said(state: np.ndarray) -> None:
    with PolicyCameras("pick_place", FIELDS) as cameras:
        shown = cameras.render([state] * 7, [None, *LOOKS.values()])["workspace_image"].astype(int)
    plain, _, dark, table, moved, _, ball = shown
    assert dark.mean() < 0.8 * plain.mean()
    assert (table > plain)[50:, :, 0].mean() > 0.9  # the table fills the lowest rows
    green = (ball[..., 1] > 100) & (ball[..., 0] < 90) & (ball[..., 2] < 90)
    assert green.sum() > 20
    # the camera moved to the right by 5 cm, so that the scene moved to the left
    pixels = 0.05 / 0.6 * 64
    assert np.abs(np.roll(moved, round(pixels), axis=1) - plain)[:, 8:].mean() < (
        0.7 * np.abs(moved - plain)[:, 8:].mean()
    )


def test_a_camera_turns_about_its_own_axes(state: np.ndarray) -> None:
    """A turn about the axis out of the wrist camera's image turns its image."""
    half_turn = Appearance(cameras={"wrist": CameraChange(turned=(0.0, 0.0, np.pi))})
    with PolicyCameras("pick_place", FIELDS) as cameras:
        plain, turned = cameras.render([state] * 2, [None, half_turn])["wrist_image"].astype(int)
    assert np.abs(turned[::-1, ::-1] - plain).mean() < 4


def test_what_the_scene_lacks_is_said(state: np.ndarray) -> None:
    with PolicyCameras("pick_place", FIELDS) as cameras:
        plain = cameras.render([state])["workspace_image"]
        with pytest.raises(AppearanceError, match=r"no material 'gold'; it has: .*bench_top"):
            cameras.render([state], [Appearance(light=(0, 0, 0), colors={"gold": (1, 1, 0)})])
        with pytest.raises(AppearanceError, match=r"no camera 'top'; it has: workspace, wrist"):
            cameras.render([state], [Appearance(cameras={"top": CameraChange()})])
        with pytest.raises(AppearanceError, match="do not fit"):
            cameras.render([state], [Appearance(things=(BALL,) * 1000)])
        np.testing.assert_array_equal(cameras.render([state])["workspace_image"], plain)


def test_changing_looks_is_cheap() -> None:
    looks = ChangingLooks(policy_model("pick_place"))
    appearances = list(LOOKS.values())
    began = time.process_time()
    for number in range(600):
        looks.show(appearances[number % len(appearances)])
    assert (time.process_time() - began) / 600 < 0.5e-3
