"""How fast the world steps beside the bare simulator, and how long a picture takes.

Run by hand: `python tests/benchmarks/bench_world.py [--json FILE]`. World and bare batch take
turns on the same states, grasping and carrying, so that a busy machine slows both alike and the
ratio carries over to other machines.
"""

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path

import mujoco
import numpy as np
from mujoco.batch import Batch

from core.simulation import Camera, Demonstrator, UnavailableGraphicsError, World

TASK = "pick_place"
COUNTS = (1, 16, 200)
STEPS = 40
ROUNDS = 5
PICTURES = 15


def stepping(count: int) -> dict[str, float]:
    """Control steps per second of a world and of a bare batch of `count` simulations."""
    world = World(TASK, count)
    bare = Batch(world.model, count, min(count, os.cpu_count() or 1))
    operator = Demonstrator(world, range(count))
    for _ in range(40):  # until most are about to grasp
        world.step(operator.act())
    start = world.get_states()
    commands = []
    for _ in range(STEPS):
        commands.append(operator.act())
        world.step(commands[-1])
    controls = np.empty((STEPS, count, world.model.nu))
    world.set_states(start)
    for step, command in enumerate(commands):
        world.begin(command)
        controls[step] = world.get_states()[:, _controls(world)]
        world.advance(world.substeps)
        world.finish()
    ctrl, own = bare.bind("ctrl"), bare.state.shape[1]

    seconds: dict[str, list[float]] = {"world": [], "bare": []}
    for _ in range(ROUNDS):
        world.set_states(start)
        begun = time.perf_counter()
        for command in commands:
            world.step(command)
        seconds["world"].append(time.perf_counter() - begun)

        bare.state[:] = start[:, :own]
        begun = time.perf_counter()
        for control in controls:
            ctrl[:] = control
            bare.step(nstep=world.substeps)
        seconds["bare"].append(time.perf_counter() - begun)
    if not np.array_equal(bare.state, world.get_states()[:, :own]):
        raise RuntimeError("the world and the bare batch did not do the same work")
    rate = {name: STEPS * count / float(np.median(taken)) for name, taken in seconds.items()}
    ratios = np.array(seconds["bare"]) / np.array(seconds["world"])
    return {"count": count, **rate, "ratio": float(np.median(ratios))}


def _controls(world: World) -> slice:
    """Where the actuators' controls lie in a state."""
    spec = mujoco.mjtState
    before = [spec.mjSTATE_FULLPHYSICS, spec.mjSTATE_WARMSTART]
    first = sum(mujoco.mj_stateSize(world.model, part) for part in before)
    return slice(first, first + world.model.nu)


def drawing(width: int, height: int) -> list[dict[str, object]]:
    """Milliseconds for a picture of each camera."""
    world = World(TASK, 1)
    state = world.get_states()[0]
    rows: list[dict[str, object]] = []
    with Camera(TASK, width, height) as camera:
        for name in ("workspace", "wrist"):
            camera.render(state, name)
            taken = []
            for _ in range(PICTURES):
                begun = time.perf_counter()
                camera.render(state, name)
                taken.append(1000 * (time.perf_counter() - begun))
            rows.append(
                {
                    "size": f"{width} x {height}",
                    "camera": name,
                    "median_ms": float(np.median(taken)),
                    "best_ms": min(taken),
                }
            )
    return rows


def main() -> int:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the numbers to this file")
    options = parser.parse_args()
    out = sys.stdout.write

    out(f"{TASK}, 10 substeps of 5 ms, {os.cpu_count()} cores\n")
    out(f"{'simulations':>12} {'bare /s':>10} {'world /s':>10} {'world/bare':>11}\n")
    steps = []
    for count in COUNTS:
        steps.append(row := stepping(count))
        out(f"{count:12d} {row['bare']:10.0f} {row['world']:10.0f} {row['ratio']:11.2f}\n")

    pictures: list[dict[str, object]] = []
    try:
        for size in ((640, 480), (96, 96)):
            pictures += drawing(*size)
    except UnavailableGraphicsError as error:
        out(f"no pictures: {error}\n")
    else:
        out(f"\n{'picture':>12} {'camera':>10} {'median ms':>10} {'best ms':>11}\n")
        for one in pictures:
            out(
                f"{one['size']:>12} {one['camera']:>10} {one['median_ms']:10.1f} "
                f"{one['best_ms']:11.1f}\n"
            )
    if options.json:
        result = {
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
            "mujoco": mujoco.__version__,
            "stepping": steps,
            "drawing": pictures,
        }
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
