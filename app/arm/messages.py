"""What window and simulation thread send each other; nothing here changes once made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from app.arm.pace import Timing
from core.data import Episode, EpisodeRecorder
from core.simulation import Condition
from core.spec import Field

DRIVE, DEPLOY, REPLAY = "drive", "deploy", "replay"
"""The three activities of the arm; each has a world of its own."""


@dataclass(frozen=True)
class OperatorCommand:
    """What a person asks for at one moment."""

    motion: tuple[float, float, float, float, float, float] = (0.0,) * 6
    """Linear x, y, z and angular x, y, z, each in [-1, 1], along the world's axes."""
    gripper_rate: float = 0.0
    """Speed of the gripper's target: 1 closes, -1 opens at full speed."""
    gripper_toggles: int = 0
    """How often a press has switched the gripper since the program began."""
    device: str = "keyboard"
    """"gamepad" or "keyboard": whichever was used last."""
    held: str = ""
    """Why the arm must hold still; empty if it need not."""

    @property
    def active(self) -> bool:
        """Whether anything is asked for."""
        return self.gripper_rate != 0.0 or any(value != 0.0 for value in self.motion)


@dataclass(frozen=True)
class Tick:
    """One control step, for the pages; about 20 of them a second."""

    activity: str
    """`DRIVE`, `DEPLOY` or `REPLAY`."""
    task: str
    """Name of the task."""
    timing: Timing
    """Rate and lateness of the loop."""
    state: str
    """DRIVE: "free", "armed", "recording" or "between" (a success was kept, the next start
    comes by itself). DEPLOY: "idle", "running" or "over".
    REPLAY: "empty", "playing" or "paused"."""
    step: int
    """Control steps in this recording, trial or replay."""
    held: str = ""
    """Why the arm holds still; empty if it does not."""
    driver: str = ""
    """Who moves the arm: "gamepad", "keyboard", a policy mode, or "" for no one."""
    command: tuple[float, ...] = (0.0,) * 7
    """What was executed."""
    seed: int | None = None
    """Seed of the present start."""
    succeeded: bool = False
    """Whether the success condition has held long enough."""
    latency: float | None = None
    """Time that the policy took [s]; None if none was asked."""
    text: str = ""
    """The policy's explanation of its action."""
    sensed: Mapping[str, np.ndarray] | None = None
    """What a policy with cameras has sensed {field: shape}, read-only; None without cameras."""


@dataclass(frozen=True)
class Take:
    """A finished recording that still has to become a file.

    Carries the recorder itself: the simulation thread has let go of it, so building the arrays
    costs the control loop nothing.
    """

    recorder: EpisodeRecorder
    """Holds the steps until `episode` is built."""
    success: bool | None
    """Label."""
    measured_rate: float | None
    """Rate that the loop held [Hz]."""

    @cached_property
    def episode(self) -> Episode:
        """The recording as an episode, built when it is asked for first."""
        return self.recorder.finish(self.success, measured_rate=self.measured_rate)


@dataclass(frozen=True)
class TrialResult:
    """How one trial of a policy ended."""

    mode: str
    """Mode that drove."""
    condition: Condition
    """What disturbed it."""
    success: bool
    """Whether the task was solved."""
    counted: bool
    """Whether mode, condition and policy stayed the same throughout and no one took over."""
    intervened: bool
    """Whether a person took over."""


# -- requests to the simulation thread ---------------------------------------------------------


@dataclass(frozen=True)
class SelectTask:
    """Use another task; what is being recorded ends first."""

    task: str
    """Its name."""


@dataclass(frozen=True)
class NewStart:
    """Begin from another start; in a recording this discards it."""


@dataclass(frozen=True)
class StartRecording:
    """Reset to a new start and record from the first motion on."""

    automatic: bool = True
    """End by itself, labelled as a success, once the task is solved."""
    again: bool = True
    """After a success, go on with another start."""


@dataclass(frozen=True)
class StopRecording:
    """End the recording and keep it."""

    success: bool | None = None
    """Label; None takes what the success condition says."""


@dataclass(frozen=True)
class UsePolicy:
    """Let a policy drive from the next control step on; None gives the arm to the person."""

    policy: Any
    """`core.policies.Policy`, built elsewhere; the simulation thread owns it from now on."""
    mode: str = ""
    """Its mode."""
    scales: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Standard deviation of each field over its training data (size,): the unit of noise."""
    observing: bool = True
    """Whether the policy's observer, if there is one, corrects what it senses."""
    images: tuple[Field, ...] = ()
    """Camera images that the policy senses; the simulation thread draws them."""


@dataclass(frozen=True)
class RunTrials:
    """Start or stop the policy's trials."""

    running: bool
    """True: trial after trial."""
    limit: int = 200
    """Control steps after which a trial counts as failed."""
    keep_interventions: bool = True
    """Keep trials in which a person took over, as demonstrations."""


@dataclass(frozen=True)
class LoadReplay:
    """Show a recorded episode; None empties the replay."""

    episode: Episode | None
    """What to show."""


@dataclass(frozen=True)
class Seek:
    """Go to a step of the replay."""

    step: int
    """From 0."""


@dataclass(frozen=True)
class Play:
    """Run or pause the replay."""

    playing: bool
    """True runs; at the end it starts over."""


@dataclass(frozen=True)
class Activate:
    """Let the arm do the addressed activity; what it did before pauses and can be resumed."""
