"""What cameras saw, in place of the scene, or why there is nothing to be seen."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.pages.episodes.footage import Footage, Playback
from app.widgets.camera_images import ImagesView, Pictures
from core.data import Episode, EpisodeInfo

BELOW = "its signals below can be played and scrubbed."


class EpisodeFootage(QObject):
    """Owns what is shown in place of the scene, the thread that reads it and its clock."""

    moved = Signal(int, bool)
    """The replay stands at this step, and whether it runs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view = ImagesView()
        self.playback = Playback(self)
        self._footage = Footage(self)
        self._key: tuple[Path, int] | None = None
        self._filmed = False
        self.playback.moved.connect(self._moved)
        self._footage.read.connect(self._show)

    @property
    def active(self) -> bool:
        """Whether an episode is shown here and not in the scene."""
        return self._key is not None

    def show_episode(self, path: Path, episode: Episode) -> None:
        """Play the images of an episode from its start; say so where there are none."""
        self._key = (path, len(episode))
        self._filmed = bool(episode.info.images)
        if self._filmed:
            self.view.show_images(())
        else:
            self.view.say("No scene and no images", f"{_why_nothing(episode.info)}; {BELOW}")
        self.playback.load(len(episode), episode.info.control_rate)

    def clear(self) -> None:
        """Show nothing any more."""
        self._key = None
        self.playback.load(0, 1.0)
        self.view.show_images(())

    def close_down(self) -> None:
        """Stop the clock and the reading thread."""
        self.clear()
        self._footage.close_down()

    @Slot(int, bool)
    def _moved(self, step: int, playing: bool) -> None:
        if self._key is not None and self._filmed:
            self._footage.ask((self._key, step))
        self.moved.emit(step, playing)

    @Slot(object)
    def _show(self, pictures: Pictures) -> None:
        if pictures.key[0] != self._key:
            return  # another episode was chosen meanwhile
        if pictures.problem:
            self.view.say("The images cannot be read", f"{pictures.problem}; {BELOW}")
        else:
            self.view.show_images(pictures.images)


def _why_nothing(info: EpisodeInfo) -> str:
    if not info.simulated:
        return "This episode was recorded on another robot and carries no camera images"
    return (
        f"No scene of this program shows the task {info.task} of this episode, and it carries no "
        "camera images"
    )
