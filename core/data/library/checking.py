"""Reads everything in a folder, says what is wrong with it, and mends what can be mended.

A good file is never touched. *Undo* brings back a mended recording as it was. A recording that can
no longer be read is moved to the folder `damaged`, never deleted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from core.data.errors import RecordingError, StorageError
from core.data.layout import encode
from core.data.library.history import PREPARING, STATE, History, trash_of
from core.data.library.index import INDEX, open_index, read_index
from core.data.library.selections import Selections
from core.data.library.workspace import EPISODES, folder_of
from core.data.vetted.inspection import Findings, Inspector
from core.data.vetted.mending import read_mended
from core.data.writer import (
    TEMPORARY_PREFIX,
    leftovers,
    make_folder,
    recordings_in,
    refused,
    remove,
)
from core.files import free_path, sync

DAMAGED = "damaged"
"""Name of the folder that takes what can no longer be read."""
CHECKPOINT = "checkpoint.json"


@dataclass(frozen=True)
class Problem:
    """Something wrong with a file, as a sentence with advice."""

    path: Path
    """The file."""
    text: str
    """What is wrong and what to do."""
    remedy: str = ""
    """What a repair does, or did; empty if nothing can be done here."""
    mend: Callable[[], object] | None = field(default=None, repr=False, compare=False)
    """Does it; None if nothing can be done here."""
    repaired: bool = False
    """Whether it was done."""


@dataclass(frozen=True)
class Checked:
    """What a check read."""

    problems: tuple[Problem, ...]
    """Everything that is wrong, or was before it was repaired."""
    recordings: int
    """Number of recordings read."""
    checkpoints: int
    """Number of checkpoints read."""


def check(folder: Path | str, *, repair: bool = False) -> Checked:
    """Everything that is wrong with recordings and checkpoints under `folder`.

    `folder` is a workspace, a folder of episodes or of checkpoints, a checkpoint, or one recording.
    Nothing is changed without `repair`; with it, what can be mended is mended. A disk that refuses
    a repair leaves that problem as it was and says so in its text. Raises :class:`StorageError` if
    the folder does not exist or cannot be listed.
    """
    path = Path(folder).expanduser().absolute()
    if not path.exists():
        raise StorageError(
            f"{path} does not exist; give a workspace, a folder of episodes or one file", path
        )
    recordings, checkpoints = _recordings(path), _checkpoints(path)
    problems = [
        _repaired(problem) if repair else problem
        for problem in _problems(path, recordings, checkpoints)
    ]
    if repair:
        for each in dict.fromkeys(file.parent for file in recordings):
            open_index(each)  # which makes it again where it was stale
    return Checked(tuple(problems), len(recordings), len(checkpoints))


def _problems(path: Path, recordings: list[Path], checkpoints: list[Path]) -> Iterator[Problem]:
    folders = dict.fromkeys([file.parent for file in recordings])
    if path.is_dir():
        folders |= {folder_of(path): None}
        for folder in folders:
            yield from _interrupted(folder)
            yield from _index(folder)
    with Inspector() as inspector:
        for file in (*recordings, *checkpoints):
            yield from _unsound(file, inspector)
    if path.is_dir():
        yield from _selections(path)
        parents = [each.parent for each in checkpoints]
        for folder in dict.fromkeys([path, *folders, *parents, path / "checkpoints"]):
            yield from _leftovers(folder)


# -- what there is --------------------------------------------------------------------------------


def _recordings(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if path.name != CHECKPOINT else []
    folder = folder_of(path)
    return [folder / name for name in sorted(recordings_in(folder))]


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


def _unsound(path: Path, inspector: Inspector) -> Iterator[Problem]:
    """What is wrong with a recording or a checkpoint."""
    findings = inspector.examine(path)
    if findings.problem is not None:
        yield _unreadable(path, findings)
    elif findings.flaws:
        flaws = "; ".join(findings.flaws)
        text = f"{path} can be read, but {flaws}; repair it or restore it from a copy"
        remedy = "write it again with what follows from its data"
        yield Problem(path, text, remedy, lambda: _mend(path))


def _unreadable(path: Path, findings: Findings) -> Problem:
    text = str(findings.problem)
    if not findings.damaged or not path.is_file():
        return Problem(path, text)  # another program's file is not ours to move
    target = _aside(path)
    return Problem(path, text, f"move it to {target.parent}", lambda: _move(path, target))


def _selections(root: Path) -> Iterator[Problem]:
    selections = Selections(root)
    for name in selections.names():
        try:
            selections.load(name)
        except RecordingError as error:
            yield Problem(selections.folder, str(error))


def _interrupted(folder: Path) -> Iterator[Problem]:
    history = History(folder, trash_of(folder))
    if history.interrupted:
        text = (
            f"a change of {folder} was cut off by a kill; open the folder with the program, or "
            "repair it"
        )
        yield Problem(history.trash / STATE, text, "bring it to its end", history.recover)


def _index(folder: Path) -> Iterator[Problem]:
    path = folder / INDEX
    if path.exists() and read_index(folder) is None:
        text = f"{path} is damaged; delete it, it is made again when the folder is opened"
        yield Problem(path, text, "make it again", lambda: _new_index(folder))


def _leftovers(folder: Path) -> Iterator[Problem]:
    """Temporary files and folders of programs that were killed an hour ago or longer."""
    for path in leftovers(folder, f"{TEMPORARY_PREFIX}*", ".*.tmp", f"{PREPARING}*"):
        text = f"{path} was left by a program that was stopped; delete it"
        yield Problem(path, text, "delete it", partial(remove, path))


# -- how it is mended -----------------------------------------------------------------------------


def _repaired(problem: Problem) -> Problem:
    if problem.mend is None:
        return problem
    try:
        problem.mend()
    except (RecordingError, OSError) as error:
        why = refused(error, problem.path, "repair") if isinstance(error, OSError) else error
        return replace(problem, text=f"{problem.text} (not repaired: {why})")
    return replace(problem, repaired=True)


def _mend(path: Path) -> None:
    episode, _ = read_mended(path)
    history = History(path.parent, trash_of(path.parent))
    history.do(f"Repair {path.stem}", [(path.name, encode(episode))])


def _aside(path: Path) -> Path:
    parent = path.parent.parent if path.parent.name == EPISODES else path.parent
    return free_path(parent / DAMAGED / path.name)


def _move(path: Path, target: Path) -> None:
    make_folder(target.parent)
    path.rename(target)
    sync(target.parent)
    sync(path.parent)


def _new_index(folder: Path) -> None:
    (folder / INDEX).unlink(missing_ok=True)
    open_index(folder)
