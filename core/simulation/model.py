"""The models of the tasks: loading, names, and the hash that recordings carry.

Only scenes of this program and of installed extensions are loaded. MJCF from a data file could
read any file by `<include>` and exhaust memory by `<replicate>`. A recording therefore carries a
hash instead of a model.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import mujoco
import numpy as np

from core.simulation.errors import SimulationError
from core.simulation.tasks import TASKS

ASSETS: Path = Path(__file__).resolve().parents[2] / "assets"
"""Folder of the arm and the scenes."""

JOINTS = 7
"""Joints of the arm, which come first in the model."""


def load_model(task: str) -> mujoco.MjModel:
    """A new model of `task`.

    Raises :class:`UnknownNameError`, and :class:`SimulationError` for a scene that MuJoCo refuses.
    """
    scene = ASSETS / TASKS[task].scene
    # Scenes of an extension may include the bundled arm by its bare name.
    bundled = {p.name: p.read_bytes() for p in ASSETS.glob("*.xml") if p.parent != scene.parent}
    own = {name: data for name, data in bundled.items() if not (scene.parent / name).exists()}
    try:
        return mujoco.MjModel.from_xml_path(str(scene), own)
    except ValueError as error:
        raise SimulationError(f"the scene of task {task!r} cannot be loaded: {error}") from error


@cache
def model_hash(task: str) -> str:
    """SHA-256 over the scene of `task` and every file it includes, in reading order.

    Raises :class:`UnknownNameError`.
    """
    digest = hashlib.sha256()
    scene = ASSETS / TASKS[task].scene
    for name in (scene.name, *_included(scene)):
        path = scene.parent / name
        # newlines may be rewritten by version control on other systems
        text = (path if path.exists() else ASSETS / name).read_text("utf-8")
        digest.update(name.encode() + b"\0" + text.encode() + b"\0")
    return digest.hexdigest()


def _included(path: Path) -> list[str]:
    """Names of the files that a scene includes."""
    parts = path.read_text("utf-8").split('<include file="')
    return [part.split('"', 1)[0] for part in parts[1:]]


@dataclass(frozen=True)
class ModelIndex:
    """Where the named things of a model lie in its arrays."""

    hand: int
    """Body of the hand."""
    end_effector: int
    """Site between the finger tips."""
    fingers: slice
    """Finger joints in qpos; each is the distance from the middle [m]."""
    object_pose: slice | None
    """Position and quaternion of the object in qpos."""
    wrist: slice
    """Wrist force and torque in sensordata."""
    contacts: slice | None
    """Contact of the left and right pad with the object in sensordata."""
    goal: int | None
    """Row of the goal among the mocap bodies."""
    tool_weight: float
    """Weight of everything beyond the wrist sensor [N]."""
    tool_center: np.ndarray
    """Centre of that mass in the wrist's frame with the gripper half open (3,) [m]."""

    @classmethod
    def of(cls, model: mujoco.MjModel) -> "ModelIndex":
        """Look the names up once."""
        hand = model.body("hand").id
        has_object = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, "object") >= 0
        has_goal = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, "goal") >= 0
        force = int(model.sensor("wrist_force").adr[0])
        finger = int(model.joint("left_finger").qposadr[0])
        pose = int(model.joint("object").qposadr[0]) if has_object else 0
        touch = int(model.sensor("left_contact").adr[0]) if has_object else 0
        tool = [hand, model.body("left_finger").id, model.body("right_finger").id]
        mass = sum(float(model.body_mass[body]) for body in tool)
        offsets = (
            model.body_mass[body]
            * (model.body_ipos[body] + (0.0 if body == hand else model.body_pos[body]))
            for body in tool
        )
        return cls(
            hand=hand,
            end_effector=model.site("end_effector").id,
            fingers=slice(finger, finger + 2),
            object_pose=slice(pose, pose + 7) if has_object else None,
            wrist=slice(force, force + 6),
            contacts=slice(touch, touch + 2) if has_object else None,
            goal=int(model.body("goal").mocapid[0]) if has_goal else None,
            tool_weight=mass * float(-model.opt.gravity[2]),
            tool_center=np.sum(list(offsets), axis=0) / mass,
        )
