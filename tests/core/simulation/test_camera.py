import threading

import numpy as np
import pytest

from core.simulation import (
    Camera,
    InvalidStateError,
    SimulationError,
    UnavailableGraphicsError,
    World,
    canvas,
)


@pytest.fixture(scope="module")
def world() -> World:
    world = World("pick_place", 2)
    world.reset([1, 2])
    return world


def orange(picture: np.ndarray) -> np.ndarray:
    """Pixels that show the box."""
    red, green, blue = (picture[:, :, channel].astype(int) for channel in range(3))
    return (red > 100) & (red > 1.25 * green) & (green > 1.5 * blue)


def test_pictures_show_the_scene(world: World) -> None:
    with Camera("pick_place", 160, 120) as drawer:
        picture = drawer.render(world.snapshot(0))
        assert picture.shape == (120, 160, 3)
        assert picture.dtype == np.uint8
        assert picture.std() > 15
        box = np.argwhere(orange(picture))
        assert len(box) > 5
        assert box[:, 0].mean() > 60  # it lies on the bench, in the lower half
        assert picture[:10].mean() < 90  # above is the dark sky


def test_a_state_and_its_snapshot_look_the_same(world: World) -> None:
    with Camera("pick_place", 96, 96) as drawer:
        pictures = [drawer.render(state) for state in world.get_states()]
        np.testing.assert_array_equal(pictures[1], drawer.render(world.snapshot(1)))
        assert (pictures[0] != pictures[1]).any()
        wrist = drawer.render(world.snapshot(0), "wrist")
        assert (wrist != pictures[0]).mean() > 0.3


def test_what_it_draws_is_what_moves(world: World) -> None:
    other = World("pick_place", 1)
    other.reset([1])
    command = np.array([[0, 1, 0, 0, 0, 0, -1]], dtype=np.float32)
    for _ in range(15):
        other.step(command)
    with Camera("pick_place", 96, 96) as drawer:
        before, after = drawer.render(world.snapshot(0)), drawer.render(other.snapshot())
    assert (before != after).any(axis=2).mean() > 0.01


def test_pictures_from_other_threads(world: World) -> None:
    """Each thread has a camera of its own; a borrowed one is refused."""
    snapshot, results = world.snapshot(), []

    def draw() -> None:
        with Camera("pick_place", 64, 64) as own:
            results.append(own.render(snapshot))
        try:
            borrowed.render(snapshot)
        except SimulationError as error:
            results.append(error)

    with Camera("pick_place", 64, 64) as borrowed:
        expected = borrowed.render(snapshot)
        thread = threading.Thread(target=draw)
        thread.start()
        thread.join(30)
        np.testing.assert_array_equal(borrowed.render(snapshot), expected)
    np.testing.assert_array_equal(results[0], expected)
    assert "another thread" in str(results[1])


def test_errors_say_what_to_do(world: World) -> None:
    with Camera("reach", 64, 64) as drawer:
        with pytest.raises(ValueError, match="cameras: workspace, wrist"):
            drawer.render(World("reach").snapshot(), "top")
        with pytest.raises(InvalidStateError, match="for the task of the snapshot"):
            drawer.render(world.snapshot())
        with pytest.raises(InvalidStateError, match="expected one row"):
            drawer.render(np.zeros(12))
    drawer.close()
    with pytest.raises(SimulationError, match="closed"):
        drawer.render(world.snapshot())
    with pytest.raises(ValueError, match="0 x 64"):
        Camera("reach", 0, 64)


def test_no_graphics_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "_backends", lambda: ("nothing", "nowhere"))
    with pytest.raises(UnavailableGraphicsError, match=r"nothing: .*nowhere: .*MUJOCO_GL"):
        Camera("reach", 64, 64)
