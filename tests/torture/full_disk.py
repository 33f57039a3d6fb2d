"""A disk that is full at a random point of recording, trimming, exporting and checkpointing.

    python tests/torture/full_disk.py [--count 200] [--seed 0]

Half of the points are a small disk of its own (tmpfs, in a user namespace, where the system lets
one have it) with a random number of bytes left; the others are a limit on the size of files, which
stops a write half way as a full disk does. Each must end in an error that says so, with everything
as it was. Exits with 1 if a process dies, if an error is not one sentence, or if anything is lost.
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import NoReturn

import torch
from workloads import WORKLOADS, Workload

from core.data import RecordingError
from core.exchange import ExchangeError
from core.learning import LearningError

EXPECTED = (RecordingError, LearningError, ExchangeError)
INSIDE = "TORTURE_SMALL_DISK"
"""Set when this runs in a namespace of its own."""
ENOUGH, MESSAGE = "enough space", "message"
DISK = 12 << 20
"""Size of the small disk [bytes]."""


def main() -> int:
    """Fill the disk and look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if INSIDE not in os.environ and may_mount():
        command = ["unshare", "-Urm", sys.executable, *sys.argv]
        return subprocess.run(command, env=os.environ | {INSIDE: "1"}, check=False).returncode
    torch.set_num_threads(1)
    bad = full = real = number = 0
    while full < options.count:
        dice = random.Random(f"{options.seed} {number}")
        workload = WORKLOADS[number % len(WORKLOADS)]()
        small = INSIDE in os.environ and number // len(WORKLOADS) % 2 == 0
        number += 1
        with tempfile.TemporaryDirectory() as name:
            outcome, faults = point(workload, Path(name), dice, small)
        if outcome != ENOUGH:
            full += 1
            real += small
            faults += [outcome] if outcome != MESSAGE else []
        bad += len(faults)
        for fault in faults:
            sys.stdout.write(f"{workload.name}, point {number}: {fault}\n")
    sys.stdout.write(
        f"{full} points where the disk was full ({real} a small disk, {full - real} a limit on the "
        f"size of files; at {number - full} more there was just enough space): {bad} deaths, "
        "losses or errors without a sentence\n"
    )
    return 1 if bad else 0


def may_mount() -> bool:
    """Whether this user may have a small disk of its own."""
    try:
        probe = ["unshare", "-Urm", "sh", "-c", "mount -t tmpfs -o size=64k none /mnt"]
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def point(
    workload: Workload, folder: Path, dice: random.Random, small: bool
) -> tuple[str, list[str]]:
    """How the work ended, and what was lost."""
    if small:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", str(folder)]
        subprocess.run(mount, check=True)
    try:
        workload.prepare(folder / "work")
        filler = folder / "filler"
        if small:
            fill(filler, leave=dice.randrange(0, 160_000))
        limit = None if small else dice.randrange(0, 60_000)
        outcome, said = attempt(workload, dice, limit)
        filler.unlink(missing_ok=True)
        return outcome, workload.losses(said)
    finally:
        if small:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(filler: Path, leave: int) -> None:
    """Take all space of the disk but `leave` bytes."""
    with filler.open("wb", buffering=0) as file:
        free = os.fstatvfs(file.fileno())
        size = max(free.f_bavail * free.f_frsize - leave, 0)
        written = 0
        while written < size:
            written += file.write(b"x" * min(1 << 20, size - written))


def attempt(workload: Workload, dice: random.Random, limit: int | None) -> tuple[str, list[str]]:
    """Let a fork do the work once; how it ended, and what it promised before."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        work_once(workload, dice, limit, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        lines = pipe.read().decode(errors="replace").splitlines()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code != 0 or not lines:
        return f"died with {code}", lines
    return lines[-1], [line.removeprefix("said ") for line in lines if line.startswith("said ")]


def work_once(workload: Workload, dice: random.Random, limit: int | None, writing: int) -> NoReturn:
    """The life of the fork."""

    def say(text: str) -> None:
        os.write(writing, f"said {text}\n".encode())

    outcome = ENOUGH
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        workload.work(dice, say, once=True)
    except EXPECTED as error:
        text = str(error)
        outcome = MESSAGE if text and "\n" not in text else f"no sentence: {text!r}"
    except BaseException:  # noqa: BLE001 - a fork must never return into its parent's code
        outcome = "unexpected: " + " | ".join(traceback.format_exc().splitlines()[-4:])
    os.write(writing, f"{outcome}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
