"""The episodes of one folder: which there are, and reading them."""

from functools import cached_property
from pathlib import Path

from core.data.episode import Episode
from core.data.errors import (
    DamagedRecordingError,
    ReadOnlyLibraryError,
    UnknownEpisodeError,
)
from core.data.layout import SUFFIX
from core.data.library.history import trash_of
from core.data.library.index import EpisodeIndex
from core.data.vetted.reader import read_episode
from core.data.writer import recordings_in


class EpisodeFolder:
    """Lists and reads the episodes of one folder. Owns its index.

    A broken file is a row with a problem, never an exception for the whole list.
    """

    def __init__(
        self, folder: Path | str, read_only: bool = False, trash: Path | str | None = None
    ) -> None:
        """`trash`: where discarded files go. By default it is `trash` inside the folder, or next to
        a folder called `episodes`."""
        self.folder = Path(folder).absolute()
        self.read_only = read_only
        self.trash = trash_of(self.folder) if trash is None else Path(trash).absolute()

    @cached_property
    def index(self) -> EpisodeIndex:
        """The rows; :meth:`EpisodeIndex.refresh` brings them up to date."""
        return EpisodeIndex(self.folder, save=not self.read_only)

    def __len__(self) -> int:
        return len(self.paths())

    def paths(self) -> list[Path]:
        """The recordings in the folder, sorted by name; empty if there is no folder yet.

        Raises :class:`StorageError` if the folder cannot be read.
        """
        return [self.folder / name for name in sorted(recordings_in(self.folder))]

    def read(self, identifier: str) -> Episode:
        """The episode; raises :class:`UnknownEpisodeError` or what the reader raises."""
        return read_episode(self.vetted(identifier))

    def require_writable(self, what: str) -> None:
        """Raises :class:`ReadOnlyLibraryError`, naming `what` was wanted, where it must not be."""
        if self.read_only:
            raise ReadOnlyLibraryError(
                f"cannot {what} in {self.folder}: it is open for reading only, "
                "as the samples are; copy the files into your own workspace first",
                self.folder,
            )

    def path(self, identifier: str) -> Path:
        """The file of an episode; raises :class:`UnknownEpisodeError` if there is none."""
        path = self.folder / f"{identifier}{SUFFIX}"
        if path.parent != self.folder or identifier.startswith(".") or not path.exists():
            raise UnknownEpisodeError(
                f"no episode {identifier!r} in {self.folder}; it holds {len(self)} episodes",
                self.folder,
            )
        return path

    def vetted(self, identifier: str) -> Path:
        """The file of an episode that may be opened in this process, since it was before.

        Raises :class:`UnknownEpisodeError`, or :class:`DamagedRecordingError` with the reason why
        it cannot be read.
        """
        path = self.path(identifier)
        row = self.index.vet(path)
        if row.problem is not None:
            raise DamagedRecordingError(row.problem, path)
        return path
