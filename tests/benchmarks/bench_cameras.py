"""What images for policies cost, and how often box and goal are seen in them.

Run by hand: `python tests/benchmarks/bench_cameras.py [--json FILE]`. An image of 64 pixels should
take at most 2 ms, and an evaluation at least 80% of the speed of rendering and encoding alone.
Processor time is what an image costs; on a busy machine without a graphics card it takes longer
than that. Frames are of scripted demonstrations; a thing counts as seen where it covers at least
four pixels.
"""

import argparse
import json
import os
import platform
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import mujoco
import numpy as np
import torch

from core.commands.process import use_one_torch_thread
from core.data import scripted_episode
from core.evaluation import FIRST_SEED
from core.learning import Checkpoint, Dataset, Observation, Trainer, get_preset
from core.learning.dataset.frames import Frames
from core.rollout.batch import CAMERA_GROUP
from core.rollout.runner import HALVES, BatchRunner
from core.simulation import (
    IMAGE_SIZES,
    POLICY_CAMERAS,
    TASKS,
    Condition,
    PolicyCameras,
    UnavailableGraphicsError,
    demonstrate,
    image_field,
)
from core.simulation.cameras import policy_model
from core.simulation.canvas import Canvas

TASK = "pick_place"
ROUNDS = 5
SIMULATIONS, STEPS = 100, 10
"""Of the evaluation; it ends before any is solved."""
DEMONSTRATIONS = 30
EVERY = 5
"""Frames of a demonstration from one that is looked at to the next."""
SIZE = 64
PIXELS = 4


def frames(task: str) -> tuple[np.ndarray, np.ndarray]:
    """States of demonstrations (n, S), and which of them are starts (n,)."""
    states, starts = [], []
    for each in demonstrate(task, DEMONSTRATIONS):
        states.append(each.states[::EVERY])
        starts += [True] + [False] * (len(states[-1]) - 1)
    return np.concatenate(states), np.array(starts)


def timing(states: np.ndarray, size: int) -> dict[str, float]:
    """Milliseconds for an image of `size` pixels, both cameras drawn in turns."""
    fields = [image_field(camera, size) for camera in POLICY_CAMERAS]
    images = len(states) * len(fields)
    with PolicyCameras(TASK, fields) as cameras:
        cameras.render(states)
        wall, processor = [], []
        for _ in range(ROUNDS):
            begun, used = time.perf_counter(), time.process_time()
            cameras.render(states)
            wall.append(1000 * (time.perf_counter() - begun) / images)
            processor.append(1000 * (time.process_time() - used) / images)
    return {"size": size, "wall_ms": min(wall), "processor_ms": min(processor)}


def evaluation(states: np.ndarray) -> dict[str, float]:
    """Control steps a second of an evaluation by cloning with two cameras, and of rendering and
    encoding alone, for `SIMULATIONS` in two halves; they take turns. The medians of the ratios
    count.

    The policy has had few updates: its success is not that of a trained one.
    """
    checkpoint = camera_checkpoint()
    seeds = range(FIRST_SEED, FIRST_SEED + SIMULATIONS)
    half = np.resize(states, (SIMULATIONS // HALVES, states.shape[1]))
    spent: dict[str, list[tuple[float, float]]] = {"alone": [], "evaluation": []}
    with (
        BatchRunner(checkpoint, {}, STEPS, HALVES) as runner,
        ThreadPoolExecutor(HALVES, initializer=torch.set_num_threads, initargs=(1,)) as threads,
    ):
        for _ in range(ROUNDS + 1):  # the first makes worlds, cameras and policies
            begun = time.perf_counter(), time.process_time()
            running = runner.begin("bc", Condition(), seeds)
            while not running.wait(1.0):
                pass
            now = time.perf_counter(), time.process_time()
            spent["evaluation"].append((now[0] - begun[0], now[1] - begun[1]))
            used = time.process_time()
            took = max(threads.map(lambda _: look(checkpoint, half), range(HALVES)))
            spent["alone"].append((took, time.process_time() - used))
    alone, all_of_it = (np.array(spent[name][1:]) for name in ("alone", "evaluation"))
    wall, processor = np.median(alone / all_of_it, axis=0)
    return {
        "alone_steps": SIMULATIONS * STEPS / alone[:, 0].min(),
        "evaluation_steps": SIMULATIONS * STEPS / all_of_it[:, 0].min(),
        "share_of_wall_time": float(wall),
        "share_of_processor_time": float(processor),
    }


@torch.inference_mode()
def look(checkpoint: Checkpoint, states: np.ndarray) -> float:
    """Seconds that a thread takes to draw and encode `states`, `STEPS` times."""
    spec = checkpoint.spec
    nothing = torch.zeros(CAMERA_GROUP, spec.vector_size)
    with PolicyCameras(spec.task, spec.sensed_images) as cameras:
        cameras.render(states[:1])
        begun = time.perf_counter()
        for _ in range(STEPS):
            images = cameras.render(states)
            for first in range(0, len(states), CAMERA_GROUP):
                rows = slice(first, first + CAMERA_GROUP)
                frames = {n: Frames.of(torch.from_numpy(each[rows])) for n, each in images.items()}
                checkpoint.model.encode(Observation(spec.slices(), nothing, frames))
        return time.perf_counter() - begun


def camera_checkpoint() -> Checkpoint:
    """The preset of cameras after a few updates on four demonstrations."""
    fields = [image_field(camera) for camera in POLICY_CAMERAS]
    episodes = []
    with PolicyCameras(TASK, fields) as cameras:
        for rollout in demonstrate(TASK, 4):
            episode = scripted_episode(rollout)
            images = cameras.render(episode.states)
            info = replace(episode.info, images=tuple(images), declared=tuple(fields))
            episodes.append(replace(episode, info=info, images=images))
    trainer = Trainer(Dataset.from_episodes(episodes), get_preset("cameras"), "cpu")
    for _ in range(5):
        trainer.update()
    return Checkpoint.from_trainer(trainer)


def seen(task: str) -> list[dict[str, object]]:
    """In which share of frames, and of starts, each camera sees box and goal."""
    states, starts = frames(task)
    model = policy_model(task)
    rows: list[dict[str, object]] = []
    with Canvas(model, SIZE, SIZE, shadows=False) as canvas:
        canvas.scene.flags[mujoco.mjtRndFlag.mjRND_SEGMENT] = True
        canvas.scene.flags[mujoco.mjtRndFlag.mjRND_IDCOLOR] = True
        for camera in POLICY_CAMERAS:
            for body in ("object", "goal"):
                if mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, body) < 0:
                    continue
                covered = np.array([pixels(canvas, model, s, camera, body) for s in states])
                rows.append(
                    {
                        "task": task,
                        "camera": camera,
                        "what": body,
                        "frames": float(np.mean(covered >= PIXELS)),
                        "starts": float(np.mean(covered[starts] >= PIXELS)),
                        "median_pixels": float(np.median(covered)),
                    }
                )
    return rows


def pixels(canvas: Canvas, model: mujoco.MjModel, state: np.ndarray, camera: str, body: str) -> int:
    """How many pixels a body covers."""
    canvas.place(state)
    canvas.view(model.camera(camera).id)
    own = np.flatnonzero(model.geom_bodyid == model.body(body).id)
    drawn = canvas.scene.geoms[: canvas.scene.ngeom]
    numbers = [geom.segid + 1 for geom in drawn if geom.objid in own]
    picture = canvas.draw(SIZE, SIZE).astype(int) @ (1, 256, 65536)
    return int(np.isin(picture, numbers).sum())


def main() -> int:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the numbers to this file")
    options = parser.parse_args()
    use_one_torch_thread()
    out = sys.stdout.write
    states = frames(TASK)[0][:60]
    try:
        times = [timing(states, size) for size in IMAGE_SIZES]
    except UnavailableGraphicsError as error:
        out(f"no images: {error}\n")
        return 0
    out(f"{os.cpu_count()} cores\n{'size px':>8} {'wall ms':>8} {'processor ms':>13}\n")
    for row in times:
        out(f"{row['size']:8.0f} {row['wall_ms']:8.2f} {row['processor_ms']:13.2f}\n")
    speed = evaluation(states)
    out(
        f"\n{speed['alone_steps']:.0f} control steps/s of rendering and encoding alone, "
        f"{speed['evaluation_steps']:.0f} of an evaluation. Rendering and encoding take "
        f"{speed['share_of_wall_time']:.0%} of its time, "
        f"{speed['share_of_processor_time']:.0%} of its processor time\n"
    )
    rows = [row for task in TASKS for row in seen(task)]
    out(f"\n{'task':>11} {'camera':>10} {'what':>7} {'frames':>7} {'starts':>7} {'pixels':>7}\n")
    for row in rows:
        out(
            f"{row['task']:>11} {row['camera']:>10} {row['what']:>7} {row['frames']:7.1%} "
            f"{row['starts']:7.1%} {row['median_pixels']:7.0f}\n"
        )
    if options.json:
        machine = {"machine": platform.platform(), "cores": os.cpu_count()}
        options.json.write_text(
            json.dumps({**machine, "times": times, **speed, "seen": rows}, indent=1)
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
