"""What an evaluation costs beside the physics, and how long policies think.

    python tests/benchmarks/bench_evaluation.py [CHECKPOINT] [--episodes 200]

Without a checkpoint, a small one is trained on the spot: its times are those of the default
preset, its success is not.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from mujoco.batch import Batch
from rich.console import Console
from rich.table import Table

from core.evaluation.evaluator import FIRST_SEED
from core.evaluation.rollout import Rollout, group_count
from core.learning import Checkpoint, Dataset, Trainer, get_preset, load_checkpoint
from core.policies import MODES, make_policy
from core.recording import episode_from_arrays
from core.simulation import CONTROL_RATE, SensorNoise, World, demonstrate, model_hash

STEPS, WARM_UP, ROUNDS, DECISIONS = 60, 5, 2, 300


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", nargs="?", type=Path)
    parser.add_argument("--episodes", type=int, default=200)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.checkpoint is None:
        checkpoint = small_checkpoint("pick_place")
    else:
        checkpoint = load_checkpoint(arguments.checkpoint)
    console = Console()
    console.print(throughput(checkpoint, arguments.episodes))
    console.print(latencies(checkpoint))
    return 0


def small_checkpoint(task: str) -> Checkpoint:
    """The default preset after a few updates on 50 demonstrations."""
    episodes = [
        episode_from_arrays(
            task,
            rollout.seed,
            "script",
            observations=rollout.observations,
            actions=rollout.actions,
            rewards=rollout.rewards,
            states=rollout.states,
            success=True,
            control_rate=CONTROL_RATE,
            model_hash=model_hash(task),
        )
        for rollout in demonstrate(task, 50)
    ]
    trainer = Trainer(Dataset.from_episodes(episodes), get_preset("default"), "cpu")
    for _ in range(20):
        trainer.update()
    return Checkpoint.from_trainer(trainer)


def throughput(checkpoint: Checkpoint, episodes: int) -> Table:
    """Control steps per second of an evaluation with cloning and of the bare batch.

    They take turns step by step, since the load of the machine comes and goes.
    """
    seeds = range(FIRST_SEED, FIRST_SEED + episodes)
    world = World(checkpoint.task, episodes)
    bare = Batch(world.model, episodes, min(episodes, os.cpu_count() or 1))
    noise = SensorNoise(checkpoint.noise_scales())
    policies = [make_policy(checkpoint, "bc") for _ in range(group_count(seeds))]
    times: dict[str, list[float]] = {"bare Batch": [], "bc, σ 0": [], "bc, σ 0.3": []}
    for _ in range(ROUNDS):
        for sigma in (0.0, 0.3):
            rollout = Rollout(world, policies, noise, sigma, seeds, horizon=10_000)
            for step in range(STEPS):
                # From the very states that the evaluation meets, so that the physics is the same.
                bare.state[:] = world.get_states()[:, : bare.state.shape[1]]
                alone = seconds(lambda: bare.step(nstep=world.substeps))
                whole = seconds(rollout.step)
                if step >= WARM_UP:
                    times["bare Batch"].append(alone)
                    times[f"bc, σ {sigma:g}"].append(whole)
    table = Table(title=f"{episodes} simulations of {checkpoint.task}, one torch thread")
    for heading in ("what", "control steps/s", "of bare"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    speeds = {what: episodes * len(spent) / sum(spent) for what, spent in times.items()}
    for what, speed in speeds.items():
        table.add_row(what, f"{speed:,.0f}", f"{100 * speed / speeds['bare Batch']:.0f}%")
    return table


def latencies(checkpoint: Checkpoint) -> Table:
    """Time of one decision for one arm, by mode."""
    table = Table(title="one decision, N = 1 [ms]")
    for heading in ("mode", "median", "p99"):
        table.add_column(heading, justify="left" if heading == "mode" else "right")
    for mode in MODES:
        world = World(checkpoint.task, 1)
        policy = make_policy(checkpoint, mode)
        world.reset([FIRST_SEED])
        policy.reset(1)
        spent = []
        for _ in range(DECISIONS + WARM_UP):
            observation = world.observe()
            began = time.perf_counter()
            action = policy.act(observation)
            spent.append(1000 * (time.perf_counter() - began))
            world.step(action)
        kept = spent[WARM_UP:]
        table.add_row(mode, f"{np.median(kept):.1f}", f"{np.percentile(kept, 99):.1f}")
    return table


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes [s]."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
