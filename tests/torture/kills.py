"""SIGKILLs at random moments of recording, trimming, exporting and checkpointing.

    python tests/torture/kills.py [--count 1000] [--seed 0]

Each is a real SIGKILL of a process that works on real files, after a random time. Exits with 1 if
anything that was committed is lost or anything does not open. A kill is not a power cut: what the
kernel has taken survives it.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import NoReturn

import torch
from workloads import WORKLOADS, Workload

LONGEST = {"recording": 0.12, "trimming": 0.25, "export": 1.0, "checkpointing": 0.15}
"""Longest time from the start of the work to the kill [s]."""


def main() -> int:
    """Kill and look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    losses, began = 0, time.monotonic()
    for kind, make in enumerate(WORKLOADS):
        kills = (options.count + kind) // len(WORKLOADS)
        promises = lost = 0
        workload = make()
        for number in range(kills):
            dice = random.Random(f"{options.seed} {workload.name} {number}")
            with tempfile.TemporaryDirectory() as name:
                workload.prepare(Path(name))
                said, fault = kill(workload, dice)
                found = workload.losses(said) + fault
            promises += len(said)
            lost += len(found)
            for text in found:
                sys.stdout.write(f"{workload.name}, kill {number}: {text}\n")
        sys.stdout.write(f"{workload.name}: {kills} kills, {promises} promises, {lost} losses\n")
        sys.stdout.flush()
        losses += lost
        if kills >= 8 and not promises:
            sys.stdout.write(f"{workload.name}: nothing was ever promised, so nothing was tested\n")
            losses += 1
    sys.stdout.write(f"{losses} losses in all, {time.monotonic() - began:.0f} s\n")
    return 1 if losses else 0


def kill(workload: Workload, dice: random.Random) -> tuple[list[str], list[str]]:
    """Let a fork work for a random time and kill it; what it promised, and what it did wrong."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        work_until_killed(workload, dice, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        pipe.readline()
        time.sleep(dice.uniform(0.0, LONGEST[workload.name]))
        os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        lines = pipe.read().decode().splitlines(keepends=True)
    # A line without its end was cut off by the kill itself: that was not promised whole.
    said = [line.strip() for line in lines if line.endswith("\n")]
    return said, [] if code == -signal.SIGKILL else [f"the work ended by itself ({code})"]


def work_until_killed(workload: Workload, dice: random.Random, writing: int) -> NoReturn:
    """The life of the fork."""

    def say(text: str) -> None:
        os.write(writing, f"{text}\n".encode())

    try:
        say("ready")
        workload.work(dice, say)
    except BaseException:  # noqa: BLE001 - a fork must never return into its parent's code
        traceback.print_exc()
    os._exit(70)


if __name__ == "__main__":
    sys.exit(main())
