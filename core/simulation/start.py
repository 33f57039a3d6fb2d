"""Starts of simulations: what a seed draws, turned into positions of a model."""

import mujoco
import numpy as np

from core.simulation import rotation
from core.simulation.command import OPENING
from core.simulation.control import DOWN, HOME, joint_limits, joint_step
from core.simulation.model import JOINTS, ModelIndex
from core.simulation.task import Start, Task

_ITERATIONS = 30


class Starter:
    """Places the arm, the object and the goal; owns one MjData, so that a start depends on its
    seed and on no other simulation."""

    def __init__(self, model: mujoco.MjModel, task: Task) -> None:
        self._model = model
        self._task = task
        self._index = ModelIndex.of(model)
        self._data = mujoco.MjData(model)

    def draw(self, seed: int) -> tuple[Start, np.ndarray]:
        """The start of `seed` and its generalised positions (nq,)."""
        start = self._task.draw_start(np.random.default_rng(seed))
        qpos = self._model.qpos0.copy()
        qpos[:JOINTS] = self._reach(start.end_effector, start.yaw)
        qpos[self._index.fingers] = 0.5 * OPENING
        if self._index.object_pose is not None:
            assert start.object_position is not None
            half = 0.5 * start.object_yaw
            qpos[self._index.object_pose] = (
                *start.object_position,
                np.cos(half),
                0,
                0,
                np.sin(half),
            )
        return start, qpos

    def _reach(self, position: np.ndarray, yaw: float) -> np.ndarray:
        """Joint angles (7,) [rad] that put the tool there, pointing down."""
        data, hand = self._data, self._index.hand
        turn = rotation.from_vector(np.array([[0.0, 0.0, yaw]]))
        wanted = rotation.product(turn, DOWN)
        joints = HOME.copy()
        low, high = joint_limits(self._model.jnt_range[:JOINTS])
        jacobian = np.empty((6, self._model.nv))
        for _ in range(_ITERATIONS):
            data.qpos[:JOINTS] = joints
            mujoco.mj_kinematics(self._model, data)
            mujoco.mj_comPos(self._model, data)
            here = data.site_xpos[self._index.end_effector]
            mujoco.mj_jac(self._model, data, jacobian[:3], jacobian[3:], here, hand)
            turned = rotation.product(wanted, rotation.conjugate(data.xquat[hand][None]))
            error = np.concatenate((position - here, rotation.to_vector(turned)[0]))
            step = joint_step(
                np.ascontiguousarray(jacobian[None, :, :JOINTS]),
                error[None],
                joints[None],
                low,
                high,
            )
            joints = joints + step[0]
        return joints
