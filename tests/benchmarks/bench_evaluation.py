"""What an evaluation costs beside the physics, and how long policies think.

    python tests/benchmarks/bench_evaluation.py [CHECKPOINT] [--episodes 200]

Without a checkpoint, a small one is trained on the spot: its times are those of the default
preset, its success is not.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
from mujoco.batch import Batch
from rich.console import Console
from rich.table import Table

from core.commands.process import use_one_torch_thread
from core.data import scripted_episode
from core.evaluation import FIRST_SEED
from core.learning import Checkpoint, Dataset, Trainer, get_preset, load_checkpoint
from core.policies import MODES, make_policy
from core.rollout.batch import Batch as Episodes
from core.rollout.batch import group_count, group_size
from core.rollout.runner import BatchRunner
from core.simulation import Condition, World, demonstrate

STEPS, ROUNDS, WARM_UP, DECISIONS = 200, 3, 5, 300


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", nargs="?", type=Path)
    parser.add_argument("--episodes", type=int, default=200)
    arguments = parser.parse_args()
    use_one_torch_thread()
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
    episodes = [scripted_episode(rollout) for rollout in demonstrate(task, 50)]
    trainer = Trainer(Dataset.from_episodes(episodes), get_preset("default"), "cpu")
    for _ in range(20):
        trainer.update()
    return Checkpoint.from_trainer(trainer)


def throughput(checkpoint: Checkpoint, episodes: int) -> Table:
    """Control steps per second of an evaluation with cloning and of the bare batch.

    The bare batch makes each step from the state that a rollout of the policy was in, so that
    both meet the same contacts. They take turns, since the load of the machine comes and goes;
    the fastest of the rounds counts for each.
    """
    seeds = range(FIRST_SEED, FIRST_SEED + episodes)
    world = World(checkpoint.spec.task, episodes)
    bare = Batch(world.model, episodes, min(episodes, os.cpu_count() or 1))
    states = [state[:, : bare.state.shape[1]] for state in visited(checkpoint, world, seeds)]

    def physics() -> float:
        spent = 0.0
        for state in states:
            bare.state[:] = state
            began = time.perf_counter()
            bare.step(nstep=world.substeps)
            spent += time.perf_counter() - began
        return episodes * len(states) / spent

    def evaluation(runner: BatchRunner, sigma: float) -> float:
        began = time.perf_counter()
        running = runner.begin("bc", Condition(noise=sigma), seeds)
        while not running.wait(1.0):
            pass
        return sum(running.steps) / (time.perf_counter() - began)

    speeds: dict[str, list[float]] = {"bare Batch": [], "bc, σ 0": [], "bc, σ 0.3": []}
    with BatchRunner(checkpoint, {}, STEPS, None) as runner:
        evaluation(runner, 0.0)  # makes worlds and policies
        for _ in range(ROUNDS):
            speeds["bare Batch"].append(physics())
            speeds["bc, σ 0"].append(evaluation(runner, 0.0))
            speeds["bc, σ 0.3"].append(evaluation(runner, 0.3))
    table = Table(title=f"{episodes} simulations of {checkpoint.spec.task}")
    for heading in ("what", "control steps/s", "of bare"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for what, measured in speeds.items():
        share = max(measured) / max(speeds["bare Batch"])
        table.add_row(what, f"{max(measured):,.0f}", f"{100 * share:.0f}%")
    return table


def visited(checkpoint: Checkpoint, world: World, seeds: range) -> list[np.ndarray]:
    """States before each of the first steps of a cloning rollout."""
    size = group_size("bc")
    policies = [make_policy(checkpoint, "bc") for _ in range(group_count(seeds, size))]
    settings = (checkpoint.noise_scales(), Condition(), seeds, STEPS)
    rollout = Episodes(world, policies, *settings, size)
    states = []
    while not rollout.finished:
        states.append(world.get_states())
        rollout.step()
    return states


def latencies(checkpoint: Checkpoint) -> Table:
    """Time of one decision for one arm, by mode."""
    table = Table(title="one decision, N = 1 [ms]")
    for heading in ("mode", "median", "p99"):
        table.add_column(heading, justify="left" if heading == "mode" else "right")
    for mode in MODES:
        world = World(checkpoint.spec.task, 1)
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


if __name__ == "__main__":
    sys.exit(main())
