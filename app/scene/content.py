"""What the scene shows at one moment, and the eye that looks at it."""

import math
from dataclasses import dataclass, replace
from typing import Any, Self

import mujoco

from core.simulation import Appearance, Snapshot


@dataclass(frozen=True, eq=False)
class View:
    """What there is to draw at one moment."""

    task: str
    """Whose model the snapshot fits."""
    snapshot: Snapshot
    """Copied state."""
    run: int
    """Changes with every new start or jump, so that a trail can begin anew."""
    explanation: Any = None
    """`core.policies.Explanation` of the last action of a policy, or None."""
    appearance: Appearance | None = None
    """How the scene looks where something disturbs that; None: as it was built."""


@dataclass(frozen=True)
class Eye:
    """A free camera that looks at a point; angles as MuJoCo counts them."""

    azimuth: float = 152.0
    """Direction of looking about the vertical [degree]; 180 looks at the arm from the front."""
    elevation: float = -22.0
    """Direction of looking above the horizontal [degree]; negative looks down."""
    distance: float = 1.6
    """From the point it looks at [m]."""
    target: tuple[float, float, float] = (0.36, 0.0, 0.24)
    """The point it looks at [m]."""

    def orbited(self, right: float, down: float) -> Self:
        """Turned by a drag of the mouse, in fractions of the view's height."""
        elevation = max(-89.0, min(10.0, self.elevation - 120.0 * down))
        azimuth = (self.azimuth - 180.0 * right) % 360.0
        return replace(self, azimuth=azimuth, elevation=elevation)

    def panned(self, right: float, down: float) -> Self:
        """Moved across the view by a drag, in fractions of the view's height."""
        azimuth, elevation = math.radians(self.azimuth), math.radians(self.elevation)
        reach = 0.8 * self.distance
        across, up = -right * reach, down * reach
        x, y, z = self.target
        moved = (
            x + across * math.sin(azimuth) - up * math.sin(elevation) * math.cos(azimuth),
            y - across * math.cos(azimuth) - up * math.sin(elevation) * math.sin(azimuth),
            z + up * math.cos(elevation),
        )
        x, y, z = (max(-1.5, min(1.5, value)) for value in moved)
        return replace(self, target=(x, y, z))

    def zoomed(self, steps: float) -> Self:
        """Closer by `steps` of the wheel; negative goes away."""
        return replace(self, distance=max(0.3, min(4.0, self.distance * 0.88**steps)))

    def give_to(self, camera: mujoco.MjvCamera) -> None:
        """Make a MuJoCo camera look from here."""
        camera.type = mujoco.mjtCamera.mjCAMERA_FREE
        camera.azimuth = self.azimuth
        camera.elevation = self.elevation
        camera.distance = self.distance
        camera.lookat[:] = self.target

    def to_text(self) -> str:
        """For the settings."""
        numbers = (self.azimuth, self.elevation, self.distance, *self.target)
        return " ".join(f"{number:.4f}" for number in numbers)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The inverse; anything else gives the default view."""
        try:
            azimuth, elevation, distance, x, y, z = (float(part) for part in text.split())
        except ValueError:
            return cls()
        if not all(map(math.isfinite, (azimuth, elevation, distance, x, y, z))):
            return cls()
        return cls(azimuth, elevation, distance, (x, y, z)).zoomed(0)
