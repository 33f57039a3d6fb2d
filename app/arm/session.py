"""The episodes of this session: saving recordings, relabelling, discarding, undo."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.arm.messages import Take
from app.studio import Studio
from core.data import (
    Editor,
    EpisodeInfo,
    EpisodeRow,
    Quality,
    RecordingError,
    measure_quality,
    write_episode,
)


@dataclass(frozen=True)
class Saved:
    """An episode that was recorded in this session and is on disk."""

    path: Path
    """Its file."""
    info: EpisodeInfo
    """Its description."""
    quality: Quality
    """How it was driven."""

    @property
    def identifier(self) -> str:
        """Name in the library."""
        return self.info.identifier


@dataclass(frozen=True)
class Listed:
    """The workspace's episodes at one moment, and what can be taken back and done again."""

    rows: tuple[EpisodeRow, ...]
    """All episodes, sorted by name, broken ones included."""
    undo: str
    """What undo would take back; empty if nothing."""
    redo: str
    """What redo would do again; empty if nothing."""


def commit(take: Take, folder: Path) -> Saved:
    """Put a recording on disk; for a background thread. Raises `RecordingError`."""
    path = write_episode(folder, take.episode)
    return Saved(path, take.episode.info, measure_quality(take.episode))


class Session(QObject):
    """Owns the list of this session's episodes, newest last, and every change to the library.

    All disk work happens in the background, one change of the library after the other.
    """

    changed = Signal()
    """The list is another."""
    saved = Signal(object)
    """An episode is on disk: `Saved`."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._studio = studio
        self._ever: dict[str, Saved] = {}
        self._present: set[str] = set()
        self._unsaved: list[Take] = []
        self.saving = 0
        """How many recordings have ended that are not on disk yet."""
        self._then: list[Callable[[list[str]], None]] = []
        self._lock = threading.Lock()
        studio.workspace_changed.connect(self._workspace_changed)

    @property
    def episodes(self) -> tuple[Saved, ...]:
        """This session's episodes that are not discarded, oldest first."""
        return tuple(saved for name, saved in self._ever.items() if name in self._present)

    @property
    def last(self) -> Saved | None:
        """The newest; None before the first."""
        return next(reversed(self.episodes), None)

    @Slot(object)
    def save(self, take: Take) -> None:
        """Commit a recording in the background; what the disk refuses is tried again later."""
        waiting, self._unsaved = [*self._unsaved, take], []
        self.saving += len(waiting)
        for each in waiting:
            self._commit(each)

    def save_now(self, takes: tuple[Take, ...]) -> list[str]:
        """Commit before the program ends, waiting for the disk. Returns what failed."""
        folder = self._studio.workspace.root / "episodes"
        problems = []
        for take in (*self._unsaved, *takes):
            try:
                commit(take, folder)
            except RecordingError as error:
                problems.append(str(error))
        self._unsaved.clear()
        return problems

    def relabel(self, chosen: Sequence[str], success: bool | None) -> None:
        """Change whether episodes count as successes; the toast offers to undo."""
        word = {True: "success", False: "failure", None: "unlabelled"}[success]
        self._change(
            lambda editor: editor.relabel(chosen, success),
            f"{self._words(chosen)} now marked as {word}",
        )

    def discard(self, chosen: Sequence[str]) -> None:
        """Move episodes to the trash; the toast says which, and offers to undo."""
        self._change(
            lambda editor: editor.delete(chosen), f"{self._words(chosen)} now in the trash"
        )

    def tag(
        self, chosen: Sequence[str], add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        """Add and remove marks of episodes; the toast offers to undo."""
        signs = [*(f"+{tag}" for tag in add), *(f"−{tag}" for tag in remove)]
        said = f"{self._words(chosen)} tagged: {', '.join(signs)}"
        self._change(
            lambda editor: editor.tag(chosen, add, remove), said.replace("{", "").replace("}", "")
        )

    def trim(self, identifier: str, start: int, stop: int) -> None:
        """Keep the steps `start` to `stop` (not included); the toast offers to undo."""
        self._change(
            lambda editor: editor.trim(identifier, start, stop),
            f"{self._words([identifier])} trimmed to {stop - start} steps",
        )

    def split(self, identifier: str, step: int) -> None:
        """Make two episodes of one, the second from `step` on; the toast offers to undo."""
        self._change(
            lambda editor: editor.split(identifier, step),
            f"{self._words([identifier])} split at step {step}",
        )

    def change_last(self, change: Callable[[list[str]], None]) -> None:
        """Change what was recorded last: now, or once it is saved.

        A person means the recording that was seen to end, which may not have a file yet.
        """
        last = self.last
        if self.saving:
            self._then.append(change)
        elif last is not None:
            change([last.identifier])

    @Slot()
    def undo(self) -> None:
        """Take back the last change of the library, also one of an earlier session."""
        self._change(lambda editor: editor.undo(), "Undone: {}", "Redo", self.redo)

    @Slot()
    def redo(self) -> None:
        """Do again what was taken back last."""
        self._change(lambda editor: editor.redo(), "Redone: {}")

    def listed(self) -> Listed:
        """All episodes of the workspace; for a background thread. Raises `StorageError`."""
        library = self._studio.workspace.library
        with self._lock:
            library.index.refresh()
            editor = library.editor
            return Listed(library.index.rows, editor.undo_text, editor.redo_text)

    def _words(self, identifiers: Sequence[str]) -> str:
        """How a toast calls episodes: the last recording, one of this session, or how many."""
        if len(identifiers) > 1:
            return f"{len(identifiers)} episodes are"
        saved = self._ever.get(identifiers[0])
        if saved is None:
            return f"Episode {short(identifiers[0])} is"
        kind = {True: "success", False: "failure", None: "recording"}[saved.info.success]
        place = "The last" if saved is self.last else "An earlier"
        return f"{place} {kind} ({saved.quality.duration:.1f} s) is"

    def _change(
        self,
        change: Callable[[Editor], Any],
        said: str,
        action: str = "Undo",
        on_action: Callable[[], None] | None = None,
    ) -> None:
        """Change the library in the background, one change after the other; then say so.

        `said` may have a place for what `change` returns.
        """
        library = self._studio.workspace.library

        def work() -> Any:
            with self._lock:
                return change(library.editor)

        def done(result: Any) -> None:
            self._studio.toast(said.format(result), action, on_action or self.undo)
            self._refresh()

        self._studio.background(work, done)

    def _refresh(self) -> None:
        """Bring the list in line with the disk, then say so."""

        def work() -> dict[str, EpisodeInfo]:
            return {row.identifier: row.info for row in self.listed().rows if row.info is not None}

        def done(infos: dict[str, EpisodeInfo]) -> None:
            self._present = set(infos)
            for name, saved in self._ever.items():
                if name in infos:
                    self._ever[name] = replace(saved, info=infos[name])
            self.changed.emit()
            self._studio.episodes_changed.emit()

        self._studio.background(work, done)

    def _commit(self, take: Take) -> None:
        folder = self._studio.workspace.root / "episodes"
        self._studio.background(
            lambda: commit(take, folder),
            self._was_saved,
            lambda error: self._not_saved(take, error),
        )

    def _was_saved(self, saved: Saved) -> None:
        self._ever[saved.identifier] = saved
        self._present.add(saved.identifier)
        self.saving -= 1
        self.saved.emit(saved)
        self.changed.emit()
        self._studio.episodes_changed.emit()
        if not self.saving:
            waiting, self._then = self._then, []
            for act in waiting:
                act([saved.identifier])

    def _not_saved(self, take: Take, error: BaseException) -> None:
        self._unsaved.append(take)
        self.saving -= 1
        self._then.clear()
        self._studio.fail(
            f"The recording is not saved yet: {error}. It is kept in memory and saved again with "
            "the next one, or when the window closes.",
            error,
        )

    @Slot()
    def _workspace_changed(self) -> None:
        self._ever.clear()
        self._present.clear()
        self.changed.emit()


def short(identifier: str) -> str:
    """The part of an identifier that distinguishes episodes for a person."""
    parts = identifier.split("-")
    return "-".join((parts[1], *parts[3:])) if len(parts) >= 4 else identifier
