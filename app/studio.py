"""What the pages share: workspace, theme, noise, messages, and work in the background."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings, Signal, Slot

from app.jobs.background import Background
from app.theme.theme import apply_theme, current_theme, get_theme
from core.data import SAMPLES, Library, Workspace


class Studio(QObject):
    """The one object that every page gets.

    Owns the settings, the noise that Deploy and Compare share, and the threads of background
    work. It knows no widget: messages are signals that the window shows.
    """

    episodes_changed = Signal()
    """Episodes of the workspace were added, relabelled, discarded or restored."""
    checkpoint_saved = Signal(object)
    """A checkpoint is on disk: its folder (Path)."""
    theme_changed = Signal()
    """`current_theme` is another one."""
    noise_changed = Signal(float)
    """The sensor noise σ changed, on whichever page."""
    image_noise_changed = Signal(float)
    """The noise of camera images changed, on whichever page."""
    workspace_changed = Signal(object)
    """Another workspace was opened: its root (Path). `episodes_changed` follows."""
    status = Signal(str, str, str)
    """Status bar entry: key, text, state ("", "strong", "good", "warning" or "danger")."""
    toast_shown = Signal(str, str, object)
    """Text, name of an action ("" for none), callable of the action or None."""
    failure_shown = Signal(str, str)
    """A sentence that stays until closed, and its details."""
    page_wanted = Signal(str)
    """A page asks for another one by its title, such as "Train"."""

    def __init__(
        self,
        workspace: Path | str,
        settings: QSettings | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings or QSettings("ACT-JEPA", "Studio")
        self.workspace = Workspace(workspace)
        self.samples = Library(SAMPLES / "episodes", read_only=True)
        self.noise = 0.0
        """The sensor noise σ in [0, 1], in standard deviations of each sensed feature."""
        self.image_noise = 0.0
        """The noise of camera images in [0, 1], as part of the range of a pixel."""
        self.background_work = Background(
            lambda error: self.fail(str(error) or type(error).__name__, error), self
        )
        apply_theme(get_theme(self.settings.value("theme", "dark")))

    def set_noise(self, sigma: float) -> None:
        """Choose σ, clipped to [0, 1]; emits `noise_changed` once if it differs."""
        sigma = round(min(1.0, max(0.0, float(sigma))), 4)
        if sigma != self.noise:
            self.noise = sigma
            self.status.emit("noise", f"σ {sigma:.2f}", "warning" if sigma > 0 else "")
            self.noise_changed.emit(sigma)

    def set_image_noise(self, sigma: float) -> None:
        """The same for the noise of camera images; emits `image_noise_changed`."""
        sigma = round(min(1.0, max(0.0, float(sigma))), 4)
        if sigma != self.image_noise:
            self.image_noise = sigma
            text = f"images σ {sigma:.2f}" if sigma else ""
            self.status.emit("image noise", text, "warning")
            self.image_noise_changed.emit(sigma)

    @property
    def driven_task(self) -> str:
        """Name of the task that the Record page chose last; empty before the first."""
        return str(self.settings.value("record/task", ""))

    @driven_task.setter
    def driven_task(self, name: str) -> None:
        self.settings.setValue("record/task", name)

    def open_workspace(self, root: Path) -> None:
        """Work in another folder from now on, and at the next start."""
        self.workspace = Workspace(root)
        self.settings.setValue("workspace", str(self.workspace.root))
        self.workspace_changed.emit(self.workspace.root)
        self.episodes_changed.emit()
        self.toast(f"Workspace {self.workspace.root.name} is open")

    def set_theme(self, name: str) -> None:
        """Change the theme of the whole window and remember it."""
        apply_theme(get_theme(name))
        self.settings.setValue("theme", current_theme().name)
        self.theme_changed.emit()

    def toast(
        self, text: str, action: str = "", on_action: Callable[[], Any] | None = None
    ) -> None:
        """Acknowledge something for a few seconds, if wanted with one action such as Undo."""
        self.toast_shown.emit(text, action, on_action)

    @Slot(str, str)
    def fail(self, text: str, details: str | BaseException = "") -> None:
        """Say what failed and what to do, in a bar that stays until it is closed."""
        if isinstance(details, BaseException):
            details = "".join(traceback.format_exception(details))
        self.failure_shown.emit(text, details)

    def go_to(self, title: str) -> None:
        """Ask for another page by its title."""
        self.page_wanted.emit(title)

    def background(
        self,
        function: Callable[[], Any],
        done: Callable[[Any], Any] | None = None,
        failed: Callable[[BaseException], Any] | None = None,
    ) -> None:
        """Run `function` off the GUI thread; then `done(result)` or `failed(error)` on it.

        The calls come in the order of completion. Without `failed`, an error is shown in the
        failure bar. Nothing is called any more once the window has closed.
        """
        self.background_work.run(function, done, failed)

    def close_down(self) -> None:
        """Wait for the background work to end; what it brings is no longer delivered."""
        self.background_work.close_down()
        self.settings.sync()
