"""What a graphics card does for training and rendering, where one is at hand (at most 5 minutes).

    python tests/benchmarks/bench_gpu.py

Measures updates a second of policies of cameras by encoder, of the state with and without CUDA
graphs, and images a second drawn by EGL. Without a card it says so and ends well.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))

import torch
from bench_camera_training import filmed, say

from core.learning import Configuration, Dataset, Trainer, get_preset

BUDGET = 300.0
"""Time after which nothing further is begun [s]."""
MEASURED = 5.0
"""Time that each figure is measured for [s]."""
WARM_UP = 10
"""Updates before that: kernels are chosen, memory is taken."""


def rate(work: Callable[[], object], count: int = 1) -> float:
    """How often `work` is done a second, each time `count` things."""
    for _ in range(WARM_UP):
        work()
    torch.cuda.synchronize()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < MEASURED:
        work()
        done += count
    torch.cuda.synchronize()
    return done / (time.perf_counter() - began)


def cameras(encoder: str, data: Dataset) -> float:
    """Updates a second of the preset cameras with another encoder."""
    c = get_preset("cameras")
    c = replace(c, encoder=replace(c.encoder, kind=encoder))
    return rate(Trainer(data, c, "cuda").update)


def graphed(trainer: Trainer) -> Callable[[], object]:
    """The forward and backward pass of one batch of the state, as a CUDA graph.

    The batch stays the same: drawing it happens on the processor and is no part of the graph.
    """
    windows = trainer.sampler.draw(trainer._ahead)
    trainer.sampler.draw = lambda _: windows  # type: ignore[method-assign]
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            sum(trainer.losses().values()).backward()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        sum(trainer.losses().values()).backward()
    return graph.replay


def state(configuration: Configuration, data: Dataset) -> dict[str, float]:
    """Passes a second over a batch of the state, with and without CUDA graphs."""
    trainer = Trainer(data, configuration, "cuda")
    found = {"update": rate(trainer.update)}
    plain = Trainer(data, configuration, "cuda")
    found["forward and backward"] = rate(lambda: sum(plain.losses().values()).backward())
    try:
        found["the same as a CUDA graph"] = rate(graphed(plain))
    except RuntimeError as error:
        say(f"no CUDA graph of the default preset: {str(error).splitlines()[0]}")
    return found


def rendering(size: int) -> float:
    """Images a second of both cameras by EGL."""
    os.environ["MUJOCO_GL"] = "egl"
    from core.simulation import PolicyCameras, World
    from core.spec import image_field

    world = World("pick_place", 16)
    world.reset(range(16))
    states = world.get_states()
    fields = [image_field(camera, size) for camera in ("workspace", "wrist")]
    with PolicyCameras("pick_place", fields) as drawn:
        return rate(lambda: drawn.render(states), 32)


def main() -> None:
    """Print one figure a line."""
    if not torch.cuda.is_available():
        say("There is no CUDA device here: nothing was measured, and nothing depends on it.")
        return
    began = time.perf_counter()
    say(torch.cuda.get_device_name(0))
    data = Dataset.from_episodes([filmed(number) for number in range(20)])
    for encoder in ("cnn", "resnet18", "vit_s"):
        say(f"cameras, {encoder}: {cameras(encoder, data):.1f} updates/s")
    for name, value in state(get_preset("default"), data).items():
        say(f"state, {name}: {value:.1f}/s")
    for size in (64, 128, 224):
        if time.perf_counter() - began < BUDGET:
            say(f"rendering by EGL, {size} px: {rendering(size):.0f} images/s")


if __name__ == "__main__":
    main()
