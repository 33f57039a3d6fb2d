"""Drives with a virtual gamepad: looks at the scene, moves sticks, triggers and buttons.

It drives by the same pad events as a person and sees no more than what the window draws.
"""

import math

import mujoco
import numpy as np

from app.arm.mapping import PadMapping
from app.arm.virtual_pad import VirtualPad
from app.scene.content import View
from core.simulation import TASKS, Demonstrator, Snapshot
from core.simulation.model import JOINTS, ModelIndex, load_model
from core.simulation.sensors import Readings, observe

TRIGGER_GAIN = 1.5
"""Trigger travel per difference between the wanted and the present target of the gripper."""


class DrawnScene:
    """The scene as drawn, with the part of `World` that the scripted operator looks at (N = 1)."""

    def __init__(self, task: str) -> None:
        self.task = TASKS[task]
        self.count = 1
        self._model = load_model(task)
        self._data = mujoco.MjData(self._model)
        self._index = ModelIndex.of(self._model)

    def look(self, snapshot: Snapshot) -> None:
        """Take in what is drawn now."""
        self._snapshot = snapshot
        self._data.qpos[:] = snapshot.qpos
        self._data.mocap_pos[:] = snapshot.mocap_pos
        mujoco.mj_kinematics(self._model, self._data)

    def observe(self) -> dict[str, np.ndarray]:
        """The fields {name: (1, size)} that can be seen; rates and wrench are zero."""
        index, data = self._index, self._data
        return observe(
            self.task.sensors,
            Readings(
                end_effector=data.site_xpos[index.end_effector][None],
                hand=data.xquat[index.hand][None],
                fingers=data.qpos[None, index.fingers],
                joints=data.qpos[None, :JOINTS],
                joint_rates=np.zeros((1, JOINTS)),
                wrench=np.zeros((1, 6)),
                object=None if index.object_pose is None else data.qpos[None, index.object_pose],
                goal=None if index.goal is None else data.mocap_pos[index.goal][None],
                positions=data.qpos[None],
                velocities=np.zeros((1, self._model.nv)),
                model=self._model,
            ),
        )

    def grasped(self) -> np.ndarray:
        """Whether both fingers touch the object (1,) bool."""
        return np.array([self._snapshot.grasped])

    def succeeded(self) -> np.ndarray:
        """Whether the task looks solved (1,) bool."""
        return np.array([self._snapshot.success_now])


class PadDriver:
    """Moves `pad` so that the arm does what the scripted operator would do.

    `mapping` is how the program reads the pad; its directions must be the arm's own.
    """

    def __init__(self, pad: VirtualPad, mapping: PadMapping, task: str) -> None:
        self._pad = pad
        self._mapping = mapping
        self._scene = DrawnScene(task)
        self._operator: Demonstrator | None = None
        self._run: int | None = None

    def step(self, view: View, gripper_target: float, seed: int) -> None:
        """Look at `view` and move the thumbs; once per control step.

        `gripper_target` in [-1, 1] is where the program says the target stands; `seed` is that of
        the start, which decides this person's habits.
        """
        self._scene.look(view.snapshot)
        if self._operator is None:
            self._operator = Demonstrator(self._scene, [seed])
        elif view.run != self._run:
            self._operator.reset([seed])
        self._run = view.run
        x, y, z, _, _, yaw, gripper = (float(value) for value in self._operator.act()[0])
        # The pad's y axes point down.
        across, away = self._deflection(-y, x)
        turn, height = self._deflection(-yaw, z)
        self._pad.move("left_x", across)
        self._pad.move("left_y", -away)
        self._pad.move("right_x", turn)
        self._pad.move("right_y", -height)
        difference = TRIGGER_GAIN * (gripper - gripper_target)
        self._pad.move("right_trigger", max(0.0, difference))
        self._pad.move("left_trigger", max(0.0, -difference))

    def rest(self) -> None:
        """Let go of the sticks and triggers."""
        self._pad.centre()

    def _deflection(self, x: float, y: float) -> tuple[float, float]:
        """The stick deflection that the program's response curve turns into (x, y)."""
        length = math.hypot(x, y)
        if length == 0.0:
            return 0.0, 0.0
        mapping = self._mapping
        reach = min(1.0, length / mapping.sensitivity) ** (1.0 / mapping.curve)
        scale = (mapping.dead_zone + (1.0 - mapping.dead_zone) * reach) / length
        return x * scale, y * scale
