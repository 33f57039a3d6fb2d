"""How long one control step of a policy of cameras takes: drawing, sensing and choosing.

    python tests/benchmarks/bench_camera_live.py [CHECKPOINT] [--steps 400]

One robot, one torch thread, all three modes in turns. Drawing and choosing together have to leave
room in a control step of 50 ms for the physics and the scene. Without a checkpoint one is trained
for two updates: what it chooses is no use, and takes as long.
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.commands.process import use_one_torch_thread
from core.data import scripted_episode
from core.learning import Checkpoint, Dataset, Trainer, get_preset, load_checkpoint
from core.policies import MODES, make_policy
from core.rollout import Sensors
from core.simulation import Condition, PolicyCameras, World, demonstrate
from core.spec import POLICY_CAMERAS, image_field

ASKED = {"bc": 15.0, "nearest": 15.0, "plan": 35.0}
"""Largest 99th percentile of a decision [ms]."""
WARM_UP = 10


def main() -> None:
    """Print one line for each mode."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", nargs="?", type=Path)
    parser.add_argument("--steps", type=int, default=400)
    options = parser.parse_args()
    use_one_torch_thread()
    checkpoint = untrained() if options.checkpoint is None else load_checkpoint(options.checkpoint)
    images = [field for field in checkpoint.spec.sensed if field.kind == "image"]
    sys.stdout.write("| mode | drawing, median | p99 | choosing, median | p99 | asked p99 |\n")
    sys.stdout.write("|---|---|---|---|---|---|\n")
    with PolicyCameras(checkpoint.spec.task, images) as cameras:
        for mode, asked in ASKED.items():
            drawing, choosing = measured(checkpoint, mode, cameras, options.steps)
            cells = [
                f"{value:.1f} ms"
                for times in (drawing, choosing)
                for value in (np.median(times), np.percentile(times, 99))
            ]
            title = MODES[mode].title
            sys.stdout.write(f"| {title} | {' | '.join(cells)} | ≤ {asked:.0f} ms |\n")


def untrained() -> Checkpoint:
    """Of the preset cameras, with 20 demonstrations of pick-place."""
    episodes = [scripted_episode(each) for each in demonstrate("pick_place", 20)]
    fields = tuple(image_field(camera) for camera in POLICY_CAMERAS)
    with PolicyCameras("pick_place", fields) as cameras:
        drawn = [cameras.render(episode.states) for episode in episodes]
    names = tuple(field.name for field in fields)
    filmed = [
        replace(e, images=images, info=replace(e.info, images=names, declared=fields))
        for e, images in zip(episodes, drawn, strict=True)
    ]
    trainer = Trainer(Dataset.from_episodes(filmed), get_preset("cameras"), "cpu")
    for _ in range(2):
        trainer.update()
    return Checkpoint.from_trainer(trainer)


def measured(
    checkpoint: Checkpoint, mode: str, cameras: PolicyCameras, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds of drawing and of choosing, at each control step after the first ones."""
    policy = make_policy(checkpoint, mode)
    world = World(cameras.task, 1)
    world.reset([2_000_000])
    scales = checkpoint.noise_scales()
    sensors = Sensors(world, Condition(), scales, [2_000_000], cameras)
    policy.reset(1)
    times = []
    for step in range(steps + WARM_UP):
        began = time.perf_counter()
        frame, _ = sensors.sense(sensors.look(step), step)
        sensed = time.perf_counter()
        action = policy.act(frame)
        times.append((sensed - began, time.perf_counter() - sensed))
        world.step(action)
    drawing, choosing = 1000 * np.array(times[WARM_UP:]).T
    return drawing, choosing


if __name__ == "__main__":
    main()
