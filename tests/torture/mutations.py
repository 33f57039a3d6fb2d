"""Recordings, checkpoints and JSON files that were damaged at random, or made to do harm.

    python tests/torture/mutations.py [--count 10000] [--seed 0]

Three in five are HDF5 files (a third of those begin as a trap: links out of the file, arrays kept
in other files, arrays that declare far more than they hold), one in five a checkpoint's
safetensors file with its hash put right, one in five a JSON file of a checkpoint, an index, a
selection or a history. Each is opened as the window opens it: recordings in the limited child
first, and in this process if the child found nothing wrong. Decoys lie where the traps point; the
kernel (inotify) tells whether anybody opened one. Exits with 1 if this process would have died, if
an error is not one of ours, if a decoy was opened, or if time or memory passed their limits.
"""

import argparse
import contextlib
import ctypes
import hashlib
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import torch
from damage import mutate, scramble
from safetensors.torch import save_file
from traps import TRAPS, trap
from workloads import build

from core.data import (
    Library,
    RecordingError,
    Selections,
    Workspace,
    open_index,
    read_episode,
    read_info,
)
from core.data.layout import encode
from core.data.library.index import INDEX
from core.data.vetted.inspection import Inspector
from core.data.vetted.limits import MEMORY
from core.learning import (
    Configuration,
    Dataset,
    EncoderConfiguration,
    LearningError,
    Trainer,
    load_checkpoint,
    save_checkpoint,
)

SECRET = 4711.0
MOST_SECONDS = 20.0
"""Longest time that one file may take [s]."""
MOST_MEMORY = 3 << 30
"""Most memory that this process may ever have held [bytes]; libraries take a sixth of it."""
IN_OPEN, IN_ACCESS = 0x20, 0x1


class Tally:
    """Counts outcomes, and what must not happen."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.faults: list[str] = []
        self.slowest = 0.0

    def fault(self, text: str) -> None:
        self.faults.append(text)
        sys.stdout.write(f"{text}\n")

    @contextlib.contextmanager
    def watch(self, kind: str, name: str) -> Iterator[None]:
        """Times one file, and takes the errors that it may raise."""
        began = time.monotonic()
        try:
            yield
            self.outcomes[f"{kind}: readable"] += 1
        except (RecordingError, LearningError) as error:
            self.outcomes[f"{kind}: {type(error).__name__}"] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            self.fault(f"{kind} {name}: {error!r}")
        took = time.monotonic() - began
        self.slowest = max(self.slowest, took)
        if took > MOST_SECONDS:
            self.fault(f"{kind} {name} took {took:.0f} s")


class Decoys:
    """Files that nobody may open, and the kernel's word on whether somebody did."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        with h5py.File(folder / "secret.hdf5", "w") as file:
            for name in ("actions", "data/demo_0/actions"):
                file[name] = np.full((20, 7), SECRET, np.float32)
        (folder / "secret.raw").write_bytes(np.full((20, 7), SECRET, np.float32).tobytes())
        self._system = ctypes.CDLL(None, use_errno=True)
        self._handle = self._system.inotify_init1(os.O_NONBLOCK)
        for path in sorted(folder.iterdir()):
            self._system.inotify_add_watch(
                self._handle, os.fsencode(path), ctypes.c_uint32(IN_OPEN | IN_ACCESS)
            )
        assert not self.opened()
        (folder / "secret.raw").read_bytes()
        if not self.opened():
            raise SystemExit("the kernel does not tell who opens files; this needs inotify")

    def opened(self) -> bool:
        """Whether a decoy was opened since the last call."""
        try:
            return bool(os.read(self._handle, 1 << 16))
        except BlockingIOError:
            return False


def main() -> int:
    """Damage and open."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    tally, began = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        decoys = Decoys(folder / "outside")
        count = options.count
        recordings(folder / "recordings", count * 3 // 5, options.seed, tally, decoys)
        tensors(folder / "tensors", count // 5, options.seed, tally)
        texts(folder / "texts", count - count * 3 // 5 - count // 5, options.seed, tally)
        if decoys.opened():
            tally.fault("a file outside the folder was opened")
    held = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = 1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if held > MOST_MEMORY:
        tally.fault(f"this process held {held / 2**20:.0f} MiB")
    for outcome, number in sorted(tally.outcomes.items()):
        sys.stdout.write(f"  {number:6d}  {outcome}\n")
    sys.stdout.write(
        f"{options.count} files, {len(tally.faults)} faults, slowest {tally.slowest:.1f} s, most "
        f"memory {held / 2**20:.0f} MiB here and {child / 2**20:.0f} MiB in a child (limited to "
        f"{MEMORY / 2**30:.0f} GiB of addresses), {time.monotonic() - began:.0f} s\n"
    )
    return 1 if tally.faults else 0


# -- recordings -----------------------------------------------------------------------------------


def recordings(folder: Path, count: int, seed: int, tally: Tally, decoys: Decoys) -> None:
    """HDF5 files, in the child and then here."""
    folder.mkdir()
    good = encode(build("one", 1, steps=20, states=6))
    seeds = [good, *(trap(folder, good, make, decoys.folder) for make in TRAPS)]
    path = folder / "one.hdf5"
    with Inspector() as inspector:
        for number in range(count):
            dice = random.Random(f"{seed} hdf5 {number}")
            kind = dice.randrange(3)
            image = good if kind else dice.choice(seeds[1:])
            if kind or dice.random() < 0.7:
                image = mutate(image, dice)
            path.unlink(missing_ok=True)
            path.write_bytes(image)
            with tally.watch("HDF5", str(number)):
                row = inspector.inspect(path)
                if row.problem is not None and "its reader" in row.problem:
                    tally.outcomes["HDF5: the child died or hung"] += 1
                if row.problem is None:
                    episode = read_episode(path)
                    read_info(path)
                    if any(np.any(a == SECRET) for a in (episode.actions, episode.rewards)):
                        tally.fault(f"HDF5 {number} brought a secret along")
                    assert row.action_counts.sum() >= 0
                    known = row.known
                    assert (known.steps, known.duration) == (len(episode), episode.info.duration)
                else:
                    raise RecordingError(row.problem)
            if decoys.opened():
                tally.fault(f"HDF5 {number} had a file outside its folder opened")
    # The same as the window does it: a folder of them, listed, looked at and thrown away.
    for number in range(min(count, 40)):
        dice = random.Random(f"{seed} folder {number}")
        (folder / f"f{number}.hdf5").write_bytes(mutate(dice.choice(seeds), dice))
    with tally.watch("folder of HDF5", "all"):
        library = Library(folder)
        for row in open_index(folder).rows:
            if row.problem is None and row.path.name != "one.hdf5":
                library.editor.tag(row.identifier, add=["seen"])
        library.editor.delete([path.stem for path in library.paths()])
        library.editor.undo()


# -- checkpoints ----------------------------------------------------------------------------------


def checkpoint(folder: Path) -> Path:
    """A small, good checkpoint."""
    configuration = Configuration(encoder=EncoderConfiguration(latent=16, hidden=(16,)))
    dataset = Dataset.from_episodes([build(f"e{n}", n, steps=20) for n in range(2)])
    return save_checkpoint(folder / "good", Trainer(dataset, configuration, "cpu"))


def tensors(folder: Path, count: int, seed: int, tally: Tally) -> None:
    """safetensors files whose hashes were put right, so that only the format defends itself."""
    folder.mkdir()
    good = checkpoint(folder)
    changed = folder / "changed"
    shutil.copytree(good, changed)
    description = json.loads((good / "checkpoint.json").read_text())
    save_file({"a": torch.zeros(3)}, folder / "small.safetensors")
    small = (folder / "small.safetensors").read_bytes()
    for number in range(count):
        dice = random.Random(f"{seed} safetensors {number}")
        name = dice.choice(("weights.safetensors", "demonstrations.safetensors"))
        image = (good / name).read_bytes()
        head = 8 + int.from_bytes(image[:8], "little")
        kind = dice.randrange(4)
        if kind == 0:
            image = mutate(image, dice)
        elif kind == 1:
            image = mutate(image[:head], dice) + image[head:]
        elif kind == 2:
            header = scramble(json.loads(image[8:head]), dice)
            text = json.dumps(header).encode()
            image = len(text).to_bytes(8, "little") + text + image[head:]
        else:
            image = mutate(small, dice)
        files = description["files"] | {name: hashlib.sha256(image).hexdigest()}
        for other in ("weights.safetensors", "demonstrations.safetensors"):
            shutil.copyfile(good / other, changed / other)
        (changed / name).write_bytes(image)
        (changed / "checkpoint.json").write_text(json.dumps(description | {"files": files}))
        with tally.watch("safetensors", str(number)):
            load_checkpoint(changed)


def texts(folder: Path, count: int, seed: int, tally: Tally) -> None:
    """JSON files of checkpoints, indexes, selections and histories."""
    folder.mkdir()
    good = checkpoint(folder)
    workspace = Workspace(folder / "workspace")
    for number in range(3):
        workspace.library.add(build(f"e{number}", number, steps=20))
    selections = Selections(workspace)
    selections.save("mine", ["e0"], ["e1"])
    workspace.library.editor.tag("e0", add=["seen"])
    workspace.library.editor.delete("e2")
    workspace.library.editor.undo()
    open_index(workspace.episodes)
    change = next(workspace.trash.glob("*/change.json"))
    kept = {path.name: path.read_bytes() for path in workspace.library.paths()}
    cases: list[tuple[str, Path, Callable[[], object]]] = [
        ("checkpoint.json", good / "checkpoint.json", lambda: load_checkpoint(good)),
        ("index", workspace.episodes / INDEX, lambda: open_index(workspace.episodes)),
        ("selection", selections.folder / "mine.json", lambda: selections.load("mine")),
        ("history", workspace.trash / "history.json", lambda: history(workspace)),
        ("change", change, lambda: history(workspace)),
    ]
    originals = [path.read_bytes() for _, path, _ in cases]
    for number in range(count):
        dice = random.Random(f"{seed} json {number}")
        place = number % len(cases)
        name, path, open_it = cases[place]
        image = originals[place]
        if dice.random() < 0.6:
            lines = image.splitlines() if name == "index" else [image]
            line = dice.randrange(len(lines))
            lines[line] = json.dumps(scramble(json.loads(lines[line]), dice)).encode()
            image = b"\n".join(lines)
        else:
            image = mutate(image, dice)
        path.write_bytes(image)
        with tally.watch(name, str(number)):
            open_it()
        # A history may say that an episode belongs into the trash: then it must be there.
        trash = {file.read_bytes() for file in workspace.trash.rglob("*.hdf5")}
        for file, data in kept.items():
            present = workspace.episodes / file
            if not (present.exists() and present.read_bytes() in {data, *trash}):
                if data not in trash:
                    tally.fault(f"{name} {number} lost {file}")
                present.write_bytes(data)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(originals[place])
        if name in ("history", "change"):
            for other, original in zip(cases[3:], originals[3:], strict=True):
                other[1].parent.mkdir(exist_ok=True)
                other[1].write_bytes(original)


def history(workspace: Workspace) -> None:
    editor = Library(workspace.episodes).editor
    _ = (editor.undo_text, editor.redo_text)
    with contextlib.suppress(RecordingError):
        editor.undo()
    with contextlib.suppress(RecordingError):
        editor.redo()


if __name__ == "__main__":
    sys.exit(main())
