"""MuJoCo's drawing of a view into its own offscreen buffer, whatever shows the picture."""

import time
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

from app.scene.content import Eye, View
from app.scene.marks import Marks
from core.simulation import load_model
from core.simulation.appearance import ChangingLooks

GEOMS = 3000
"""Room for the model, the trail and the futures."""
BUDGET = 0.035
"""Time that drawing one frame may take before it is drawn more simply [s]."""
INSET = 0.22
"""Width of the wrist camera's inset, as part of the view's."""
INSET_MARGIN = 16
_EDGE = (0.45, 0.5, 0.56, 1.0)


@dataclass(frozen=True)
class Quality:
    """How much a frame may cost."""

    shadows: bool
    """They show depth, and cost more than everything else together in software."""
    scale: float
    """Size of the drawn picture as part of what is shown."""


LADDER = (Quality(True, 1.0), Quality(False, 1.0), Quality(False, 0.8))
"""From the best to the cheapest; software drawing climbs down while it is too slow."""


class Drawing:
    """Owns model, data, scenes and MuJoCo's GL objects; lives where its GL context is current."""

    def __init__(self, marks: Marks, *, software: bool) -> None:
        self.marks = marks
        self.software = software
        self._task = ""
        self._model: Any = None
        self._data: Any = None
        self._looks: Any = None
        self._scene: Any = None
        self._inset_scene: Any = None
        self.context: Any = None
        """MuJoCo's GL objects, an `MjrContext`; None before the first frame."""
        self._options = mujoco.MjvOption()
        self._camera = mujoco.MjvCamera()
        self._wrist = mujoco.MjvCamera()
        self._casting: list[int] = []
        self._size = (0, 0)
        self._rung = 0
        self._slow = 0.0
        self._fast_since = 0.0

    def draw(
        self, view: View, eye: Eye, width: int, height: int, *, inset: bool, ratio: float = 1.0
    ) -> tuple[int, int]:
        """Draw into MuJoCo's buffer; returns the size of the picture there [px].

        `width` and `height` is the size to be shown [px]; `ratio` of these pixels make one unit of
        the window. Raises `mujoco.FatalError` where the driver gives up.
        """
        began = time.perf_counter()
        self.marks.follow(view)
        self._load(view.task)
        self._looks.show(view.appearance)
        data, snapshot = self._data, view.snapshot
        data.qpos[:] = snapshot.qpos
        data.mocap_pos[:] = snapshot.mocap_pos
        data.mocap_quat[:] = snapshot.mocap_quat
        mujoco.mj_kinematics(self._model, data)
        mujoco.mj_camlight(self._model, data)
        quality = LADDER[self._rung]
        size = max(1, round(width * quality.scale)), max(1, round(height * quality.scale))
        if size != self._size:
            mujoco.mjr_resizeOffscreen(*size, self.context)
            self._size = size
        eye.give_to(self._camera)
        self._scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = quality.shadows
        self._update(self._scene, self._camera)
        if not quality.shadows:
            self.marks.add_soft_shadows(self._scene, data.xpos[self._casting])
        self.marks.add_to(self._scene, view)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self.context)
        mujoco.mjr_render(mujoco.MjrRect(0, 0, *size), self._scene, self.context)
        if inset:
            self._draw_inset(size[0], round(INSET_MARGIN * quality.scale * ratio))
        # Wait for the picture here, where the interpreter is free for the control loop: left to
        # Qt's calls, the wait would hold it and stop the arm for as long as the drawing takes.
        mujoco.mjr_finish()
        self._adapt(time.perf_counter() - began)
        return size

    def free(self) -> None:
        """Free MuJoCo's GL objects; their context must be current."""
        if self.context is not None:
            self.context.free()
        self.context = None
        self._task = ""

    def _draw_inset(self, width: int, margin: int) -> None:
        across = round(INSET * width)
        up = round(0.75 * across)
        self._update(self._inset_scene, self._wrist)
        area = mujoco.MjrRect(width - across - margin, margin, across, up)
        edge = mujoco.MjrRect(area.left - 1, area.bottom - 1, across + 2, up + 2)
        mujoco.mjr_rectangle(edge, *_EDGE)
        mujoco.mjr_render(area, self._inset_scene, self.context)

    def _update(self, scene: Any, camera: Any) -> None:
        everything = mujoco.mjtCatBit.mjCAT_ALL
        mujoco.mjv_updateScene(
            self._model, self._data, self._options, None, camera, everything, scene
        )
        self._looks.add_to(scene)

    def _load(self, task: str) -> None:
        """Another task: another model. MuJoCo's GL objects stay if they fit it too.

        They take a quarter of a second to build, and hold nothing of a model but textures and
        meshes, which the tasks share.
        """
        if task == self._task:
            return
        model = load_model(task)
        quality = model.vis.quality
        if self.software:
            quality.numslices, quality.numstacks = 18, 8
        else:
            quality.offsamples, quality.shadowsize = 4, 4096
        before, self._model = self._model, model
        self._data = mujoco.MjData(model)
        self._looks = ChangingLooks(model)
        self._scene = mujoco.MjvScene(model, GEOMS)
        self._inset_scene = mujoco.MjvScene(model, GEOMS)
        self._inset_scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = False
        for scene in (self._scene, self._inset_scene):
            scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        self._wrist.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._wrist.fixedcamid = model.camera("wrist").id
        self._casting = [
            body
            for name in ("hand", "object")
            if (body := mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, name)) >= 0
        ]
        self._task = task
        if self.context is not None and _same_looks(before, model):
            return
        if self.context is not None:
            self.context.free()
        self.context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100)
        self._size = (0, 0)

    def _adapt(self, took: float) -> None:
        """Where drawing is slow (software), draw more simply, and better again after a while."""
        if not self.software:
            return
        self._slow += 0.15 * (took - self._slow)
        now = time.perf_counter()
        simpler = self._slow > BUDGET and self._rung + 1 < len(LADDER)
        fast = self._slow <= 0.3 * BUDGET and now - self._fast_since > 3.0
        if simpler or (fast and self._rung > 0):
            self._rung += 1 if simpler else -1
            self._slow = 0.6 * BUDGET
        if self._slow > 0.3 * BUDGET:
            self._fast_since = now


def _same_looks(one: Any, other: Any) -> bool:
    """Whether MuJoCo's GL objects of one model serve another: same textures, and no meshes."""
    shapes = ("nmesh", "nhfield", "nskin", "ntex", "ntexdata")
    return (
        all(getattr(one, name) == getattr(other, name) for name in shapes)
        and one.nmesh == one.nhfield == one.nskin == 0
        and np.array_equal(one.tex_data, other.tex_data)
    )
