from dataclasses import replace

import numpy as np
import pytest

from core.data import episode_from_arrays, read_episode, write_episode
from core.errors import UnknownNameError
from core.simulation import CONTROL_RATE, TASKS, World, model_hash
from core.simulation.errors import InvalidSensorError
from core.simulation.sensors import SENSORS, Readings, Sensor
from core.spec import ARM, Field


def still(gripper: float) -> np.ndarray:
    return np.array([[0, 0, 0, 0, 0, 0, gripper]], dtype=np.float32)


def test_relative_vectors_agree_with_absolute_positions() -> None:
    world = World("pick_place", 3)
    seen = world.observe()
    np.testing.assert_allclose(
        seen["object_from_end_effector"],
        seen["object_position"] - seen["end_effector_position"],
        atol=1e-6,
    )
    np.testing.assert_allclose(
        seen["goal_from_object"], seen["goal_position"] - seen["object_position"], atol=1e-6
    )


def test_rotations_are_orthonormal_and_the_tool_points_down() -> None:
    columns = World("lift", 4).observe()["end_effector_rotation"]
    x, y = columns[:, :3], columns[:, 3:]
    np.testing.assert_allclose(np.sum(x * y, axis=1), 0.0, atol=1e-6)
    np.testing.assert_allclose(np.cross(x, y)[:, 2], -1.0, atol=1e-4)


def test_the_gripper_opening_follows_the_command() -> None:
    world = World("reach")
    for gripper, opening in ((1.0, 0.0), (0.0, 0.04), (-1.0, 0.08)):
        for _ in range(25):
            world.step(still(gripper))
        assert world.observe()["gripper_opening"][0, 0] == pytest.approx(opening, abs=1e-3)


def test_a_free_hand_feels_nothing_in_any_posture() -> None:
    """The tool's own weight is taken out, also when it leans."""
    world = World("reach")
    command = still(0.0)
    command[0, 3:6] = (0.4, -0.3, 0.6)
    for _ in range(20):
        world.step(command)
    for _ in range(60):
        world.step(still(0.0))
    seen = world.observe()
    assert np.abs(seen["end_effector_rotation"][0, 2]) > 0.1
    assert np.abs(seen["wrist_force"]).max() < 0.02
    assert np.abs(seen["wrist_torque"]).max() < 0.002


def test_a_held_box_is_felt_by_its_weight(lifted_states: np.ndarray) -> None:
    world = World("lift", len(lifted_states))
    world.set_states(lifted_states)
    hold = np.tile(still(1.0), (world.count, 1))
    for _ in range(40):
        world.step(hold)
    # along the tool's axis, which points down: 80 g pull with 0.78 N
    np.testing.assert_allclose(world.observe()["wrist_force"][:, 2], 0.08 * 9.81, atol=0.05)


def test_pressing_on_the_box_is_felt_as_a_push_back() -> None:
    world = World("lift")
    box = world.observe()["object_position"][0].astype(np.float64)
    world._qpos[0, world._index.object_pose] = (*box, 1, 0, 0, 0)
    down = still(1.0)
    for _ in range(120):
        way = box - world.observe()["end_effector_position"][0]
        down[0, :2] = np.clip(8 * way[:2], -1, 1)
        down[0, 2] = -0.5 if np.abs(way[:2]).max() < 0.01 else 0.0
        world.step(down)
    assert world.observe()["end_effector_position"][0, 2] > 0.04
    assert world.observe()["wrist_force"][0, 2] < -5.0


def test_every_field_of_the_arm_has_its_sensor() -> None:
    assert {name: sensor.field for name, sensor in SENSORS.items()} == dict(ARM)
    assert [SENSORS[name].name for name in SENSORS] == list(SENSORS)


def test_an_extension_adds_a_sensor_and_a_task_that_lists_it(tmp_path, monkeypatch) -> None:
    def height(now: Readings) -> np.ndarray:
        address = int(now.model.joint("object").qposadr[0])
        return now.positions[:, address + 2 : address + 3]

    field = Field("object_height", (1,), "scalar", "m", "Height of the box")
    monkeypatch.setitem(SENSORS._entries, "object_height", Sensor(field, height))
    lift = TASKS["lift"]
    task = replace(lift, name="weigh", sensors=(*lift.sensors, "object_height"))
    monkeypatch.setitem(TASKS._entries, "weigh", task)
    assert task.fields == (*lift.fields, field)
    world = World("weigh", 2)
    seen = world.observe()
    np.testing.assert_array_equal(seen["object_height"], seen["object_position"][:, 2:])
    states = world.get_states()
    executed = world.step(np.zeros((2, 7)))
    episode = episode_from_arrays(
        "weigh",
        0,
        "script",
        observations={name: values[:1] for name, values in seen.items()},
        actions=executed[:1],
        rewards=np.zeros(1),
        states=states[:1],
        success=None,
        control_rate=CONTROL_RATE,
        model_hash=model_hash("weigh"),
        fields=task.fields,
    )
    assert read_episode(write_episode(tmp_path, episode)).fields == task.fields


def test_a_sensor_that_does_not_give_what_its_field_says(monkeypatch) -> None:
    field = Field("flat", (2,))
    monkeypatch.setitem(SENSORS._entries, "flat", Sensor(field, lambda now: now.joints[:, 0]))
    reach = TASKS["reach"]
    monkeypatch.setitem(TASKS._entries, "flat", replace(reach, name="flat", sensors=("flat",)))
    monkeypatch.setitem(TASKS._entries, "none", replace(reach, name="none", sensors=("nose",)))
    with pytest.raises(InvalidSensorError, match=r"'flat' gives .* \(1,\); expected \(1, 2\)"):
        World("flat").observe()
    with pytest.raises(UnknownNameError, match="unknown sensor 'nose'; sensors: end_effector"):
        World("none").observe()
