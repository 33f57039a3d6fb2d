"""The episodes of one folder, with changes that can be taken back."""

from functools import cached_property
from pathlib import Path

from core.data.episode import Episode
from core.data.library.editor import Editor
from core.data.library.folder import EpisodeFolder
from core.data.rows import EpisodeEntry
from core.data.writer import write_episode


class Library(EpisodeFolder):
    """Lists, reads and changes the episodes of one folder. Owns its index and its editor.

    Not safe to use from two threads at once; two libraries of one folder are.
    """

    @cached_property
    def editor(self) -> Editor:
        """Makes changes and takes them back, also those of an earlier run of the program."""
        return Editor(self)

    def entries(self) -> list[EpisodeEntry]:
        """All episodes, sorted by name. Files that did not change are not read again."""
        if not self.read_only:
            _ = self.editor  # which completes a change that a kill cut off
        self.index.refresh()
        return list(self.index.rows)

    def add(self, episode: Episode) -> Path:
        """Commit a new episode and return its path; raises :class:`StorageError`."""
        self.require_writable("save an episode")
        return write_episode(self.folder, episode)
