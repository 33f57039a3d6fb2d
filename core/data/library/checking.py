"""Reads everything in a folder, says what is wrong with it, and mends what can be mended.

A good file is never touched. A recording that is mended can be had back as it was by *undo*; one
that can be read no more is moved to the folder `damaged`, never deleted.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from core.data.errors import RecordingError, StorageError
from core.data.layout import SUFFIX, encode
from core.data.library.history import PREPARING, STATE, History, trash_of
from core.data.library.index import INDEX, EpisodeIndex, is_sound, open_index
from core.data.library.selections import Selections
from core.data.library.workspace import EPISODES
from core.data.vetted.inspection import Findings, Inspector
from core.data.vetted.mending import read_mended
from core.data.writer import LEFTOVER_AGE, TEMPORARY_PREFIX, make_folder, refused, sync_folder

DAMAGED = "damaged"
"""Name of the folder that takes what can be read no more."""
CHECKPOINT = "checkpoint.json"
Progress = Callable[[int], None]
"""Told how many files and folders were read so far."""


@dataclass(frozen=True)
class Problem:
    """Something wrong with a file, as a sentence with advice."""

    path: Path
    """The file."""
    text: str
    """What is wrong and what to do."""
    remedy: str = ""
    """What a repair does, or did; empty if nothing can be done here."""
    repaired: bool = False
    """Whether it was done."""


@dataclass(frozen=True)
class _Found:
    """A problem and how to mend it."""

    problem: Problem
    mend: Callable[[], None] | None = None


@dataclass(frozen=True)
class Checked:
    """What a check read."""

    problems: tuple[Problem, ...]
    """Everything that is wrong, or was before it was repaired."""
    recordings: int
    """Number of recordings read."""
    checkpoints: int
    """Number of checkpoints read."""


def check(folder: Path | str) -> list[Problem]:
    """Everything that is wrong with recordings and checkpoints under `folder`; changes nothing.

    `folder` is a workspace, a folder of episodes or of checkpoints, a checkpoint, or one recording.
    Raises :class:`StorageError` if it does not exist.
    """
    return list(check_all(folder).problems)


def check_all(
    folder: Path | str, *, repair: bool = False, progress: Progress | None = None
) -> Checked:
    """As :func:`check`; with `repair`, what can be mended is mended.

    Raises :class:`StorageError` if the folder does not exist or cannot be listed. A disk that
    refuses a repair leaves that problem as it was and says so in its text.
    """
    path = Path(folder).expanduser().absolute()
    if not path.exists():
        raise StorageError(
            f"{path} does not exist; give a workspace, a folder of episodes or one file", path
        )
    counter = _Counter(progress)
    recordings, checkpoints = _recordings(path), _checkpoints(path)
    problems = []
    with Inspector() as inspector:
        for found in _problems(path, recordings, checkpoints, inspector, counter):
            problems.append(_repaired(found) if repair else found.problem)
    if repair:
        for each in dict.fromkeys(file.parent for file in recordings):
            open_index(each)  # made anew where it was stale
    return Checked(tuple(problems), len(recordings), len(checkpoints))


def _problems(
    path: Path,
    recordings: list[Path],
    checkpoints: list[Path],
    inspector: Inspector,
    counter: "_Counter",
) -> Iterator[_Found]:
    folders = list(dict.fromkeys([file.parent for file in recordings]))
    inner = path / EPISODES
    if path.is_dir() and (inner if inner.is_dir() else path) not in folders:
        folders.append(inner if inner.is_dir() else path)
    if path.is_dir():
        for each in folders:
            yield from _interrupted(each)
            yield from _index(each)
    for file in recordings:
        yield from _recording(file, inspector)
        counter.add()
    for each in checkpoints:
        yield from _checkpoint(each, inspector)
        counter.add()
    if path.is_dir():
        yield from _selections(path)
        places = dict.fromkeys([path, *folders, *(each.parent for each in checkpoints)])
        for each in (*places, *(each for each in (path / "checkpoints",) if each not in places)):
            yield from _leftovers(each)


# -- what there is --------------------------------------------------------------------------------


def _recordings(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if path.name != CHECKPOINT else []
    inner = path / EPISODES
    folder = inner if inner.is_dir() else path
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names are what is wanted
    except OSError as error:
        raise StorageError(
            f"cannot list {folder}: {error.strerror or error}; choose another folder", folder
        ) from error
    return [folder / name for name in names if name.endswith(SUFFIX) and not name.startswith(".")]


def _checkpoints(path: Path) -> list[Path]:
    """Folders with a description of a checkpoint, at most two below `path`; the trash is not."""
    if path.is_file():
        return [path.parent] if path.name == CHECKPOINT else []
    found = [path] if (path / CHECKPOINT).exists() else []
    for pattern in (f"*/{CHECKPOINT}", f"*/*/{CHECKPOINT}"):
        for file in sorted(path.glob(pattern)):
            parts = file.relative_to(path).parts
            if parts[0] != "trash" and not any(part.startswith(".") for part in parts):
                found.append(file.parent)
    return found


# -- what is wrong --------------------------------------------------------------------------------


def _recording(path: Path, inspector: Inspector) -> Iterator[_Found]:
    findings = inspector.examine(path)
    if findings.problem is not None:
        yield _unreadable(path, findings)
    elif findings.flaws:
        flaws = "; ".join(findings.flaws)
        text = f"{path} can be read, but {flaws}; repair it or restore it from a copy"
        yield _Found(
            Problem(path, text, "write it again with what follows from its data"),
            lambda: _mend(path),
        )


def _unreadable(path: Path, findings: Findings) -> _Found:
    problem = Problem(path, str(findings.problem))
    if not findings.damaged or not path.is_file():
        return _Found(problem)  # another program's file is not ours to move
    target = _aside(path)
    return _Found(
        replace(problem, remedy=f"move it to {target.parent}"), lambda: _move(path, target)
    )


def _checkpoint(folder: Path, inspector: Inspector) -> Iterator[_Found]:
    findings = inspector.examine_checkpoint(folder)
    if findings.problem is not None:
        yield _Found(Problem(folder, findings.problem))


def _selections(root: Path) -> Iterator[_Found]:
    selections = Selections(root)
    for name in selections.names():
        try:
            selections.load(name)
        except RecordingError as error:
            yield _Found(Problem(selections.folder, str(error)))


def _interrupted(folder: Path) -> Iterator[_Found]:
    history = History(folder, trash_of(folder))
    if history.interrupted:
        text = (
            f"a change of {folder} was cut off by a kill; open the folder with the program, or "
            "repair it"
        )
        yield _Found(
            Problem(history.trash / STATE, text, "bring it to its end"),
            history.finish,
        )


def _index(folder: Path) -> Iterator[_Found]:
    path = folder / INDEX
    if path.exists() and not is_sound(folder):
        text = f"{path} is damaged; delete it, it is made again when the folder is opened"
        yield _Found(Problem(path, text, "make it again"), lambda: _new_index(folder))


def _leftovers(folder: Path) -> Iterator[_Found]:
    """Temporary files and folders of programs that were killed an hour ago or longer."""
    before = time.time() - LEFTOVER_AGE
    patterns = (f"{TEMPORARY_PREFIX}*", ".*.tmp", f"{PREPARING}*")
    found = {path for pattern in patterns for path in folder.glob(pattern)}
    for path in sorted(found):
        with contextlib.suppress(OSError):  # it may be renamed away while we look
            if path.lstat().st_mtime < before:
                text = f"{path} was left by a program that was stopped; delete it"
                yield _Found(Problem(path, text, "delete it"), _deleting(path))


# -- how it is mended -----------------------------------------------------------------------------


def _repaired(found: _Found) -> Problem:
    if found.mend is None:
        return found.problem
    try:
        found.mend()
    except RecordingError as error:
        return replace(found.problem, text=f"{found.problem.text} (not repaired: {error})")
    except OSError as error:
        refusal = refused(error, found.problem.path, "repair")
        return replace(found.problem, text=f"{found.problem.text} (not repaired: {refusal})")
    return replace(found.problem, repaired=True)


def _mend(path: Path) -> None:
    episode, _ = read_mended(path)
    history = History(path.parent, trash_of(path.parent))
    history.do(f"Repair {path.stem}", [(path.name, encode(episode))])


def _aside(path: Path) -> Path:
    parent = path.parent.parent if path.parent.name == EPISODES else path.parent
    target, number = parent / DAMAGED / path.name, 1
    while target.exists():
        number += 1
        target = parent / DAMAGED / f"{path.stem}.{number}{path.suffix}"
    return target


def _move(path: Path, target: Path) -> None:
    make_folder(target.parent)
    path.rename(target)
    sync_folder(target.parent)
    sync_folder(path.parent)


def _new_index(folder: Path) -> None:
    (folder / INDEX).unlink(missing_ok=True)
    EpisodeIndex(folder).refresh()


def _deleting(path: Path) -> Callable[[], None]:
    if path.is_dir() and not path.is_symlink():
        return lambda: shutil.rmtree(path)
    return lambda: path.unlink(missing_ok=True)


class _Counter:
    """Counts what was read."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._read = 0

    def add(self) -> None:
        self._read += 1
        if self._progress is not None:
            self._progress(self._read)
