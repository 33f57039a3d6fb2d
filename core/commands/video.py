"""`python -m core video`: MP4 and GIF of episodes, or of a policy at work."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import tyro

from core.commands.program import SUCCESS, UsageError, require_mode, say_saved
from core.commands.progress import ProgressBar
from core.data import EpisodeInfo, find_episodes, read_episode, read_info
from core.spec import POLICY_CAMERAS

if TYPE_CHECKING:
    from core.learning import Checkpoint

SIDES = (32, 2048)
"""Smallest and largest side of a video [px]."""
AFTERWARDS = 10
"""Control steps shown after the task was solved."""


@dataclass(frozen=True)
class Video:
    """Make a video of one recording, of all in a folder, or of a checkpoint driving the arm.

    The ending of OUT chooses the format. Recordings are drawn from their simulator states; those
    of other robots from the images that they carry. Prints "saved PATH" on standard output.

    Example: python -m core video recordings/mine/checkpoints/push policy.gif --mode plan
    """

    source: tyro.conf.Positional[Path]
    """A recording, a folder of them, or a checkpoint."""
    out: tyro.conf.Positional[Path]
    """The video, ending in .mp4 or .gif."""
    camera: str = "workspace"
    """Camera: workspace or wrist; for other robots the name of their images."""
    width: int = 640
    """Width [px]."""
    height: int = 480
    """Height [px]."""
    task: str | None = None
    """Only recordings of this task."""
    mode: str | None = None
    """How a checkpoint chooses actions; default: behavioural cloning."""
    seed: int = 1_000_000
    """Start from which a checkpoint drives; evaluation uses 1,000,000 and up."""
    noise: float = 0.0
    """Sensor noise for a checkpoint [standard deviations of the training data]."""
    condition: str = "clean"
    """What else disturbs a checkpoint, such as dropout=0.5 or bias=0.3,delay=3."""
    steps: int = 200
    """Most control steps that a checkpoint drives."""
    replace: bool = False
    """Overwrite OUT."""

    def run(self) -> int:
        """Run the command; returns the exit code."""
        for name in ("width", "height"):
            if not SIDES[0] <= getattr(self, name) <= SIDES[1]:
                raise UsageError(
                    f"--{name} is {getattr(self, name)}; expected {SIDES[0]} to {SIDES[1]} pixels"
                )
        if self.steps < 1 or self.seed < 0 or not 0 <= self.noise < 100:
            raise UsageError("--steps is at least 1, --seed and --noise at least 0")
        from core.exchange.video import write_video

        rate, total, pictures = _pictures(self)
        with ProgressBar("drawing", total, count=False) as bar:
            path = write_video(_counted(pictures, bar), self.out, rate, replace=self.replace)
        say_saved(path)
        return SUCCESS


def _counted(pictures: Iterator[np.ndarray], bar: ProgressBar) -> Iterator[np.ndarray]:
    for done, picture in enumerate(pictures, start=1):
        bar.update(done)
        yield picture


def _pictures(options: Video) -> tuple[float, int, Iterator[np.ndarray]]:
    """Rate [Hz], expected number, and the pictures themselves."""
    if (options.source / "checkpoint.json").is_file():
        return _rollout(options)
    paths = find_episodes(options.source, options.task, include_failures=True)
    infos = [read_info(path) for path in paths]
    rates = {info.control_rate for info in infos}
    if len(rates) > 1:
        raise UsageError(
            f"recordings of different control rates ({', '.join(f'{r:g}' for r in sorted(rates))} "
            "Hz) make no video together; choose one file"
        )
    return rates.pop(), sum(info.steps for info in infos), _replays(options, paths, infos)


def _replays(
    options: Video, paths: Sequence[Path], infos: Sequence[EpisodeInfo]
) -> Iterator[np.ndarray]:
    from core.exchange.filming import episode_pictures
    from core.images import why_not_drawn

    for path, info in zip(paths, infos, strict=True):
        # its own images are large, and only needed where the scene cannot be drawn
        episode = read_episode(path, images=why_not_drawn(info) is not None)
        yield from episode_pictures(episode, options.camera, options.width, options.height)


def _rollout(options: Video) -> tuple[float, int, Iterator[np.ndarray]]:
    from core.commands.process import use_one_torch_thread

    use_one_torch_thread()
    from core.evaluation import require_fit
    from core.exchange.filming import Studio
    from core.learning import load_checkpoint
    from core.policies import DEFAULT_MODE

    if options.camera not in POLICY_CAMERAS:
        raise UsageError(f"unknown camera {options.camera!r}; cameras: {', '.join(POLICY_CAMERAS)}")
    mode = options.mode or DEFAULT_MODE
    require_mode(mode)
    checkpoint = load_checkpoint(options.source)
    require_fit(checkpoint)
    states = _states(options, checkpoint, mode)

    def draw() -> Iterator[np.ndarray]:
        with Studio(options.width, options.height) as studio:
            for state in states:
                yield studio.draw(checkpoint.spec.task, state, options.camera)

    return checkpoint.spec.control_rate, options.steps + 1, draw()


def _states(options: Video, checkpoint: "Checkpoint", mode: str) -> Iterator[np.ndarray]:
    """States (S,) of one episode, until a moment after it is solved or all steps are over."""
    from core.policies import make_policy
    from core.rollout import Rollout, Sensors
    from core.simulation import Condition, PolicyCameras, World

    condition = Condition.parse(options.condition)
    if options.noise:
        condition = condition.changed(noise=options.noise)
    spec = checkpoint.spec
    world = World(spec.task, 1)
    world.reset([options.seed])
    cameras = PolicyCameras(spec.task, spec.sensed_images) if spec.sensed_images else None
    sensors = Sensors(world, condition, checkpoint.noise_scales(), [options.seed], cameras)
    rollout = Rollout(world, sensors, make_policy(checkpoint, mode, delay=sensors.age))

    def run() -> Iterator[np.ndarray]:
        left = options.steps
        with cameras or contextlib.nullcontext():
            while left > 0:
                yield world.get_states()[0]
                rollout.step()
                left = min(left, AFTERWARDS) if bool(world.succeeded()[0]) else left
                left -= 1
        yield world.get_states()[0]

    return run()
