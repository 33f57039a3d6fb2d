"""The episodes of this sitting: saving what the arm hands out, relabelling, discarding, undo."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.studio import Studio
from app.workers.messages import Take
from core.recording import Episode, EpisodeInfo, Library, RecordingError, write_episode
from core.recording.quality import Quality, measure_quality


@dataclass(frozen=True)
class Saved:
    """An episode that was recorded in this sitting and is on disk."""

    path: Path
    """Its file."""
    info: EpisodeInfo
    """Its description."""
    quality: Quality
    """How it was driven."""
    reason: str
    """Why the recording ended; see `Take.reason`."""

    @property
    def identifier(self) -> str:
        """Name in the library."""
        return self.info.identifier


def commit(episode: Episode, reason: str, folder: Path) -> Saved:
    """Put an episode on disk; for a background thread. Raises `RecordingError`."""
    path = write_episode(folder, episode)
    return Saved(path, episode.info, measure_quality(episode), reason)


class Session(QObject):
    """Owns the list of this sitting's episodes, newest last, and every change to the library.

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
        self._unsaved: list[tuple[Episode, str]] = []
        self._saving = 0
        self._then: list[Callable[[str], None]] = []
        self._lock = threading.Lock()
        studio.workspace_changed.connect(self._workspace_changed)

    @property
    def episodes(self) -> tuple[Saved, ...]:
        """This sitting's episodes that are not discarded, oldest first."""
        return tuple(saved for name, saved in self._ever.items() if name in self._present)

    @property
    def last(self) -> Saved | None:
        """The newest; None before the first."""
        episodes = self.episodes
        return episodes[-1] if episodes else None

    @Slot(object)
    def save(self, take: Take) -> None:
        """Commit a recording in the background; what the disk refuses is tried again later."""
        waiting, self._unsaved = self._unsaved, []
        self._saving += 1
        for episode, reason in waiting:
            self._saving += 1
            self._commit(episode, reason)
        self._studio.background(
            take.finish, lambda episode: self._commit(episode, take.reason), self._not_finished
        )

    def save_now(self, takes: tuple[Take, ...]) -> list[str]:
        """Commit before the program ends, waiting for the disk. Returns what failed."""
        folder = self._studio.workspace.root / "episodes"
        problems = []
        waiting = [*self._unsaved, *((take.finish(), take.reason) for take in takes)]
        for episode, reason in waiting:
            try:
                commit(episode, reason, folder)
            except RecordingError as error:
                problems.append(str(error))
        self._unsaved.clear()
        return problems

    @property
    def saving(self) -> bool:
        """Whether a recording has ended that is not on disk yet."""
        return self._saving > 0

    def relabel(self, identifier: str, success: bool | None) -> None:
        """Say anew whether an episode succeeded; the toast offers to undo."""
        word = {True: "a success", False: "a failure", None: "unlabelled"}[success]
        which = self._words(identifier)
        self._change(lambda library: library.relabel(identifier, success), f"{which} is now {word}")

    def discard(self, identifier: str) -> None:
        """Move an episode to the trash; the toast says which, and offers to undo."""
        which = self._words(identifier)
        self._change(lambda library: library.discard(identifier), f"{which} is now in the trash")

    def relabel_last(self, success: bool | None) -> None:
        """Relabel what was recorded last, also while that is still being saved."""
        self._with_last(lambda identifier: self.relabel(identifier, success))

    def discard_last(self) -> None:
        """Discard what was recorded last, also while that is still being saved."""
        self._with_last(self.discard)

    @Slot()
    def undo(self) -> None:
        """Take back the last relabelling or discarding."""
        library = self._studio.workspace.library

        def work() -> str:
            with self._lock:
                return library.undo()

        def done(identifier: str) -> None:
            self._studio.toast(f"Restored {short(identifier)}")
            self._refresh()

        self._studio.background(work, done, self._refused)

    def entries(self) -> list[Any]:
        """All episodes of the workspace; for a background thread."""
        with self._lock:
            return self._studio.workspace.library.entries()

    def _with_last(self, act: Callable[[str], None]) -> None:
        """A hand means the recording that it saw end, which may not have a file yet."""
        last = self.last
        if self._saving:
            self._then.append(act)
        elif last is not None:
            act(last.identifier)

    def _words(self, identifier: str) -> str:
        """How a toast calls an episode: the last recording, or which one of this sitting."""
        saved = self._ever.get(identifier)
        if saved is None:
            return f"Episode {short(identifier)}"
        kind = {True: "success", False: "failure", None: "recording"}[saved.info.success]
        place = "The last" if saved is self.last else "An earlier"
        return f"{place} {kind} ({saved.quality.duration:.1f} s)"

    def _change(self, change: Callable[[Library], Any], said: str) -> None:
        library = self._studio.workspace.library

        def work() -> None:
            with self._lock:
                change(library)

        def done(_: Any) -> None:
            self._studio.toast(said, "Undo", self.undo)
            self._refresh()

        self._studio.background(work, done, self._refused)

    def _refresh(self) -> None:
        """Bring the list in line with the disk, then tell everybody."""

        def work() -> dict[str, EpisodeInfo]:
            return {e.identifier: e.info for e in self.entries() if e.info is not None}

        def done(infos: dict[str, EpisodeInfo]) -> None:
            self._present = set(infos)
            for name, saved in self._ever.items():
                if name in infos:
                    self._ever[name] = replace(saved, info=infos[name])
            self.changed.emit()
            self._studio.episodes_changed.emit()

        self._studio.background(work, done, self._refused)

    def _commit(self, episode: Episode, reason: str) -> None:
        folder = self._studio.workspace.root / "episodes"
        self._studio.background(
            lambda: commit(episode, reason, folder),
            self._was_saved,
            lambda error: self._not_saved(episode, reason, error),
        )

    def _was_saved(self, saved: Saved) -> None:
        self._ever[saved.identifier] = saved
        self._present.add(saved.identifier)
        self._saving -= 1
        self.saved.emit(saved)
        self.changed.emit()
        self._studio.episodes_changed.emit()
        if not self._saving:
            waiting, self._then = self._then, []
            for act in waiting:
                act(saved.identifier)

    def _not_finished(self, error: BaseException) -> None:
        self._saving -= 1
        self._then.clear()
        self._refused(error)

    def _not_saved(self, episode: Episode, reason: str, error: BaseException) -> None:
        self._unsaved.append((episode, reason))
        self._saving -= 1
        self._then.clear()
        self._studio.fail(
            f"The recording is not saved yet: {error}. It is kept in memory and saved again with "
            "the next one, or when the window closes.",
            "".join(traceback.format_exception(error)),
        )

    def _refused(self, error: BaseException) -> None:
        self._studio.fail(str(error), "".join(traceback.format_exception(error)))

    @Slot(object)
    def _workspace_changed(self, root: Path) -> None:  # noqa: ARG002 — the signal's argument
        self._ever.clear()
        self._present.clear()
        self.changed.emit()


def short(identifier: str) -> str:
    """The part of an identifier that a person tells episodes apart by."""
    parts = identifier.split("-")
    return "-".join((parts[1], *parts[3:])) if len(parts) >= 4 else identifier
