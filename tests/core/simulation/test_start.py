import numpy as np
import pytest

from core.simulation import TASKS, load_model
from core.simulation.control import HOME, WORKSPACE_HIGH, WORKSPACE_LOW
from core.simulation.start import Starter


@pytest.mark.parametrize("name", TASKS.names)
def test_the_arm_begins_where_the_start_says(name: str) -> None:
    import mujoco

    model, task = load_model(name), TASKS[name]
    starter, data = Starter(model, task), mujoco.MjData(model)
    for seed in range(25):
        start, data.qpos[:] = starter.draw(seed)
        mujoco.mj_kinematics(model, data)
        end = data.site("end_effector").xpos
        np.testing.assert_allclose(end, start.end_effector, atol=2e-4)
        assert (end > WORKSPACE_LOW).all()
        assert (end < WORKSPACE_HIGH).all()
        rotation = data.site("end_effector").xmat.reshape(3, 3)
        assert rotation[2, 2] < -0.9999
        assert np.arctan2(rotation[1, 0], rotation[0, 0]) == pytest.approx(start.yaw, abs=2e-3)
        assert np.abs(data.qpos[:7] - HOME).max() < 0.9
        if start.object_position is not None:
            np.testing.assert_allclose(data.body("object").xpos, start.object_position)


def test_drawing_twice_gives_the_same_bits() -> None:
    model, task = load_model("push"), TASKS["push"]
    starter = Starter(model, task)
    first = starter.draw(9)[1]
    starter.draw(4)
    np.testing.assert_array_equal(starter.draw(9)[1], first)
