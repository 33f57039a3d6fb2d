"""Work that is killed, or that meets a full disk, and what must be true afterwards.

Every workload is the same shape: `prepare` in the process that kills, `work` in a fork of it
that says what it has promised so far, and `losses` in the first process again. A promise that
was kept is never lost; a folder opens whatever happened.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from core.data import (
    Episode,
    Library,
    RecordingError,
    Selections,
    Workspace,
    episode_from_arrays,
    open_index,
)
from core.data.vetted.hdf5_file import VettedFile
from core.exchange import choose_episodes
from core.exchange.lerobot import LeRobotSource, export_lerobot
from core.exchange.robomimic import RobomimicSource, export_robomimic
from core.learning import (
    Configuration,
    Dataset,
    EncoderConfiguration,
    LearningError,
    Trainer,
    load_checkpoint,
    save_checkpoint,
)

Say = Callable[[str], None]
FIELDS = {"end_effector_position": 3, "gripper_opening": 1, "goal_position": 3}


def build(identifier: str, seed: int, steps: int = 60, states: int = 40) -> Episode:
    """An episode whose every number depends on the seed."""
    generator = np.random.default_rng(seed)
    rewards = np.zeros(steps, np.float32)
    rewards[-1] = 1.0
    return episode_from_arrays(
        "push",
        seed,
        "script",
        observations={
            name: generator.normal(size=(steps, size)).astype(np.float32)
            for name, size in FIELDS.items()
        },
        actions=generator.uniform(-1, 1, size=(steps, 7)).astype(np.float32),
        rewards=rewards,
        states=generator.normal(size=(steps, states)),
        success=True,
        control_rate=20.0,
        model_hash="0" * 64,
        identifier=identifier,
    )


class Workload(Protocol):
    """One kind of work."""

    name: str

    def prepare(self, folder: Path) -> None: ...

    def work(self, dice: random.Random, say: Say, *, once: bool = False) -> None: ...

    def losses(self, said: list[str]) -> list[str]: ...


class Recording:
    """Commits episodes, and keeps the index beside them."""

    name = "recording"

    def prepare(self, folder: Path) -> None:
        self.library = Library(folder / "episodes")
        self.base = build("base", 1, steps=200, states=120)
        self.library.add(self.base)

    def work(self, dice: random.Random, say: Say, *, once: bool = False) -> None:
        number = 0
        while True:
            name = f"e{number}"
            info = replace(self.base.info, identifier=name)
            self.library.add(replace(self.base, info=info))
            say(name)
            number += 1
            if dice.random() < 0.3 or once:
                self.library.entries()
            if once:
                return

    def losses(self, said: list[str]) -> list[str]:
        found = _problems(self.library.folder)
        for name in ["base", *said]:
            try:
                episode = self.library.read(name)
            except RecordingError as error:
                found.append(f"lost {name}: {error}")
                continue
            if not np.array_equal(episode.states, self.base.states):
                found.append(f"{name} holds other numbers")
        return found


class Editing:
    """Trims, splits, relabels, tags, deletes, undoes and does again."""

    name = "trimming"

    def prepare(self, folder: Path) -> None:
        self.workspace = Workspace(folder)
        for number in range(3):
            self.workspace.library.add(build(f"e{number}", number))
        open_index(self.workspace.episodes)
        self.before = _contents(self.workspace.episodes)

    def work(self, dice: random.Random, say: Say, *, once: bool = False) -> None:
        library = Library(self.workspace.episodes)
        editor, depth = library.editor, 0
        while True:
            paths = library.paths()
            name = dice.choice(paths).stem if paths else ""
            kind = dice.choice(("trim", "split", "relabel", "tag", "delete", "undo", "redo"))
            if kind == "undo" or not name:
                if editor.undo_text:
                    editor.undo()
                    depth -= 1
            elif kind == "redo":
                if editor.redo_text:
                    editor.redo()
                    depth += 1
            else:
                depth += self._change(library, kind, name, dice)
            say(str(depth))
            if once and depth:
                return

    @staticmethod
    def _change(library: Library, kind: str, name: str, dice: random.Random) -> int:
        editor, steps = library.editor, len(library.read(name))
        if kind == "trim" and steps > 4:
            editor.trim(name, dice.randrange(steps // 2), dice.randrange(steps // 2 + 1, steps + 1))
            return 1
        if kind == "split" and steps > 4:
            editor.split(name, dice.randrange(1, steps))
            return 1
        if kind == "relabel":
            label = dice.choice((True, False, None))
            return int(editor.relabel([path.stem for path in library.paths()], label) > 0)
        if kind == "tag":
            return int(editor.tag(name, add=[str(dice.randrange(99))]) > 0)
        if kind == "delete":
            return int(editor.delete(name) > 0)
        return 0

    def losses(self, said: list[str]) -> list[str]:
        editor = Library(self.workspace.episodes).editor
        found = _problems(self.workspace.episodes)
        depth = 0
        while editor.undo_text:
            editor.undo()
            depth += 1
        promised = int(said[-1]) if said else 0
        if abs(depth - promised) > 1:
            found.append(f"{promised} changes were promised, {depth} are there")
        if _contents(self.workspace.episodes) != self.before:
            found.append("taking everything back did not give the first bytes")
        return found


class Exporting:
    """Writes robomimic files and LeRobot folders."""

    name = "export"

    def prepare(self, folder: Path) -> None:
        self.workspace, self.out = Workspace(folder / "own"), folder / "out"
        for number in range(3):
            self.workspace.library.add(build(f"e{number}", number))
        open_index(self.workspace.episodes)
        self.before = _contents(self.workspace.episodes)
        self.chosen = choose_episodes(self.workspace.root)

    def work(self, dice: random.Random, say: Say, *, once: bool = False) -> None:
        number = 0
        while True:
            if dice.random() < 0.5:
                name = f"{number}.hdf5"
                work = export_robomimic(self.chosen, self.out / name)
            else:
                name = f"{number}"
                work = export_lerobot(self.chosen, self.out / name)
            for _ in work:
                pass
            say(name)
            number += 1
            if once:
                return

    def losses(self, said: list[str]) -> list[str]:
        found = _problems(self.workspace.episodes)
        if _contents(self.workspace.episodes) != self.before:
            found.append("exporting changed the recordings")
        there = []
        if self.out.exists():
            there = [path.name for path in self.out.iterdir() if not path.name.startswith(".")]
        found += [f"lost {name}" for name in said if name not in there]
        for name in there:  # also what was not announced yet: all of it or nothing
            count = self._count(self.out / name)
            if count != len(self.before):
                found.append(f"{name} holds {count} episodes")
        return found

    @staticmethod
    def _count(path: Path) -> int:
        if path.is_dir():
            return sum(1 for _ in LeRobotSource(path).episodes())
        with VettedFile(path, recording=False) as file:
            return sum(1 for _ in RobomimicSource(file).episodes())


class Checkpointing:
    """Saves checkpoints and selections."""

    name = "checkpointing"

    def prepare(self, folder: Path) -> None:
        self.workspace = Workspace(folder)
        configuration = Configuration(encoder=EncoderConfiguration(latent=16, hidden=(16,)))
        dataset = Dataset.from_episodes([build(f"e{number}", number) for number in range(2)])
        self.trainer = Trainer(dataset, configuration, "cpu")

    def work(self, dice: random.Random, say: Say, *, once: bool = False) -> None:
        number = 0
        while True:
            name = f"run{number}"
            Selections(self.workspace).save(name, [f"e{dice.randrange(9)}"])
            save_checkpoint(self.workspace.checkpoints / name, self.trainer)
            say(name)
            number += 1
            if once:
                return

    def losses(self, said: list[str]) -> list[str]:
        folder, found = self.workspace.checkpoints, []
        there = [path.name for path in folder.iterdir() if not path.name.startswith(".")]
        found += [f"lost {name}" for name in said if name not in there]
        for name in there:
            try:
                load_checkpoint(folder / name)
                Selections(self.workspace).load(name)
            except (LearningError, RecordingError) as error:
                found.append(f"{name}: {error}")
        return found


WORKLOADS: tuple[Callable[[], Any], ...] = (Recording, Editing, Exporting, Checkpointing)


def _problems(folder: Path) -> list[str]:
    """What a list of the folder would show as broken."""
    return [str(row.problem) for row in open_index(folder).rows if row.problem is not None]


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Library(folder).paths()}
