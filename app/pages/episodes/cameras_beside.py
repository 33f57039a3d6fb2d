"""What the cameras saw at the step of a replay, beside the scene."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.pages.episodes.footage import Footage
from app.scene.policy_view import Moment, PolicyPainter, policy_fields
from app.widgets.camera_images import ImagesView, Pictures
from core.data import Episode

SMALLEST = 128
"""Least width and height [px]."""


class CamerasBeside(QObject):
    """Owns what is shown beside the scene, and the two threads that fill it.

    Images that were stored with the episode are read. Where there are none, they are drawn as a
    policy would see them.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view = ImagesView(smooth=False)
        self.view.setMinimumSize(SMALLEST, SMALLEST)
        self._footage = Footage(self)
        self._painter = PolicyPainter(self)
        self._episode: Episode | None = None
        self._key = (Path(), 0)
        self._asked = -1
        self._footage.read.connect(self._show)
        self._painter.drawn.connect(self._show)
        self.show_episode(None)

    def show_episode(self, episode: Episode | None, path: Path = Path()) -> None:
        """Another episode of a scene is replayed from its start; None: none is."""
        self._episode, self._key = episode, (path, 0 if episode is None else len(episode))
        self._asked = -1
        if episode is None:
            self.view.say("No episode", "Choose one in the list to see what its cameras saw.")
        else:
            drawn = "Drawn from the recorded states, as a policy would see them"
            self.view.setToolTip("Stored with the episode" if episode.info.images else drawn)
            self.view.show_images(())
            self.show_step(0)

    def show_step(self, step: int) -> None:
        """The replay is at this control step."""
        episode = self._episode
        if episode is None or step == self._asked or not self.view.isVisible():
            return
        self._asked = step
        key = self._key, step
        if episode.info.images:
            self._footage.ask(key)
        else:
            state = episode.states[min(step, len(episode) - 1)]
            self._painter.ask(Moment(key, episode.info.task, policy_fields(), state))

    def close_down(self) -> None:
        """Stop both threads and wait for them."""
        self._footage.close_down()
        self._painter.close_down()

    @Slot(object)
    def _show(self, pictures: Pictures) -> None:
        if pictures.key[0] != self._key or self._episode is None:
            return  # another episode was chosen meanwhile
        if pictures.problem:
            self.view.say("No camera images", f"They cannot be shown: {pictures.problem}")
        else:
            self.view.show_images(pictures.images)
