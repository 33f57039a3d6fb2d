"""N simulations of one task, driven by commands."""

import os
from collections.abc import Sequence

import mujoco
import numpy as np
from mujoco.batch import Batch

from core.simulation.command import CONTROL_RATE, clipped
from core.simulation.control import Reference, finger_target, joint_limits, joint_step
from core.simulation.errors import InvalidStateError
from core.simulation.model import JOINTS, ModelIndex, load_model
from core.simulation.sensors import Readings, observe, without_tool_weight
from core.simulation.snapshot import Snapshot, frozen_copy
from core.simulation.start import Starter
from core.simulation.task import HOLD_STEPS, OBJECT_HEIGHT, Situation
from core.simulation.tasks import TASKS

LIFTED_HEIGHT = 0.012
"""Rise of the object's centre [m] that counts as lifted; tipping it over an edge gives 0.008."""

_EXTRA = {"position": 3, "quaternion": 4, "held": 1, "done": 1, "lifted": 1, "wrist": 6, "touch": 2}
"""What a state holds apart from the simulator's own row, and how many numbers each."""


class World:
    """N simulations of one task, stepped together; N = 1 is the arm that a person drives.

    Owns the simulator's states, the reference poses and the success counters. Simulation i
    depends on its seed and its commands only: a world of N equals N worlds of one bit for bit,
    at any number of threads. Not to be used from two threads at once.

    Raises :class:`UnknownNameError`.
    """

    def __init__(self, task: str, count: int = 1, *, threads: int | None = None) -> None:
        if count < 1:
            raise ValueError(f"count is {count}; a world has at least one simulation")
        self.task = TASKS[task]
        self.count = count
        self.model = load_model(task)
        self.substeps = round(1.0 / (CONTROL_RATE * self.model.opt.timestep))
        self._index = ModelIndex.of(self.model)
        threads = min(count, os.cpu_count() or 1) if threads is None else threads
        self._batch = Batch(self.model, count, threads)
        bind = self._batch.bind
        self._time, self._qpos, self._qvel = bind("time"), bind("qpos"), bind("qvel")
        self._ctrl, self._sensors = bind("ctrl"), bind("sensordata")
        self._mocap_pos, self._mocap_quat = bind("mocap_pos"), bind("mocap_quat")
        self._sites, self._turns = bind("site_xpos"), bind("xquat")
        self._extra = {name: np.zeros((count, size)) for name, size in _EXTRA.items()}
        self._reference = Reference(self._extra["position"], self._extra["quaternion"])
        self.state_size = int(self._batch.state.shape[1]) + sum(_EXTRA.values())
        self._joint_limits = joint_limits(self.model.jnt_range[:JOINTS])
        self._starter = Starter(self.model, self.task)
        self.reset(range(count))

    # -- starting -----------------------------------------------------------------------------

    def reset(self, seeds: Sequence[int], ids: Sequence[int] | None = None) -> None:
        """Restart simulations `ids` (all by default), each from its seed."""
        rows = self._rows(ids)
        if len(seeds) != len(rows):
            raise ValueError(f"{len(seeds)} seeds for {len(rows)} simulations; expected one each")
        self._batch.reset(rows, stage=mujoco.mjtStage.mjSTAGE_NONE)
        for row, seed in zip(rows, seeds, strict=True):
            start, self._qpos[row] = self._starter.draw(int(seed))
            self._ctrl[row, :JOINTS] = self._qpos[row, :JOINTS]
            self._ctrl[row, JOINTS] = self._qpos[row, self._index.fingers.start]
            if self._index.goal is not None:
                self._mocap_pos[row, self._index.goal] = start.goal
        self._batch.forward(rows)
        for values in self._extra.values():
            values[rows] = 0.0
        self._reference.position[rows] = self._end_effector[rows]
        self._reference.quaternion[rows] = self._hand[rows]
        self._sense(rows)

    # -- moving -------------------------------------------------------------------------------

    def step(self, commands: np.ndarray, ids: Sequence[int] | None = None) -> np.ndarray:
        """Move by one control step; return what was executed (N, 7) float32.

        `commands` (N, 7) are clipped to [-1, 1]. Only simulations `ids` (all by default) move;
        for the others time stands still, and their commands should be zero. Raises
        :class:`InvalidCommandError` for a wrong shape or a number that is not finite, and then
        nothing has moved.
        """
        executed = self.begin(commands)
        self.advance(self.substeps, ids)
        self.finish()
        return executed

    def begin(self, commands: np.ndarray) -> np.ndarray:
        """First part of a control step: set the joint targets; return the executed commands."""
        executed = clipped(commands, self.count)
        error = self._reference.follow(executed, self._end_effector, self._hand)
        linear, angular = self._batch.jac(self._index.hand, self._end_effector)
        jacobian = np.concatenate((linear, angular), axis=1)[:, :, :JOINTS]
        joints = self._qpos[:, :JOINTS]
        low, high = self._joint_limits
        self._ctrl[:, :JOINTS] = joints + joint_step(
            np.ascontiguousarray(jacobian), error, joints, low, high
        )
        self._ctrl[:, JOINTS] = finger_target(executed[:, 6])
        return executed

    def advance(self, substeps: int, ids: Sequence[int] | None = None) -> None:
        """Middle part: move the physics on by `substeps` of `self.substeps`, in any slices."""
        rows = None if ids is None else self._rows(ids)
        self._batch.step(rows, nstep=substeps, stage=mujoco.mjtStage.mjSTAGE_POS)
        self._sense(slice(None) if rows is None else rows)

    def finish(self) -> None:
        """Last part: judge success."""
        if self.task.has_object:
            raised = self._object[:, 2] > OBJECT_HEIGHT + LIFTED_HEIGHT
            self._extra["lifted"][raised] = 1.0
        held = self._extra["held"][:, 0]
        held[:] = np.where(self.success_now(), held + 1.0, 0.0)
        self._extra["done"][held >= HOLD_STEPS] = 1.0

    # -- seeing -------------------------------------------------------------------------------

    def observe(self) -> dict[str, np.ndarray]:
        """The task's fields {name: (N, size) float32}: truth, without noise."""
        index = self._index
        wrench = without_tool_weight(
            self._extra["wrist"], self._hand, index.tool_weight, index.tool_center
        )
        return observe(
            self.task.sensors,
            Readings(
                end_effector=self._end_effector,
                hand=self._hand,
                fingers=self._qpos[:, index.fingers],
                joints=self._qpos[:, :JOINTS],
                joint_rates=self._qvel[:, :JOINTS],
                wrench=wrench,
                object=self._object if self.task.has_object else None,
                goal=self._goal if self.task.has_goal else None,
                positions=self._qpos,
                velocities=self._qvel,
                model=self.model,
            ),
        )

    def success_now(self) -> np.ndarray:
        """Whether the condition for success holds at this instant (N,) bool."""
        return self.task.success(
            Situation(
                end_effector=self._end_effector,
                object=self._object[:, :3] if self.task.has_object else None,
                goal=self._goal if self.task.has_goal else None,
                lifted=self._extra["lifted"][:, 0] > 0.0,
            )
        )

    def succeeded(self) -> np.ndarray:
        """Whether it has held for 10 consecutive control steps since the start (N,) bool."""
        return self._extra["done"][:, 0] > 0.0

    def rewards(self) -> np.ndarray:
        """1 where the condition for success holds at this instant, else 0 (N,) float32."""
        return self.success_now().astype(np.float32)

    def grasped(self) -> np.ndarray:
        """Whether both fingers touch the object (N,) bool."""
        touch = self._extra["touch"]
        return (touch[:, 0] > 0.0) & (touch[:, 1] > 0.0)

    def snapshot(self, index: int = 0) -> Snapshot:
        """Copies of what a view needs to draw simulation `index`."""
        return Snapshot(
            time=float(self._time[index].item()),
            qpos=frozen_copy(self._qpos[index]),
            mocap_pos=frozen_copy(self._mocap_pos[index]),
            mocap_quat=frozen_copy(self._mocap_quat[index]),
            end_effector_position=frozen_copy(self._end_effector[index]),
            success_now=bool(self.success_now()[index]),
            grasped=bool(self.grasped()[index]),
        )

    # -- states -------------------------------------------------------------------------------

    def get_states(self) -> np.ndarray:
        """Everything needed to go on bit for bit, (N, state_size) float64."""
        return np.concatenate((self._batch.state, *self._extra.values()), axis=1)

    def set_states(self, states: np.ndarray, ids: Sequence[int] | None = None) -> None:
        """Continue from `states` (n, state_size) in simulations `ids` (all by default).

        Raises :class:`InvalidStateError` for another shape or a number that is not finite.
        """
        rows = self._rows(ids)
        given = np.asarray(states, dtype=np.float64)
        if given.shape != (len(rows), self.state_size):
            raise InvalidStateError(
                f"states have shape {given.shape}; expected ({len(rows)}, {self.state_size}) for "
                f"task {self.task.name!r}. Were they recorded with another task or version?"
            )
        if not np.isfinite(given).all():
            raise InvalidStateError("a state holds numbers that are not finite; nothing was set")
        own = int(self._batch.state.shape[1])
        self._batch.state[rows] = given[:, :own]
        for name, size in _EXTRA.items():
            self._extra[name][rows] = given[:, own : own + size]
            own += size
        self._batch.forward(rows, stage=mujoco.mjtStage.mjSTAGE_POS)

    def displace(
        self, object_by: np.ndarray | None = None, goal_by: np.ndarray | None = None
    ) -> None:
        """Move objects and goals by offsets (N, 3) [m] at once, as if they had been pushed.

        An object keeps its heading and its velocity, and falls if nothing is below it. Raises
        :class:`InvalidStateError` if the task has no such thing or the offsets are not finite;
        nothing has moved then.
        """
        moved = (
            ("object", object_by, self.task.has_object),
            ("goal", goal_by, self.task.has_goal),
        )
        for name, offset, exists in moved:
            if offset is None:
                continue
            if not exists:
                raise InvalidStateError(f"task {self.task.name!r} has no {name} to displace")
            if np.shape(offset) != (self.count, 3) or not np.isfinite(offset).all():
                raise InvalidStateError(
                    f"the {name} is displaced by values of shape {np.shape(offset)}; expected "
                    f"finite numbers ({self.count}, 3)"
                )
        if object_by is not None:
            self._object[:, :3] += object_by
        if goal_by is not None:
            self._mocap_pos[:, self._index.goal] += goal_by
        self._batch.forward(stage=mujoco.mjtStage.mjSTAGE_POS)

    # -- inside -------------------------------------------------------------------------------

    @property
    def _end_effector(self) -> np.ndarray:
        return self._sites[:, self._index.end_effector]

    @property
    def _hand(self) -> np.ndarray:
        return self._turns[:, self._index.hand]

    @property
    def _object(self) -> np.ndarray:
        return self._qpos[:, self._index.object_pose]

    @property
    def _goal(self) -> np.ndarray:
        return self._mocap_pos[:, self._index.goal]

    def _sense(self, rows: np.ndarray | slice) -> None:
        """Keep the readings that only a physics step computes; other calls overwrite them."""
        self._extra["wrist"][rows] = self._sensors[rows, self._index.wrist]
        if self._index.contacts is not None:
            self._extra["touch"][rows] = self._sensors[rows, self._index.contacts]

    def _rows(self, ids: Sequence[int] | None) -> np.ndarray:
        return np.arange(self.count) if ids is None else np.asarray(ids, dtype=np.int32)
