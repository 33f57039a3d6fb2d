"""The registry of disturbances: whole, and open to one more."""

import pickle
from contextlib import nullcontext

import numpy as np
import pytest

from core.rollout import Sensors
from core.simulation import (
    DISTURBANCES,
    POLICY_CAMERAS,
    TASKS,
    Condition,
    ConditionError,
    PolicyCameras,
    World,
    image_field,
)
from core.simulation.disturbances import SensorDisturbance
from core.simulation.disturbances.disturbance import SeenDisturbance


def test_every_entry_says_all_there_is_to_say():
    for name, each in DISTURBANCES.items():
        assert each.name == name
        assert each.title and each.unit and each.sentence
        assert 0 < each.example <= each.largest < each.limit
        assert Condition(**{name: each.example}).to_dict() == {name: each.example}
        with pytest.raises(ConditionError, match=f"{name} is -1; expected"):
            Condition(**{name: -1})


@pytest.mark.parametrize("name", DISTURBANCES)
def test_each_disturbs_and_depends_on_the_seed_and_the_step_alone(name):
    kind = DISTURBANCES[name]
    small = [image_field(camera, 16) for camera in POLICY_CAMERAS]
    cameras = PolicyCameras("push", small) if isinstance(kind, SeenDisturbance) else None

    def seen(condition, seeds):
        world = World("push", len(seeds))
        world.reset(seeds)
        scales = {field: np.ones(values.shape[1]) for field, values in world.observe().items()}
        sensors = Sensors(world, condition, scales, seeds, cameras)
        frames = []
        for step in range(45 if cameras is None else 8):
            frame, missing = sensors.sense(sensors.look(step), step)
            frames.extend(values.reshape(len(seeds), -1) for values in frame.values())
            if missing is not None:
                frames.append(missing[:, None])
            command = np.zeros((len(seeds), 7), np.float32)
            command[:, 2] = 0.5 if step < 20 else -0.5
            world.step(command)
        return np.concatenate(frames, axis=1)

    condition = Condition(**{name: kind.example})
    with cameras or nullcontext():
        together, alone = seen(condition, range(50, 53)), seen(condition, range(51, 52))
        np.testing.assert_array_equal(together[1], alone[0])
        assert not np.array_equal(together, seen(Condition(), range(50, 53)))


def test_a_task_without_the_thing_says_so():
    reach, push = TASKS["reach"], TASKS["push"]
    lacking = DISTURBANCES["displace_object"].lacking(reach)
    assert lacking == "task 'reach' has no object to displace"
    assert DISTURBANCES["displace_object"].lacking(push) is None
    assert DISTURBANCES["noise"].lacking(reach) is None


def test_a_policy_without_cameras_is_not_disturbed_by_what_they_show():
    for each in DISTURBANCES.values():
        why = "policy senses no camera images" if isinstance(each, SeenDisturbance) else None
        assert each.lacking(TASKS["push"], images=False) == why
        assert each.lacking(TASKS["push"], images=True) is None


class Fog(SensorDisturbance):
    """Everything seems to be nearer to zero."""

    def measure(self, frame, strength, draws, step):  # noqa: ARG002 — the same at every step
        return {name: (1.0 - strength) * values for name, values in frame.items()}


def test_another_one_is_one_entry(monkeypatch):
    fog = Fog("fog", "Fog", "of all", "Shrinks what is sensed", example=0.5, largest=1.0)
    monkeypatch.setitem(DISTURBANCES._entries, "fog", fog)
    condition = Condition.parse("noise=0.1,fog=0.5")
    assert condition.fog == 0.5 and str(condition) == "noise=0.1,fog=0.5"
    world = World("reach", 1)
    sensors = Sensors(world, Condition(fog=0.5), {}, [0])
    truth = sensors.look(0)
    for name, values in sensors.sense(truth, 0)[0].items():
        np.testing.assert_array_equal(values, 0.5 * truth[name])


def test_conditions_are_values():
    one, same = Condition(noise=0.3, delay=2), Condition(delay=2.0, noise=0.3)
    assert one == same and hash(one) == hash(same) and one != Condition(noise=0.3)
    assert Condition(noise=0.0) == Condition() and Condition().dropout == 0
    assert pickle.loads(pickle.dumps(one)) == one  # crosses processes
    assert one.changed(noise=0.0) == Condition(delay=2)
    with pytest.raises(AttributeError, match="no disturbance 'fog'"):
        _ = one.fog
    with pytest.raises(AttributeError):
        one.noise = 0.5
