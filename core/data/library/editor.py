"""Changes to the episodes of a library, each of which can be taken back and done again."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from core.data.episode import EpisodeInfo, info_to_json
from core.data.errors import InvalidEpisodeError, RecordingError, StorageError, unreadable
from core.data.layout import SUFFIX, encode, with_info
from core.data.library.cutting import cut
from core.data.library.folder import EpisodeFolder
from core.data.library.history import History
from core.data.vetted.reader import read_episode, read_info

LONGEST_TAG = 40
"""Most letters of a tag."""
MOST_TAGS = 32
"""Most tags of an episode."""


class Editor:
    """Trims, splits, relabels, tags and deletes; everything can be undone, also after a restart.

    Each change is one step of the history, however many episodes it touches. Undo restores the
    files' bytes exactly. A process that is killed leaves either the old or the new state: the next
    editor or index of the folder completes a change that was under way. Not safe to use from
    two threads at once; two programs wait for each other.

    Every method raises :class:`UnknownEpisodeError` for a name that is not there,
    :class:`ReadOnlyLibraryError` where nothing may be changed, and :class:`StorageError` when the
    disk refuses; then nothing was changed.
    """

    def __init__(self, library: EpisodeFolder) -> None:
        self.library = library
        self._history = History(library.folder, library.trash)
        if not library.read_only:
            self._history.recover()

    # -- changes ------------------------------------------------------------------------------

    def trim(self, identifier: str, start: int, stop: int) -> EpisodeInfo:
        """Keep steps `start` to `stop` (not included); :mod:`core.data.library.cutting` says how.

        Raises :class:`InvalidEpisodeError` for steps that are not there, and what the reader
        raises.
        """
        self.library.require_writable("trim an episode")
        path = self.library.vetted(identifier)
        kept = cut(read_episode(path), start, stop)
        self._history.do(f"Trim {identifier}", [(path.name, encode(kept))])
        return kept.info

    def split(self, identifier: str, step: int) -> tuple[str, str]:
        """Split one episode into two, the second from `step` on; returns their identifiers."""
        self.library.require_writable("split an episode")
        path = self.library.vetted(identifier)
        episode = read_episode(path)
        if not 0 < step < len(episode):
            raise InvalidEpisodeError(
                f"cannot split an episode of {len(episode)} steps at step {step}; expected "
                f"1 to {len(episode) - 1}"
            )
        first, second = self._free_names(identifier)
        parts = cut(episode, 0, step, first), cut(episode, step, len(episode), second)
        files: list[tuple[str, bytes | None]] = [
            (f"{part.info.identifier}{SUFFIX}", encode(part)) for part in parts
        ]
        self._history.do(f"Split {identifier}", [*files, (path.name, None)])
        return first, second

    def relabel(self, identifiers: str | Iterable[str], success: bool | None) -> int:
        """Set whether episodes solved their task; returns how many labels changed."""
        word = {True: "successes", False: "failures", None: "unlabelled"}[success]
        return self._describe(
            identifiers,
            lambda info: replace(info, success=success),
            lambda which: f"Mark {which} as {word}",
        )

    def tag(
        self, identifiers: str | Iterable[str], add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> int:
        """Add and remove marks; returns the number of episodes that changed.

        Raises :class:`InvalidEpisodeError` for a tag that is empty, longer than 40 letters or
        holds a comma, and for more than 32 tags of one episode.
        """
        added, removed = _tags(add), _tags(remove)

        def changed(info: EpisodeInfo) -> EpisodeInfo:
            tags = tuple(sorted((set(info.tags) | added) - removed))
            if len(tags) > MOST_TAGS:
                raise InvalidEpisodeError(
                    f"{info.identifier} would have {len(tags)} tags; at most {MOST_TAGS}"
                )
            return replace(info, tags=tags)

        return self._describe(identifiers, changed, lambda which: f"Tag {which}")

    def delete(self, identifiers: str | Iterable[str]) -> int:
        """Move episodes to the trash, also broken ones; returns how many."""
        self.library.require_writable("delete an episode")
        chosen = _chosen(identifiers)
        names = [self.library.path(identifier).name for identifier in chosen]
        if names:
            self._history.do(f"Delete {_which(chosen)}", [(name, None) for name in names])
        return len(names)

    # -- history ------------------------------------------------------------------------------

    def undo(self) -> str:
        """Take back the last change, byte for byte; returns what it was.

        Raises :class:`NothingToUndoError`, or :class:`StorageError` if a file was put in the way
        since or the trash was emptied; the change can be taken back once that is put right.
        """
        self.library.require_writable("undo")
        return self._history.step("before")

    def redo(self) -> str:
        """Do again what was taken back last; returns what it was. Raises as :meth:`undo` does."""
        self.library.require_writable("redo")
        return self._history.step("after")

    @property
    def undo_text(self) -> str:
        """What :meth:`undo` would take back; empty if nothing."""
        return self._history.text_of("before") if not self.library.read_only else ""

    @property
    def redo_text(self) -> str:
        """What :meth:`redo` would do again; empty if nothing."""
        return self._history.text_of("after") if not self.library.read_only else ""

    # -- parts --------------------------------------------------------------------------------

    def _describe(
        self,
        identifiers: str | Iterable[str],
        change: Callable[[EpisodeInfo], EpisodeInfo],
        text: Callable[[str], str],
    ) -> int:
        self.library.require_writable("relabel an episode")
        chosen = []
        for identifier in _chosen(identifiers):
            info = read_info(self.library.vetted(identifier))
            if change(info) != info:
                chosen.append(identifier)
        if chosen:
            self._history.do(text(_which(chosen)), self._described(chosen, change))
        return len(chosen)

    def _described(
        self, identifiers: list[str], change: Callable[[EpisodeInfo], EpisodeInfo]
    ) -> Iterator[tuple[str, bytes | None]]:
        """The files with another description, one at a time: thousands would need much memory."""
        for identifier in identifiers:
            path = self.library.path(identifier)
            try:
                image = path.read_bytes()
            except OSError as error:
                raise unreadable(error, path) from error
            try:
                new = with_info(image, info_to_json(change(read_info(path))))
            except (OSError, RuntimeError, KeyError, ValueError) as error:
                if isinstance(error, RecordingError):
                    raise
                raise StorageError(f"cannot change the description of {path}: {error}") from error
            yield path.name, new

    def _free_names(self, identifier: str) -> tuple[str, str]:
        taken = {path.stem for path in self.library.paths()}
        names = (f"{identifier[:110]}-{number}" for number in itertools.count(1))
        free = (name for name in names if name not in taken)
        return next(free), next(free)


def _chosen(identifiers: str | Iterable[str]) -> list[str]:
    return [identifiers] if isinstance(identifiers, str) else list(dict.fromkeys(identifiers))


def _which(identifiers: list[str]) -> str:
    return identifiers[0] if len(identifiers) == 1 else f"{len(identifiers)} episodes"


def _tags(tags: Iterable[str]) -> set[str]:
    found = {tag.strip() for tag in ([tags] if isinstance(tags, str) else tags)}
    for tag in found:
        if not tag or len(tag) > LONGEST_TAG or "," in tag or not tag.isprintable():
            raise InvalidEpisodeError(
                f"{tag!r} is no tag; use 1 to {LONGEST_TAG} letters without a comma"
            )
    return found
