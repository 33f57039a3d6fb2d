"""The cameras of policies: their names, their framing, and one quality for all their images.

The scenes in `assets` stay as they are, since recordings carry their hash. What policies see is
set in the cameras' own copy of the model. Whoever changes what an image shows raises
`core.versions.RENDERING`.
"""

from collections.abc import Callable, Sequence

import mujoco
import numpy as np

from core.closing import Closing
from core.simulation.appearance import Appearance, ChangingLooks
from core.simulation.canvas import Canvas, GraphicsContext, offscreen_context
from core.simulation.errors import ImageFieldError, SimulationError
from core.simulation.model import load_model
from core.simulation.snapshot import Snapshot
from core.spec import IMAGE_SIZES, IMAGE_SUFFIX, POLICY_CAMERAS, Field, camera_of
from core.versions import RENDERING

LARGEST_SIDE = 2048
"""Larger images are not drawn [px]."""

VIEWPOINT = (2.233, 0.0, 1.198)
"""Where the workspace camera is [m]: in front of the arm, 2 m from the middle of the boxes in which
things start and can be brought, 30° above the table. From there the hand hides the box least. A
camera farther away shows the near and the far end of the table at the same scale."""
TARGET = (0.501, 0.0, 0.198)
"""What it looks at [m]."""
FIELD_OF_VIEW = 17.14
"""Of the workspace camera [degree]: the boxes are 97% as wide as the image."""

GOAL_COLOR = (1.0, 0.0, 0.75)
"""Of the goal in policies' images: far from the orange of the box and the teal of the arm."""
GOAL_OPACITY = 0.4
"""Of the ball that shows the tolerance; a box in it stays visible."""
GOAL_HEART = 0.018
"""Radius of the opaque ball in its middle [m]: 3 pixels wide in an image of 64, and inside a box
that lies at the goal."""

SLICES, STACKS, QUADS = 8, 6, 1
"""Facets of round and flat shapes. Half the time of MuJoCo's 28, 16 and 4, for the same image at
the sizes that policies use."""


def policy_model(task: str) -> mujoco.MjModel:
    """A new model of `task`, looking as it does in the images of policies.

    Raises :class:`UnknownTaskError`.
    """
    model = load_model(task)
    quality = model.vis.quality
    quality.offsamples = 0
    quality.numslices, quality.numstacks, quality.numquads = SLICES, STACKS, QUADS
    _frame_workspace(model)
    _show_goal(model)
    return model


class PolicyCameras(Closing):
    """Draws the image fields of policies from states or snapshots of one task.

    Owns a model and a canvas of its own, so it never races with a world. The canvas, and its OpenGL
    context, come into being at the first image, on the thread that asks for it; from then on use
    and close it there. A simulation's images depend on its state and its appearance only, not on
    what is drawn with them.

    Raises :class:`UnknownTaskError`, and :class:`ImageFieldError` for fields that the scene's
    cameras cannot give.
    """

    def __init__(
        self,
        task: str,
        fields: Sequence[Field],
        *,
        make_context: Callable[[int, int], GraphicsContext] = offscreen_context,
    ) -> None:
        """`fields`: of kind image, one or more. `make_context`: an OpenGL context of the calling
        thread for a width and a height [px]."""
        check_image_fields(task, fields)
        self.task = task
        self.fields = tuple(fields)
        self._model = policy_model(task)
        self._views = [(each, int(self._model.camera(camera_of(each.name)).id)) for each in fields]
        self._looks = ChangingLooks(self._model)
        self._make_context = make_context
        self._canvas: Canvas | None = None
        self._closed = False

    def render(
        self,
        simulations: np.ndarray | Sequence[Snapshot],
        appearances: Sequence[Appearance | None] | None = None,
    ) -> dict[str, np.ndarray]:
        """The images {field: (N, height, width, 3) uint8} of N simulations.

        `simulations`: their states (N, state_size), or snapshots. `appearances`: how the scene of
        each looks; None: as it was built. Raises :class:`InvalidStateError` for a state of another
        task, :class:`AppearanceError` for looks that the scene cannot have,
        :class:`UnavailableGraphicsError` where nothing can be drawn, and :class:`SimulationError`
        on another thread or after :meth:`close`.
        """
        canvas = self._ready()
        looks = [None] * len(simulations) if appearances is None else appearances
        images = {
            each.name: np.empty((len(simulations), *each.shape), dtype=np.uint8)
            for each in self.fields
        }
        for row, (simulation, look) in enumerate(zip(simulations, looks, strict=True)):
            self._looks.show(look)
            canvas.place(simulation)
            for each, camera in self._views:
                canvas.view(camera)
                self._looks.add_to(canvas.scene)
                height, width, _ = each.shape
                images[each.name][row] = canvas.draw(width, height)
        return images

    def close(self) -> None:
        """Give the context back, on the thread that draws; does nothing the second time."""
        if self._canvas is not None:
            self._canvas.close()
        self._closed = True

    def _ready(self) -> Canvas:
        """The canvas, made at the first call."""
        if self._closed:
            raise SimulationError("these cameras were closed; make new ones")
        if self._canvas is None:
            height, width = (max(each.shape[axis] for each in self.fields) for axis in (0, 1))
            self._canvas = Canvas(
                self._model, width, height, shadows=False, make_context=self._make_context
            )
        self._canvas.check()
        return self._canvas


def check_image_fields(task: str, fields: Sequence[Field]) -> None:
    """Raise :class:`ImageFieldError` unless the cameras of `task`'s scene give all `fields`.

    Also raises :class:`UnknownTaskError`.
    """
    if not fields:
        raise ImageFieldError(f"no image fields are given for the cameras of {task!r}")
    model = load_model(task)
    names = [model.camera(number).name for number in range(model.ncam)]
    for each in fields:
        camera = camera_of(each.name)
        if each.kind != "image" or len(each.shape) != 3:
            raise ImageFieldError(f"field {each.name!r} is a {each.kind}; a camera gives images")
        if not each.name.endswith(IMAGE_SUFFIX) or camera not in names:
            known = ", ".join(f"{name}{IMAGE_SUFFIX}" for name in names)
            raise ImageFieldError(
                f"the scene of task {task!r} has no camera for {each.name!r}; it gives: {known}"
            )
        if each.rendering != RENDERING:
            what = (
                f"were drawn with version {each.rendering} of the settings"
                if each.rendering
                else "are of a real camera, another program or a former version"
            )
            raise ImageFieldError(
                f"images {each.name!r} {what}; this program draws version {RENDERING}, which looks "
                "different. Train again with images of this version"
            )
        height, width, _ = each.shape
        if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
            raise ImageFieldError(
                f"images {each.name!r} of {width} x {height} pixels; expected 1 to {LARGEST_SIDE} "
                f"each way, such as {', '.join(map(str, IMAGE_SIZES))}"
            )


def _frame_workspace(model: mujoco.MjModel) -> None:
    """Let the bundled room's workspace camera look at what the arm can reach, and at no more."""
    camera = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_CAMERA, POLICY_CAMERAS[0])
    room = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, "camera_target")
    if camera < 0 or room < 0:
        return  # another package's scene, with a camera of its own
    back = np.subtract(VIEWPOINT, TARGET)
    back /= np.linalg.norm(back)
    right = np.cross((0.0, 0.0, 1.0), back)
    right /= np.linalg.norm(right)
    axes = np.stack((right, np.cross(back, right), back), axis=1)
    model.cam_mode[camera] = mujoco.mjtCamLight.mjCAMLIGHT_FIXED
    model.cam_pos[camera] = VIEWPOINT
    mujoco.mju_mat2Quat(model.cam_quat[camera], axes.ravel())
    model.cam_fovy[camera] = FIELD_OF_VIEW


def _show_goal(model: mujoco.MjModel) -> None:
    """Make the bundled goal visible in small images."""
    ball, heart = (
        mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_MATERIAL, name)
        for name in ("goal", "goal_heart")
    )
    if ball < 0 or heart < 0:
        return
    model.mat_rgba[ball] = (*GOAL_COLOR, GOAL_OPACITY)
    model.mat_rgba[heart] = (*GOAL_COLOR, 1.0)
    model.geom_size[model.geom_matid == heart] = GOAL_HEART
