"""Demonstrations seen as if the whole scene stood elsewhere.

What an arm does to a scene does not depend on where on the table the scene lies. A demonstration
rotated about the arm's base, or moved along the table, is another demonstration: positions,
displacements, rotations and commands change together. The kind of a field says how:

- a position is rotated and moved;
- a displacement and a rotation are rotated;
- of joints, the first rotates with the scene, since its axis is the base's vertical. Moved scenes
  do not fit them, so an encoder should ignore them;
- the mirror exchanges left and right: the arm, its gripper and the tasks are symmetric;
- of commands, ``linear_x``/``linear_y`` and ``angular_x``/``angular_y`` are rotated.

Everything else stays. Nothing is changed unless actions are given along the axes of the world.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.learning.dataset.demonstrations import Demonstrations
from core.learning.dataset.frames import UNCHANGED
from core.learning.dataset.normaliser import Normaliser
from core.learning.dataset.observation import Observation
from core.spec import Spec

LARGEST_ROTATION = 2.5
"""Rotations are drawn from a normal distribution cut off at this many standard deviations."""
COPIES = 8
"""Moved copies of every demonstration on which the head of a frozen representation learns."""
MOST_ROWS = 150_000
"""Rows of all copies together, as far as one copy leaves a choice; bounds the memory they take."""

MIRRORED: dict[str, tuple[float, ...]] = {
    "position": (1.0, -1.0, 1.0),
    "displacement": (1.0, -1.0, 1.0),
    "wrench": (1.0, -1.0, 1.0),
    "rotation": (1.0, -1.0, 1.0, -1.0, 1.0, -1.0),  # S R S, with S the mirror: still a rotation
}
"""Signs of a field's features in the mirror, by its kind."""
AXIAL = (-1.0, 1.0, -1.0)
"""The same of a torque, an axial vector."""
MIRRORED_ACTIONS = {"linear_y": -1.0, "angular_x": -1.0, "angular_z": -1.0}
"""Actions that change sign in the mirror."""


@dataclass(frozen=True)
class Motion:
    """Random motions of the scene, one for every window."""

    angle: Tensor
    """Rotation about the base (batch,) [rad]."""
    displacement: Tensor
    """Move along the table (batch, 2) [m]."""
    mirrored: Tensor
    """Whether left and right are exchanged first (batch,) bool."""


class SceneMotion:
    """Applies motions to normalised observations and to actions. Owns the fixed matrices.

    Turning by a is linear in the features: x' = x K + cos(a) (x P + p) + sin(a) (x Q + q) + k.
    """

    def __init__(
        self,
        spec: Spec,
        normaliser: Normaliser,
        rotation: float,
        translation: float,
        device: torch.device,
        mirror: bool = False,
    ) -> None:
        self.rotation, self.translation, self.mirror = rotation, translation, mirror
        size = spec.vector_size
        mean, std = (torch.from_numpy(v) for v in normaliser.packed())
        inverse = torch.where(std > 0, 1.0 / std.clamp(min=1e-12), torch.zeros_like(std))
        keep = torch.eye(size)
        cosine, sine = torch.zeros(size, size), torch.zeros(size, size)
        moved = torch.zeros(2, size)
        for x, point in _horizontal_pairs(spec):
            y = x + 1
            keep[x, x] = keep[y, y] = 0.0
            cosine[x, x] = cosine[y, y] = 1.0
            sine[y, x], sine[x, y] = -1.0, 1.0  # x' = c x - s y, y' = s x + c y
            if point:
                moved[0, x] = moved[1, y] = 1.0
        # from physical units to normalised ones: rows by std, columns by 1 / std
        scaled = [m * std[:, None] * inverse for m in (cosine, sine)]
        self._keep = torch.where(std[:, None] > 0, keep, torch.zeros_like(keep)).to(device)
        self._cosine, self._sine = (m.to(device) for m in scaled)
        rotated = (cosine.diagonal() > 0).to(mean.dtype)
        self._offsets = torch.stack(
            (mean @ cosine * inverse, mean @ sine * inverse, -mean * rotated * inverse)
        ).to(device)
        self._moved = (moved * inverse).to(device)
        names = spec.actions.names if spec.actions.frame == "world" else ()
        signs = _mirror_signs(spec)
        self._signs = signs.to(device)
        self._mirror_offset = ((signs - 1.0) * mean * inverse).to(device)
        self._action_signs = torch.tensor(
            [
                MIRRORED_ACTIONS.get(name, 1.0) if name in names else 1.0
                for name in spec.actions.names
            ],
            device=device,
        )
        self._first_joint: int | None = None
        joints = list(spec.slices("joint").values()) if names else []
        if joints:
            self._first_joint = joints[0].start
            self._per_radian = float(inverse[self._first_joint])
        self._action_pairs = [
            (names.index(f"{kind}_x"), names.index(f"{kind}_y"))
            for kind in ("linear", "angular")
            if f"{kind}_x" in names and f"{kind}_y" in names
        ]

    def draw(self, batch: int, generator: torch.Generator) -> Motion:
        """Motions of `batch` windows, on the CPU."""
        angle = torch.randn(batch, generator=generator).clamp(-LARGEST_ROTATION, LARGEST_ROTATION)
        displacement = torch.randn(batch, 2, generator=generator)
        mirrored = torch.zeros(batch, dtype=torch.bool)
        if self.mirror:
            mirrored = torch.rand(batch, generator=generator) < 0.5
        return Motion(angle * self.rotation, displacement * self.translation, mirrored)

    def observations(self, motion: Motion, observations: Observation) -> Observation:
        """Observations (batch, time) as the moved scene would give them; images stay."""
        packed = observations.packed
        device = packed.device
        angle = motion.angle.to(device)[:, None, None]
        c, s = angle.cos(), angle.sin()  # (batch, 1, 1)
        if self.mirror:
            other = packed * self._signs + self._mirror_offset
            packed = torch.where(motion.mirrored.to(device)[:, None, None], other, packed)
        p, q, k = self._offsets
        result = packed @ self._keep + k
        result = result + c * (packed @ self._cosine + p) + s * (packed @ self._sine + q)
        if self.translation:
            result = result + (motion.displacement.to(device) @ self._moved)[:, None]
        if self._first_joint is not None:
            result[..., self._first_joint] += angle[..., 0] * self._per_radian
        return observations.with_vectors(result)

    def actions(self, motion: Motion, actions: Tensor) -> Tensor:
        """Actions (batch, ..., A) as they would be given in the moved scene."""
        if self.mirror:
            mirrored = motion.mirrored.to(actions.device)
            chosen = mirrored.reshape(-1, *([1] * (actions.ndim - 1)))
            actions = torch.where(chosen, actions * self._action_signs, actions)
        angle = motion.angle.to(actions.device)
        angle = angle.reshape(-1, *([1] * (actions.ndim - 2)))
        c, s = angle.cos(), angle.sin()
        result = actions.clone()
        for x, y in self._action_pairs:
            result[..., x] = c * actions[..., x] - s * actions[..., y]
            result[..., y] = s * actions[..., x] + c * actions[..., y]
        return result


@dataclass(frozen=True)
class ImageChanges:
    """Random changes of images, one for every window and camera."""

    shift: int = 0
    """Largest move [pixels]."""
    brightness: float = 0.0
    """Largest change of brightness [of the range 0 to 1]."""
    contrast: float = 0.0
    """Largest change of contrast [part of it]."""

    def apply(
        self, observations: Observation, mirrored: Tensor | None, generator: torch.Generator
    ) -> Observation:
        """Observations (batch, time), the images of each window and camera changed alike.

        Where `mirrored` (batch,) is True, left and right are exchanged besides.
        """
        batch, changed = len(observations), {}
        for name, images in observations.images.items():
            views = torch.tensor(UNCHANGED).repeat(batch, 1)
            moves = torch.randint(2 * self.shift + 1, (batch, 2), generator=generator)
            views[:, :2] = (moves - self.shift).float()
            tone = 2.0 * torch.rand(batch, 2, generator=generator) - 1.0
            views[:, 2] += self.contrast * tone[:, 0]
            views[:, 3] += self.brightness * tone[:, 1]
            if mirrored is not None:
                views[:, 6] = mirrored.float()
            changed[name] = images.viewed(views.to(observations.device)[:, None])
        return observations.with_images(changed)


def moved_copies(demonstrations: Demonstrations, motion: SceneMotion, seed: int) -> Demonstrations:
    """Several copies of all demonstrations, the scene of each moved for its whole length."""
    generator = torch.Generator().manual_seed(seed)
    episode = demonstrations.episode_of_row()
    count = max(1, min(COPIES, MOST_ROWS // len(episode)))
    observations, actions = [], []
    for _ in range(count):
        drawn = motion.draw(len(demonstrations), generator)
        choice = episode.to(drawn.angle.device)
        rows = Motion(drawn.angle[choice], drawn.displacement[choice], drawn.mirrored[choice])
        observations.append(motion.observations(rows, demonstrations.observations[:, None])[:, 0])
        actions.append(motion.actions(rows, demonstrations.actions))
    return Demonstrations(
        Observation.cat(observations),
        torch.cat(actions),
        demonstrations.lengths * count,
        demonstrations.identifiers * count,
    )


def _mirror_signs(spec: Spec) -> Tensor:
    """Sign (O,) that each feature takes when left and right, y and -y, are exchanged."""
    signs = torch.ones(spec.vector_size)
    if spec.actions.frame != "world":
        return signs
    places = spec.slices()
    for field in spec.vectors:
        pattern = AXIAL if field.axial else MIRRORED.get(field.kind)
        if pattern is not None:
            signs[places[field.name]] = torch.tensor(pattern * field.history)
    return signs


def _horizontal_pairs(spec: Spec) -> list[tuple[int, bool]]:
    """Index of the x of every horizontal pair of features, and whether it is a point."""
    if spec.actions.frame != "world":  # scenes and actions must rotate together
        return []
    places = spec.slices()
    pairs: list[tuple[int, bool]] = []
    for field in spec.vectors:
        start = places[field.name].start
        if field.kind in ("position", "displacement"):
            pairs.append((start, field.kind == "position"))
        elif field.kind == "rotation":
            pairs += [(start, False), (start + 3, False)]
    return pairs
